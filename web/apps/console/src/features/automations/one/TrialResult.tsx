import type { AutomationTrial } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Banner, CodeBlock } from "@openclaw/ui";

import { useLabels } from "../../../shared/useLabels.ts";

/** What would happen with an input. */
export function TrialResult({ trial }: { trial: AutomationTrial }) {
  const t = useTranslator();
  const labels = useLabels();
  return (
    <>
      <Banner tone={trial.wouldRun ? "accent" : "attention"} role="status" title={t(trial.wouldRun ? "automations.wouldRun" : "automations.wouldNot")} data-testid="trial">
        {t("automations.tryText")}
      </Banner>
      {trial.config && <CodeBlock code={JSON.stringify(trial.config, null, 2)} caption={t("automations.wouldGive")} labels={labels} isWrapped isBounded />}
    </>
  );
}
