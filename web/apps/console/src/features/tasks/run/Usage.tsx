import type { TaskRun } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Section } from "@openclaw/ui";

import { limitsOf, type BudgetKind } from "../model.ts";
import { Meter } from "./Meter.tsx";

import "./Usage.css";

/** What the run has taken so far, and how much of its budget is left. */
export function Usage({ run }: { run: TaskRun }) {
  const t = useTranslator();
  const { costMicros, inputTokens, outputTokens, modelCalls, toolCalls } = run.totals;
  const inUnits = (kind: BudgetKind, value: number) =>
    kind === "moneyMicros" ? t.format.cost(value) : kind === "seconds" ? t.format.span(value * 1000) : t.format.number(value);
  return (
    <Section title={t("taskRun.usage")}>
      <dl className="Usage" data-testid="task-usage">
        <dt>{t("taskRun.cost")}</dt>
        <dd>{costMicros === null ? t("taskRun.costUnknown") : t.format.cost(costMicros)}</dd>
        <dt>{t("taskRun.tokens")}</dt>
        <dd>{t("taskRun.tokensInOut", { input: t.format.compact(inputTokens), output: t.format.compact(outputTokens) })}</dd>
        <dt>{t("taskRun.modelCalls")}</dt>
        <dd>{t.format.number(modelCalls)}</dd>
        <dt>{t("taskRun.toolCalls")}</dt>
        <dd>{t.format.number(toolCalls)}</dd>
      </dl>
      {run.budget &&
        limitsOf(run.budget).map(({ kind, use, limit, share }) => (
          <Meter
            key={kind}
            label={t(`taskRun.budget.${kind}`)}
            text={t("taskRun.ofLimit", { used: inUnits(kind, use.used + use.held), limit: inUnits(kind, limit) })}
            share={share}
          />
        ))}
    </Section>
  );
}
