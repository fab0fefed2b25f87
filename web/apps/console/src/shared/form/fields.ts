/** A form by a JSON Schema: what can be asked for field by field, and the rest as JSON text. */

export type FieldKind = "text" | "long" | "number" | "integer" | "boolean" | "choice" | "json";

export interface Field {
  name: string;
  label: string;
  kind: FieldKind;
  isRequired: boolean;
  description: string;
  /** What may be chosen, in the schema's own values. */
  options: readonly unknown[];
  initial: string | boolean;
}

export type Draft = Readonly<Record<string, string | boolean>>;
export type FieldError = "required" | "number" | "integer" | "json";

type Json = Record<string, unknown>;
const LONG_TEXT = 200;
/** The field of a form that is one JSON text. */
export const WHOLE = "$";

/** The fields that a schema asks for; null for one that is no object with named properties: it is asked for as JSON. */
export function fieldsOf(schema: unknown): Field[] | null {
  if (!isObject(schema) || !isObject(schema["properties"])) return null;
  const required = Array.isArray(schema["required"]) ? schema["required"] : [];
  // A list keeps its order where objects are stored without one: what is needed comes first, as it is listed.
  const names = Object.keys(schema["properties"]);
  const ordered = [...required.filter((name) => names.includes(name)), ...names.filter((name) => !required.includes(name))] as string[];
  const { properties } = schema as { properties: Json };
  return ordered.map((name) => fieldOf(name, isObject(properties[name]) ? properties[name] : {}, required.includes(name)));
}

function fieldOf(name: string, schema: Json, isRequired: boolean): Field {
  const kind = kindOf(schema);
  const options = Array.isArray(schema["enum"]) ? schema["enum"] : [];
  return {
    name,
    label: typeof schema["title"] === "string" ? schema["title"] : name,
    kind,
    isRequired,
    description: typeof schema["description"] === "string" ? schema["description"] : "",
    options,
    initial: initialOf(kind, schema["default"], options, isRequired),
  };
}

function kindOf(schema: Json): FieldKind {
  if (Array.isArray(schema["enum"]) && schema["enum"].length > 0) return "choice";
  switch (schema["type"]) {
    case "string":
      return typeof schema["maxLength"] === "number" && schema["maxLength"] > LONG_TEXT ? "long" : "text";
    case "number":
    case "integer":
    case "boolean":
      return schema["type"];
    default:
      return "json";
  }
}

function initialOf(kind: FieldKind, value: unknown, options: readonly unknown[], isRequired: boolean): string | boolean {
  if (kind === "boolean") return value === true;
  if (kind === "choice") return String(Math.max(options.indexOf(value), isRequired ? 0 : -1));
  if (value === undefined) return "";
  return kind === "text" || kind === "long" ? String(value) : JSON.stringify(value, null, 2);
}

/** A draft with what is there already, else with the schema's own defaults. */
export function draftOf(fields: readonly Field[] | null, value: unknown = {}): Draft {
  if (!fields) return { [WHOLE]: JSON.stringify(value, null, 2) };
  const known = isObject(value) ? value : {};
  return Object.fromEntries(
    fields.map((field) => [
      field.name,
      field.name in known ? initialOf(field.kind, known[field.name], field.options, false) : field.initial,
    ]),
  );
}

export interface Filled {
  value: Json;
  errors: Readonly<Record<string, FieldError>>;
}

/** What a draft says. What is left empty is left out; the server has the last word on what fits. */
export function valueOf(fields: readonly Field[] | null, draft: Draft): Filled {
  const errors: Record<string, FieldError> = {};
  if (!fields) {
    const parsed = parse(String(draft[WHOLE] ?? "").trim() || "{}");
    if (isObject(parsed)) return { value: parsed, errors };
    return { value: {}, errors: { [WHOLE]: "json" } };
  }
  const value: Json = {};
  for (const { name, kind, options, isRequired } of fields) {
    const given = draft[name] ?? "";
    if (kind === "boolean") {
      value[name] = given === true;
      continue;
    }
    const text = String(given);
    if (kind === "choice") {
      if (Number(text) >= 0) value[name] = options[Number(text)];
      else if (isRequired) errors[name] = "required";
    } else if (text.trim() === "") {
      if (isRequired) errors[name] = "required";
    } else if (kind === "number" || kind === "integer") {
      const number = Number(text);
      if (!Number.isFinite(number)) errors[name] = "number";
      else if (kind === "integer" && !Number.isInteger(number)) errors[name] = "integer";
      else value[name] = number;
    } else if (kind === "json") {
      const parsed = parse(text);
      if (parsed === undefined) errors[name] = "json";
      else value[name] = parsed;
    } else {
      value[name] = text;
    }
  }
  return { value, errors };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
