import type { ReactNode } from "react";

import "./Page.css";

export interface PageProps {
  title: string;
  description?: string;
  action?: ReactNode;
  /** Stands above the heading, such as the way back. */
  before?: ReactNode;
  /** Beside the heading, such as a state. */
  badges?: ReactNode;
  /** For pages with a picture: as wide as the window has room for. */
  isWide?: boolean;
  children: ReactNode;
}

/** A page of the shell that is not a chat: a heading, and content in one column that scrolls. */
export function Page({ title, description, action, before, badges, isWide, children }: PageProps) {
  return (
    <div className="Page">
      <div className="Page-column" data-wide={isWide || undefined}>
        {before}
        <header className="Page-header">
          <div className="Page-heading">
            <div className="Page-name">
              <h1 className="Page-title">{title}</h1>
              {badges}
            </div>
            {description && <p className="Page-description">{description}</p>}
          </div>
          {action}
        </header>
        {children}
      </div>
    </div>
  );
}
