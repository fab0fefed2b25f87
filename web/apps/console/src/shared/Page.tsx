import type { ReactNode } from "react";

import "./Page.css";

/** A page of the shell that is not a chat: a heading, and content in one column that scrolls. */
export function Page({ title, description, action, children }: { title: string; description?: string; action?: ReactNode; children: ReactNode }) {
  return (
    <div className="Page">
      <div className="Page-column">
        <header className="Page-header">
          <div className="Page-heading">
            <h1 className="Page-title">{title}</h1>
            {description && <p className="Page-description">{description}</p>}
          </div>
          {action}
        </header>
        {children}
      </div>
    </div>
  );
}
