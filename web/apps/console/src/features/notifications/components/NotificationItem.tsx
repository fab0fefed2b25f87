import type { Notification, NotificationAction } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Badge, Button, IconButton, useToast } from "@openclaw/ui";
import { Link } from "@tanstack/react-router";

import { useAct, useMark } from "../queries.ts";

import "./NotificationItem.css";

/** One row: what was told, what can be done about it here, and where it leads. */
export function NotificationItem({ notification }: { notification: Notification }) {
  const t = useTranslator();
  const toast = useToast();
  const mark = useMark();
  const act = useAct();
  const { title, body, link, actions, sticky, createdAt, readAt, settledAt } = notification;
  const isUnread = readAt === null;
  const onError = (error: unknown) => toast({ text: t.error(error), tone: "danger" });
  const say = (state: "read" | "unread" | "dismissed") => mark.mutate({ notification, state }, { onError });
  const perform = (action: NotificationAction) =>
    act.mutate(action, { onError, onSuccess: () => mark.mutate({ notification, state: "read" }) });

  return (
    <li className="NotificationItem" data-unread={isUnread || undefined} data-testid="notification" data-kind={notification.kind}>
      <div className="NotificationItem-text">
        <div className="NotificationItem-head">
          {isUnread && (
            <span className="NotificationItem-dot">
              <span className="visually-hidden">{t("notifications.isUnread")}</span>
            </span>
          )}
          {link ? (
            <Link to={link} className="NotificationItem-title" onClick={() => isUnread && say("read")}>
              {title}
            </Link>
          ) : (
            <span className="NotificationItem-title">{title}</span>
          )}
          {sticky && isUnread && <Badge tone="danger">{t("notifications.sticky")}</Badge>}
          {settledAt && <Badge>{t("notifications.settled")}</Badge>}
        </div>
        {body && <p className="NotificationItem-body">{body}</p>}
        <time className="NotificationItem-when" dateTime={createdAt}>
          {t.format.relative(createdAt)}
        </time>
      </div>
      <div className="NotificationItem-actions">
        {actions.map((action) => (
          <Button
            key={action.name}
            size="s"
            tone={action.name === "deny" ? "secondary" : "primary"}
            isPending={act.isPending}
            onPress={() => perform(action)}
            data-testid={`act-${action.name}`}
          >
            {action.label}
          </Button>
        ))}
        <IconButton
          size="s"
          icon={isUnread ? "check" : "bell"}
          label={t(isUnread ? "notifications.read" : "notifications.markUnread")}
          onPress={() => say(isUnread ? "read" : "unread")}
          data-testid="mark"
        />
        <IconButton size="s" icon="archive" label={t("notifications.dismiss")} onPress={() => say("dismissed")} data-testid="dismiss" />
      </div>
    </li>
  );
}
