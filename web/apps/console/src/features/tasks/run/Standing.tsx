import type { TaskRun } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner, type Tone } from "@openclaw/ui";
import { Link } from "@tanstack/react-router";

import { isOver, isSpent, TONES } from "../model.ts";

/** Where the run is at, in a sentence, and what that means for whoever reads it. */
export function Standing({ run }: { run: TaskRun }) {
  const t = useTranslator();
  const device = run.device?.name ?? t("tool.someDevice");
  const { tone, title, text } = said(run);
  return (
    <>
      <Banner tone={tone} title={t(title, { device })} role="status" data-testid="task-standing">
        {run.error ? run.error.title : text && t(text, { device })}
        {isSpent(run) && <p>{t("taskRun.text.spent")}</p>}
      </Banner>
      {run.originRunId && (
        <p>
          <Link to="/task-runs/$runId" params={{ runId: run.originRunId }}>
            {t(run.reason === "follow_up" ? "taskRun.followsUp" : "taskRun.retries")}
          </Link>
        </p>
      )}
    </>
  );
}

type Says =
  | "taskRun.says.nothing_worked"
  | `taskRun.says.${TaskRun["state"]}` | "taskRun.says.cancelling" | "taskRun.says.paused" | "taskRun.says.moving" | "taskRun.says.queuedHost";
type Text =
  | "taskRun.text.nothing_worked"
  | "taskRun.text.waiting_approval" | "taskRun.text.waiting_device" | "taskRun.text.failed" | "taskRun.text.timed_out" | "taskRun.text.lost" | "taskRun.text.paused";

function said(run: TaskRun): { tone: Tone; title: Says; text?: Text } {
  if (!isOver(run)) {
    if (run.isCancelling) return { tone: "neutral", title: "taskRun.says.cancelling" };
    if (run.isPaused) return { tone: "attention", title: "taskRun.says.paused", text: "taskRun.text.paused" };
    if (run.isMoving) return { tone: "neutral", title: "taskRun.says.moving" };
    if (run.state === "queued" && run.target.kind === "host") return { tone: "neutral", title: "taskRun.says.queuedHost" };
  }
  if (run.outcome) return { tone: "attention", title: "taskRun.says.nothing_worked", text: "taskRun.text.nothing_worked" };
  const title: Says = `taskRun.says.${run.state}`;
  const tone = TONES[run.state] === "accent" && !isOver(run) ? "neutral" : TONES[run.state];
  switch (run.state) {
    case "waiting_approval":
    case "waiting_device":
    case "failed":
    case "timed_out":
    case "lost":
      return { tone, title, text: `taskRun.text.${run.state}` };
    default:
      return { tone, title };
  }
}
