import type { Approval } from "@openclaw/api";

export type Way =
  | { to: "/task-runs/$runId"; params: { runId: string } }
  | { to: "/c/$conversationId"; params: { conversationId: string } }
  | { to: "/approvals/$approvalId"; params: { approvalId: string } };

/** Where a question is asked: in the run of a task, in a conversation, or by itself. */
export function wayTo({ id, taskRunId, conversationId }: Pick<Approval, "id" | "taskRunId" | "conversationId">): Way {
  if (taskRunId) return { to: "/task-runs/$runId", params: { runId: taskRunId } };
  if (conversationId) return { to: "/c/$conversationId", params: { conversationId } };
  return { to: "/approvals/$approvalId", params: { approvalId: id } };
}
