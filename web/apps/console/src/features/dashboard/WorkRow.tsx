import type { NamedRun } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Row } from "@openclaw/ui";
import { Link } from "@tanstack/react-router";

import { TaskRunRow } from "../tasks/index.ts";
import { RunBadge, RunDot } from "../workflows/index.ts";
import type { Work } from "./model.ts";

import "./WorkRow.css";

/** A run of either kind. */
export function WorkRow({ work }: { work: Work }) {
  return work.kind === "task" ? <TaskRunRow run={work.run} /> : <WorkflowRow run={work.run} />;
}

function WorkflowRow({ run }: { run: NamedRun }) {
  const t = useTranslator();
  const facts = [
    t("dashboard.workflow"),
    t(run.finishedAt ? "dashboard.endedWhen" : "dashboard.startedWhen", { when: t.format.relative(run.finishedAt ?? run.createdAt) }),
    ...(run.startedAt && run.finishedAt ? [t.format.span(Date.parse(run.finishedAt) - Date.parse(run.startedAt))] : []),
  ];
  return (
    <Row
      data-testid="workflow-run-row"
      leading={<RunDot state={run.state} />}
      title={
        <Link to="/workflow-runs/$runId" params={{ runId: run.id }} className="WorkRow-link">
          {run.name}
        </Link>
      }
      badges={<RunBadge state={run.state} isPaused={run.paused} />}
      detail={
        <>
          <p>{facts.join(" · ")}</p>
          {run.error && <p className="WorkRow-error">{run.error.title}</p>}
        </>
      }
    />
  );
}
