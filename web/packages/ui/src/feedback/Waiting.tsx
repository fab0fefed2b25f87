import type { ReactNode } from "react";

import { classes } from "../classes.ts";

import "./Waiting.css";

/** The shape of what is being loaded. `label` is read out once. */
export function Skeleton({ lines = 3, label, isBlock }: { lines?: number; label: string; isBlock?: boolean }) {
  return (
    <div className="Waiting" role="status" aria-busy="true">
      <span className="visually-hidden">{label}</span>
      {Array.from({ length: lines }, (_, index) => (
        <span key={index} className={classes("Waiting-line", isBlock && "Waiting-line--block")} />
      ))}
    </div>
  );
}

/** What a place says while it holds nothing: why, and what to do first. */
export function EmptyState({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className="Waiting-empty">
      <p className="Waiting-emptyTitle">{title}</p>
      {children && <div className="Waiting-emptyText">{children}</div>}
      {action && <div className="Waiting-emptyAction">{action}</div>}
    </div>
  );
}
