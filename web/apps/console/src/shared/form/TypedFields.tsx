import { useTranslator } from "@openclaw/i18n";
import { TextField } from "@openclaw/ui";

import { isRecord } from "../json.ts";
import type { FieldError } from "./answer.ts";
import type { JsonSchema } from "./schema.ts";
import { useTyped, type Reading } from "./useTyped.ts";

export interface Typed {
  label: string;
  description?: string;
  schema: JsonSchema;
  value: unknown;
  onChange: (value: unknown) => void;
  problem: string | null;
  isNeeded: boolean;
  /** What cannot be read is said while it is typed, not only when it is sent. */
  isLive: boolean;
  /** In a row whose words say what it is. */
  isLabelHidden?: boolean;
  placeholder?: string;
  onFault: (fault: FieldError | null) => void;
}

type Told = Reading<FieldError>;

function useError(fault: FieldError | null, { problem, isLive }: Typed): string | null {
  const t = useTranslator();
  return problem ?? (isLive && fault ? t(`form.${fault}`) : null);
}

export function NumberField(props: Typed) {
  const { label, description, schema, value, onChange, onFault, isNeeded, isLive } = props;
  const read = (text: string): Told => {
    if (text.trim() === "") return { value: undefined };
    const number = Number(text);
    return Number.isFinite(number) ? { value: number } : { fault: "number" };
  };
  const { typed, type, fault } = useTyped<FieldError>({ value, onChange, onFault, read, write: plain });
  const error = useError(fault, props);
  const fallback = schema["default"];
  const placeholder = props.placeholder ?? (isLive && typeof fallback === "number" ? String(fallback) : "");
  return (
    <TextField
      label={label}
      isLabelHidden={props.isLabelHidden ?? false}
      value={typed}
      onChange={type}
      error={error}
      isRequired={isNeeded && !isLive}
      inputMode={schema["type"] === "integer" ? "numeric" : "decimal"}
      placeholder={placeholder}
      {...(description ? { description } : {})}
    />
  );
}

/** Texts, which may have commas in them, each in a line; numbers in a row. */
export function ListField(props: Typed) {
  const t = useTranslator();
  const { label, description, schema, value, onChange, onFault, isNeeded } = props;
  const type = isRecord(schema["items"]) ? schema["items"]["type"] : "string";
  const isText = type === "string";
  const read = (text: string): Told => {
    const items = text.split(isText ? "\n" : ",").map((item) => item.trim()).filter(Boolean);
    const list = isText ? items : items.map(Number);
    if (!isText && !list.every(Number.isFinite)) return { fault: "number" };
    if (type === "integer" && !list.every(Number.isInteger)) return { fault: "integer" };
    return { value: list.length === 0 && !isNeeded ? undefined : list };
  };
  const write = (list: unknown) => (Array.isArray(list) ? list.map(plain).join(isText ? "\n" : ", ") : "");
  const { typed, type: change, fault } = useTyped<FieldError>({ value, onChange, onFault, read, write });
  const error = useError(fault, props);
  const how = t(isText ? "form.lines" : "form.commas");
  return (
    <TextField
      label={label}
      value={typed}
      onChange={change}
      error={error}
      description={description ? `${description} ${how}` : how}
      {...(isText ? { rows: Math.min(8, Math.max(2, typed.split("\n").length)) } : {})}
    />
  );
}

/** JSON of any form. `isWhole`: only an object will do. */
export function JsonField({ rows, isWhole = false, ...props }: Typed & { rows: number; isWhole?: boolean }) {
  const { label, description, value, onChange, onFault } = props;
  const read = (text: string): Told => {
    if (text.trim() === "") return { value: isWhole ? {} : undefined };
    try {
      const data: unknown = JSON.parse(text);
      return isWhole && !isRecord(data) ? { fault: "json" } : { value: data };
    } catch {
      return { fault: "json" };
    }
  };
  const write = (data: unknown) => (data === undefined ? "" : JSON.stringify(data, null, 2));
  const { typed, type, fault } = useTyped<FieldError>({ value, onChange, onFault, read, write });
  const error = useError(fault, props);
  return <TextField label={label} value={typed} onChange={type} error={error} rows={rows} isMono {...(description ? { description } : {})} />;
}

function plain(value: unknown): string {
  return value === undefined || value === null ? "" : typeof value === "string" ? value : JSON.stringify(value);
}
