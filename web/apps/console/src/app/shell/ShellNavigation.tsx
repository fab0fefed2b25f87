import { useTranslator } from "@openclaw/i18n";
import { Icon, Mark } from "@openclaw/ui";
import { Link } from "@tanstack/react-router";

import { PendingApprovals } from "../../features/agents/index.ts";
import { ConversationList } from "../../features/conversations/index.ts";
import { NotificationBell } from "../../features/notifications/index.ts";
import { PaletteButton } from "../../features/palette/index.ts";
import { AccountMenu } from "./AccountMenu.tsx";
import { PlaceLinks } from "./PlaceLinks.tsx";
import { MEANS, WORK } from "./places.ts";

import "./ShellNavigation.css";

export function ShellNavigation({ onLeave, onFind }: { onLeave?: () => void; onFind: () => void }) {
  const t = useTranslator();
  return (
    <div className="ShellNavigation">
      <div className="ShellNavigation-top">
        <Link to="/" className="ShellNavigation-brand" aria-label={t("app.name")} onClick={onLeave}>
          <Mark size={20} />
          <span>{t("app.name")}</span>
        </Link>
        <div className="ShellNavigation-tools">
          <PaletteButton onPress={onFind} />
          <NotificationBell onLeave={onLeave} />
        </div>
      </div>
      <div className="ShellNavigation-rest">
        <PendingApprovals {...(onLeave ? { onLeave } : {})} />
        <nav className="ShellNavigation-work" aria-label={t("app.work")}>
          <PlaceLinks places={WORK} onLeave={onLeave} />
        </nav>
        <ConversationList {...(onLeave ? { onLeave } : {})} />
        <nav className="ShellNavigation-bottom" aria-label={t("app.navigation")}>
          <PlaceLinks places={MEANS} onLeave={onLeave} />
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
    </div>
  );
}
