import { useTranslator } from "@openclaw/i18n";
import { Link } from "@tanstack/react-router";

import { Crumbs } from "../../shared/Crumbs.tsx";

/** The way back: to all results, and on pages below a result to that. */
export function ResultCrumbs({ result }: { result?: { id: string; title: string } }) {
  const t = useTranslator();
  return (
    <Crumbs>
      <Link to="/results">{t("results.title")}</Link>
      {result && (
        <Link to="/results/$resultId" params={{ resultId: result.id }}>
          {result.title}
        </Link>
      )}
    </Crumbs>
  );
}
