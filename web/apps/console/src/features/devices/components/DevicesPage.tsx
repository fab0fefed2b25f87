import type { Device } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import type { LocalSession } from "@openclaw/realtime";
import { Badge, Banner, Dot, EmptyState, IconButton, Menu, Row, Rows, Skeleton, useToast } from "@openclaw/ui";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";

import { Confirm } from "../../../shared/Confirm.tsx";
import { NameDialog } from "../../../shared/NameDialog.tsx";
import { Page } from "../../../shared/Page.tsx";
import { useLocal, useLocalSurface } from "../../../shared/services.tsx";
import { useTitle } from "../../../shared/useTitle.ts";
import { useDevices, useRevokeDevice, useUpdateDevice } from "../queries.ts";
import { useLocalWords } from "../useLocalWords.ts";
import { isNarrow } from "../limits.ts";
import { HostsSection } from "../hosts/HostsSection.tsx";
import { DeviceLimitsDialog } from "./DeviceLimitsDialog.tsx";
import { GroupsSection } from "./GroupsSection.tsx";
import { LinkDeviceButton, useLinkDialog } from "./LinkDevice.tsx";
import { LocalHere } from "./LocalHere.tsx";
import { PairingRequests } from "./PairingRequests.tsx";

import "./DevicesPage.css";

/** `opening`: what the page was asked to begin with. */
export function DevicesPage({ opening }: { opening: "link" | "enrol" | null }) {
  const t = useTranslator();
  const navigate = useNavigate();
  const devices = useDevices();
  const { startLinking, linkDialog } = useLinkDialog();
  const [isEnrolling, setEnrolling] = useState(false);
  useEffect(() => {
    if (opening === null) return;
    if (opening === "link") startLinking();
    else setEnrolling(true);
    // Asked for once: not again when one comes back to the page.
    void navigate({ to: "/devices", replace: true });
  }, [opening, navigate, startLinking]);
  useTitle(t("devices.title"));
  const { state } = useLocalSurface("home");
  const isEmpty = devices.data?.length === 0;
  return (
    <Page title={t("devices.title")} description={t("devices.description")} action={!isEmpty && <LinkDeviceButton onPress={startLinking} />}>
      {linkDialog}
      <PairingRequests />
      {devices.error && <Banner tone="danger" title={t("devices.loadFailed")}>{t.error(devices.error)}</Banner>}
      {devices.isPending && <Skeleton label={t("app.loading")} isBlock />}
      <div className="DevicesPage-machines">
        {isEmpty && (
          <EmptyState title={t("devices.empty")} action={<LinkDeviceButton onPress={startLinking} />}>
            {t("devices.emptyText")}
          </EmptyState>
        )}
        {/* A machine that is in the list says there what it is at. */}
        {!("deviceId" in state) && <LocalHere onLink={startLinking} />}
        {devices.data && devices.data.length > 0 && (
          <Rows label={t("devices.title")}>
            {devices.data.map((device) => (
              <DeviceRow key={device.id} device={device} />
            ))}
          </Rows>
        )}
      </div>
      {devices.data && devices.data.length > 0 && <GroupsSection devices={devices.data} />}
      <div className="DevicesPage-hosts">
        <HostsSection isEnrolling={isEnrolling} onEnrolling={setEnrolling} />
      </div>
    </Page>
  );
}

function DeviceRow({ device }: { device: Device }) {
  const t = useTranslator();
  const toast = useToast();
  const update = useUpdateDevice();
  const revoke = useRevokeDevice();
  const [open, setOpen] = useState<"rename" | "limits" | "revoke" | null>(null);
  const close = () => setOpen(null);
  const setPrimary = () =>
    update.mutate(
      { device, primary: !device.primary },
      {
        onSuccess: ({ primary, name }) => primary && toast({ text: t("fleet.madePrimary", { name }) }),
        onError: (error) => toast({ text: t.error(error), tone: "danger" }),
      },
    );
  const seen = device.lastSeenAt
    ? t("devices.lastSeen", { when: t.format.relative(device.lastSeenAt) })
    : t("devices.neverSeen");
  const view = useLocal();
  const here = useLocalWords(view);
  const isHere = "deviceId" in view.state && view.state.deviceId === device.id;
  const facts = [
    device.platform,
    t("devices.version", { version: device.version }),
    t("devices.linkedAt", { when: t.format.relative(device.linkedAt) }),
    ...(device.online ? [] : [seen]),
  ];
  return (
    <Row
      data-testid="device-row"
      leading={<Dot state={device.online ? "live" : "off"} />}
      title={device.name}
      badges={
        <>
          <Badge tone={device.online ? "accent" : "neutral"}>{t(device.online ? "devices.online" : "devices.offline")}</Badge>
          {device.primary && <Badge>{t("fleet.primary")}</Badge>}
          {device.policy && isNarrow(device.policy) && <Badge tone="attention">{t("fleet.limited")}</Badge>}
          {device.client === "node-host" && <Badge>{t("devices.nodeHost")}</Badge>}
          {isHere && <Badge tone={view.state.kind === "degraded" ? "attention" : "accent"}>{t("local.here")}</Badge>}
        </>
      }
      detail={
        <>
          <p>{facts.join(" · ")}</p>
          {isHere && (
            <p data-testid="device-local" data-state={view.state.kind} role="status">
              {"session" in view.state && view.state.session ? <LiveFacts session={view.state.session} isOld={view.state.kind === "degraded"} /> : here.text}
            </p>
          )}
        </>
      }
      actions={
        <>
          <Menu
            label={t("devices.actions", { name: device.name })}
            groups={[
              {
                actions: [
                  { id: "rename", label: t("app.rename"), icon: "edit", run: () => setOpen("rename") },
                  {
                    id: "primary",
                    label: t(device.primary ? "fleet.notPrimary" : "fleet.makePrimary"),
                    icon: "star",
                    run: setPrimary,
                  },
                  { id: "limits", label: t("fleet.limits"), icon: "shield", run: () => setOpen("limits") },
                ],
              },
              {
                actions: [
                  { id: "revoke", label: t("devices.revoke"), icon: "unplugged", isDestructive: true, run: () => setOpen("revoke") },
                ],
              },
            ]}
          >
            <IconButton icon="more" label={t("devices.actions", { name: device.name })} hasTooltip={false} />
          </Menu>
          {open === "rename" && (
            <NameDialog
              title={t("devices.renameTitle")}
              label={t("devices.name")}
              initial={device.name}
              isPending={update.isPending}
              error={update.error ? t.error(update.error) : null}
              onSubmit={(name) => update.mutate({ device, name }, { onSuccess: close })}
              onClose={close}
            />
          )}
          {open === "limits" && <DeviceLimitsDialog device={device} onClose={close} />}
          <Confirm
            isOpen={open === "revoke"}
            title={t("devices.revokeTitle", { name: device.name })}
            text={t("devices.revokeText")}
            actionLabel={t("devices.revoke")}
            isPending={revoke.isPending}
            onClose={close}
            onConfirm={() =>
              // A promise, since callbacks of `mutate` die with this row, which goes when it succeeds.
              void revoke.mutateAsync(device).then(
                () => {
                  close();
                  toast({ text: t("devices.revoked", { name: device.name }) });
                },
                (error: unknown) => toast({ text: t.error(error), tone: "danger" }),
              )
            }
          />
        </>
      }
    />
  );
}

/** What the runtime on this machine is at, beside what the server knows of the machine. */
function LiveFacts({ session, isOld }: { session: LocalSession; isOld: boolean }) {
  const t = useTranslator();
  const facts = [
    t(isOld ? "local.old" : "local.live.title"),
    session.model ?? t("local.noModel"),
    session.isWorking ? t("local.working") : t.count("local.messages", session.messageCount),
  ];
  return <>{facts.join(" · ")}</>;
}
