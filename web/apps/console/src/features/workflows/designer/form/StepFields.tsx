import { useTranslator } from "@openclaw/i18n";
import type { ReactNode } from "react";

import { isRecord } from "../../../../shared/json.ts";
import { wordsOf, type JsonSchema } from "../../../../shared/form/schema.ts";
import { SchemaForm, type FormField } from "../../../../shared/form/SchemaForm.tsx";
import { CodeField } from "./CodeField.tsx";
import type { FieldContext } from "./context.ts";
import { DataField } from "./DataField.tsx";
import { stepKindOf } from "./schema.ts";
import { Entries, ValueField } from "./ValueField.tsx";

import "./StepFields.css";

export interface StepFieldsProps {
  schema: JsonSchema;
  value: Record<string, unknown>;
  onChange: (value: Record<string, unknown>, field: string) => void;
  context: FieldContext;
  /** Where the value is in the step, for problems: `config`. */
  path: string;
  hidden?: readonly string[];
  /** Every field takes expressions, as the inputs of a plugin do. */
  areValues?: boolean;
}

/** The fields of a step by a schema: of its config, of a plugin's inputs. Expressions are written where they may stand. */
export function StepFields({ schema, value, onChange, context, path, hidden = [], areValues = false }: StepFieldsProps) {
  const t = useTranslator();
  return (
    <SchemaForm
      kind="definition"
      schema={schema}
      root={context.root}
      value={value}
      onChange={onChange}
      path={path}
      hidden={hidden}
      problemAt={context.problemAt}
      // Inputs are called what their plugin calls them; the language's fields have words of ours.
      labelOf={(name, field) => (areValues && wordsOf(field, t.language).title !== null ? null : context.labelOf(name))}
      draw={(field) => drawn(field, context, areValues)}
    />
  );
}

function drawn(field: FormField, context: FieldContext, isValue: boolean): ReactNode | undefined {
  const { label, schema, value, path, isNeeded, problem, onChange } = field;
  const note = field.description === null ? {} : { description: field.description };
  const kind = isValue ? "value" : stepKindOf(schema);
  switch (kind) {
    case "value":
      return <ValueField label={label} value={value} onChange={onChange} context={context} field={path} {...(isValue ? { schema, isNeeded } : {})} {...note} />;
    case "cel":
    case "template":
      return (
        <div className="StepFields-field" data-testid={`field-${path}`}>
          <CodeField label={label} language={kind} value={typeof value === "string" ? value : ""} scope={context.scope} isInvalid={problem !== null} onChange={(next) => onChange(next === "" && !isNeeded ? undefined : next)} />
          {problem && <p className="StepFields-error">{problem}</p>}
        </div>
      );
    case "entries":
      return (
        <fieldset className="StepFields-group">
          <legend className="StepFields-legend">{label}</legend>
          <Entries label={label} value={isRecord(value) ? value : {}} context={context} field={path} onChange={(next) => onChange(Object.keys(next).length === 0 && !isNeeded ? undefined : next)} />
        </fieldset>
      );
    case "schema":
    case "json":
      return <DataField label={label} value={value} onChange={onChange} problem={problem} />;
    default:
      return undefined;
  }
}
