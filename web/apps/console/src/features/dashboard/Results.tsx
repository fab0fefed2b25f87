import type { ResultCard } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Row, Rows, Section } from "@openclaw/ui";
import { Link } from "@tanstack/react-router";

import "./Results.css";

/** What was made or changed last. */
export function Results({ results }: { results: readonly ResultCard[] }) {
  const t = useTranslator();
  return (
    <Section title={t("dashboard.results")}>
      {results.length === 0 ? (
        <p className="DashboardPage-nothing">{t("dashboard.resultsNothing")}</p>
      ) : (
        <Rows label={t("dashboard.results")}>
          {results.map(({ id, title, version, updatedAt }) => (
            <Row
              key={id}
              data-testid="result-row"
              title={
                <Link to={pageOf(id)} className="Results-link">
                  {title}
                </Link>
              }
              detail={t("dashboard.resultChanged", { version, when: t.format.relative(updatedAt) })}
            />
          ))}
        </Rows>
      )}
    </Section>
  );
}

function pageOf(id: string): string {
  return `/results/${id}`;
}
