import type { Result } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Row } from "@openclaw/ui";
import { Link } from "@tanstack/react-router";

import "./ResultLine.css";

/** A result in a short list, which leads to its page. */
export function ResultLine({ result: { id, title, kind, status, version, updatedAt } }: { result: Result }) {
  const t = useTranslator();
  return (
    <Row
      data-testid="result-row"
      title={
        <Link to="/results/$resultId" params={{ resultId: id }} className="ResultLine-link">
          {title}
        </Link>
      }
      detail={[t(`results.kind.${kind}`), t(`results.status.${status}`), t("taskRun.resultChanged", { version, when: t.format.relative(updatedAt) })].join(" · ")}
    />
  );
}
