import { isRecord } from "../../../../shared/json.ts";
import { kindOf, propertiesOf, resolved, type FieldKind, type JsonSchema } from "../../../../shared/form/schema.ts";
import { markOf, type Mark } from "../../canvas/definition.ts";

/** What a field of a step is edited with: besides those of every form, the kinds that the language adds. */
export type StepFieldKind = FieldKind | "value" | "cel" | "template" | "schema" | "entries";

export function stepKindOf(schema: JsonSchema): StepFieldKind {
  switch (schema["format"]) {
    case "value":
    case "cel":
    case "template":
      return schema["format"];
    case "json-schema":
      return "schema";
  }
  return schema["type"] === "object" && !isRecord(schema["properties"]) ? "entries" : kindOf(schema);
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
