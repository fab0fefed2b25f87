import { describe, expect, it } from "vitest";

import type { Definition } from "../../canvas/definition.ts";
import { placeOf } from "./problems.ts";
import { completionsAt, openPlace, scopeOf, stepsBefore, type PastRun } from "./scope.ts";

const definition: Definition = {
  openclaw: "openclaw.workflow/1",
  name: "n",
  input: { type: "object", properties: { url: { type: "string" } } },
  steps: [
    { id: "page", type: "http", next_steps: ["each"], on_failure: "tell", config: { url: "x" } },
    { id: "tell", type: "agent", config: { prompt: "p" } },
    { id: "each", type: "loop", next_steps: ["end"], config: { items: { $expr: "steps.page.output.items" }, as: "link", steps: [{ id: "one", type: "http", next_steps: ["two"], config: { url: "y" } }, { id: "two", type: "transform", config: {} }] } },
    { id: "end", type: "transform", config: {} },
  ],
};
const past: PastRun = {
  input: { url: "https://a" },
  records: [{ path: "page", state: "completed", reused: false, attempts: [], input: {}, error: null, output: { status: 200, headers: { etag: "x" }, items: [{ href: "h" }] } }],
};
const labels = (source: string, at: string | null = "end") => completionsAt(source, scopeOf(definition, at, past))?.options.map(({ label, detail }) => (detail ? `${label} ${detail}` : label)) ?? null;

describe("what may be named", () => {
  it("is what has ended: before the step, before what it is in, and what handled failures of those", () => {
    expect(stepsBefore(definition, "two")).toEqual(["one", "page", "tell"]);
    expect(stepsBefore(definition, "end")).toEqual(["page", "tell", "each"]);
    expect(stepsBefore(definition, "page")).toEqual([]);
    expect(stepsBefore(definition, "each", true)).toEqual(["one", "two", "page", "tell"]);
  });

  it("has names of loops inside them, and the error where a failure is handled", () => {
    expect(Object.keys(scopeOf(definition, "two", past).names)).toEqual(["input", "variables", "steps", "run", "link", "index", "previous"]);
    expect(Object.keys(scopeOf(definition, "tell", past).names)).toContain("error");
  });
});

describe("completion", () => {
  it("offers names, then fields with what they were last time", () => {
    expect(labels("in")?.slice(0, 4)).toEqual(["input {url}", "variables {}", "steps {page, tell, each}", "run {id}"]);
    expect(labels("1 + input.")).toEqual(['url "https://a"']);
    expect(labels("size(steps.page.output.")).toEqual(["status 200", "headers {etag}", "items [1]"]);
    expect(labels("steps.page.output.items[0].")).toEqual(['href "h"']);
    expect(labels("steps.page.output.items.")).toContain("filter");
  });

  it("offers what a plugin says that it gives, before anything was run and besides what was", () => {
    const shapes = new Map<string, unknown>([["page", { status: undefined, rows: [{ month: undefined }] }]]);
    const names = (source: string, run: PastRun | null) => completionsAt(source, scopeOf(definition, "end", run, false, shapes))?.options.map(({ label }) => label);
    expect(names("steps.page.output.", null)).toEqual(["status", "rows"]);
    expect(names("steps.page.output.rows[0].", null)).toEqual(["month"]);
    expect(names("steps.page.output.", past)).toEqual(["status", "rows", "headers", "items"]);
  });

  it("keeps out of quotes, and offers filters in texts", () => {
    expect(labels("'a ")).toBeNull();
    expect(labels("input.url|")).toContain("upper");
    expect(openPlace("a {{ b }} {{ input.")).toBe(" input.");
    expect(openPlace("a {{ b }} c")).toBeNull();
  });
});

it("finds the step and the field of a path", () => {
  expect(placeOf(definition, "$.steps[2].config.steps[1].config.set.$expr")).toEqual({ stepId: "two", field: "config.set.$expr" });
  expect(placeOf(definition, "$.steps[0].on_failure")).toEqual({ stepId: "page", field: "on_failure" });
  expect(placeOf(definition, "$.input")).toEqual({ stepId: null, field: "input" });
  expect(placeOf(null, "$.steps[0].id")).toEqual({ stepId: null, field: "steps.0.id" });
});
