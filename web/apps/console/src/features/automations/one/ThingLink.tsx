import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

/** Leads to a thing that an automation names, or to the run that it has set going. */
export function ThingLink({ kind, id, children }: { kind: string; id: string; children: ReactNode }) {
  if (kind === "run_workflow") {
    return id.startsWith("wf_") ? (
      <Link to="/workflows/$workflowId" params={{ workflowId: id }}>
        {children}
      </Link>
    ) : (
      <Link to="/workflow-runs/$runId" params={{ runId: id }}>
        {children}
      </Link>
    );
  }
  const address = kind === "run_task" ? (id.startsWith("task_") ? `/tasks/${id}` : `/tasks/runs/${id}`) : kind === "publish" ? `/results/${id}` : null;
  return address ? <a href={address}>{children}</a> : children;
}
