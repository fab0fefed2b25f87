import { useTranslator } from "@openclaw/i18n";
import { Icon } from "@openclaw/ui";
import { Link } from "@tanstack/react-router";

import "./ResultCrumbs.css";

/** The way back: to all results, and on pages below a result to that. */
export function ResultCrumbs({ result }: { result?: { id: string; title: string } }) {
  const t = useTranslator();
  return (
    <nav className="ResultCrumbs" aria-label={t("results.path")}>
      <Link to="/results">{t("results.title")}</Link>
      {result && (
        <>
          <Icon name="chevronRight" size={12} />
          <Link to="/results/$resultId" params={{ resultId: result.id }}>
            {result.title}
          </Link>
        </>
      )}
    </nav>
  );
}
