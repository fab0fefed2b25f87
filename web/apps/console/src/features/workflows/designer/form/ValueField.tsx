import { useTranslator } from "@openclaw/i18n";
import { IconButton, Select, TextField } from "@openclaw/ui";

import { CodeField } from "./CodeField.tsx";
import type { FieldContext } from "./context.ts";
import type { JsonSchema } from "../../../../shared/form/schema.ts";
import { useTyped } from "../../../../shared/form/useTyped.ts";
import { isRecord, isSame } from "../../../../shared/json.ts";
import { plainOf, respelled, spellingOf, typedOf, type Spelling } from "./schema.ts";

import "./ValueField.css";

/** Texts that may be longer are written on several lines. */
const LONG = 1_000;
/** About as many letters go into a line of the panel. */
const LINE = 36;

export interface ValueFieldProps {
  label: string;
  value: unknown;
  onChange: (value: unknown) => void;
  context: FieldContext;
  field: string;
  description?: string;
  isLabelHidden?: boolean;
  /** What a plain value has to be, where that is known. */
  schema?: JsonSchema;
  isNeeded?: boolean;
}

/** A value that is written plainly, by its fields, as an expression, as a text with places, or as a secret's name. */
export function ValueField({ label, value, onChange, context, field, description, isLabelHidden, schema, isNeeded }: ValueFieldProps) {
  const t = useTranslator();
  const spelling = spellingOf(value);
  const spellings: Spelling[] = ["plain", "fields", "$expr", "$text", ...(context.takesSecrets ? (["$secret"] as const) : [])];
  const problem = context.problemAt(field);
  return (
    <div className="ValueField" data-testid={`field-${field}`}>
      <div className="ValueField-head">
        <span className={isLabelHidden ? "visually-hidden" : "ValueField-label"} aria-hidden="true">
          {label}
        </span>
        {isNeeded && <span className="ValueField-note">{t("designer.needed")}</span>}
        <Select
          label={t("designer.spelling", { field: label })}
          isLabelHidden
          isQuiet
          value={spelling}
          options={spellings.map((one) => ({ value: one, label: t(`designer.spelling.${one}`) }))}
          onChange={(next) => onChange(respelled(value, next))}
          data-testid={`spelling-${field}`}
        />
      </div>
      <Spelled spelling={spelling} label={label} value={value} onChange={onChange} context={context} field={field} problem={problem} {...(schema ? { schema } : {})} isNeeded={isNeeded ?? false} />
      {description && !problem && <p className="ValueField-note">{description}</p>}
    </div>
  );
}

function Spelled({ spelling, label, value, onChange, context, field, problem, schema, isNeeded }: Omit<ValueFieldProps, "description"> & { spelling: Spelling; problem: string | null }) {
  const t = useTranslator();
  if (spelling === "plain" && schema && choicesOf(schema)) return <ChoiceField label={label} value={value} onChange={onChange} problem={problem} schema={schema} isNeeded={isNeeded ?? false} />;
  if (spelling === "plain") return <PlainField label={label} value={value} onChange={onChange} problem={problem} {...(schema ? { schema } : {})} />;
  if (spelling === "fields") return <Entries label={label} value={isRecord(value) ? value : {}} onChange={onChange} context={context} field={field} />;
  const held = isRecord(value) && typeof value[spelling] === "string" ? value[spelling] : "";
  if (spelling === "$secret") {
    return (
      <>
        <Select
          label={label}
          isLabelHidden
          value={held}
          options={[...new Set([...(held ? [held] : []), ...context.secrets])].map((name) => ({ value: name, label: name }))}
          onChange={(name) => context.useSecret(name, { $secret: name }, onChange)}
        />
        {context.secrets.length === 0 && <p className="ValueField-note">{t("designer.noSecrets")}</p>}
        {problem && <p className="ValueField-error">{problem}</p>}
      </>
    );
  }
  return (
    <>
      <CodeField label={label} isLabelHidden language={spelling === "$expr" ? "cel" : "template"} value={held} scope={context.scope} isInvalid={problem !== null} onChange={(source) => onChange({ [spelling]: source })} />
      {problem && <p className="ValueField-error">{problem}</p>}
    </>
  );
}

/** What is typed is kept as it is typed; it is read as JSON where it looks like it. */
export function PlainField({ label, value, onChange, problem, isLabelHidden = true, schema = {} }: { label: string; value: unknown; onChange: (value: unknown) => void; problem: string | null; isLabelHidden?: boolean; schema?: JsonSchema }) {
  // What has to be a text is one, also when it looks like a number.
  const isText = schema["type"] === "string";
  const shown = (held: unknown) => (isText && typeof held === "string" ? held : typedOf(held));
  const fallback = isEmpty(schema["default"]) ? "" : typedOf(schema["default"]);
  const read = (text: string) => ({ value: text === "" ? undefined : isText ? text : plainOf(text) });
  const { typed, type } = useTyped<never>({ value, onChange, write: shown, read });
  const isLong = typed.includes("\n") || typed.length > 60 || Number(schema["maxLength"] ?? 0) > LONG;
  return <TextField label={label} isLabelHidden={isLabelHidden} value={typed} onChange={type} isMono={!isText && typeof value !== "string"} error={problem} {...(fallback ? { placeholder: fallback } : {})} {...(isLong ? { rows: Math.min(10, 1 + typed.split("\n").reduce((lines, line) => lines + Math.ceil((line.length + 1) / LINE), 0)) } : {})} />;
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) ? value.length === 0 : isRecord(value) && Object.keys(value).length === 0;
}

/** What a plain value may be, when there are only so many. */
function choicesOf(schema: JsonSchema): unknown[] | null {
  return Array.isArray(schema["enum"]) ? schema["enum"] : schema["type"] === "boolean" ? [true, false] : null;
}

function ChoiceField({ label, value, onChange, problem, schema, isNeeded }: { label: string; value: unknown; onChange: (value: unknown) => void; problem: string | null; schema: JsonSchema; isNeeded: boolean }) {
  const t = useTranslator();
  const words = (choice: unknown) => (choice === true ? t("designer.yes") : choice === false ? t("designer.no") : typedOf(choice));
  const fallback = schema["default"];
  const unset = { value: "", label: fallback === undefined ? t("designer.unset") : t("designer.byDefault", { value: words(fallback) }) };
  const choices = choicesOf(schema) ?? [];
  const odd = value === undefined || choices.some((choice) => isSame(choice, value)) ? [] : [value];
  const options = [...choices, ...odd].map((choice) => ({ value: JSON.stringify(choice), label: words(choice) }));
  return (
    <>
      <Select label={label} isLabelHidden value={value === undefined ? "" : JSON.stringify(value)} options={isNeeded && value !== undefined ? options : [unset, ...options]} onChange={(next) => onChange(next === "" ? undefined : (JSON.parse(next) as unknown))} />
      {problem && <p className="ValueField-error">{problem}</p>}
    </>
  );
}

export function Entries({ label, value, onChange, context, field }: { label: string; value: Record<string, unknown>; onChange: (value: Record<string, unknown>) => void; context: FieldContext; field: string }) {
  const t = useTranslator();
  const entries = Object.entries(value);
  const put = (changed: [string, unknown][]) => onChange(Object.fromEntries(changed));
  const add = () => {
    let name = "name";
    for (let number = 2; name in value; number += 1) name = `name_${number}`;
    put([...entries, [name, ""]]);
  };
  return (
    <div className="ValueField-entries" role="group" aria-label={label}>
      {entries.map(([name, held], index) => (
        <div key={index} className="ValueField-entry">
          <div className="ValueField-entryHead">
            <TextField
              label={t("designer.entryName")}
              isLabelHidden
              isMono
              value={name}
              onChange={(next) => {
                if (next === name || !(next in value)) put(entries.map((entry, at) => (at === index ? [next, held] : entry)));
              }}
            />
            <IconButton icon="close" size="s" label={t("designer.removeEntry", { name })} onPress={() => put(entries.filter((_, at) => at !== index))} />
          </div>
          <ValueField label={name} isLabelHidden value={held} context={context} field={`${field}.${name}`} onChange={(next) => put(entries.map((entry, at) => (at === index ? [name, next ?? ""] : entry)))} />
        </div>
      ))}
      <button type="button" className="ValueField-add" onClick={add}>
        {t("designer.addEntry")}
      </button>
    </div>
  );
}
