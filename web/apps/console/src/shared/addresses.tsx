import { Link, type LinkProps } from "@tanstack/react-router";
import type { ReactNode } from "react";

type Way = Pick<LinkProps, "to" | "params">;

/** Things with a page of their own, by the prefix of their ids. */
const PAGES: Readonly<Record<string, (id: string) => Way>> = {
  auto: (automationId) => ({ to: "/automations/$automationId", params: { automationId } }),
  art: (resultId) => ({ to: "/results/$resultId", params: { resultId } }),
  conv: (conversationId) => ({ to: "/c/$conversationId", params: { conversationId } }),
  host: (hostId) => ({ to: "/hosts/$hostId", params: { hostId } }),
  sys: (systemId) => ({ to: "/systems/$systemId", params: { systemId } }),
  task: (taskId) => ({ to: "/tasks/$taskId/edit", params: { taskId } }),
  trun: (runId) => ({ to: "/task-runs/$runId", params: { runId } }),
  wf: (workflowId) => ({ to: "/workflows/$workflowId", params: { workflowId } }),
  wrun: (runId) => ({ to: "/workflow-runs/$runId", params: { runId } }),
};

function wayOf(id: string): Way | null {
  return PAGES[id.slice(0, id.indexOf("_"))]?.(id) ?? null;
}

/** The address of a thing's page; null for what has none. */
export function addressOf(id: string): string | null {
  return wayOf(id)?.to?.replace(/\$\w+/, encodeURIComponent(id)) ?? null;
}

/** Leads to a thing by its id alone. */
export function ThingLink({ id, children }: { id: string; children: ReactNode }) {
  const way = wayOf(id);
  return way === null ? children : <Link {...way}>{children}</Link>;
}
