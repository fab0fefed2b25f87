/** What somebody answers to a JSON Schema of an object: how it begins, and what is wrong with it before it is sent. */

import { isRecord } from "../json.ts";
import { isRequired, kindOf, propertiesOf, resolved, type JsonSchema } from "./schema.ts";

export type FieldError = "required" | "number" | "integer" | "json";
export type FieldErrors = Readonly<Record<string, FieldError>>;
type Json = Record<string, unknown>;

/** The path of an answer that is one JSON text, and the deepest that forms go into one another. */
export const WHOLE = "$";
const DEEPEST = 6;

/** Whether a schema names the fields of an object; any other is asked for as one JSON text. */
export function hasFields(schema: unknown): schema is JsonSchema {
  return isRecord(schema) && isRecord(schema["properties"]);
}

/** An answer with what is there already, else with the schema's own defaults. */
export function startOf(schema: unknown, given: unknown = {}): Json {
  const known = isRecord(given) ? given : {};
  return hasFields(schema) ? startOfFields(schema, schema, known, 0) : known;
}

function startOfFields(schema: JsonSchema, root: JsonSchema, known: Json, depth: number): Json {
  const own = propertiesOf(schema).map(([name, field]) => [name, name in known ? known[name] : first(resolved(field, root), root, isRequired(schema, name), depth)]);
  return Object.fromEntries(own.filter(([, value]) => value !== undefined)) as Json;
}

function first(schema: JsonSchema, root: JsonSchema, isNeeded: boolean, depth: number): unknown {
  const fallback = schema["default"];
  switch (kindOf(schema)) {
    case "switch":
      return fallback === true;
    case "choice":
      return fallback ?? (isNeeded ? (schema["enum"] as unknown[])[0] : undefined);
    case "list":
      return fallback ?? (isNeeded ? [] : undefined);
    case "fields":
      return fallback ?? (isNeeded && depth < DEEPEST ? startOfFields(schema, root, {}, depth + 1) : undefined);
    default:
      return fallback;
  }
}

/** What is missing and what is none, by path. `faults`: what could not be read. The server has the last word on what fits. */
export function errorsOf(schema: unknown, value: Json, faults: FieldErrors = {}): FieldErrors {
  if (hasFields(schema)) return Object.fromEntries(errorsOfFields(schema, schema, value, faults, ""));
  return faults[WHOLE] ? { [WHOLE]: faults[WHOLE] } : {};
}

function errorsOfFields(schema: JsonSchema, root: JsonSchema, value: Json, faults: FieldErrors, at: string): [string, FieldError][] {
  return propertiesOf(schema).flatMap(([name, raw]): [string, FieldError][] => {
    const field = resolved(raw, root);
    const path = at ? `${at}.${name}` : name;
    const held = value[name];
    const fault = faults[path];
    if (fault) return [[path, fault]];
    if (held === undefined || (typeof held === "string" && held.trim() === "")) return isRequired(schema, name) ? [[path, "required"]] : [];
    const kind = kindOf(field);
    if (kind === "number" && typeof held !== "number") return [[path, "number"]];
    if (kind === "number" && field["type"] === "integer" && !Number.isInteger(held)) return [[path, "integer"]];
    return kind === "fields" && isRecord(held) ? errorsOfFields(field, root, held, faults, path) : [];
  });
}
