import type { WorkflowRunState } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Badge, Dot, type Tone } from "@openclaw/ui";

const TONES: Readonly<Record<WorkflowRunState, Tone>> = {
  pending: "neutral",
  running: "accent",
  waiting: "attention",
  delayed: "neutral",
  completed: "accent",
  failed: "danger",
  cancelled: "neutral",
};

const DOTS = { pending: "busy", running: "busy", waiting: "attention", delayed: "busy", completed: "live", failed: "danger", cancelled: "off" } as const;

/** How a run stands, in a word. */
export function RunBadge({ state, isPaused }: { state: WorkflowRunState; isPaused?: boolean }) {
  const t = useTranslator();
  if (isPaused) return <Badge tone="attention">{t("workflowRun.paused")}</Badge>;
  return <Badge tone={TONES[state]}>{t(`workflowRun.state.${state}`)}</Badge>;
}

export function RunDot({ state }: { state: WorkflowRunState | null }) {
  return <Dot state={state === null ? "off" : DOTS[state]} />;
}
