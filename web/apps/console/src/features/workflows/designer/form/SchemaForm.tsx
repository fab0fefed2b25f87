import { useTranslator } from "@openclaw/i18n";
import { Checkbox, Select, TextField } from "@openclaw/ui";
import { useEffect, useRef, useState } from "react";

import { isRecord } from "../../canvas/definition.ts";
import { isSame, without } from "../model/json.ts";
import { isFault, readYaml, writeYaml } from "../model/yaml.ts";
import { CodeField } from "./CodeField.tsx";
import type { FieldContext } from "./context.ts";
import { isRequired, kindOf, propertiesOf, resolved, wordsOf, type JsonSchema } from "./schema.ts";
import { Entries, ValueField } from "./ValueField.tsx";

import "./SchemaForm.css";

export interface SchemaFormProps {
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

/** A form made from a JSON Schema of an object: of a step's config, of a plugin's inputs, of a workflow's input. */
export function SchemaForm({ schema, value, onChange, context, path, hidden = [], areValues }: SchemaFormProps) {
  const own = resolved(schema, context.root);
  const fields = propertiesOf(own).filter(([name]) => !hidden.includes(name));
  // A manifest has its inputs by name: what is needed comes first.
  if (areValues) fields.sort(([one], [other]) => Number(isRequired(own, other)) - Number(isRequired(own, one)));
  return (
    <div className="SchemaForm">
      {fields
        .map(([name, field]) => (
          <SchemaField
            key={name}
            name={name}
            schema={resolved(field, context.root)}
            value={value[name]}
            isNeeded={isRequired(own, name)}
            context={context}
            path={path ? `${path}.${name}` : name}
            isValue={areValues ?? false}
            onChange={(next) => {
              onChange(next === undefined ? without(value, name) : { ...value, [name]: next }, name);
            }}
          />
        ))}
    </div>
  );
}

interface SchemaFieldProps {
  name: string;
  schema: JsonSchema;
  value: unknown;
  isNeeded: boolean;
  isValue: boolean;
  context: FieldContext;
  path: string;
  onChange: (value: unknown) => void;
}

function SchemaField({ name, schema, value, isNeeded, isValue, context, path, onChange }: SchemaFieldProps) {
  const t = useTranslator();
  const words = wordsOf(schema, t.language);
  // Inputs are called what their plugin calls them; the language's fields have words of ours.
  const ours = isValue && words.title ? null : context.labelOf(name);
  const label = ours ?? words.title ?? name;
  const description = ours === null && words.description !== null ? words.description : undefined;
  const problem = context.problemAt(path);
  const kind = isValue ? "value" : kindOf(schema);
  const note = description ? { description } : {};
  switch (kind) {
    case "value":
      return <ValueField label={label} value={value} onChange={onChange} context={context} field={path} {...(isValue ? { schema, isNeeded } : {})} {...note} />;
    case "cel":
    case "template":
      return (
        <div className="SchemaForm-field" data-testid={`field-${path}`}>
          <CodeField label={label} language={kind} value={typeof value === "string" ? value : ""} scope={context.scope} isInvalid={problem !== null} onChange={(next) => onChange(next === "" && !isNeeded ? undefined : next)} />
          {problem && <p className="SchemaForm-error">{problem}</p>}
        </div>
      );
    case "choice": {
      const options = (schema["enum"] as unknown[]).map(String);
      const shown = value ?? schema["default"];
      return <Select label={label} value={typeof shown === "string" ? shown : ""} options={options.map((option) => ({ value: option, label: option }))} onChange={onChange} {...note} />;
    }
    case "switch":
      return <Checkbox label={label} isSelected={(value ?? schema["default"]) === true} onChange={onChange} />;
    case "number":
      return <NumberField label={label} schema={schema} value={value} onChange={onChange} problem={problem} {...note} />;
    case "list":
      return <ListField label={label} schema={schema} value={value} onChange={onChange} problem={problem} {...note} />;
    case "entries":
      return (
        <fieldset className="SchemaForm-group">
          <legend className="SchemaForm-legend">{label}</legend>
          <Entries label={label} value={isRecord(value) ? value : {}} context={context} field={path} onChange={(next) => onChange(Object.keys(next).length === 0 && !isNeeded ? undefined : next)} />
        </fieldset>
      );
    case "fields":
      return (
        <fieldset className="SchemaForm-group">
          <legend className="SchemaForm-legend">{label}</legend>
          {!isNeeded && <Checkbox label={t("designer.use", { field: label })} isSelected={isRecord(value)} onChange={(isOn) => onChange(isOn ? {} : undefined)} />}
          {(isNeeded || isRecord(value)) && <SchemaForm schema={schema} value={isRecord(value) ? value : {}} context={context} path={path} onChange={(next) => onChange(next)} />}
        </fieldset>
      );
    case "schema":
    case "json":
      return <DataField label={label} value={value} onChange={onChange} problem={problem} />;
    default:
      return <TextField label={label} value={typeof value === "string" ? value : ""} onChange={(next) => onChange(next === "" && !isNeeded ? undefined : next)} error={problem} {...note} />;
  }
}

interface Editing {
  label: string;
  value: unknown;
  onChange: (value: unknown) => void;
  problem: string | null;
  description?: string;
}

function NumberField({ label, schema, value, onChange, problem, description }: Editing & { schema: JsonSchema }) {
  const [typed, setTyped] = useState(value === undefined || value === null ? "" : String(value));
  useEffect(() => setTyped((before) => (Number(before) === value && before !== "" ? before : value === undefined || value === null ? "" : String(value))), [value]);
  const isNumber = typed === "" || /^-?\d+(?:\.\d+)?$/.test(typed);
  const change = (next: string) => {
    setTyped(next);
    if (next === "") onChange(undefined);
    else if (/^-?\d+(?:\.\d+)?$/.test(next)) onChange(Number(next));
  };
  const fallback = schema["default"];
  return (
    <TextField
      label={label}
      value={typed}
      onChange={change}
      inputMode="numeric"
      error={problem ?? (isNumber ? null : typed)}
      {...(typeof fallback === "number" ? { placeholder: String(fallback) } : {})}
      {...(description ? { description } : {})}
    />
  );
}

function ListField({ label, schema, value, onChange, problem, description }: Editing & { schema: JsonSchema }) {
  const t = useTranslator();
  const items = Array.isArray(value) ? value.map(String) : [];
  const [typed, setTyped] = useState(items.join(", "));
  const isNumeric = isRecord(schema["items"]) && schema["items"]["type"] !== "string";
  const read = (text: string) => text.split(",").map((item) => item.trim()).filter(Boolean).map((item) => (isNumeric && !Number.isNaN(Number(item)) ? Number(item) : item));
  const sent = useRef<unknown>(value);
  useEffect(() => {
    if (isSame(sent.current, value)) return;
    sent.current = value;
    setTyped(Array.isArray(value) ? value.map(String).join(", ") : "");
  }, [value]);
  const change = (next: string) => {
    setTyped(next);
    const list = read(next);
    sent.current = list.length === 0 ? undefined : list;
    onChange(sent.current);
  };
  return <TextField label={label} value={typed} onChange={change} error={problem} description={description ?? t("designer.commas")} />;
}

/** JSON of any form, written as YAML. */
export function DataField({ label, value, onChange, problem }: Editing) {
  const t = useTranslator();
  const written = (data: unknown) => (data === undefined || data === null ? "" : writeYaml(data).trimEnd());
  const [typed, setTyped] = useState(() => written(value));
  const sent = useRef(value);
  const [fault, setFault] = useState<string | null>(null);
  useEffect(() => {
    if (isSame(sent.current, value)) return;
    sent.current = value;
    setTyped(written(value));
    setFault(null);
  }, [value]);
  const change = (next: string) => {
    setTyped(next);
    const read = readYaml(next);
    if (isFault(read)) {
      setFault(t("designer.unreadableLine", { line: read.line, message: read.message }));
      return;
    }
    setFault(null);
    sent.current = read.data ?? undefined;
    onChange(sent.current);
  };
  const wrong = fault ?? problem;
  return (
    <div className="SchemaForm-field">
      <CodeField label={label} language="yaml" value={typed} onChange={change} isInvalid={wrong !== null} />
      {wrong && <p className="SchemaForm-error">{wrong}</p>}
    </div>
  );
}

