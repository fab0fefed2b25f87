import { describe, expect, it } from "vitest";

import { errorsOf, hasFields, startOf, WHOLE } from "./answer.ts";
import { kindOf, neededFirst, resolved } from "./schema.ts";

const SCHEMA = {
  $defs: { Place: { type: "object", required: ["city"], properties: { city: { type: "string", default: "Bonn" }, floor: { type: "integer" } } } },
  type: "object",
  properties: {
    colour: { enum: ["red", null, 3] },
    note: { type: ["string", "null"], default: "hello" },
    report: { type: "string", maxLength: 5000 },
    urgent: { type: "boolean", default: true },
    quiet: { type: "boolean" },
    links: { type: "array" },
    names: { type: "array", items: { type: "string" } },
    share: { anyOf: [{ type: "number" }, { type: "null" }] },
    odd: true,
    home: { $ref: "#/$defs/Place" },
    work: { $ref: "#/$defs/Place" },
    size: { enum: ["small", "large"] },
    amount: { type: "integer" },
  },
  required: ["amount", "size", "home"],
};

describe("a form by its schema", () => {
  it("asks for each property in its own way, for what is needed first", () => {
    expect(neededFirst(SCHEMA).map(([name, field]) => [name, kindOf(resolved(field, SCHEMA))])).toEqual([
      ["amount", "number"],
      ["size", "choice"],
      ["home", "fields"],
      ["colour", "choice"],
      ["note", "text"],
      ["report", "long"],
      ["urgent", "switch"],
      ["quiet", "switch"],
      ["links", "json"],
      ["names", "list"],
      ["share", "number"],
      ["odd", "json"],
      ["work", "fields"],
    ]);
  });

  it("begins with the defaults, and with the first choice where one must be made", () => {
    expect(startOf(SCHEMA)).toEqual({ size: "small", home: { city: "Bonn" }, note: "hello", urgent: true, quiet: false });
  });

  it("begins with what is there, and without what the schema does not know", () => {
    const given = { amount: 3, size: "large", colour: null, quiet: true, links: ["a"], odd: { a: 1 }, home: { city: "Köln" }, gone: 1 };
    expect(startOf(SCHEMA, given)).toEqual({ amount: 3, size: "large", colour: null, note: "hello", urgent: true, quiet: true, links: ["a"], odd: { a: 1 }, home: { city: "Köln" } });
  });

  it("says what is missing and what is none, however deep", () => {
    expect(errorsOf(SCHEMA, startOf(SCHEMA))).toEqual({ amount: "required" });
    const value = { ...startOf(SCHEMA), amount: 1.5, share: "much", home: { city: " ", floor: 1 }, work: {} };
    expect(errorsOf(SCHEMA, value, { links: "json", "home.floor": "number" })).toEqual({
      amount: "integer",
      share: "number",
      links: "json",
      "home.city": "required",
      "home.floor": "number",
      "work.city": "required",
    });
    expect(errorsOf(SCHEMA, { ...startOf(SCHEMA), amount: 1 }, { "work.floor": "number" })).toEqual({});
  });

  it("ends where a schema goes into itself", () => {
    const endless = { type: "object", required: ["again"], properties: { again: { $ref: "#" } } };
    expect(JSON.stringify(startOf(endless))).toContain('{"again":{"again"');
  });
});

it("is one JSON text where no properties are named", () => {
  expect([null, undefined, { type: "object" }].some(hasFields)).toBe(false);
  expect(startOf(null, { a: 1 })).toEqual({ a: 1 });
  expect(errorsOf(null, {}, { [WHOLE]: "json" })).toEqual({ [WHOLE]: "json" });
});
