import type { TaskRun } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Badge, Dot } from "@openclaw/ui";

import { DOTS, TONES } from "./model.ts";

/** How a run stands, in a word. */
export function TaskBadge({ run }: { run: TaskRun }) {
  const t = useTranslator();
  if (run.isCancelling) return <Badge>{t("taskRun.cancelling")}</Badge>;
  if (run.isPaused) return <Badge tone="attention">{t("taskRun.paused")}</Badge>;
  if (run.isMoving) return <Badge tone="accent">{t("taskRun.moving")}</Badge>;
  if (run.outcome) return <Badge tone="attention">{t("taskRun.nothingWorked")}</Badge>;
  return <Badge tone={TONES[run.state]}>{t(`taskRun.state.${run.state}`)}</Badge>;
}

export function TaskDot({ run }: { run: TaskRun | null }) {
  return <Dot state={run === null ? "off" : run.outcome ? "attention" : DOTS[run.state]} />;
}
