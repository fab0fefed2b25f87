import { useTranslator } from "@openclaw/i18n";
import { Rows, Section } from "@openclaw/ui";

import { useResultsOf } from "../queries.ts";
import { ResultLine } from "../ResultLine.tsx";

/** What the run has saved: the way to its outcome. */
export function RunResults({ runId }: { runId: string }) {
  const t = useTranslator();
  const results = useResultsOf(runId).data ?? [];
  if (results.length === 0) return null;
  return (
    <Section title={t("taskRun.results")}>
      <Rows label={t("taskRun.results")}>
        {results.map((result) => (
          <ResultLine key={result.id} result={result} />
        ))}
      </Rows>
    </Section>
  );
}
