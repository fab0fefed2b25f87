import { describe, expect, it } from "vitest";

import type { Definition, Step } from "../../canvas/definition.ts";
import { run, type Command } from "./commands.ts";
import { chosenSteps, copyOf, pastedSteps } from "./fragment.ts";
import { RefusedCommand } from "./places.ts";
import { renameInExpression, renameInText } from "./references.ts";

const step = (id: string, next: string[] = [], more: Partial<Step> = {}): Step => ({ id, type: "transform", ...(next.length > 0 ? { next_steps: next } : {}), config: {}, ...more });
const flow = (...steps: Step[]): Definition => ({ openclaw: "openclaw.workflow/1", name: "n", steps });
const after = (definition: Definition, command: Command) => run(definition, command).definition;
const ways = (definition: Definition) => Object.fromEntries(definition.steps.map(({ id, next_steps, on_failure }) => [id, [...(next_steps ?? []), ...(on_failure ? [`!${on_failure}`] : [])].join(" ")]));
const reason = (definition: Definition, command: Command) => {
  try {
    run(definition, command);
    return null;
  } catch (error) {
    return error instanceof RefusedCommand ? error.reason : error;
  }
};

describe("rename", () => {
  const names = new Map([["a", "b"]]);

  it.each([
    ["steps.a.output", "steps.b.output"],
    ["steps . a.x + steps.ab.x", "steps . b.x + steps.ab.x"],
    ["steps['a'].output + steps[\"a\"].x", "steps['b'].output + steps[\"b\"].x"],
    ["'steps.a' + \"steps.a\" + steps.a", "'steps.a' + \"steps.a\" + steps.b"],
    ["'it\\'s steps.a' + steps.a", "'it\\'s steps.a' + steps.b"],
    ["input.steps.a + mysteps.a", "input.steps.a + mysteps.a"],
    ["'''steps.a''' + steps.a // steps.a", "'''steps.a''' + steps.b // steps.a"],
    ["has(steps.a.output)", "has(steps.b.output)"],
  ])("%s", (source, expected) => expect(renameInExpression(source, names)).toBe(expected));

  it("keeps to the places of a text", () => {
    expect(renameInText("steps.a {{ steps.a.output|upper }} {% if steps.a %}x{% endif %}", names)).toBe("steps.a {{ steps.b.output|upper }} {% if steps.b %}x{% endif %}");
  });

  it("reaches everything that names the step", () => {
    const definition = flow(
      step("a", ["c"], { on_failure: "h" }),
      step("h"),
      { id: "c", type: "condition", config: { cases: [{ when: "steps.a.output", next_steps: ["l"] }], default: ["m"] } },
      { id: "l", type: "loop", config: { items: { $expr: "steps.a.output" }, while: "steps.a.x", steps: [{ id: "in", type: "agent", config: { prompt: "steps.a {{ steps.a.output }}" } }] } },
      step("m"),
    );
    definition.output = { x: [{ $text: "{{ steps.a }}" }] };
    definition.layout = { a: { x: 1, y: 2 } };
    const renamed = after(after(after(definition, { kind: "rename", from: "a", to: "z" }), { kind: "rename", from: "h", to: "hh" }), { kind: "rename", from: "m", to: "mm" });
    expect(JSON.stringify(renamed)).not.toMatch(/steps\.a\.(output|x)"/);
    expect(renamed.steps[0]).toMatchObject({ id: "z", on_failure: "hh" });
    expect(renamed.steps[2]?.config).toEqual({ cases: [{ when: "steps.z.output", next_steps: ["l"] }], default: ["mm"] });
    expect(renamed.steps[3]?.config.steps?.[0]?.config["prompt"]).toBe("steps.a {{ steps.z.output }}");
    expect(renamed.output).toEqual({ x: [{ $text: "{{ steps.z }}" }] });
    expect(renamed.layout).toEqual({ z: { x: 1, y: 2 } });
    expect(reason(definition, { kind: "rename", from: "a", to: "in" })).toBe("taken");
    expect(reason(definition, { kind: "rename", from: "a", to: "1 x" })).toBe("not_an_id");
  });
});

describe("ways", () => {
  const chain = flow(step("a", ["b"]), step("b", ["c"]), step("c"));

  it("puts a new step into the way", () => {
    expect(ways(after(chain, { kind: "add", step: step("n"), frame: "", after: { source: "a", port: "next" } }))).toEqual({ a: "n", n: "b", b: "c", c: "" });
  });

  it("heals where a step is deleted", () => {
    expect(ways(after(chain, { kind: "delete", ids: ["b"] }))).toEqual({ a: "c", c: "" });
    expect(after(flow(step("a")), { kind: "delete", ids: ["a"] }).steps).toEqual([]);
    const nested = flow({ id: "l", type: "loop", config: { steps: [step("in")] } });
    expect(reason(nested, { kind: "delete", ids: ["in"] })).toBe("last_step");
    expect(after(nested, { kind: "delete", ids: ["in", "l"] }).steps).toEqual([]);
  });

  it("refuses circles, other frames and a handler that is in the flow", () => {
    expect(reason(chain, { kind: "connect", link: { source: "c", port: "next", target: "a" } })).toBe("circle");
    expect(reason(chain, { kind: "connect", link: { source: "a", port: "failure", target: "c" } })).toBe("handler_in_flow");
    expect(reason(chain, { kind: "connect", link: { source: "a", port: "next", target: "b" } })).toBe("already");
    const nested = flow(step("a"), { id: "l", type: "loop", config: { steps: [step("in")] } });
    expect(reason(nested, { kind: "connect", link: { source: "a", port: "next", target: "in" } })).toBe("other_frame");
  });
});

describe("group", () => {
  const chain = flow(step("a", ["b"]), step("b", ["c"], { on_failure: "h" }), step("c", ["d"]), step("d"), step("h"));

  it("puts steps into a loop, handlers with them, and ungrouping gives the same ways back", () => {
    const grouped = after(chain, { kind: "group", ids: ["b", "c"], into: "loop", id: "each" });
    expect(ways(grouped)).toEqual({ a: "each", each: "d", d: "" });
    expect(grouped.steps[1]?.config.steps?.map(({ id }) => id)).toEqual(["b", "c", "h"]);
    expect(ways(after(grouped, { kind: "ungroup", id: "each" }))).toEqual(ways(chain));
  });

  it("makes a branch of each piece that hangs together", () => {
    const fan = flow(step("a", ["b", "c"]), step("b", ["e"]), step("c", ["d"]), step("d", ["e"]), step("e"));
    const grouped = after(fan, { kind: "group", ids: ["b", "c", "d"], into: "parallel", id: "both" });
    expect(ways(grouped)).toEqual({ a: "both", both: "e", e: "" });
    expect(grouped.steps[1]?.config.branches?.map(({ steps }) => steps.map(({ id }) => id))).toEqual([["b"], ["c", "d"]]);
    expect(ways(after(grouped, { kind: "ungroup", id: "both" }))).toEqual(ways(fan));
  });

  it("refuses a group that its own way leads through", () => {
    expect(reason(chain, { kind: "group", ids: ["a", "c"], into: "loop", id: "x" })).toBe("way_through");
  });
});

describe("copy", () => {
  const definition = flow(step("a", ["b"], { config: { set: { $expr: "steps.o.x" } } }), step("b", ["o"], { config: { set: { $expr: "steps.a.x" } } }), step("o"));

  it("gives copies ids of their own, and what they say of one another follows", () => {
    const steps = pastedSteps(copyOf(definition, ["a", "b"])) ?? [];
    const pasted = after(definition, { kind: "paste", steps, frame: "" });
    expect(ways(pasted)).toEqual({ a: "b", b: "o", o: "", a_2: "b_2", b_2: "" });
    expect(pasted.steps[4]?.config["set"]).toEqual({ $expr: "steps.a_2.x" });
    expect(pasted.steps[3]?.config["set"]).toEqual({ $expr: "steps.o.x" });
  });

  it("takes a whole workflow, one step alone, and nothing else", () => {
    expect(pastedSteps("id: x\ntype: delay\nconfig: {for: 1}\n")?.map(({ id }) => id)).toEqual(["x"]);
    expect(pastedSteps("just words")).toBeNull();
    expect(pastedSteps("- {id: x, type: nonsense, config: {}}")).toBeNull();
  });

  it("copies what is in a chosen box once", () => {
    const nested = flow({ id: "l", type: "loop", config: { steps: [step("in")] } }, step("z"));
    expect(chosenSteps(nested, ["in", "l"]).map(({ id }) => id)).toEqual(["l"]);
  });
});

it("keeps the places of a whole frame once a step of it is moved", () => {
  const moved = after(flow(step("a", ["b"]), step("b")), { kind: "move", positions: new Map([["b", { x: 500, y: 9 }]]) });
  expect(moved.layout?.["b"]).toEqual({ x: 500, y: 9 });
  expect(moved.layout?.["a"]).toEqual({ x: 0, y: 0 });
  expect(after(moved, { kind: "arrange" }).layout).toBeUndefined();
  const nested = flow(step("a", ["l"]), { id: "l", type: "loop", config: { steps: [step("in")] } }, step("z"));
  const into = after(nested, { kind: "move", positions: new Map([["z", { x: 0, y: 0 }]]), into: "l" });
  expect(into.steps[1]?.config.steps?.map(({ id }) => id)).toEqual(["in", "z"]);
  expect(reason(nested, { kind: "move", positions: new Map([["l", { x: 0, y: 0 }]]), into: "l" })).toBe("circle");
});
