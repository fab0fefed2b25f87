import { isApiError } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Icon } from "@openclaw/ui";
import { Link } from "@tanstack/react-router";

import { Thumbnail } from "./list/Thumbnail.tsx";
import { useResult, useResultEvents } from "./queries.ts";
import { ResultBadges } from "./ResultBadges.tsx";

import "./SavedResult.css";

/** What a call has saved, as a card that leads to its page: what it is called now, and where it is at. */
export function SavedResult({ resultId, title, version }: { resultId: string; title: string; version: number }) {
  const t = useTranslator();
  const result = useResult(resultId);
  useResultEvents(resultId);
  const { data, error } = result;
  if (isApiError(error, "artifacts.not_found")) {
    return (
      <p className="SavedResult-gone" data-testid="saved-result-gone">
        {t("results.savedGone", { title })}
      </p>
    );
  }
  const isOlder = data !== undefined && version < data.version;
  return (
    <div className="SavedResult" data-testid="saved-result">
      {data && <Thumbnail result={data} isSmall />}
      <div className="SavedResult-text">
        <Link to="/results/$resultId" params={{ resultId }} search={isOlder ? { version } : {}} className="SavedResult-link">
          {data?.title ?? title}
        </Link>
        <span className="SavedResult-facts">
          {data && <span>{t(`results.kind.${data.kind}`)}</span>}
          <span>{t("results.versionNumber", { version })}</span>
          {data && <ResultBadges result={data} />}
        </span>
      </div>
      <Icon name="chevronRight" size={14} />
    </div>
  );
}
