import { describe, expect, it } from "vitest";

import type { StepStatus } from "../canvas/states.ts";
import { isChosen, placesOf, roundsOf, roundToShow, shownStep } from "./rounds.ts";

const TYPES: Record<string, string> = { each: "loop", inner: "loop", both: "parallel" };
const typeOf = (id: string) => TYPES[id];
const states = (all: Record<string, StepStatus>) => new Map(Object.entries(all).map(([path, status]) => [path, { status }]));

describe("paths", () => {
  it("are read as the server writes them", () => {
    expect(placesOf("fetch")).toEqual([{ path: "fetch", stepId: "fetch", key: null }]);
    expect(placesOf("each/3/both/left/say").map(({ path, key }) => [path, key])).toEqual([
      ["each", "3"],
      ["each/3/both", "left"],
      ["each/3/both/left/say", null],
    ]);
    expect(placesOf("each/0/pay!/tell").map(({ path, key }) => [path, key])).toEqual([
      ["each", "0"],
      ["each/0/pay", "!"],
      ["each/0/pay!/tell", null],
    ]);
  });
});

describe("rounds", () => {
  const seen = states({
    each: "running",
    "each/0/get": "completed",
    "each/0/fine": "completed",
    "each/1/get": "failed",
    "each/10/get": "running",
    "each/2/get": "skipped",
    other: "completed",
  });

  it("stand as the worst of what is in them, in the order of their numbers", () => {
    expect(roundsOf("each", seen)).toEqual([
      { index: 0, status: "completed" },
      { index: 1, status: "failed" },
      { index: 2, status: "skipped" },
      { index: 10, status: "running" },
    ]);
  });

  it("show the one that failed, else the one at work, else the last", () => {
    expect(roundToShow(roundsOf("each", seen))).toBe(1);
    expect(roundToShow([{ index: 0, status: "completed" }, { index: 1, status: "running" }])).toBe(1);
    expect(roundToShow([{ index: 0, status: "completed" }, { index: 1, status: "completed" }])).toBe(1);
    expect(roundToShow([])).toBe(0);
  });

  it("are shown whole until one is chosen", () => {
    expect(isChosen("each/0/get", new Map(), typeOf)).toBe(true);
    expect(isChosen("each/0/get", new Map([["each", 1]]), typeOf)).toBe(false);
    expect(isChosen("each/1/get", new Map([["each", 1]]), typeOf)).toBe(true);
    expect(isChosen("both/0/get", new Map([["both", 1]]), typeOf)).toBe(true);
  });

  it("are found for a step, with every loop around it", () => {
    expect(shownStep("get", seen, new Map(), typeOf)).toMatchObject({ path: "each/1/get", loops: [{ path: "each", shown: 1 }] });
    expect(shownStep("get", seen, new Map([["each", 10]]), typeOf).path).toBe("each/10/get");
    expect(shownStep("fine", seen, new Map([["each", 10]]), typeOf)).toMatchObject({ path: null, loops: [{ path: "each", shown: 10 }] });
    const nested = states({ "each/0/inner/0/x": "completed", "each/1/inner/0/x": "completed", "each/1/inner/1/x": "failed" });
    expect(shownStep("x", nested, new Map(), typeOf)).toMatchObject({ path: "each/1/inner/1/x", loops: [{ path: "each", shown: 1 }, { path: "each/1/inner", shown: 1 }] });
    expect(shownStep("nowhere", nested, new Map(), typeOf)).toEqual({ path: null, loops: [] });
  });
});
