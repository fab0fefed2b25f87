import type { Result } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Row } from "@openclaw/ui";
import { Link } from "@tanstack/react-router";

import { ResultBadges } from "../ResultBadges.tsx";
import { Stars } from "../Stars.tsx";
import { MadeBy } from "./MadeBy.tsx";
import { Deeds, Tags } from "./ResultCard.tsx";
import { Thumbnail } from "./Thumbnail.tsx";

import "./ResultRow.css";

/** A result in the list: the same in a line. */
export function ResultRow({ result }: { result: Result }) {
  const t = useTranslator();
  const { id, title, kind, summary, tags, updatedAt, rating } = result;
  return (
    <Row
      data-testid="result"
      leading={<Thumbnail result={result} isSmall />}
      title={
        <Link to="/results/$resultId" params={{ resultId: id }} className="ResultRow-link">
          {title}
        </Link>
      }
      badges={<ResultBadges result={result} />}
      detail={
        <>
          {summary && <p className="ResultRow-summary">{summary}</p>}
          <p className="ResultRow-facts">
            <span>{t(`results.kind.${kind}`)}</span>
            <span>{t.format.relative(updatedAt)}</span>
            <Stars rating={rating} />
            <MadeBy provenance={result.provenance} />
            <Tags tags={tags} />
          </p>
        </>
      }
      actions={<Deeds result={result} />}
    />
  );
}
