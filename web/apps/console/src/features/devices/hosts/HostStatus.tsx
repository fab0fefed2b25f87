import type { Host, HostStatus } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Badge, Dot, type Tone } from "@openclaw/ui";

import "./HostStatus.css";

const TONES: Readonly<Record<HostStatus, Tone>> = { pending: "neutral", healthy: "accent", degraded: "attention", offline: "neutral", revoked: "danger" };
const DOTS = { pending: "busy", healthy: "live", degraded: "attention", offline: "off", revoked: "danger" } as const;

export function HostBadge({ host }: { host: Host }) {
  const t = useTranslator();
  return (
    <>
      <Badge tone={TONES[host.status]}>{t(`hosts.status.${host.status}`)}</Badge>
      {host.draining && <Badge tone="attention">{t("hosts.draining")}</Badge>}
    </>
  );
}

export function HostDot({ status }: { status: HostStatus }) {
  return <Dot state={DOTS[status]} />;
}

/** How much of a host is taken. */
export function Slots({ host }: { host: Host }) {
  const t = useTranslator();
  const words = t("hosts.slots", { busy: t.format.number(host.busySlots), slots: t.format.number(host.slots) });
  return (
    <span className="HostStatus-slots">
      <meter className="HostStatus-meter" min={0} max={Math.max(1, host.slots)} value={host.busySlots} aria-label={words} />
      <span>{words}</span>
    </span>
  );
}
