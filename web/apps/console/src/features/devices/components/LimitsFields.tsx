import type { ToolPolicy } from "@openclaw/api";
import { useTranslator } from "@openclaw/i18n";
import { Checkbox, Select } from "@openclaw/ui";

import { MAX_GRADES, TOOLS } from "../limits.ts";

import "./LimitsFields.css";

/** The fields of a policy: of the workspace, or of one machine. */
export function LimitsFields({ policy, onChange }: { policy: ToolPolicy; onChange: (policy: ToolPolicy) => void }) {
  const t = useTranslator();
  const denied = policy.deniedTools;
  return (
    <div className="LimitsFields">
      <Select
        label={t("limits.maxGrade")}
        description={t("limits.maxGradeHint")}
        value={policy.maxGrade}
        onChange={(maxGrade) => onChange({ ...policy, maxGrade })}
        options={MAX_GRADES.map((value) => ({ value, label: t(`limits.maxGrade.${value}`) }))}
      />
      <Checkbox
        label={t("limits.standingRules")}
        isSelected={policy.standingRules}
        onChange={(standingRules) => onChange({ ...policy, standingRules })}
      />
      <fieldset className="LimitsFields-tools">
        <legend className="LimitsFields-legend">{t("limits.denied")}</legend>
        {TOOLS.map((tool) => (
          <Checkbox
            key={tool}
            label={t(`tool.${tool}`)}
            isSelected={denied.includes(tool)}
            onChange={(isDenied) =>
              onChange({ ...policy, deniedTools: TOOLS.filter((other) => (other === tool ? isDenied : denied.includes(other))) })
            }
          />
        ))}
      </fieldset>
    </div>
  );
}
