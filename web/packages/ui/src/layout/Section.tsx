import { useId, type ReactNode } from "react";

import "./Section.css";

/** A titled part of a page. */
export function Section({ title, description, action, children }: { title: string; description?: ReactNode; action?: ReactNode; children: ReactNode }) {
  const id = useId();
  return (
    <section className="Section" aria-labelledby={id}>
      <header className="Section-header">
        <div className="Section-heading">
          <h2 id={id} className="Section-title">
            {title}
          </h2>
          {description && <p className="Section-description">{description}</p>}
        </div>
        {action}
      </header>
      {children}
    </section>
  );
}

/** Rows parted by hairlines. */
export function Rows({ children, label }: { children: ReactNode; label: string }) {
  return (
    <ul className="Section-rows" aria-label={label}>
      {children}
    </ul>
  );
}

export interface RowProps {
  leading?: ReactNode;
  title: ReactNode;
  badges?: ReactNode;
  detail?: ReactNode;
  actions?: ReactNode;
  "data-testid"?: string;
}

export function Row({ leading, title, badges, detail, actions, ...rest }: RowProps) {
  return (
    <li className="Section-row" {...rest}>
      <div className="Section-rowMain">
        {leading && <div className="Section-leading">{leading}</div>}
        <div className="Section-rowText">
          <div className="Section-rowTitle">
            <span className="Section-rowName">{title}</span>
            {badges}
          </div>
          {detail && <div className="Section-rowDetail">{detail}</div>}
        </div>
      </div>
      {actions && <div className="Section-rowActions">{actions}</div>}
    </li>
  );
}
