import type { PublicSystem, System } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Badge, Icon } from "@openclaw/ui";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

import { iconOf } from "../words.ts";
import { VisibilityBadge } from "./VisibilityBadge.tsx";

import "./SystemCards.css";

/** Systems beside one another. */
export function SystemCards({ label, children }: { label: string; children: ReactNode }) {
  return (
    <ul className="SystemCards" aria-label={label}>
      {children}
    </ul>
  );
}

export function SystemCard({ system }: { system: System }) {
  const t = useTranslator();
  const { id, name, description, template, roles, status, syncMode, updatedAt, createdByName } = system;
  return (
    <Card
      template={template}
      description={description}
      facts={[roles.join(t("app.comma")), t("systems.changedBy", { when: t.format.relative(updatedAt), name: createdByName })]}
      badges={
        <>
          <VisibilityBadge visibility={system.visibility} />
          {syncMode === "local_only" && <Badge tone="accent">{t("systems.sync.local_only")}</Badge>}
          {status !== "active" && <Badge tone="attention">{t(`systems.status.${status}`)}</Badge>}
        </>
      }
    >
      <Link to="/systems/$systemId" params={{ systemId: id }} className="SystemCards-link">
        {name}
      </Link>
    </Card>
  );
}

export function PublicCard({ system }: { system: PublicSystem }) {
  const t = useTranslator();
  const { id, name, description, template, roles, deliverables, updatedAt } = system;
  return (
    <Card template={template} description={description} facts={[(deliverables.length > 0 ? deliverables : roles).join(t("app.comma")), t("systems.changed", { when: t.format.relative(updatedAt) })]}>
      <Link to="/systems/public/$systemId" params={{ systemId: id }} className="SystemCards-link">
        {name}
      </Link>
    </Card>
  );
}

function Card({ template, description, facts, badges, children }: { template: string; description: string; facts: readonly string[]; badges?: ReactNode; children: ReactNode }) {
  return (
    <li className="SystemCards-card" data-testid="system-card">
      <span className="SystemCards-icon">
        <Icon name={iconOf(template)} />
      </span>
      <div className="SystemCards-body">
        <h2 className="SystemCards-name">{children}</h2>
        {badges && <p className="SystemCards-badges">{badges}</p>}
        {description && <p className="SystemCards-text">{description}</p>}
        {facts.filter(Boolean).map((fact) => (
          <p key={fact} className="SystemCards-fact">
            {fact}
          </p>
        ))}
      </div>
    </li>
  );
}
