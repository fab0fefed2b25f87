import { useTranslator } from "@openclaw/i18n";
import { Button, Dialog } from "@openclaw/ui";
import { useState } from "react";

import { isRecord, type Definition } from "../canvas/definition.ts";
import type { FieldContext } from "./form/context.ts";
import { propertiesOf } from "./form/schema.ts";
import { DataField, SchemaForm } from "./form/SchemaForm.tsx";
import { NO_PLUGINS } from "./usePlugins.ts";

export interface RunDialogProps {
  definition: Definition;
  isPending: boolean;
  error: string | null;
  onStart: (input: Record<string, unknown>) => void;
  onClose: () => void;
}

/** What the run is given: a form made from the workflow's input schema. */
export function RunDialog({ definition, isPending, error, onStart, onClose }: RunDialogProps) {
  const t = useTranslator();
  const schema = definition.input ?? {};
  const [input, setInput] = useState<Record<string, unknown>>(() => defaultsOf(schema));
  const context: FieldContext = { root: schema, scope: null, takesSecrets: false, plugins: NO_PLUGINS, secrets: [], useSecret: () => undefined, problemAt: () => null, labelOf: () => null };
  const hasFields = propertiesOf(schema).length > 0;
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t("designer.runTitle", { name: definition.name })}
      closeLabel={t("app.close")}
      size="s"
      data-testid="run-dialog"
      actions={
        <>
          <Button onPress={onClose}>{t("app.cancel")}</Button>
          <Button tone="primary" icon="play" onPress={() => onStart(input)} isPending={isPending} data-testid="start-run">
            {t("designer.run")}
          </Button>
        </>
      }
    >
      {hasFields ? <SchemaForm schema={schema} value={input} context={context} path="" onChange={setInput} /> : <DataField label={t("designer.runData")} value={input} problem={null} onChange={(next) => setInput(isRecord(next) ? next : {})} />}
      {error && <p role="alert">{error}</p>}
    </Dialog>
  );
}

function defaultsOf(schema: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(propertiesOf(schema).flatMap(([name, field]) => (isRecord(field) && field["default"] !== undefined ? [[name, field["default"]]] : [])));
}

/** Whether a run has to be asked for its input. */
export function takesInput(definition: Definition): boolean {
  return propertiesOf(definition.input ?? {}).length > 0;
}

