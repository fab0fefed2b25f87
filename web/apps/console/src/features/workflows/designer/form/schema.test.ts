import { readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

import { propertiesOf, resolved, wordsOf, type JsonSchema } from "../../../../shared/form/schema.ts";
import { STEP_TYPES } from "../../canvas/definition.ts";
import { plainOf, respelled, shapeOf, spellingOf, stepKindOf, typedOf, withShape } from "./schema.ts";

const language = JSON.parse(readFileSync(new URL("../../../../../../../../docs/reference/workflow.schema.json", import.meta.url), "utf8")) as JsonSchema;
const config = (name: string) => resolved({ $ref: `#/$defs/${name}Config` }, language);
const kinds = (name: string) => Object.fromEntries(propertiesOf(config(name)).map(([field, schema]) => [field, stepKindOf(resolved(schema, language))]));

describe("the form of a step", () => {
  it("follows from the published schema", () => {
    expect(kinds("Http")).toEqual({ method: "choice", url: "value", headers: "entries", query: "entries", body: "value", expect: "list" });
    expect(kinds("Agent")).toEqual({ prompt: "template", system: "template", tools: "list", answer_schema: "schema" });
    expect(kinds("Loop")).toMatchObject({ items: "value", while: "cel", max_iterations: "number", on_error: "choice" });
    expect(stepKindOf(resolved({ $ref: "#/$defs/Retries" }, language))).toBe("fields");
  });

  it("is there for every type", () => {
    for (const type of STEP_TYPES) expect(propertiesOf(config(type[0]?.toUpperCase() + type.slice(1))).length, type).toBeGreaterThan(0);
  });
});

it("reads what looks like JSON as JSON and writes it back so", () => {
  for (const value of ["", "https://a", "60", "true", "[x", '"', "{a}", 60, true, -1.5, [1, 2], "null", "12 apples"]) if (value !== "") expect(plainOf(typedOf(value)), String(value)).toEqual(value);
  expect(plainOf("12 apples")).toBe("12 apples");
});

it("carries a value from one spelling to another", () => {
  expect(spellingOf({ $expr: "x" })).toBe("$expr");
  expect(spellingOf({ $expr: "x", other: 1 })).toBe("fields");
  expect(respelled("a", "$expr")).toEqual({ $expr: '"a"' });
  expect(respelled({ $expr: "input.x" }, "$text")).toEqual({ $text: "{{ input.x }}" });
  expect(respelled({ $text: "a" }, "plain")).toBe("a");
  expect(respelled("", "fields")).toEqual({});
});

it("knows what will come out by the schema, and by what came out last time", () => {
  const output: JsonSchema = { $defs: { Row: { type: "object", properties: { month: { type: "string" } } } }, type: "object", properties: { rows: { type: "array", items: { $ref: "#/$defs/Row" } }, count: { type: "integer" } } };
  const shape = shapeOf(output, output);
  expect(shape).toEqual({ rows: [{ month: undefined }], count: undefined });
  expect(Object.keys(withShape({ count: 2, files: [1] }, shape) as object)).toEqual(["rows", "count", "files"]);
  expect(withShape({ rows: [] }, shape)).toEqual({ rows: [], count: undefined });
  expect(withShape("text", shape)).toBe("text");
  const endless: JsonSchema = { type: "object", properties: { again: { $ref: "#" } } };
  expect(JSON.stringify(shapeOf(endless, endless))).toContain("again");
});

it("takes words in the reader's language, else those that are there", () => {
  const schema = { title: "Rows", "x-title-zh": "行", description: "All." };
  expect(wordsOf(schema, "zh")).toEqual({ title: "行", description: "All." });
  expect(wordsOf(schema, "en")).toEqual({ title: "Rows", description: "All." });
  expect(wordsOf({}, "zh")).toEqual({ title: null, description: null });
});
