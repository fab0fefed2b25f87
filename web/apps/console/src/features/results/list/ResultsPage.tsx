import { useTranslator } from "@openclaw/i18n";
import { Banner, Button, EmptyState, Rows, Skeleton } from "@openclaw/ui";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import { Page } from "../../../shared/Page.tsx";
import { useTitle } from "../../../shared/useTitle.ts";
import { isNarrowed, type Search } from "../model.ts";
import { useResultCounts, useResultEvents, useResults } from "../queries.ts";
import { Filters } from "./Filters.tsx";
import { ResultCard } from "./ResultCard.tsx";
import { ResultRow } from "./ResultRow.tsx";
import { Shares } from "./Shares.tsx";
import { UploadDialog } from "./UploadDialog.tsx";

import "./ResultsPage.css";

/** Everything that work has made: what is finished, what is best, what can be done with it, and what made it. */
export function ResultsPage({ search }: { search: Search }) {
  const t = useTranslator();
  const navigate = useNavigate();
  const results = useResults(search);
  const counts = useResultCounts();
  const [isUploading, setUploading] = useState(false);
  useResultEvents();
  useTitle(t("results.title"));

  const items = results.data?.pages.flatMap((page) => page.items) ?? [];
  const isThin = isNarrowed(search);
  const isFresh = results.data !== undefined && items.length === 0 && !isThin;
  const upload = (
    <Button tone={isFresh ? "primary" : "secondary"} icon="upload" onPress={() => setUploading(true)} data-testid="upload-result">
      {t("results.upload")}
    </Button>
  );
  return (
    <Page title={t("results.title")} description={t("results.description")} action={!isFresh && upload} isWide>
      {!isFresh && (
        <div className="ResultsPage-head">
          <Shares search={search} counts={counts.data ?? null} />
          <Filters search={search} counts={counts.data ?? null} />
        </div>
      )}
      {results.error && (
        <Banner tone="danger" role="alert" title={t("results.loadFailed")} action={<Button onPress={() => void results.refetch()}>{t("app.retry")}</Button>}>
          {t.error(results.error)}
        </Banner>
      )}
      {results.isPending && <Skeleton label={t("app.loading")} lines={4} isBlock />}
      {isFresh && (
        <EmptyState title={t("results.empty")} action={upload}>
          {t("results.emptyText")}
        </EmptyState>
      )}
      {results.data && items.length === 0 && isThin && (
        <EmptyState
          title={t("results.noneFound")}
          action={
            <Button onPress={() => void navigate({ to: "/results", search: search.view ? { view: search.view } : {} })} data-testid="show-all">
              {t("results.showAll")}
            </Button>
          }
        />
      )}
      {items.length > 0 &&
        (search.view === "list" ? (
          <Rows label={t("results.title")}>
            {items.map((result) => (
              <ResultRow key={result.id} result={result} />
            ))}
          </Rows>
        ) : (
          <ul className="ResultsPage-grid" aria-label={t("results.title")}>
            {items.map((result) => (
              <ResultCard key={result.id} result={result} />
            ))}
          </ul>
        ))}
      {results.hasNextPage && (
        <div className="ResultsPage-more">
          <Button isPending={results.isFetchingNextPage} onPress={() => void results.fetchNextPage()}>
            {t("app.more")}
          </Button>
        </div>
      )}
      {isUploading && <UploadDialog onClose={() => setUploading(false)} />}
    </Page>
  );
}
