import { isRecord, markOf, type Mark } from "../../canvas/definition.ts";
import { without } from "../model/json.ts";

export type JsonSchema = Record<string, unknown>;

/** What a field is edited with. */
export type FieldKind = "value" | "cel" | "template" | "schema" | "choice" | "switch" | "number" | "text" | "list" | "entries" | "fields" | "json";

/** The schema that is meant: references followed, "or nothing" left out, which every field may be. */
export function resolved(schema: unknown, root: JsonSchema): JsonSchema {
  let found = isRecord(schema) ? schema : {};
  for (let hops = 0; hops < 8; hops += 1) {
    const reference = found["$ref"];
    const options = found["anyOf"];
    if (typeof reference === "string") {
      found = { ...pointed(root, reference), ...without(found, "$ref") };
    } else if (Array.isArray(options)) {
      const real = options.filter((option) => isRecord(option) && option["type"] !== "null");
      if (real.length !== 1 || !isRecord(real[0])) return found;
      found = { ...real[0], ...without(found, "anyOf") };
    } else return found;
  }
  return found;
}

function pointed(root: JsonSchema, reference: string): JsonSchema {
  let value: unknown = root;
  for (const part of reference.replace(/^#\/?/, "").split("/").filter(Boolean)) value = isRecord(value) ? value[part] : undefined;
  return isRecord(value) ? value : {};
}

export function kindOf(schema: JsonSchema): FieldKind {
  const { format, type } = schema as { format?: unknown; type?: unknown };
  if (format === "value") return "value";
  if (format === "cel") return "cel";
  if (format === "template") return "template";
  if (format === "json-schema") return "schema";
  if (Array.isArray(schema["enum"])) return "choice";
  if (type === "boolean") return "switch";
  if (type === "integer" || type === "number") return "number";
  if (type === "string") return "text";
  if (type === "array") return isPlainItem(schema["items"]) ? "list" : "json";
  if (type === "object") return isRecord(schema["properties"]) ? "fields" : "entries";
  return "json";
}

function isPlainItem(items: unknown): boolean {
  return isRecord(items) && ["string", "integer", "number"].includes(String(items["type"]));
}

export function propertiesOf(schema: JsonSchema): [string, unknown][] {
  const properties = schema["properties"];
  return isRecord(properties) ? Object.entries(properties) : [];
}

export function isRequired(schema: JsonSchema, name: string): boolean {
  return Array.isArray(schema["required"]) && schema["required"].includes(name);
}

/** How a value is written: plain, by its fields, or as one of the marks. */
export type Spelling = "plain" | "fields" | Mark;

export function spellingOf(value: unknown): Spelling {
  const mark = markOf(value);
  if (mark) return mark;
  return isRecord(value) ? "fields" : "plain";
}

/** Plain data as it is typed: what looks like JSON is JSON, all else is a text. */
export function plainOf(typed: string): unknown {
  if (!/^\s*(?:[[{"]|-?\d|true\s*$|false\s*$|null\s*$)/.test(typed)) return typed;
  try {
    return JSON.parse(typed) as unknown;
  } catch {
    return typed;
  }
}

export function typedOf(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (typeof value !== "string") return JSON.stringify(value, null, typeof value === "object" ? 2 : 0);
  return plainOf(value) === value ? value : JSON.stringify(value);
}

/** The same value in another spelling, as far as that can be. */
export function respelled(value: unknown, spelling: Spelling): unknown {
  const held = spellingOf(value);
  if (held === spelling) return value;
  const source = markOf(value) ? String((value as Record<string, unknown>)[held]) : typedOf(value);
  switch (spelling) {
    case "plain":
      return plainOf(source);
    case "fields":
      return source === "" ? {} : { value };
    case "$expr":
      return { $expr: held === "plain" && source !== "" ? JSON.stringify(value) : source || "null" };
    case "$text":
      return { $text: held === "$expr" ? `{{ ${source} }}` : source };
    case "$secret":
      return { $secret: "" };
  }
}

/** What a schema calls its value in a language, and says of it; null where it says nothing. */
export function wordsOf(schema: JsonSchema, language: string): { title: string | null; description: string | null } {
  const text = (key: string) => {
    const own = schema[`x-${key}-${language}`] ?? schema[key];
    return typeof own === "string" && own !== "" ? own : null;
  };
  return { title: text("title"), description: text("description") };
}

const DEEPEST = 6;

/** A value as a schema describes it, as far as names go: `undefined` where nothing is known but the name. */
export function shapeOf(schema: unknown, root: JsonSchema, depth = 0): unknown {
  const own = resolved(schema, root);
  if (depth >= DEEPEST) return undefined;
  const properties = propertiesOf(own);
  if (properties.length > 0) return Object.fromEntries(properties.map(([name, held]) => [name, shapeOf(held, root, depth + 1)]));
  return own["type"] === "array" ? [shapeOf(own["items"], root, depth + 1)] : undefined;
}

/** What a value was last time, with the names that it may have besides. */
export function withShape(value: unknown, shape: unknown): unknown {
  if (value === undefined || value === null) return shape;
  if (!isRecord(value) || !isRecord(shape)) return value;
  return { ...shape, ...Object.fromEntries(Object.entries(value).map(([name, held]) => [name, withShape(held, shape[name])])) };
}
