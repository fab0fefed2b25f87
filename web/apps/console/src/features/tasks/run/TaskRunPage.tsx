import type { TaskRun } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, EmptyState, Rows, Section, Skeleton } from "@openclaw/ui";
import { Link } from "@tanstack/react-router";

import { Page } from "../../../shared/Page.tsx";
import { useTitle } from "../../../shared/useTitle.ts";
import { Transcript } from "../../conversations/index.ts";
import { TaskRunRow } from "../list/TaskRunRow.tsx";
import { canFollowUp, isOver, isSpent } from "../model.ts";
import { useTaskRun, useTaskRuns } from "../queries.ts";
import { TaskBadge } from "../TaskBadge.tsx";
import { EventLog } from "./EventLog.tsx";
import { FollowUp } from "./FollowUp.tsx";
import { Plan } from "./Plan.tsx";
import { Progress } from "./Progress.tsx";
import { RunResults } from "./RunResults.tsx";
import { Standing } from "./Standing.tsx";
import { TaskRunActions } from "./TaskRunActions.tsx";
import { Usage } from "./Usage.tsx";

import "./TaskRunPage.css";

/** A run of a task, live: how it stands, what it does, what it takes, and what can be done about it. */
export function TaskRunPage({ runId }: { runId: string }) {
  const t = useTranslator();
  const { run, events } = useTaskRun(runId);
  const title = run.data?.title ?? t("taskRun.title");
  useTitle(title);
  if (!run.data) {
    return (
      <Page title={title} before={<Crumbs />}>
        {run.error ? (
          <Banner tone="danger" role="alert" title={t("taskRun.loadFailed")} action={<Button onPress={() => void run.refetch()}>{t("app.retry")}</Button>}>
            {t.error(run.error)}
          </Banner>
        ) : (
          <Skeleton label={t("app.loading")} lines={6} isBlock />
        )}
      </Page>
    );
  }
  return (
    <Page
      title={title}
      isWide
      before={<Crumbs run={run.data} />}
      badges={
        <span data-testid="task-state" data-state={run.data.state} data-paused={run.data.isPaused || undefined}>
          <TaskBadge run={run.data} />
        </span>
      }
      action={<TaskRunActions run={run.data} />}
    >
      <div className="TaskRunPage">
        <div className="TaskRunPage-main">
          {run.error && <Banner tone="attention">{t.error(run.error)}</Banner>}
          <Standing run={run.data} />
          <div>
            <RunResults runId={runId} />
            <Work run={run.data} />
          </div>
          {canFollowUp(run.data) && <FollowUp run={run.data} />}
        </div>
        <aside className="TaskRunPage-side" aria-label={t("taskRun.about")}>
          <Progress run={run.data} />
          {run.data.system && <Plan run={run.data} systemId={run.data.system.id} events={events.data ?? []} />}
          <Usage run={run.data} />
          <Others run={run.data} />
        </aside>
        <div className="TaskRunPage-log">
          <EventLog run={run.data} events={events.data ?? []} error={events.error} />
        </div>
      </div>
    </Page>
  );
}

function Crumbs({ run }: { run?: TaskRun }) {
  const t = useTranslator();
  return (
    <nav className="TaskRunPage-crumbs" aria-label={t("tasks.crumbs")}>
      <Link to="/tasks">{t("tasks.title")}</Link>
      {run?.system && (
        <Link to="/systems/$systemId" params={{ systemId: run.system.id }} data-testid="run-system">
          {run.system.name}
        </Link>
      )}
      {run && !isSpent(run) && (
        <Link to="/tasks/$taskId/edit" params={{ taskId: run.taskId }}>
          {t("taskRun.editTask")}
        </Link>
      )}
    </nav>
  );
}

/** What it does: its conversation, as chats show theirs. */
function Work({ run }: { run: TaskRun }) {
  const t = useTranslator();
  const keptOn = run.target.syncMode === "full" ? null : (run.device?.name ?? t("tool.someDevice"));
  return (
    <Section title={t("taskRun.work")}>
      {run.conversationId ? (
        <Transcript key={run.conversationId} conversationId={run.conversationId} isPi={run.target.runtime === "pi"} keptOn={keptOn} isFailureTold={run.error !== null} />
      ) : (
        <EmptyState title={t(isOver(run) ? "taskRun.nothingDone" : "taskRun.notBegun")} />
      )}
    </Section>
  );
}

/** The other runs of the same task. */
function Others({ run }: { run: TaskRun }) {
  const t = useTranslator();
  const others = (useTaskRuns({ task: run.taskId }).data?.pages.flatMap((page) => page.items) ?? []).filter(({ id }) => id !== run.id);
  if (others.length === 0) return null;
  return (
    <Section title={t("taskRun.others")}>
      <Rows label={t("taskRun.others")}>
        {others.map((other) => (
          <TaskRunRow key={other.id} run={other} name={t.format.dateTime(other.createdAt)} />
        ))}
      </Rows>
    </Section>
  );
}
