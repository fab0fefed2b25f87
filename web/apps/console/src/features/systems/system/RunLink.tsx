import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

/** The page of a task's run: it is the tasks', and known by its address. */
export const runAddress = (runId: string): string => `/task-runs/${encodeURIComponent(runId)}`;

export function RunLink({ runId, className, children }: { runId: string; className?: string; children: ReactNode }) {
  return (
    <Link to={runAddress(runId)} className={className}>
      {children}
    </Link>
  );
}
