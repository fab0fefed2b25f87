import { useTranslator } from "@openclaw/i18n";
import { Icon } from "@openclaw/ui";
import { Link } from "@tanstack/react-router";

import { useNotificationCount } from "../queries.ts";

import "./NotificationBell.css";

const MOST_SHOWN = 99;

/** Leads to the notifications from every page, and says how many are unread. */
export function NotificationBell({ onLeave }: { onLeave?: (() => void) | undefined }) {
  const t = useTranslator();
  const { data } = useNotificationCount();
  const unread = data?.unread ?? 0;
  const label = unread > 0 ? `${t("notifications.title")}, ${t.count("notifications.unread", unread)}` : t("notifications.title");
  return (
    <Link
      to="/notifications"
      className="NotificationBell"
      activeProps={{ "data-active": true }}
      aria-label={label}
      data-sticky={(data?.sticky ?? 0) > 0 || undefined}
      data-testid="notification-bell"
      onClick={onLeave}
    >
      <Icon name="bell" size={18} />
      {unread > 0 && (
        <span className="NotificationBell-count" aria-hidden="true">
          {unread > MOST_SHOWN ? `${MOST_SHOWN}+` : unread}
        </span>
      )}
    </Link>
  );
}
