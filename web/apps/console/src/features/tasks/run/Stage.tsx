import type { ReactNode } from "react";

import "./Stage.css";

export interface StageProps {
  state: "done" | "now" | "ahead" | "stopped";
  name: ReactNode;
  children?: ReactNode;
}

/** One of what comes after another, with a dot that says how far it is. */
export function Stage({ state, name, children }: StageProps) {
  return (
    <li className="Stage" data-state={state} {...(state === "now" ? { "aria-current": "step" as const } : {})}>
      <span className="Stage-name">{name}</span>
      {children}
    </li>
  );
}
