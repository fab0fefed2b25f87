import type { WorkflowStepRun } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Badge, Banner } from "@openclaw/ui";
import { useState } from "react";

import { AgentCalls } from "../runs/AgentCalls.tsx";
import { Body } from "../runs/Body.tsx";
import { Files } from "../runs/Files.tsx";
import { useWholeStep } from "../runs/queries.ts";

import "./StepRun.css";

/** What a step did in the run that is shown: how it went, its files, what came out and went in. */
export function StepRun({ runId, row, isOnly }: { runId: string; row: WorkflowStepRun; isOnly: boolean }) {
  const t = useTranslator();
  const [isWanted, setWanted] = useState(false);
  const whole = useWholeStep(runId, row, isWanted);
  const shown = whole.data ?? row;
  const state = row.reused ? "reused" : row.state === "delayed" ? "waiting" : row.state;
  const message = typeof row.error?.["message"] === "string" ? row.error["message"] : null;
  const name = `${row.stepId}-${row.id}`;
  const load = { isLoading: whole.isFetching, error: whole.error ? t.error(whole.error) : null, onLoad: () => setWanted(true) };
  return (
    <article className="StepRun" data-testid="step-run">
      <p className="StepRun-head">
        {!isOnly && <code>{row.path}</code>}
        <Badge tone={state === "failed" ? "danger" : state === "completed" ? "accent" : state === "waiting" ? "attention" : "neutral"}>{t(`canvas.status.${state}`)}</Badge>
        {row.durationMs !== null && <span className="StepRun-note">{t.format.duration(row.durationMs)}</span>}
        {row.attempts.length > 1 && <span className="StepRun-note">{t("canvas.attempts", { count: row.attempts.length })}</span>}
      </p>
      {message && <Banner tone="danger">{message}</Banner>}
      <Files runId={runId} value={shown.output} />
      {row.type === "agent" && <AgentCalls output={shown.output} />}
      <Body title={t("workflowRun.output")} value={shown.output} bytes={row.outputBytes} fileName={`${name}-output`} {...load} />
      <Body title={t("workflowRun.input")} value={shown.input} bytes={row.inputBytes} fileName={`${name}-input`} {...load} />
    </article>
  );
}
