import { useTranslator } from "@openclaw/i18n";
import { useMemo } from "react";

import type { Definition, Step } from "../canvas/definition.ts";
import type { FieldContext } from "./form/context.ts";
import { framesOf, markOf } from "../canvas/definition.ts";
import { shapeOf } from "./form/schema.ts";
import type { Command } from "./model/commands.ts";
import type { PlacedProblem } from "./model/problems.ts";
import { scopeOf, type PastRun } from "./model/scope.ts";
import { useLanguage, useSecretNames } from "./queries.ts";
import { fieldLabel } from "./StepForm.tsx";
import { actionOf, usePlugins, type PluginsView } from "./usePlugins.ts";

/** What the fields of the open step need: names to complete, secrets, problems, words. */
export function useFieldContext(definition: Definition | null, step: Step | null, problems: readonly PlacedProblem[], past: PastRun | null, run: (command: Command) => boolean): FieldContext {
  const t = useTranslator();
  const language = useLanguage().data;
  const secrets = useSecretNames();
  const plugins = usePlugins(definition);
  const stepId = step?.id ?? null;
  return useMemo(() => {
    const known = [...new Set([...secrets, ...(definition?.secrets ?? [])])];
    return {
      root: language ?? {},
      scope: definition ? scopeOf(definition, stepId, past, false, shapesOf(definition, plugins)) : null,
      plugins,
      takesSecrets: step?.type === "http" || step?.type === "plugin",
      secrets: known,
      useSecret: (name, value, onChange) => {
        if (markOf(value) === "$secret" && definition && !(definition.secrets ?? []).includes(name)) run({ kind: "settings", fields: { secrets: [...(definition.secrets ?? []), name] } });
        onChange(value);
      },
      problemAt: (field) => problems.find((one) => one.stepId === stepId && (one.field === field || one.field.startsWith(`${field}.$`)))?.message ?? null,
      labelOf: (field) => fieldLabel(t, field),
    };
  }, [definition, stepId, step?.type, problems, past, secrets, plugins, language, run, t]);
}

/** What the plugin steps of a definition give, by their ids, as far as their plugins say it. */
function shapesOf(definition: Definition, { known }: PluginsView): ReadonlyMap<string, unknown> {
  const steps = framesOf(definition).flatMap((frame) => frame.steps);
  return new Map(
    steps.flatMap((step) => {
      const action = step.type === "plugin" ? actionOf(known.get(String(step.config["plugin"])), step) : null;
      return action ? [[step.id, shapeOf(action.output, action.output)] as const] : [];
    }),
  );
}
