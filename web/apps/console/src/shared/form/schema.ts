import { isRecord, without } from "../json.ts";

export type JsonSchema = Record<string, unknown>;

/** What a field is filled in with. */
export type FieldKind = "choice" | "switch" | "number" | "text" | "long" | "list" | "fields" | "json";

const LONG_TEXT = 200;
const MOST_HOPS = 8;

/** The schema that is meant: references followed, "or nothing" left out, which every field may be. */
export function resolved(schema: unknown, root: JsonSchema): JsonSchema {
  let found = isRecord(schema) ? schema : {};
  for (let hops = 0; hops < MOST_HOPS; hops += 1) {
    const { $ref: reference, anyOf: options, type } = found;
    if (typeof reference === "string") {
      found = { ...pointed(root, reference), ...without(found, "$ref") };
    } else if (Array.isArray(options)) {
      const [only, ...others] = options.filter((option) => isRecord(option) && option["type"] !== "null");
      if (others.length > 0 || !isRecord(only)) return found;
      found = { ...only, ...without(found, "anyOf") };
    } else if (Array.isArray(type)) {
      const [only, ...others] = type.filter((one) => one !== "null");
      return others.length > 0 ? found : { ...found, type: only as unknown };
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
  const { type, maxLength, items, properties } = schema;
  if (Array.isArray(schema["enum"]) && schema["enum"].length > 0) return "choice";
  if (type === "boolean") return "switch";
  if (type === "integer" || type === "number") return "number";
  if (type === "string") return Number(maxLength ?? 0) > LONG_TEXT ? "long" : "text";
  if (type === "array" && isRecord(items) && ["string", "integer", "number"].includes(String(items["type"]))) return "list";
  return type === "object" && isRecord(properties) ? "fields" : "json";
}

export function propertiesOf(schema: JsonSchema): [string, unknown][] {
  const properties = schema["properties"];
  return isRecord(properties) ? Object.entries(properties) : [];
}

export function isRequired(schema: JsonSchema, name: string): boolean {
  return Array.isArray(schema["required"]) && schema["required"].includes(name);
}

/** The properties with what is needed first: a list keeps its order where objects are stored without one. */
export function neededFirst(schema: JsonSchema): [string, unknown][] {
  const required: unknown[] = Array.isArray(schema["required"]) ? schema["required"] : [];
  const place = (name: string) => (required.includes(name) ? required.indexOf(name) : required.length);
  return propertiesOf(schema).sort(([one], [other]) => place(one) - place(other));
}

/** What a schema calls its value in a language, and says of it; null where it says nothing. */
export function wordsOf(schema: JsonSchema, language: string): { title: string | null; description: string | null } {
  const text = (key: string) => {
    const own = schema[`x-${key}-${language}`] ?? schema[key];
    return typeof own === "string" && own !== "" ? own : null;
  };
  return { title: text("title"), description: text("description") };
}
