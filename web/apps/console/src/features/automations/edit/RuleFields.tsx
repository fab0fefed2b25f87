import type { Overlap } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Checkbox, Select, TextField } from "@openclaw/ui";

import { usualOverlap } from "../model/draft.ts";
import { useKinds } from "../queries.ts";
import type { Form } from "./EditAutomationPage.tsx";
import { FormulaField } from "./FormulaField.tsx";
import { SpanField, USUAL_EXPECTATION } from "./TriggerFields.tsx";

import "./RuleFields.css";

const OVERLAPS: readonly Overlap[] = ["skip", "queue", "cancel_old", "allow"];

/** Under which condition, one at a time or not, what counts as well done, and when somebody should be told. */
export function RuleFields({ draft, change, problemAt }: Form) {
  const t = useTranslator();
  const names = useKinds().data?.names ?? ["automation", "input", "trigger"];
  const { expected } = draft;
  return (
    <div className="RuleFields">
      <FormulaField
        of="condition"
        label={t("app.optionalLabel", { label: t("automations.condition") })}
        value={draft.condition}
        onChange={(condition) => change({ condition })}
        problem={problemAt("condition")}
        description={t("automations.conditionText", { names: names.join(t("app.comma")) })}
        placeholder={'input.body.branch == "main"'}
      />
      <FormulaField
        of="success"
        label={t("app.optionalLabel", { label: t("automations.success") })}
        value={draft.success}
        onChange={(success) => change({ success })}
        problem={problemAt("success")}
        description={t("automations.successText", { names: [...names, "result"].join(t("app.comma")) })}
        placeholder={'result.state == "succeeded"'}
      />
      <div className="RuleFields-pair">
        <Select
          label={t("automations.overlap")}
          value={draft.overlap ?? usualOverlap(draft.kind)}
          options={OVERLAPS.map((value) => ({ value, label: t(`automations.overlap.${value}`) }))}
          onChange={(overlap) => change({ overlap })}
          description={t("automations.overlapText")}
        />
        <TextField label={t("automations.maxFailures")} value={draft.maxFailures} onChange={(maxFailures) => change({ maxFailures })} inputMode="numeric" error={problemAt("maxConsecutiveFailures")} description={t("automations.maxFailuresText")} isRequired />
      </div>
      <div className="RuleFields-watch">
        <Checkbox label={t("automations.watch")} isSelected={expected !== null} onChange={(isOn) => change({ expected: isOn ? USUAL_EXPECTATION : null })} />
        <p className="RuleFields-note">{t("automations.watchText")}</p>
        {expected && <SpanField label={t("automations.expected")} span={expected} onChange={(next) => change({ expected: next })} problem={problemAt("expectedEverySeconds")} description={t("automations.expectedText")} />}
      </div>
    </div>
  );
}
