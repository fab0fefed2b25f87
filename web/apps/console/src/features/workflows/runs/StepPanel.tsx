import type { WorkflowRun, WorkflowStepRun } from "@openclaw/api";
import { useTranslator, type Translator } from "@openclaw/i18n";
import { Badge, Banner, Button, Icon, type Tone } from "@openclaw/ui";
import { useState, type ReactNode } from "react";

import { useNow } from "../../../shared/useNow.ts";
import type { Step } from "../canvas/definition.ts";
import type { StepStatus } from "../canvas/states.ts";
import { TYPE_ICONS, titleOf } from "../canvas/words.ts";
import { AgentCalls } from "./AgentCalls.tsx";
import { ApprovalForm } from "./ApprovalForm.tsx";
import { Body } from "./Body.tsx";
import { Files } from "./Files.tsx";
import { failureTitle } from "./failures.ts";
import type { Seen, TimedStep } from "./moments.ts";
import { PluginCallView } from "./PluginCallView.tsx";
import { useWholeStep } from "./queries.ts";
import { SignalForm } from "./SignalForm.tsx";

import "./StepPanel.css";

const TONES: Readonly<Record<StepStatus, Tone>> = {
  pending: "neutral",
  running: "accent",
  waiting: "attention",
  completed: "accent",
  failed: "danger",
  cancelled: "neutral",
  skipped: "neutral",
  reused: "neutral",
};
const ENDS: ReadonlySet<StepStatus> = new Set(["completed", "failed", "cancelled", "skipped", "reused"]);
const SECOND_MS = 1000;

export interface StepPanelProps {
  run: WorkflowRun;
  /** As the definition has it. */
  step: Step;
  /** As it was carried out; null when it has not begun in what is shown. */
  timed: TimedStep | null;
  /** How it stood at the shown moment. */
  seen: Seen | null;
  rounds: ReactNode;
  onRepeat: (() => void) | null;
}

/** A step as it stood at the shown moment: what went in, what came out, tries, time, why it failed. */
export function StepPanel({ run, step, timed, seen, rounds, onRepeat }: StepPanelProps) {
  const t = useTranslator();
  const status = seen?.status ?? "pending";
  const hasEnded = ENDS.has(status);
  const row = timed?.row ?? null;
  return (
    <div className="StepPanel" data-testid="step-panel" data-step={step.id} data-path={timed?.path} data-status={status}>
      <header className="StepPanel-head">
        <Icon name={TYPE_ICONS[step.type]} />
        <div className="StepPanel-name">
          <h2 className="StepPanel-title">{titleOf(step)}</h2>
          <p className="StepPanel-type">
            {t(`canvas.type.${step.type}`)}
            {timed && timed.path !== titleOf(step) && <code className="StepPanel-path">{timed.path}</code>}
          </p>
        </div>
        <Badge tone={TONES[status]}>{capital(t(`canvas.status.${status}`))}</Badge>
      </header>
      {rounds}
      {timed && seen ? <Facts timed={timed} seen={seen} hasEnded={hasEnded} /> : <p className="StepPanel-note">{t("workflowRun.notBegun")}</p>}
      {onRepeat && timed && (
        <div>
          <Button size="s" icon="refresh" onPress={onRepeat} data-testid="repeat-from">
            {t("workflowRun.repeatFrom")}
          </Button>
        </div>
      )}
      {row && seen && (
        <Details run={run} row={row} hasEnded={hasEnded} status={status} tries={seen.attempts} key={`${row.id}:${row.seq}`} />
      )}
      {!row && timed && status === "running" && <p className="StepPanel-note">{t("workflowRun.stillRunning")}</p>}
    </div>
  );
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function Facts({ timed, seen, hasEnded }: { timed: TimedStep; seen: Seen; hasEnded: boolean }) {
  const t = useTranslator();
  const isOpen = timed.finishedAt === null;
  const now = useNow(SECOND_MS, isOpen);
  if (timed.status === "reused") return <p className="StepPanel-note">{t("workflowRun.reusedNote")}</p>;
  const end = timed.finishedAt ? Date.parse(timed.finishedAt) : now;
  const facts: [string, string][] = [
    [t("workflowRun.began"), t.format.instant(timed.startedAt)],
    ...(hasEnded || isOpen ? ([[t("workflowRun.took"), t.format.span(end - Date.parse(timed.startedAt))]] as [string, string][]) : []),
    ...(seen.attempts > 1 ? ([[t("workflowRun.tries"), t.format.number(seen.attempts)]] as [string, string][]) : []),
  ];
  return (
    <dl className="StepPanel-facts">
      {facts.map(([name, value]) => (
        <div key={name} className="StepPanel-fact">
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Details({ run, row, hasEnded, status, tries }: { run: WorkflowRun; row: WorkflowStepRun; hasEnded: boolean; status: StepStatus; tries: number }) {
  const t = useTranslator();
  const [isWanted, setWanted] = useState(false);
  // How a plugin was kept apart is told by the step alone, not by the history.
  const whole = useWholeStep(run.id, row, isWanted || (row.type === "plugin" && !row.reused));
  const shown = whole.data ?? row;
  const attempts = (row.attempts as TimedStep["attempts"]).slice(0, hasEnded ? undefined : tries - 1);
  const error = row.error as { code: string; message: string } | null;
  const logs = linesOf(t, row.logs);
  const load = { isLoading: whole.isFetching, error: whole.error ? t.error(whole.error) : null, onLoad: () => setWanted(true) };
  const name = `${row.stepId}-${row.id}`;
  const isOpen = row.state === "waiting" && status === "waiting" && run.finishedAt === null;
  const isOpenQuestion = isOpen && row.type === "approval";
  return (
    <>
      {hasEnded && error && (
        <Banner tone="danger" title={failureTitle(t, error.code)} data-testid="step-error">
          <span className="StepPanel-error">{error.message}</span>
        </Banner>
      )}
      {isOpenQuestion && <ApprovalForm runId={run.id} step={row} />}
      {isOpen && row.type === "signal" && <SignalForm runId={run.id} step={row} />}
      {attempts.length > 1 || (attempts.length === 1 && status !== "failed") ? (
        <section className="StepPanel-attempts" aria-label={t("workflowRun.failedTries")}>
          <h3 className="StepPanel-label">{t("workflowRun.failedTries")}</h3>
          <ol>
            {attempts.map(({ at, code, message }, index) => (
              <li key={index}>
                <span className="StepPanel-at">{t.format.instant(at)}</span> {failureTitle(t, code)} <span className="StepPanel-faint">{message}</span>
              </li>
            ))}
          </ol>
        </section>
      ) : null}
      {logs && <Body title={t("workflowRun.logs")} value={logs} fileName={`${name}-logs`} />}
      {hasEnded && <Files runId={run.id} value={shown.output} />}
      {hasEnded && row.type === "agent" && <AgentCalls output={shown.output} />}
      {hasEnded && <Body title={t("workflowRun.output")} value={shown.output} bytes={row.outputBytes} fileName={`${name}-output`} {...load} />}
      {hasEnded && shown.call && <PluginCallView call={shown.call} />}
      {!isOpenQuestion && <Body title={t("workflowRun.input")} value={shown.input} bytes={row.inputBytes} fileName={`${name}-input`} {...load} />}
    </>
  );
}

/** What was done for the step, line by line. */
function linesOf(t: Translator, logs: WorkflowStepRun["logs"]): string | null {
  return logs.length > 0 ? logs.map(({ at, text }) => `${t.format.instant(at)}  ${text}`).join("\n") : null;
}
