import { isApiError, type ResultDetail } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, Dot, EmptyState, Skeleton } from "@openclaw/ui";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import { Page } from "../../../shared/Page.tsx";
import { useTitle } from "../../../shared/useTitle.ts";
import { can } from "../model.ts";
import { useResult, useResultEvents } from "../queries.ts";
import { ResultBadges } from "../ResultBadges.tsx";
import { ResultCrumbs } from "../ResultCrumbs.tsx";
import { About } from "./About.tsx";
import { Flow, FlowButtons } from "./Flow.tsx";
import { Preview } from "./Preview.tsx";
import { PublicationSection } from "./PublicationSection.tsx";
import { PublishResult } from "./PublishResult.tsx";
import { ResultMenu } from "./ResultMenu.tsx";
import { ResultVersions } from "./ResultVersions.tsx";
import { useRestore } from "./useRestore.ts";

import "./ResultPage.css";

/** A result: what it is, where it is at, what made it, and how the public sees it. */
export function ResultPage({ resultId, version, isPublishing }: { resultId: string; version: number | null; isPublishing: boolean }) {
  const t = useTranslator();
  const result = useResult(resultId, version);
  useResultEvents(resultId);
  useTitle(result.data?.title ?? t("results.title"));

  if (!result.data) {
    const isGone = isApiError(result.error, "artifacts.not_found");
    return (
      <Page title={t("results.title")} before={<ResultCrumbs />} isWide>
        {isGone && <EmptyState title={t("results.gone")}>{t("results.goneText")}</EmptyState>}
        {result.error && !isGone && (
          <Banner tone="danger" role="alert" title={t("results.loadFailed")} action={<Button onPress={() => void result.refetch()}>{t("app.retry")}</Button>}>
            {t.error(result.error)}
          </Banner>
        )}
        {!result.error && <Skeleton label={t("app.loading")} lines={5} isBlock />}
      </Page>
    );
  }
  return <Shown result={result.data} isPublishing={isPublishing} />;
}

function Shown({ result, isPublishing }: { result: ResultDetail; isPublishing: boolean }) {
  const t = useTranslator();
  const navigate = useNavigate();
  const [isAsking, setAsking] = useState(isPublishing);
  const { id, title, shown, version, status, summary } = result;
  const isNewest = shown.number === version;
  const close = () => {
    setAsking(false);
    if (isPublishing) void navigate({ to: "/results/$resultId", params: { resultId: id }, search: {}, replace: true });
  };
  return (
    <Page
      title={title}
      before={<ResultCrumbs />}
      badges={
        <span className="ResultPage-badges">
          <ResultBadges result={result} />
        </span>
      }
      {...(summary ? { description: summary } : {})}
      isWide
      action={
        <div className="ResultPage-actions">
          {isNewest && (
            <div className="ResultPage-steps">
              <FlowButtons result={result} publish={() => setAsking(true)} />
            </div>
          )}
          <ResultMenu result={result} />
        </div>
      }
    >
      <div className="ResultPage">
        {status !== "archived" && <Flow status={status} />}
        <Notices result={result} />
        <div className="ResultPage-work">
          <Preview key={shown.number} result={result} />
          <aside className="ResultPage-aside" aria-label={t("results.about")}>
            <About result={result} />
            <PublicationSection result={result} publish={can(result, "publish") && isNewest ? () => setAsking(true) : null} />
          </aside>
        </div>
        <ResultVersions result={result} />
      </div>
      {isAsking && isNewest && can(result, "publish") && <PublishResult result={result} onClose={close} />}
    </Page>
  );
}

/** What is out of the ordinary: an older version, one that the public sees still, words that stay away, work under way. */
function Notices({ result }: { result: ResultDetail }) {
  const t = useTranslator();
  const { restore, isRestoring } = useRestore(result);
  const { id, shown, version, live, syncMode, status } = result;
  const isRolledBack = status === "published" || status === "complete"; // the newest has been public already
  return (
    <>
      {shown.number !== version && (
        <Banner
          icon="history"
          title={t("results.older", { version: shown.number, newest: version })}
          data-testid="older-version"
          action={
            <>
              {can(result, "export") && status !== "archived" && (
                <Button size="s" isPending={isRestoring} onPress={() => restore(shown.number)}>
                  {t("results.restore")}
                </Button>
              )}
              <Link to="/results/$resultId" params={{ resultId: id }} search={{}} className="ResultPage-newest">
                {t("results.toNewest")}
              </Link>
            </>
          }
        />
      )}
      {live && live.version !== version && (
        <Banner tone="accent" icon="globe" title={t(isRolledBack ? "results.rolledBack" : "results.liveIsOlder", { version: live.version })} data-testid="live-is-older">
          {t(isRolledBack ? "results.rolledBackText" : "results.liveIsOlderText", { version })}
        </Banner>
      )}
      {syncMode !== "full" && (
        <Banner icon="shield" title={t("results.withheld")} data-testid="withheld">
          {t(syncMode === "metadata" ? "results.withheldMetadata" : "results.withheldLocal")}
        </Banner>
      )}
      {syncMode === "full" && shown.derived === null && (
        <p className="ResultPage-working" role="status" data-testid="looking-into">
          <Dot state="busy" />
          {t("results.lookingInto")}
        </p>
      )}
    </>
  );
}
