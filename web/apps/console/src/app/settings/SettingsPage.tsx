import { useTranslator, type MessageKey } from "@openclaw/i18n";
import type { IconName } from "@openclaw/ui";
import { Icon } from "@openclaw/ui";
import { Link } from "@tanstack/react-router";
import { useEffect, useRef, type ComponentType } from "react";

import { ApprovalRulesSection, ModelProvidersSection, SimulatorSection } from "../../features/agents/module.tsx";
import { AuditSection } from "../../features/audit/module.tsx";
import { GatewayTokensSection, WorkspaceLimitsSection } from "../../features/devices/module.tsx";
import { ProfileSection, SecuritySection } from "../../features/identity/module.tsx";
import { ReachSection } from "../../features/notifications/module.tsx";
import { WorkspacesSection } from "../../features/workspaces/module.tsx";
import { useTitle } from "../../shared/useTitle.ts";
import { NotFound } from "../failure/Failure.tsx";

import "./SettingsPage.css";

interface SettingsSection {
  id: string;
  label: MessageKey;
  icon: IconName;
  content: ComponentType;
}

const SECTIONS: readonly SettingsSection[] = [
  { id: "profile", label: "settings.profile", icon: "user", content: ProfileSection },
  { id: "security", label: "settings.security", icon: "key", content: SecuritySection },
  { id: "notifications", label: "settings.notifications", icon: "bell", content: ReachSection },
  { id: "models", label: "settings.models", icon: "spark", content: ModelProvidersSection },
  { id: "approvals", label: "settings.approvals", icon: "shield", content: Approvals },
  { id: "tokens", label: "settings.tokens", icon: "terminal", content: GatewayTokensSection },
  { id: "workspaces", label: "settings.workspaces", icon: "users", content: WorkspacesSection },
  { id: "audit", label: "settings.audit", icon: "history", content: AuditSection },
];

function Approvals() {
  return (
    <>
      <ApprovalRulesSection />
      <SimulatorSection />
      <WorkspaceLimitsSection />
    </>
  );
}

export function SettingsPage({ section }: { section: string }) {
  const t = useTranslator();
  const current = SECTIONS.find(({ id }) => id === section);
  useTitle(current ? t(current.label) : t("settings.title"));
  const list = useRef<HTMLUListElement>(null);
  // On narrow screens the sections are a row that scrolls.
  useEffect(() => {
    list.current?.querySelector("[data-active]")?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [section]);
  if (!current) return <NotFound />;
  const Content = current.content;
  return (
    <div className="SettingsPage">
      <div className="SettingsPage-frame">
        <nav className="SettingsPage-nav" aria-label={t("settings.title")}>
          <h1 className="SettingsPage-title">{t("settings.title")}</h1>
          <ul className="SettingsPage-list" ref={list}>
            {SECTIONS.map(({ id, label, icon }) => (
              <li key={id}>
                <Link
                  to="/settings/$section"
                  params={{ section: id }}
                  className="SettingsPage-link"
                  activeProps={{ "data-active": true, "aria-current": "page" }}
                >
                  <Icon name={icon} />
                  {t(label)}
                </Link>
              </li>
            ))}
          </ul>
        </nav>
        <div className="SettingsPage-content">
          <Content />
        </div>
      </div>
    </div>
  );
}
