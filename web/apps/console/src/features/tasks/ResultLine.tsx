import type { ResultCard } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Row } from "@openclaw/ui";
import { Link } from "@tanstack/react-router";

import "./ResultLine.css";

/** A result in a short list, which leads to its page. */
export function ResultLine({ result: { id, title, kind, status, version, updatedAt } }: { result: ResultCard }) {
  const t = useTranslator();
  return (
    <Row
      data-testid="result-row"
      title={
        <Link to={pageOf(id)} className="ResultLine-link">
          {title}
        </Link>
      }
      detail={[t(`results.kind.${kind}`), t(`results.status.${status}`), t("taskRun.resultChanged", { version, when: t.format.relative(updatedAt) })].join(" · ")}
    />
  );
}

/** The page of a result is the results', and known by its address. */
function pageOf(id: string): string {
  return `/results/${id}`;
}
