import type { Host } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Badge, Banner, Button, EmptyState, Rows, Section, Skeleton, Switch, TextField, useToast, type Tone } from "@openclaw/ui";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState, type ReactNode } from "react";

import { Confirm } from "../../../shared/Confirm.tsx";
import { Crumbs } from "../../../shared/Crumbs.tsx";
import { Page } from "../../../shared/Page.tsx";
import { useTitle } from "../../../shared/useTitle.ts";
import { TaskRunRow } from "../../tasks/index.ts";
import { changeOf, draftOfHost, isCapacity, wrongLabel } from "./hostForm.ts";
import { useHost, useRevokeHost, useRunsOn, useUpdateHost } from "./hostQueries.ts";
import { useIsAdmin } from "./HostsSection.tsx";
import { HostBadge, Slots } from "./HostStatus.tsx";
import { Rotate } from "./Rotate.tsx";

import "./HostPage.css";

const TONES: Readonly<Record<Host["status"], Tone>> = { pending: "neutral", healthy: "accent", degraded: "attention", offline: "attention", revoked: "danger" };

/** One host: how it is, what it offers, what it carries, and its end. */
export function HostPage({ hostId }: { hostId: string }) {
  const t = useTranslator();
  const host = useHost(hostId);
  useTitle(host.data?.name ?? t("hosts.title"));
  const before = (
    <Crumbs>
      <Link to="/devices">{t("devices.title")}</Link>
    </Crumbs>
  );
  if (host.data) return <Known host={host.data} before={before} />;
  return (
    <Page title={t("hosts.title")} before={before}>
      {host.error ? (
        <Banner tone="danger" role="alert" title={t("hosts.oneLoadFailed")} action={<Button onPress={() => void host.refetch()}>{t("app.retry")}</Button>}>
          {t.error(host.error)}
        </Banner>
      ) : (
        <Skeleton label={t("app.loading")} isBlock />
      )}
    </Page>
  );
}

function Known({ host, before }: { host: Host; before: ReactNode }) {
  const t = useTranslator();
  const { status, trouble } = host;
  const isAdmin = useIsAdmin();
  const canChange = isAdmin && status !== "revoked";
  return (
    <Page title={host.name} before={before} badges={<HostBadge host={host} />}>
      <div className="HostPage-banner">
        <Banner tone={TONES[status]} data-testid="host-state">
          {t(`hosts.statusText.${status}`)}
          {trouble && ` ${trouble}`}
        </Banner>
      </div>
      <Section title={t("hosts.how")}>
        <Facts host={host} />
      </Section>
      {canChange && <Settings key={`${host.name}|${host.labels?.join()}|${host.capacity}|${host.region}|${host.provider}`} host={host} />}
      <Runs host={host} />
      <Section title={t("hosts.credentials")} description={t("hosts.credentialsText")}>
        {canChange ? (
          <div className="HostPage-ends">
            <Rotate host={host} />
            <Revoke host={host} />
          </div>
        ) : (
          <p className="HostPage-note">{t(status === "revoked" ? "hosts.revokedAlready" : "hosts.adminsOnly")}</p>
        )}
      </Section>
    </Page>
  );
}

function Facts({ host }: { host: Host }) {
  const t = useTranslator();
  const { capabilities, offers, lastHeartbeatAt, registeredAt, queueDepth, platform, version } = host;
  const can = [
    ...(capabilities?.browserOperator ? [t("hosts.canBrowse")] : []),
    ...(capabilities?.longRunning ? [t("hosts.canRunLong")] : []),
    ...(capabilities?.memoryMb ? [t("hosts.memory", { size: t.format.bytes(capabilities.memoryMb * 1024 * 1024) })] : []),
  ];
  const facts: [string, ReactNode][] = [
    [t("hosts.room"), <Slots key="slots" host={host} />],
    [t("hosts.queue"), t.count("hosts.waitingRuns", queueDepth)],
    [t("hosts.heard"), lastHeartbeatAt ? <time dateTime={lastHeartbeatAt}>{t.format.relative(lastHeartbeatAt)}</time> : t("hosts.noHeartbeat")],
    [t("hosts.offers"), offers.length > 0 ? <Offers key="offers" offers={offers} /> : t("hosts.offersNone")],
    [t("hosts.can"), can.length > 0 ? can.join(" · ") : t("hosts.offersNone")],
    [t("hosts.software"), `${platform} · ${t("devices.version", { version })}`],
    [t("hosts.since"), t.format.dateTime(registeredAt)],
  ];
  return (
    <dl className="HostPage-facts">
      {facts.map(([name, text]) => (
        <div key={name} className="HostPage-fact">
          <dt>{name}</dt>
          <dd>{text}</dd>
        </div>
      ))}
    </dl>
  );
}

/** What runs can ask for. */
function Offers({ offers }: { offers: readonly string[] }) {
  return (
    <ul className="HostPage-offers">
      {offers.map((offer) => (
        <li key={offer}>
          <Badge>{offer}</Badge>
        </li>
      ))}
    </ul>
  );
}

/** What its operators say counts over what the machine says of itself. */
function Settings({ host }: { host: Host }) {
  const t = useTranslator();
  const toast = useToast();
  const update = useUpdateHost(host.id);
  const drain = useUpdateHost(host.id);
  const [draft, setDraft] = useState(() => draftOfHost(host));
  const change = changeOf(host, draft);
  const wrong = wrongLabel(draft.labels);
  const isRight = wrong === null && isCapacity(draft.capacity) && draft.name.trim() !== "";
  const { capabilities } = host;
  const machine = (value: string | number | null | undefined) => (value === null || value === undefined || value === "" ? t("hosts.machineNothing") : t("hosts.machineSays", { value }));
  const save = () => isRight && update.mutate(change, { onSuccess: () => toast({ text: t("app.saved") }) });
  return (
    <Section title={t("hosts.settings")} description={t("hosts.settingsText")}>
      <Switch
        label={t("hosts.drain")}
        isSelected={host.draining}
        isDisabled={drain.isPending}
        onChange={(draining) => drain.mutate({ draining }, { onError: (error) => toast({ text: t.error(error), tone: "danger" }) })}
        data-testid="drain"
      />
      <form
        className="HostPage-form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <TextField label={t("hosts.name")} value={draft.name} onChange={(name) => setDraft({ ...draft, name })} maxLength={100} error={draft.name.trim() ? null : t("form.required")} isRequired />
        <TextField
          label={t("hosts.labels")}
          value={draft.labels}
          onChange={(labels) => setDraft({ ...draft, labels })}
          description={machine(capabilities?.labels.join(", "))}
          error={wrong && t("hosts.labelWrong", { label: wrong })}
        />
        <TextField
          label={t("hosts.capacity")}
          value={draft.capacity}
          onChange={(capacity) => setDraft({ ...draft, capacity })}
          inputMode="numeric"
          description={machine(capabilities?.maxConcurrentTasks)}
          error={isCapacity(draft.capacity) ? null : t("hosts.capacityWrong")}
        />
        <TextField label={t("hosts.region")} value={draft.region} onChange={(region) => setDraft({ ...draft, region })} maxLength={60} description={machine(capabilities?.region)} />
        <TextField label={t("hosts.provider")} value={draft.provider} onChange={(provider) => setDraft({ ...draft, provider })} maxLength={60} description={machine(capabilities?.provider)} />
        {update.error && (
          <Banner tone="danger" role="alert">
            {t.error(update.error)}
          </Banner>
        )}
        <div className="HostPage-save">
          <Button type="submit" tone="primary" isPending={update.isPending} isDisabled={!isRight || Object.keys(change).length === 0} data-testid="save-host">
            {t("app.save")}
          </Button>
        </div>
      </form>
    </Section>
  );
}

/** The user's own runs there: those of others are theirs. */
function Runs({ host }: { host: Host }) {
  const t = useTranslator();
  const runs = useRunsOn(host.deviceId);
  return (
    <Section title={t("hosts.runs")} description={t("hosts.runsText")}>
      {runs.error && <Banner tone="danger">{t.error(runs.error)}</Banner>}
      {runs.isPending && <Skeleton label={t("app.loading")} lines={2} isBlock />}
      {runs.data?.length === 0 && <EmptyState title={t("hosts.runsNone")}>{t("hosts.runsNoneText")}</EmptyState>}
      {runs.data && runs.data.length > 0 && (
        <Rows label={t("hosts.runs")}>
          {runs.data.map((run) => (
            <TaskRunRow key={run.id} run={run} />
          ))}
        </Rows>
      )}
    </Section>
  );
}

function Revoke({ host }: { host: Host }) {
  const t = useTranslator();
  const toast = useToast();
  const navigate = useNavigate();
  const revoke = useRevokeHost(host.id);
  const [isAsking, setAsking] = useState(false);
  return (
    <div>
      <Button tone="danger" icon="unplugged" onPress={() => setAsking(true)} data-testid="revoke-host">
        {t("hosts.revoke")}
      </Button>
      <Confirm
        isOpen={isAsking}
        title={t("hosts.revokeTitle", { name: host.name })}
        text={t("hosts.revokeText")}
        actionLabel={t("hosts.revoke")}
        isPending={revoke.isPending}
        onClose={() => setAsking(false)}
        onConfirm={() =>
          void revoke.mutateAsync().then(
            () => {
              toast({ text: t("devices.revoked", { name: host.name }) });
              void navigate({ to: "/devices" });
            },
            (error: unknown) => toast({ text: t.error(error), tone: "danger" }),
          )
        }
      />
    </div>
  );
}
