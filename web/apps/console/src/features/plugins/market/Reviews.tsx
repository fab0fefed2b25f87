import type { PluginPackage } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, EmptyState, Icon, IconButton, Menu, Row, Rows, Section, Skeleton, useToast } from "@openclaw/ui";
import { useState } from "react";

import { download } from "../../../shared/download.ts";
import { useApi } from "../../../shared/services.tsx";
import { shortKey } from "../model.ts";
import { NoteDialog } from "../NoteDialog.tsx";
import { PermissionList } from "../PermissionList.tsx";
import { useReview, useReviews } from "../queries.ts";

import "./Reviews.css";

/** Packages for everybody that wait for the operator, the oldest first. */
export function Reviews() {
  const t = useTranslator();
  const reviews = useReviews(true);
  return (
    <Section title={t("plugins.reviews")} description={t("plugins.reviewsText")}>
      {reviews.error && (
        <Banner tone="danger" role="alert" action={<Button onPress={() => void reviews.refetch()}>{t("app.retry")}</Button>}>
          {t.error(reviews.error)}
        </Banner>
      )}
      {reviews.isPending && <Skeleton label={t("app.loading")} lines={1} isBlock />}
      {reviews.data?.length === 0 && <EmptyState title={t("plugins.noReviews")} />}
      {reviews.data && reviews.data.length > 0 && (
        <Rows label={t("plugins.reviews")}>
          {reviews.data.map((each) => (
            <ReviewRow key={each.id} item={each} />
          ))}
        </Rows>
      )}
    </Section>
  );
}

function ReviewRow({ item }: { item: PluginPackage }) {
  const t = useTranslator();
  const api = useApi();
  const toast = useToast();
  const review = useReview(item.id);
  const [decision, setDecision] = useState<"approve" | "reject" | null>(null);
  const onError = (error: unknown) => toast({ text: t.error(error), tone: "danger" });
  const title = `${item.title} ${item.version}`;
  return (
    <Row
      data-testid="review-row"
      leading={<Icon name="puzzle" />}
      title={title}
      detail={
        <div className="Reviews-detail">
          <p className="Reviews-text">{item.description}</p>
          <p>{[item.author, t("plugins.publisherIs", { key: shortKey(item.publisherKey) }), t.format.bytes(item.archiveBytes), ...(item.createdAt ? [t.format.relative(item.createdAt)] : [])].join(" · ")}</p>
          <PermissionList permissions={item.permissions} />
        </div>
      }
      actions={
        <>
          <Button size="s" onPress={() => setDecision("approve")} data-testid="approve">
            {t("plugins.approve")}
          </Button>
          <Button size="s" onPress={() => setDecision("reject")} data-testid="reject">
            {t("plugins.reject")}
          </Button>
          <Menu
            label={t("plugins.more", { title })}
            groups={[
              {
                actions: [
                  {
                    id: "download",
                    label: t("plugins.download"),
                    icon: "download",
                    run: () => void api.pluginPackages.archive(item.id).then((archive) => download(`${item.name}-${item.version}.opc`, archive), onError),
                  },
                ],
              },
            ]}
          >
            <IconButton icon="more" size="s" label={t("plugins.more", { title })} />
          </Menu>
          {decision && (
            <NoteDialog
              title={t(`plugins.${decision}Title`, { title })}
              text={t(`plugins.${decision}Text`)}
              label={t("plugins.note")}
              actionLabel={t(`plugins.${decision}`)}
              isRequired={decision === "reject"}
              isDestructive={decision === "reject"}
              isPending={review.isPending}
              error={review.error}
              maxLength={2_000}
              onClose={() => {
                setDecision(null);
                review.reset();
              }}
              onSubmit={(note) => void review.mutateAsync({ decision, note }).then(() => toast({ text: t(decision === "approve" ? "plugins.approved" : "plugins.rejected", { title }) }), () => undefined)}
              data-testid="review-dialog"
            />
          )}
        </>
      }
    />
  );
}
