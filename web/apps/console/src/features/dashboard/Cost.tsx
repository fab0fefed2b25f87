import type { Dashboard } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Section } from "@openclaw/ui";

import "./Cost.css";

/** What models have cost this month, as far as their prices are known. */
export function Cost({ cost }: { cost: Dashboard["cost"] }) {
  const t = useTranslator();
  const { costMicros, runs, unpriced, inputTokens, outputTokens, since } = cost;
  const tokens = t("dashboard.tokens", { input: t.format.compact(inputTokens), output: t.format.compact(outputTokens) });
  return (
    <Section title={t("dashboard.cost")} description={t("dashboard.costSince", { date: t.format.date(since) })}>
      <div className="Cost" data-testid="cost">
        <p className="Cost-sum">{t.format.cost(costMicros)}</p>
        <p className="Cost-facts">{[t.count("dashboard.runs", runs), tokens].join(" · ")}</p>
        {unpriced > 0 && <p className="Cost-facts">{t.count("dashboard.unpriced", unpriced)}</p>}
      </div>
    </Section>
  );
}
