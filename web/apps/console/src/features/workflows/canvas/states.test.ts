import { describe, expect, it } from "vitest";

import type { Definition } from "./definition.ts";
import { gather, statesOf, type StepRecord } from "./states.ts";

const row = (path: string, state: StepRecord["state"], more: Partial<StepRecord> = {}): StepRecord => ({ path, state, reused: false, attempts: [], ...more });
const transform = (id: string, ...next_steps: string[]) => ({ id, type: "transform" as const, next_steps, config: {} });
const definition: Definition = {
  openclaw: "openclaw.workflow/1",
  name: "n",
  steps: [
    { ...transform("pay", "each"), on_failure: "tell" },
    transform("tell", "told"),
    transform("told"),
    { id: "each", type: "loop", config: { items: [1, 2], steps: [transform("one", "two"), transform("two")] } },
  ],
};
const statuses = (records: StepRecord[], isOver = false) => Object.fromEntries([...statesOf(definition, records, isOver)].map(([path, { status }]) => [path, status]));

describe("statesOf", () => {
  it("takes what has no row and nothing before it for running", () => {
    expect(statuses([])).toEqual({ pay: "running" });
  });

  it("goes into loops round by round", () => {
    expect(statuses([row("pay", "completed")])).toEqual({ pay: "completed", each: "running", "each/0/one": "running" });
    const first = [row("pay", "completed"), row("each/0/one", "completed"), row("each/0/two", "completed")];
    expect(statuses(first)).toMatchObject({ each: "running", "each/1/one": "running" });
  });

  it("enters what handles a failure in a frame of its own", () => {
    expect(statuses([row("pay", "failed")])).toMatchObject({ pay: "failed", "pay!/tell": "running" });
    expect(statuses([row("pay", "failed"), row("pay!/tell", "completed")])).toMatchObject({ "pay!/told": "running" });
  });

  it("invents nothing once the run is over", () => {
    expect(statuses([row("pay", "failed")], true)).toEqual({ pay: "failed" });
  });
});

it("gathers rounds: what runs or failed counts more than what is done", () => {
  const states = statesOf(definition, [row("each/0/one", "completed"), row("each/1/one", "failed", { attempts: [1, 2] }), row("pay", "completed", { reused: true })], true);
  expect(gather(definition, states).get("one")).toEqual({ status: "failed", attempts: 2, rounds: 2, done: 2 });
  expect(gather(definition, states).get("pay")?.status).toBe("reused");
});
