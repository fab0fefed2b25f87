import { describe, expect, it } from "vitest";

import { draftOf, fieldsOf, valueOf, WHOLE } from "./fields.ts";

const SCHEMA = {
  type: "object",
  required: ["amount", "size"],
  properties: {
    amount: { type: "integer", title: "Amount", description: "In euros." },
    size: { enum: ["small", "large"] },
    colour: { enum: ["red", null, 3] },
    note: { type: "string", default: "hello" },
    report: { type: "string", maxLength: 5000 },
    urgent: { type: "boolean", default: true },
    links: { type: "array" },
    share: { type: "number" },
    odd: true,
  },
};

describe("a form by its schema", () => {
  const fields = fieldsOf(SCHEMA) ?? [];

  it("asks for each property in its own way", () => {
    expect(fields.map(({ name, kind }) => [name, kind])).toEqual([
      ["amount", "integer"],
      ["size", "choice"],
      ["colour", "choice"],
      ["note", "text"],
      ["report", "long"],
      ["urgent", "boolean"],
      ["links", "json"],
      ["share", "number"],
      ["odd", "json"],
    ]);
    expect(fields[0]).toMatchObject({ label: "Amount", description: "In euros.", isRequired: true });
  });

  it("begins with the defaults, and with the first choice where one must be made", () => {
    expect(draftOf(fields)).toMatchObject({ amount: "", size: "0", colour: "-1", note: "hello", urgent: true });
  });

  it("leaves out what is left empty", () => {
    expect(valueOf(fields, { ...draftOf(fields), amount: "7" })).toEqual({
      value: { amount: 7, size: "small", note: "hello", urgent: true },
      errors: {},
    });
  });

  it("says what is missing and what is none", () => {
    const draft = { ...draftOf(fields), share: "much", links: "[", amount: "1.5" };
    expect(valueOf(fields, draft).errors).toEqual({ share: "number", links: "json", amount: "integer" });
    expect(valueOf(fields, draftOf(fields)).errors).toEqual({ amount: "required" });
  });

  it("gives back what it was filled with", () => {
    const value = { amount: 3, size: "large", colour: null, note: "x", report: "y", urgent: false, links: ["a"], share: 0.5, odd: { a: 1 } };
    expect(valueOf(fields, draftOf(fields, value))).toEqual({ value, errors: {} });
  });
});

describe("a schema that names no properties", () => {
  it("is one JSON text, which has to be an object", () => {
    expect(fieldsOf(null)).toBeNull();
    expect(fieldsOf({ type: "object" })).toBeNull();
    expect(valueOf(null, draftOf(null, { a: 1 }))).toEqual({ value: { a: 1 }, errors: {} });
    expect(valueOf(null, { [WHOLE]: " " })).toEqual({ value: {}, errors: {} });
    expect(valueOf(null, { [WHOLE]: "[1]" }).errors).toEqual({ [WHOLE]: "json" });
    expect(valueOf(null, { [WHOLE]: "{" }).errors).toEqual({ [WHOLE]: "json" });
  });
});
