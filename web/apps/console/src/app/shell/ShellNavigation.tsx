import { useTranslator } from "@openclaw/i18n";
import { Icon, Mark } from "@openclaw/ui";
import { Link } from "@tanstack/react-router";

import { PendingApprovals } from "../../features/agents/index.ts";
import { ConversationList } from "../../features/conversations/index.ts";
import { OnlineDevices } from "../../features/devices/index.ts";
import { NotificationBell } from "../../features/notifications/index.ts";
import { AccountMenu } from "./AccountMenu.tsx";

import "./ShellNavigation.css";

export function ShellNavigation({ onLeave }: { onLeave?: () => void }) {
  const t = useTranslator();
  return (
    <div className="ShellNavigation">
      <div className="ShellNavigation-top">
        <Link to="/" className="ShellNavigation-brand" aria-label={t("app.name")} onClick={onLeave}>
          <Mark size={20} />
          <span>{t("app.name")}</span>
        </Link>
        <NotificationBell onLeave={onLeave} />
      </div>
      <PendingApprovals {...(onLeave ? { onLeave } : {})} />
      <ConversationList {...(onLeave ? { onLeave } : {})} />
      <nav className="ShellNavigation-bottom" aria-label={t("app.navigation")}>
        <Link to="/workflows" className="ShellNavigation-link" activeProps={{ "data-active": true }} onClick={onLeave}>
          <Icon name="branch" />
          <span className="ShellNavigation-label">{t("app.workflows")}</span>
        </Link>
        <Link to="/plugins" className="ShellNavigation-link" activeProps={{ "data-active": true }} onClick={onLeave}>
          <Icon name="puzzle" />
          <span className="ShellNavigation-label">{t("app.plugins")}</span>
        </Link>
        <Link to="/devices" className="ShellNavigation-link" activeProps={{ "data-active": true }} onClick={onLeave}>
          <Icon name="laptop" />
          <span className="ShellNavigation-label">{t("app.devices")}</span>
          <OnlineDevices />
        </Link>
        <Link
          to="/settings/$section"
          params={{ section: "profile" }}
          className="ShellNavigation-link"
          activeOptions={{ exact: false }}
          onClick={onLeave}
        >
          <Icon name="settings" />
          <span className="ShellNavigation-label">{t("app.settings")}</span>
        </Link>
        <AccountMenu />
      </nav>
    </div>
  );
}
