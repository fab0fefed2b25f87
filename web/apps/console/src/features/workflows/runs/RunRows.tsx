import type { WorkflowRunSummary } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Badge, Row, Rows } from "@openclaw/ui";
import { Link } from "@tanstack/react-router";

import { RunBadge, RunDot } from "./RunBadge.tsx";

import "./RunRows.css";

/** Runs, each with when it began, how long it took and how it ended. */
export function RunRows({ runs, label, hasDates = false }: { runs: readonly WorkflowRunSummary[]; label: string; hasDates?: boolean }) {
  return (
    <Rows label={label}>
      {runs.map((run) => (
        <RunRow key={run.id} run={run} hasDates={hasDates} />
      ))}
    </Rows>
  );
}

function RunRow({ run, hasDates }: { run: WorkflowRunSummary; hasDates: boolean }) {
  const t = useTranslator();
  const facts = [
    t("workflowRun.version", { version: run.version }),
    ...(run.startedAt && run.finishedAt ? [t.format.span(Date.parse(run.finishedAt) - Date.parse(run.startedAt))] : []),
    ...(run.fromPath ? [t("workflowRun.againFrom", { step: run.fromPath })] : []),
    ...(run.parentRunId ? [t("workflowRun.ofAnother")] : []),
  ];
  return (
    <Row
      data-testid="run-row"
      leading={<RunDot state={run.state} />}
      title={
        <Link to="/workflow-runs/$runId" params={{ runId: run.id }} className="RunRows-link">
          {hasDates ? t.format.dateTime(run.createdAt) : t.format.time(run.createdAt)}
        </Link>
      }
      badges={
        <>
          <RunBadge state={run.state} isPaused={run.paused} />
          {run.dry && <Badge>{t("workflowRun.dry")}</Badge>}
        </>
      }
      detail={
        <>
          <p>{facts.join(" · ")}</p>
          {run.error && <p className="RunRows-error">{run.error.title}</p>}
        </>
      }
    />
  );
}
