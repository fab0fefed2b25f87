import { useTranslator } from "@openclaw/i18n";
import { Checkbox, Select, TextField } from "@openclaw/ui";
import type { ReactNode } from "react";

import { isRecord, isSame, without } from "../json.ts";
import type { FieldError } from "./answer.ts";
import { isRequired, kindOf, neededFirst, propertiesOf, resolved, wordsOf, type JsonSchema } from "./schema.ts";
import { JsonField, ListField, NumberField, type Typed } from "./TypedFields.tsx";

import "./SchemaForm.css";

type Json = Record<string, unknown>;

export interface FormField {
  name: string;
  path: string;
  schema: JsonSchema;
  label: string;
  description: string | null;
  value: unknown;
  isNeeded: boolean;
  problem: string | null;
  onChange: (value: unknown) => void;
}

export interface SchemaFormProps {
  schema: JsonSchema;
  value: Json;
  onChange: (value: Json, field: string) => void;
  /** Where references are looked up; the schema itself when left out. */
  root?: JsonSchema;
  /** Where the value is in a larger one, for problems. */
  path?: string;
  hidden?: readonly string[];
  /** The order of the fields, where somebody has put them in one; else what is needed comes first. */
  order?: readonly string[];
  /** In an `answer` everything that is sent stands there; in a `definition` what is left out goes by its default. */
  kind: "answer" | "definition";
  /** What is wrong at a path, in words. */
  problemAt?: (path: string) => string | null;
  onFault?: (path: string, fault: FieldError | null) => void;
  /** Words for a field that the schema has none for, or none that are to be shown. */
  labelOf?: (name: string, schema: JsonSchema) => string | null;
  /** Draws the fields that only the caller knows; undefined for all others. */
  draw?: (field: FormField) => ReactNode | undefined;
}

/** A form made from a JSON Schema of an object. */
export function SchemaForm(props: SchemaFormProps) {
  const { schema, value, onChange, root = schema, path = "", hidden = [], order, kind, problemAt, labelOf } = props;
  const t = useTranslator();
  const own = resolved(schema, root);
  const all = order ? propertiesOf(own).sort(([one], [other]) => order.indexOf(one) - order.indexOf(other)) : neededFirst(own);
  const properties = all.filter(([name]) => !hidden.includes(name));
  const fieldOf = ([name, raw]: [string, unknown]): FormField => {
    const field = resolved(raw, root);
    const isNeeded = isRequired(own, name);
    const words = wordsOf(field, t.language);
    const given = labelOf?.(name, field) ?? null;
    const said = words.title ?? name;
    const isMarked = kind === "answer" && !isNeeded && kindOf(field) !== "switch";
    const at = path ? `${path}.${name}` : name;
    return {
      name,
      path: at,
      schema: field,
      label: given ?? (isMarked ? t("app.optionalLabel", { label: said }) : said),
      description: given === null ? words.description : null,
      value: value[name],
      isNeeded,
      problem: problemAt?.(at) ?? null,
      onChange: (next) => onChange(next === undefined ? without(value, name) : { ...value, [name]: next }, name),
    };
  };
  return (
    <div className="SchemaForm">
      {properties.map((property) => {
        const field = fieldOf(property);
        return <Field key={field.name} field={field} form={{ ...props, root }} />;
      })}
    </div>
  );
}

function Field({ field, form }: { field: FormField; form: SchemaFormProps & { root: JsonSchema } }) {
  const drawn = form.draw?.(field);
  return drawn === undefined ? <PlainField field={field} form={form} /> : drawn;
}

function PlainField({ field, form }: { field: FormField; form: SchemaFormProps & { root: JsonSchema } }) {
  const { schema, label, value, isNeeded, problem, path, onChange } = field;
  const isAnswer = form.kind === "answer";
  const described = field.description === null ? {} : { description: field.description };
  const typed: Typed = { ...described, label, schema, value, onChange, problem, isNeeded, isLive: !isAnswer, onFault: (fault) => form.onFault?.(path, fault) };
  const kind = kindOf(schema);
  switch (kind) {
    case "choice":
      return <ChoiceField field={field} hasDefault={!isAnswer && schema["default"] !== undefined} />;
    case "switch":
      return (
        <div>
          <Checkbox label={label} isSelected={(value ?? schema["default"]) === true} onChange={onChange} />
          {field.description && <p className="SchemaForm-note">{field.description}</p>}
        </div>
      );
    case "number":
      return <NumberField {...typed} />;
    case "list":
      return <ListField {...typed} />;
    case "fields":
      return (
        <fieldset className="SchemaForm-group">
          <legend className={isNeeded ? "SchemaForm-legend" : "visually-hidden"}>{label}</legend>
          {!isNeeded && <Checkbox label={label} isSelected={isRecord(value)} onChange={(isOn) => onChange(isOn ? {} : undefined)} />}
          {field.description && <p className="SchemaForm-note">{field.description}</p>}
          {(isNeeded || isRecord(value)) && <SchemaForm {...without(form, "order")} schema={schema} value={isRecord(value) ? value : {}} path={path} hidden={[]} onChange={onChange} />}
        </fieldset>
      );
    case "json":
      return <JsonField {...typed} label={isAnswer ? `${label} · JSON` : label} rows={4} />;
    default:
      return (
        <TextField
          label={label}
          value={typeof value === "string" ? value : ""}
          onChange={(next) => onChange(next === "" && !isNeeded ? undefined : next)}
          error={problem}
          isRequired={isAnswer && isNeeded}
          {...described}
          {...(kind === "long" ? { rows: 4 } : {})}
        />
      );
  }
}

/** One of the schema's own values. What is there and is none of them stays, until another is chosen. */
function ChoiceField({ field, hasDefault }: { field: FormField; hasDefault: boolean }) {
  const t = useTranslator();
  const { schema, label, description, isNeeded, onChange } = field;
  const shown = field.value ?? (hasDefault ? schema["default"] : field.value);
  const choices = schema["enum"] as unknown[];
  const odd = shown === undefined || choices.some((choice) => isSame(choice, shown)) ? [] : [shown];
  const options = [...choices, ...odd].map((choice) => ({ value: JSON.stringify(choice), label: typeof choice === "string" ? choice : JSON.stringify(choice) }));
  if (!isNeeded && !hasDefault) options.unshift({ value: "", label: t("form.nothing") });
  return (
    <Select
      label={label}
      value={shown === undefined ? "" : JSON.stringify(shown)}
      options={options}
      onChange={(next) => onChange(next === "" ? undefined : JSON.parse(next))}
      {...(description === null ? {} : { description })}
    />
  );
}
