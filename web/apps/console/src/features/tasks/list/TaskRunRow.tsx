import type { TaskRun } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Row } from "@openclaw/ui";
import { Link } from "@tanstack/react-router";

import { TaskBadge, TaskDot } from "../TaskBadge.tsx";
import { useRunFacts } from "../useRunFacts.ts";

import "./TaskRunRow.css";

/** A run in a list: what it is, how it stands, where and since when; what went wrong in words. */
export function TaskRunRow({ run, name }: { run: TaskRun; name?: string }) {
  const facts = useRunFacts(run);
  const t = useTranslator();
  return (
    <Row
      data-testid="task-run-row"
      leading={<TaskDot run={run} />}
      title={
        <Link to="/task-runs/$runId" params={{ runId: run.id }} className="TaskRunRow-link">
          {name ?? run.title}
        </Link>
      }
      badges={<TaskBadge run={run} />}
      detail={
        <>
          <p>{facts.join(" · ")}</p>
          {run.error && <p className="TaskRunRow-error">{run.error.title}</p>}
          {run.state === "waiting_device" && <p>{t("taskRun.says.waiting_device", { device: run.device?.name ?? t("tool.someDevice") })}</p>}
        </>
      }
    />
  );
}
