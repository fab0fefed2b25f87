import { describe, expect, it } from "vitest";

import { groupChanges, marksOf, shortValue } from "./changes.ts";

const change = (kind: "added" | "removed" | "changed", path: string, before: unknown = null, after: unknown = null) => ({ kind, path, before, after });

describe("differences", () => {
  it("are told by the steps that they are in, however deep", () => {
    const groups = groupChanges([
      change("changed", "$.name", "a", "b"),
      change("changed", "$.steps.get.config.url", "x", "y"),
      change("removed", "$.steps.get.timeout", 5),
      change("changed", "$.steps.each.config.steps.say.config.set"),
      change("added", "$.steps.both.config.branches.left.steps.new"),
      change("removed", "$.steps.gone"),
      change("changed", "$.steps.http.config.body.steps.a", 1, 2),
      change("changed", "$.steps"),
    ]);
    expect(groups.map(({ id, kind, fields }) => [id, kind, fields.map(({ name }) => name)])).toEqual([
      [null, "changed", ["name", "steps"]],
      ["get", "changed", ["config.url", "timeout"]],
      ["say", "changed", ["config.set"]],
      ["new", "added", []],
      ["gone", "removed", []],
      ["http", "changed", ["config.body.steps.a"]],
    ]);
  });

  it("are marked on the picture, with what is inside of what came or went", () => {
    const loop = { id: "each", type: "loop", config: { steps: [{ id: "inner", type: "http", config: {} }] } };
    expect([...marksOf([change("added", "$.steps.each", null, loop), change("changed", "$.steps.get.name", "a", "b")])]).toEqual([
      ["each", "added"],
      ["get", "changed"],
      ["inner", "added"],
    ]);
  });

  it("show values in a line", () => {
    expect(shortValue({ a: 1 })).toBe('{"a":1}');
    expect(shortValue("x".repeat(500))).toHaveLength(160);
    expect(shortValue(undefined)).toBe("null");
    expect(shortValue(["a", "b"])).toBe("a, b");
    expect(shortValue([])).toBe("[]");
  });
});
