import type { Task, TaskRun } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { IconButton, Menu, Row, useToast, type MenuGroup } from "@openclaw/ui";
import { Link, useNavigate } from "@tanstack/react-router";

import { isOver } from "../model.ts";
import { useArchiveTask, useLaunchTask } from "../queries.ts";
import { TaskBadge, TaskDot } from "../TaskBadge.tsx";
import { useRunFacts, useWhere } from "../useRunFacts.ts";

import "./TaskRow.css";

/** A task: its latest run, and what can be done with it. */
export function TaskRow({ task }: { task: Task }) {
  const run = task.lastRun ?? null;
  return (
    <Row
      data-testid="task-row"
      leading={<TaskDot run={run} />}
      title={
        run ? (
          <Link to="/task-runs/$runId" params={{ runId: run.id }} className="TaskRow-link">
            {task.title}
          </Link>
        ) : (
          <Link to="/tasks/$taskId/edit" params={{ taskId: task.id }} className="TaskRow-link">
            {task.title}
          </Link>
        )
      }
      badges={run && <TaskBadge run={run} />}
      detail={
        <>
          {run ? <RunFacts run={run} /> : <NeverRun task={task} />}
          {run?.error && <p className="TaskRow-error">{run.error.title}</p>}
        </>
      }
      actions={<TaskActions task={task} />}
    />
  );
}

function RunFacts({ run }: { run: TaskRun }) {
  return <p>{useRunFacts(run).join(" · ")}</p>;
}

function NeverRun({ task }: { task: Task }) {
  const t = useTranslator();
  const where = useWhere();
  return <p>{[where(task, null), t("tasks.neverRun")].join(" · ")}</p>;
}

function TaskActions({ task }: { task: Task }) {
  const t = useTranslator();
  const toast = useToast();
  const navigate = useNavigate();
  const launch = useLaunchTask();
  const archive = useArchiveTask();
  const onError = (error: unknown) => toast({ text: t.error(error), tone: "danger" });
  const isGoingOn = task.lastRun != null && !isOver(task.lastRun);
  const label = t("tasks.actions", { name: task.title });
  const start = () =>
    void launch.mutateAsync(task.id).then(({ id }) => void navigate({ to: "/task-runs/$runId", params: { runId: id } }), onError);
  const putAway = () =>
    void archive.mutateAsync({ taskId: task.id, archived: true }).then(() => {
      const undo = () => void archive.mutateAsync({ taskId: task.id, archived: false }).catch(onError);
      toast({ text: t("tasks.archivedNote", { name: task.title }), action: { label: t("app.undo"), run: undo } });
    }, onError);
  const groups: MenuGroup[] = [
    {
      actions: [
        { id: "launch", label: t(isGoingOn ? "tasks.launchAnother" : task.lastRun ? "tasks.launchAgain" : "tasks.launch"), icon: "play", run: start },
        { id: "edit", label: t("app.edit"), icon: "edit", run: () => void navigate({ to: "/tasks/$taskId/edit", params: { taskId: task.id } }) },
        task.archivedAt === null
          ? { id: "archive", label: t("tasks.archive"), icon: "archive", run: putAway }
          : { id: "unarchive", label: t("tasks.unarchive"), icon: "undo", run: () => void archive.mutateAsync({ taskId: task.id, archived: false }).catch(onError) },
      ],
    },
  ];
  return (
    <Menu label={label} groups={groups}>
      <IconButton icon="more" label={label} hasTooltip={false} isPending={launch.isPending} data-testid="task-menu" />
    </Menu>
  );
}
