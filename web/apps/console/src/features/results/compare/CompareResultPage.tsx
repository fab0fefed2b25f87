import type { ResultDiff } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Badge, Banner, DiffView, EmptyState, parseUnifiedDiff, Select, Skeleton } from "@openclaw/ui";
import { useNavigate } from "@tanstack/react-router";

import { Page } from "../../../shared/Page.tsx";
import { useTitle } from "../../../shared/useTitle.ts";
import { useResult, useResultDiff, useResultVersions } from "../queries.ts";
import { ResultCrumbs } from "../ResultCrumbs.tsx";

import "./CompareResultPage.css";

/** What changed from one version of a result to another, file by file. */
export function CompareResultPage({ resultId, before, after }: { resultId: string; before: number; after: number }) {
  const t = useTranslator();
  const navigate = useNavigate();
  const result = useResult(resultId);
  const versions = useResultVersions(resultId);
  const diff = useResultDiff(resultId, before, after);
  useTitle(t("results.compare"));
  const options = (versions.data ?? []).map(({ number, createdAt }) => ({
    value: String(number),
    label: t("results.versionNumber", { version: number }),
    detail: t.format.dateTime(createdAt),
  }));
  const go = (search: { before: number; after: number }) => void navigate({ to: "/results/$resultId/compare", params: { resultId }, search, replace: true });
  const error = result.error ?? diff.error;
  return (
    <Page title={t("results.compare")} before={<ResultCrumbs {...(result.data ? { result: result.data } : {})} />} isWide>
      <div className="CompareResultPage-choice">
        <Select label={t("results.before")} value={String(before)} options={options} onChange={(value) => go({ before: Number(value), after })} data-testid="compare-before" />
        <Select label={t("results.after")} value={String(after)} options={options} onChange={(value) => go({ before, after: Number(value) })} data-testid="compare-after" />
      </div>
      {error && (
        <Banner tone="danger" role="alert" title={t("results.loadFailed")}>
          {t.error(error)}
        </Banner>
      )}
      {!error && !diff.data && <Skeleton label={t("app.loading")} lines={4} isBlock />}
      {diff.data && <Changes diff={diff.data} />}
    </Page>
  );
}

const TONES = { added: "accent", removed: "danger", changed: "neutral" } as const;

function Changes({ diff: { files } }: { diff: ResultDiff }) {
  const t = useTranslator();
  const labels = { added: t("tool.linesAdded"), removed: t("tool.linesRemoved") };
  if (files.length === 0) return <EmptyState title={t("results.noChanges")} />;
  return (
    <ul className="CompareResultPage-files" aria-label={t("results.changes")} data-testid="result-changes">
      {files.map(({ path, change, diff }) => (
        <li key={path} className="CompareResultPage-file">
          {diff === null ? (
            <p className="CompareResultPage-name">
              <span>{path}</span>
              <Badge tone={TONES[change]}>{t(`results.change.${change}`)}</Badge>
              <span className="CompareResultPage-none">{t("results.notByLines")}</span>
            </p>
          ) : (
            <DiffView lines={parseUnifiedDiff(diff)} caption={`${path} · ${t(`results.change.${change}`)}`} labels={labels} />
          )}
        </li>
      ))}
    </ul>
  );
}
