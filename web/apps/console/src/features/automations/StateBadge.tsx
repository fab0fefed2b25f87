import type { Automation, AutomationRunState } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Badge, Dot, type Tone } from "@openclaw/ui";

const TONES: Readonly<Record<AutomationRunState, Tone>> = { queued: "neutral", running: "accent", succeeded: "accent", failed: "danger", cancelled: "neutral", skipped: "neutral" };
const DOTS = { queued: "busy", running: "busy", succeeded: "live", failed: "danger", cancelled: "off", skipped: "off" } as const;

export function RunStateBadge({ state }: { state: AutomationRunState }) {
  const t = useTranslator();
  return <Badge tone={TONES[state]}>{t(`automations.state.${state}`)}</Badge>;
}

export function RunStateDot({ state }: { state: AutomationRunState | null }) {
  return <Dot state={state === null ? "off" : DOTS[state]} />;
}

/** What is not as it should be: switched off, and by whom; or silent. */
export function AutomationBadges({ automation }: { automation: Automation }) {
  const t = useTranslator();
  const { enabled, disabledReason, silent } = automation;
  return (
    <>
      {!enabled && <Badge tone={disabledReason === "failures" ? "danger" : "neutral"}>{t(disabledReason === "failures" ? "automations.offFailures" : "automations.off")}</Badge>}
      {silent && <Badge tone="attention">{t("automations.silent")}</Badge>}
    </>
  );
}
