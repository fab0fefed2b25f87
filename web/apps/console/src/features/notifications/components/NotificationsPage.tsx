import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, EmptyState, Segmented, Skeleton } from "@openclaw/ui";
import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";

import { Page } from "../../../shared/Page.tsx";
import { useTitle } from "../../../shared/useTitle.ts";
import { useMarkAll, useNotificationCount, useNotifications } from "../queries.ts";
import { NotificationItem } from "./NotificationItem.tsx";

import "./NotificationsPage.css";

/** Everything that the user was told. What is shown here is seen; read is what they have opened or said so of. */
export function NotificationsPage() {
  const t = useTranslator();
  useTitle(t("notifications.title"));
  const [view, setView] = useState<"all" | "unread">("all");
  const list = useNotifications(view === "unread");
  const count = useNotificationCount().data;
  const markAll = useMarkAll();
  const items = list.data?.pages.flatMap((page) => page.items) ?? [];
  const newest = items[0]?.createdAt;
  const { mutate } = markAll;
  const hasUnseen = items.some(({ seenAt }) => seenAt === null);

  useEffect(() => {
    if (hasUnseen && newest) mutate({ state: "seen", until: newest });
  }, [hasUnseen, newest, mutate]);

  return (
    <Page
      title={t("notifications.title")}
      description={t("notifications.description")}
      action={
        <Link to="/settings/$section" params={{ section: "notifications" }} className="NotificationsPage-link">
          {t("notifications.settings")}
        </Link>
      }
    >
      {count !== undefined && count.failedDeliveries > 0 && (
        <Banner tone="attention" data-testid="failed-deliveries">
          {t.count("notifications.failed", count.failedDeliveries)}{" "}
          <Link to="/notifications/deliveries" className="NotificationsPage-link">
            {t("notifications.failedSee")}
          </Link>
        </Banner>
      )}
      <div className="NotificationsPage-bar">
        <Segmented
          label={t("notifications.show")}
          isLabelHidden
          value={view}
          options={[
            { value: "all", label: t("notifications.all") },
            { value: "unread", label: t("notifications.onlyUnread") },
          ]}
          onChange={setView}
        />
        <div className="NotificationsPage-actions">
          <Button
            size="s"
            icon="check"
            isDisabled={!newest || count?.unread === 0}
            onPress={() => newest && mutate({ state: "read", until: newest })}
            data-testid="read-all"
          >
            {t("notifications.readAll")}
          </Button>
          <Button
            size="s"
            tone="quiet"
            icon="archive"
            isDisabled={!newest}
            onPress={() => newest && mutate({ state: "dismissed", until: newest })}
            data-testid="dismiss-all"
          >
            {t("notifications.clearRead")}
          </Button>
        </div>
      </div>
      {list.error && (
        <Banner tone="danger" role="alert">
          {t.error(list.error)}
        </Banner>
      )}
      {list.isPending && !list.error && <Skeleton label={t("app.loading")} lines={4} isBlock />}
      {list.data && items.length === 0 && (
        <EmptyState title={t(view === "unread" ? "notifications.emptyUnread" : "notifications.empty")}>
          {view === "all" && t("notifications.emptyText")}
        </EmptyState>
      )}
      {items.length > 0 && (
        <ul className="NotificationsPage-list" aria-label={t("notifications.title")}>
          {items.map((item) => (
            <NotificationItem key={item.id} notification={item} />
          ))}
        </ul>
      )}
      {list.hasNextPage && (
        <Button onPress={() => void list.fetchNextPage()} isPending={list.isFetchingNextPage}>
          {t("app.more")}
        </Button>
      )}
      <p className="NotificationsPage-foot">
        <Link to="/notifications/deliveries" className="NotificationsPage-link">
          {t("deliveries.title")}
        </Link>
      </p>
    </Page>
  );
}
