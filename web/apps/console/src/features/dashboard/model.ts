import type { Dashboard, NamedRun, TaskRun } from "@openclaw/api";

/** Whether there is nothing of work on it yet: machines alone are none. */
export function isQuiet({ needs, running, finished }: Dashboard): boolean {
  const lists = [needs.approvals, needs.notifications, needs.tasks, needs.workflows, running.tasks, running.workflows, finished.tasks, finished.workflows, finished.results];
  return lists.every((list) => list.length === 0);
}

export type Work = { kind: "task"; run: TaskRun } | { kind: "workflow"; run: NamedRun };

/** Runs of both kinds as one list, the last first: by their end, or while they go on by their beginning. */
export function together({ tasks, workflows }: { tasks: readonly TaskRun[]; workflows: readonly NamedRun[] }): Work[] {
  const all: Work[] = [...tasks.map((run) => ({ kind: "task" as const, run })), ...workflows.map((run) => ({ kind: "workflow" as const, run }))];
  const at = ({ run }: Work) => Date.parse(run.finishedAt ?? run.createdAt);
  return all.sort((a, b) => at(b) - at(a));
}

/** How many needs there are, of what is shown. */
export function countNeeds({ approvals, notifications, tasks, workflows }: Dashboard["needs"]): number {
  return approvals.length + notifications.length + tasks.length + workflows.length;
}
