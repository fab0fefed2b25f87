import type { Delivery } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Badge, Banner, Button, EmptyState, Row, Rows, Segmented, Skeleton, useToast, type Tone } from "@openclaw/ui";
import { Link } from "@tanstack/react-router";
import { useState } from "react";

import { Page } from "../../../shared/Page.tsx";
import { useTitle } from "../../../shared/useTitle.ts";
import { useDeliveries, useRetry } from "../queries.ts";

import "./DeliveriesPage.css";

const TONES: Record<Delivery["state"], Tone> = {
  queued: "attention",
  sent: "accent",
  failed: "danger",
  cancelled: "neutral",
  skipped: "neutral",
};

/** Every push and mail with what became of it: nothing is dropped unseen. */
export function DeliveriesPage() {
  const t = useTranslator();
  useTitle(t("deliveries.title"));
  const [view, setView] = useState<"all" | "failed">("all");
  const list = useDeliveries(view === "failed" ? "failed" : null);
  const items = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Page
      title={t("deliveries.title")}
      description={t("deliveries.description")}
      before={
        <Link to="/notifications" className="DeliveriesPage-back">
          {t("notifications.title")}
        </Link>
      }
    >
      <div className="DeliveriesPage-bar">
        <Segmented
          label={t("notifications.show")}
          isLabelHidden
          value={view}
          options={[
            { value: "all", label: t("notifications.all") },
            { value: "failed", label: t("deliveries.onlyFailed") },
          ]}
          onChange={setView}
        />
      </div>
      {list.error && (
        <Banner tone="danger" role="alert">
          {t.error(list.error)}
        </Banner>
      )}
      {list.isPending && !list.error && <Skeleton label={t("app.loading")} lines={4} isBlock />}
      {list.data && items.length === 0 && <EmptyState title={t("deliveries.empty")} />}
      {items.length > 0 && (
        <Rows label={t("deliveries.title")}>
          {items.map((delivery) => (
            <DeliveryRow key={delivery.id} delivery={delivery} />
          ))}
        </Rows>
      )}
      {list.hasNextPage && (
        <Button onPress={() => void list.fetchNextPage()} isPending={list.isFetchingNextPage}>
          {t("app.more")}
        </Button>
      )}
    </Page>
  );
}

function DeliveryRow({ delivery }: { delivery: Delivery }) {
  const t = useTranslator();
  const toast = useToast();
  const retry = useRetry();
  const { state, channel, to, attempts, error, createdAt, dueAt, finishedAt, origin } = delivery;
  const facts = [
    t(`deliveries.channel.${channel}`),
    t("deliveries.to", { to: to.join(", ") }),
    ...(origin === "notification" ? [] : [origin]),
    t.format.relative(finishedAt ?? createdAt),
    ...(attempts > 1 ? [t.count("deliveries.tries", attempts)] : []),
    ...(state === "queued" ? [t("deliveries.due", { when: t.format.relative(dueAt) })] : []),
  ];
  return (
    <Row
      data-testid="delivery"
      title={delivery.subject}
      badges={<Badge tone={TONES[state]}>{t(`deliveries.state.${state}`)}</Badge>}
      detail={
        <>
          <div>{facts.join(" · ")}</div>
          {error && <div className="DeliveriesPage-error">{error.title}</div>}
        </>
      }
      actions={
        (state === "failed" || state === "skipped") && (
          <Button
            size="s"
            icon="refresh"
            isPending={retry.isPending}
            onPress={() => retry.mutate(delivery, { onError: (failure) => toast({ text: t.error(failure), tone: "danger" }) })}
            data-testid="retry-delivery"
          >
            {t("deliveries.retry")}
          </Button>
        )
      }
    />
  );
}
