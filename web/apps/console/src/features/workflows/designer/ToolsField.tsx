import { useTranslator } from "@openclaw/i18n";
import { Checkbox } from "@openclaw/ui";

import { TOOLS } from "./form/tools.ts";

import "./ToolsField.css";

export interface ToolsFieldProps {
  value: readonly string[];
  problem: string | null;
  onChange: (tools: string[]) => void;
}

/** What the model of an agent step may do on machines, each in words. Policies and approvals hold as ever. */
export function ToolsField({ value, problem, onChange }: ToolsFieldProps) {
  const t = useTranslator();
  const all = [...new Set([...TOOLS, ...value])];
  return (
    <fieldset className="ToolsField" data-testid="choose-tools">
      <legend className="ToolsField-legend">{t("designer.field.tools")}</legend>
      <p className="ToolsField-note">{t("designer.toolsNote")}</p>
      {all.map((tool) => {
        const words = `tool.${tool}`;
        const does = `designer.toolNote.${tool}`;
        return (
          <div key={tool} className="ToolsField-tool">
            <Checkbox
              label={t.has(words) ? `${t(words)} (${tool})` : tool}
              isSelected={value.includes(tool)}
              onChange={(isOn) => onChange(all.filter((one) => (one === tool ? isOn : value.includes(one))))}
            />
            <p className="ToolsField-note">{t.has(does) ? t(does) : t("designer.unknownTool")}</p>
          </div>
        );
      })}
      {problem && <p className="ToolsField-error">{problem}</p>}
    </fieldset>
  );
}
