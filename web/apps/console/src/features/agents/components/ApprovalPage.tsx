import { useTranslator } from "@openclaw/i18n";
import { Banner, Skeleton } from "@openclaw/ui";
import { Link } from "@tanstack/react-router";

import { Page } from "../../../shared/Page.tsx";
import { useTitle } from "../../../shared/useTitle.ts";
import { useApproval } from "../queries.ts";
import { wayTo } from "../way.ts";
import { ApprovalCard, ApprovalOutcome } from "./ApprovalCard.tsx";

/** One approval by itself: where its link leads, from wherever the question reached the person. */
export function ApprovalPage({ approvalId }: { approvalId: string }) {
  const t = useTranslator();
  const { data: approval, error, isPending } = useApproval(approvalId);
  useTitle(t("approval.page"));
  return (
    <Page title={t("approval.page")} description={t("approval.pageText")}>
      {isPending && <Skeleton label={t("app.loading")} isBlock />}
      {error && (
        <Banner tone="danger" role="alert" title={t("approval.loadFailed")}>
          {t.error(error)}
        </Banner>
      )}
      {approval && (approval.state === "pending" ? <ApprovalCard approval={approval} /> : <ApprovalOutcome approval={approval} />)}
      {approval && (approval.taskRunId || approval.conversationId) && (
        <p>
          <Link {...wayTo(approval)}>{t(approval.taskRunId ? "approval.toTask" : "approval.toConversation")}</Link>
        </p>
      )}
    </Page>
  );
}
