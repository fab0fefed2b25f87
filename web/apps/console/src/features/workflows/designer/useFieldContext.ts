import { useTranslator } from "@openclaw/i18n";
import { useMemo } from "react";

import type { Definition, Step } from "../canvas/definition.ts";
import type { FieldContext } from "./form/context.ts";
import { markOf } from "../canvas/definition.ts";
import type { Command } from "./model/commands.ts";
import type { PlacedProblem } from "./model/problems.ts";
import { scopeOf, type PastRun } from "./model/scope.ts";
import { useLanguage, useSecretNames } from "./queries.ts";
import { fieldLabel } from "./StepForm.tsx";

/** What the fields of the open step need: names to complete, secrets, problems, words. */
export function useFieldContext(definition: Definition | null, step: Step | null, problems: readonly PlacedProblem[], past: PastRun | null, run: (command: Command) => boolean): FieldContext {
  const t = useTranslator();
  const language = useLanguage().data;
  const secrets = useSecretNames();
  const stepId = step?.id ?? null;
  return useMemo(() => {
    const known = [...new Set([...secrets, ...(definition?.secrets ?? [])])];
    return {
      root: language ?? {},
      scope: definition ? scopeOf(definition, stepId, past, false) : null,
      takesSecrets: step?.type === "http" || step?.type === "plugin",
      secrets: known,
      useSecret: (name, value, onChange) => {
        if (markOf(value) === "$secret" && definition && !(definition.secrets ?? []).includes(name)) run({ kind: "settings", fields: { secrets: [...(definition.secrets ?? []), name] } });
        onChange(value);
      },
      problemAt: (field) => problems.find((one) => one.stepId === stepId && (one.field === field || one.field.startsWith(`${field}.$`)))?.message ?? null,
      labelOf: (field) => fieldLabel(t, field),
    };
  }, [definition, stepId, step?.type, problems, past, secrets, language, run, t]);
}
