import type { Approval, Dashboard, NamedRun, TaskRun } from "@openclaw/api";

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

export type Way =
  | { to: "/task-runs/$runId"; params: { runId: string } }
  | { to: "/c/$conversationId"; params: { conversationId: string } }
  | { to: "/approvals/$approvalId"; params: { approvalId: string } };

/** Where a question is asked: in the run of a task, in a conversation, or by itself. */
export function wayTo({ id, conversationId }: Approval, tasks: readonly TaskRun[]): Way {
  const run = conversationId === null ? undefined : tasks.find((task) => task.conversationId === conversationId);
  if (run) return { to: "/task-runs/$runId", params: { runId: run.id } };
  if (conversationId !== null) return { to: "/c/$conversationId", params: { conversationId } };
  return { to: "/approvals/$approvalId", params: { approvalId: id } };
}

/** How many needs there are, of what is shown. */
export function countNeeds({ approvals, notifications, tasks, workflows }: Dashboard["needs"]): number {
  return approvals.length + notifications.length + tasks.length + workflows.length;
}
