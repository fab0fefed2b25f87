import { useTranslator } from "@openclaw/i18n";
import { Checkbox, Select, TextField } from "@openclaw/ui";

import { WHOLE, type Draft, type Field, type FieldError } from "./fields.ts";

import "./SchemaForm.css";

export interface SchemaFormProps {
  fields: readonly Field[] | null;
  draft: Draft;
  onChange: (draft: Draft) => void;
  /** Shown once somebody has tried to send it. */
  errors?: Readonly<Record<string, FieldError>>;
  wholeLabel: string;
  /** Rows of the JSON text when there are no fields. */
  rows?: number;
}

/** What a JSON Schema asks for, field by field; without named fields, one JSON text. */
export function SchemaForm({ fields, draft, onChange, errors = {}, wholeLabel, rows = 6 }: SchemaFormProps) {
  const t = useTranslator();
  const words = (name: string) => {
    const error = errors[name];
    return error ? t(`form.${error}`) : null;
  };
  const set = (name: string) => (value: string | boolean) => onChange({ ...draft, [name]: value });
  if (!fields) {
    return <TextField label={wholeLabel} value={String(draft[WHOLE] ?? "")} onChange={set(WHOLE)} error={words(WHOLE)} rows={rows} isMono />;
  }
  return (
    <div className="SchemaForm">
      {fields.map((field) => (
        <FieldInput key={field.name} field={field} value={draft[field.name] ?? ""} onChange={set(field.name)} error={words(field.name)} />
      ))}
    </div>
  );
}

function FieldInput({ field, value, onChange, error }: { field: Field; value: string | boolean; onChange: (value: string | boolean) => void; error: string | null }) {
  const t = useTranslator();
  const { kind, description } = field;
  const label = field.isRequired || kind === "boolean" ? field.label : `${field.label} (${t("app.optional")})`;
  if (kind === "boolean") {
    return (
      <div>
        <Checkbox label={label} isSelected={value === true} onChange={onChange} />
        {description && <p className="SchemaForm-note">{description}</p>}
      </div>
    );
  }
  if (kind === "choice") {
    const options = field.options.map((option, index) => ({ value: String(index), label: typeof option === "string" ? option : JSON.stringify(option) }));
    if (!field.isRequired) options.unshift({ value: "-1", label: t("form.nothing") });
    return <Select label={label} value={String(value)} options={options} onChange={onChange} {...(description ? { description } : {})} />;
  }
  const isJson = kind === "json";
  return (
    <TextField
      label={isJson ? `${label} · JSON` : label}
      value={String(value)}
      onChange={onChange}
      error={error}
      {...(description ? { description } : {})}
      {...(isJson || kind === "long" ? { rows: 4 } : {})}
      isMono={isJson}
      isRequired={field.isRequired}
      {...(kind === "integer" ? { inputMode: "numeric" as const } : {})}
    />
  );
}
