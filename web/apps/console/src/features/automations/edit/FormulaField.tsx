import type { CheckedFormula, FormulaOf } from "@openclaw/api";
import { useTranslator, type Translator } from "@openclaw/i18n";
import { TextField } from "@openclaw/ui";

import { useSettled } from "../../../shared/useSettled.ts";
import { useFormulaCheck } from "../queries.ts";

const TYPING_MS = 400;

function inWords({ problem, line, column }: CheckedFormula, t: Translator): string | null {
  if (problem === null || line === null || column === null) return problem;
  return line > 1 ? t("automations.formulaLine", { line, column, problem }) : t("automations.formulaColumn", { column, problem });
}

/** An expression in CEL. What is wrong with it is told while it is written, once the typing rests. */
export function FormulaField({ of, label, value, onChange, problem, description, placeholder }: { of: FormulaOf; label: string; value: string; onChange: (value: string) => void; problem: string | null; description: string; placeholder: string }) {
  const t = useTranslator();
  const written = value.trim();
  const settled = useSettled(written, TYPING_MS);
  const checked = useFormulaCheck(settled, of).data;
  const isCurrent = settled === written && written !== "";
  const told = isCurrent && checked ? inWords(checked, t) : null;
  return <TextField label={label} value={value} onChange={onChange} error={told ?? problem} description={description} placeholder={placeholder} isMono rows={2} maxLength={4000} />;
}
