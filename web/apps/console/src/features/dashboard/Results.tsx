import type { Result } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Rows, Section } from "@openclaw/ui";

import { ResultLine } from "../tasks/index.ts";

/** What was made or changed last. */
export function Results({ results }: { results: readonly Result[] }) {
  const t = useTranslator();
  return (
    <Section title={t("taskRun.results")}>
      {results.length === 0 ? (
        <p className="DashboardPage-nothing">{t("dashboard.resultsNothing")}</p>
      ) : (
        <Rows label={t("taskRun.results")}>
          {results.map((result) => (
            <ResultLine key={result.id} result={result} />
          ))}
        </Rows>
      )}
    </Section>
  );
}
