import type { DashboardMachine } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Badge, Dot, Row, Rows, Section } from "@openclaw/ui";
import { Link } from "@tanstack/react-router";

const DOTS = { online: "live", degraded: "attention", pending: "off", offline: "off" } as const;

/** The machines of the user, and the hosts of the workspace: who is there. */
export function Machines({ machines }: { machines: readonly DashboardMachine[] }) {
  const t = useTranslator();
  return (
    <Section title={t("dashboard.machines")}>
      {machines.length === 0 ? (
        <p className="DashboardPage-nothing">{t("dashboard.machinesNothing")}</p>
      ) : (
        <Rows label={t("dashboard.machines")}>
          {machines.map((machine) => (
            <MachineRow key={machine.id} machine={machine} />
          ))}
        </Rows>
      )}
      <p className="DashboardPage-way">
        <Link to="/devices">{t("dashboard.toDevices")}</Link>
      </p>
    </Section>
  );
}

function MachineRow({ machine: { kind, name, state, lastSeenAt, slots, busySlots } }: { machine: DashboardMachine }) {
  const t = useTranslator();
  const facts = [
    t(`dashboard.machine.${state}`),
    ...(state === "offline" && lastSeenAt ? [t("dashboard.lastSeen", { when: t.format.relative(lastSeenAt) })] : []),
    ...(slots != null && busySlots != null && state !== "offline" ? [t("dashboard.slots", { busy: busySlots, all: slots })] : []),
  ];
  return (
    <Row
      data-testid="machine-row"
      leading={<Dot state={DOTS[state]} />}
      title={name}
      badges={kind === "host" && <Badge>{t("dashboard.host")}</Badge>}
      detail={facts.join(" · ")}
    />
  );
}
