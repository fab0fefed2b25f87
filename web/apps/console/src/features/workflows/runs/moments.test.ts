import type { WorkflowRun, WorkflowStepRun } from "@openclaw/api";
import { describe, expect, it } from "vitest";

import { indexOf, micros, momentsOf, statesAt, timedSteps } from "./moments.ts";

const at = (second: number, more = "") => `2026-11-26T09:00:${String(second).padStart(2, "0")}${more}Z`;

function run(more: Partial<WorkflowRun> = {}): WorkflowRun {
  return {
    id: "wrun_1",
    workflowId: "wf_1",
    version: 1,
    state: "completed",
    dry: false,
    paused: false,
    error: null,
    originRunId: null,
    fromPath: null,
    parentRunId: null,
    createdAt: at(0),
    startedAt: at(0),
    finishedAt: at(30),
    input: {},
    output: null,
    working: [],
    ...more,
  };
}

function row(path: string, seq: number, more: Partial<WorkflowStepRun> = {}): WorkflowStepRun {
  return {
    id: `wstep_${path}`,
    seq,
    path,
    stepId: path.slice(path.lastIndexOf("/") + 1),
    type: "http",
    state: "completed",
    input: null,
    output: null,
    large: false,
    inputBytes: null,
    outputBytes: null,
    error: null,
    attempts: [],
    logs: [],
    reused: false,
    startedAt: at(0),
    dueAt: null,
    finishedAt: at(0),
    durationMs: 0,
    ...more,
  };
}

const TYPES: Record<string, string> = { each: "loop", both: "parallel" };
const typeOf = (id: string) => TYPES[id] ?? "http";
const told = (of: WorkflowRun, rows: WorkflowStepRun[]) => momentsOf(of, timedSteps(of, rows, typeOf)).map(({ key }) => key);

describe("instants", () => {
  it("are told apart by microseconds", () => {
    expect(micros(at(1, ".000002")) - micros(at(1, ".000001"))).toBe(1);
    expect(micros(at(1, ".5")) - micros(at(1))).toBe(500_000);
    expect(micros("2026-11-26T09:00:01+00:00")).toBe(micros(at(1)));
  });
});

describe("what has happened", () => {
  it("is in the order of its numbers where everything happened in the same instant", () => {
    const rows = [row("b", 2), row("a", 1), row("each/0/x", 3), row("each/1/x", 4), row("each", 5, { type: "loop" })];
    expect(told(run(), rows)).toEqual([
      "run-started",
      "started:a:0",
      "ended:a:0",
      "started:b:0",
      "ended:b:0",
      "started:each:0",
      "started:each/0/x:0",
      "ended:each/0/x:0",
      "started:each/1/x:0",
      "ended:each/1/x:0",
      "ended:each:0",
      "run-ended",
    ]);
  });

  it("knows failed tries, and the last one as the end", () => {
    const attempts = [1, 2].map((second) => ({ at: at(second), code: "timeout", message: "too slow" }));
    const rows = [row("a", 1, { state: "failed", attempts, finishedAt: at(2) })];
    expect(told(run({ state: "failed" }), rows)).toEqual(["run-started", "started:a:0", "tried:a:1", "ended:a:2", "run-ended"]);
  });

  it("has what was taken from an earlier run at its beginning, though it happened before", () => {
    const rows = [row("a", 1, { reused: true, startedAt: "2026-11-25T00:00:00Z", finishedAt: "2026-11-25T00:00:01Z" })];
    const moments = momentsOf(run(), timedSteps(run(), rows, typeOf));
    expect(moments[1]).toMatchObject({ kind: "reused", at: micros(at(0)), status: "reused" });
  });

  it("shows what is being carried out, and the loop that it is in", () => {
    const live = run({
      state: "running",
      finishedAt: null,
      working: [{ path: "each/2/get", stepId: "get", type: "http", attempt: 1, startedAt: at(5) }],
    });
    const rows = [row("each/0/get", 1, { startedAt: at(1), finishedAt: at(2) })];
    const states = statesAt(momentsOf(live, timedSteps(live, rows, typeOf)), 99);
    expect(Object.fromEntries([...states].map(([path, { status }]) => [path, status]))).toEqual({
      each: "running",
      "each/0/get": "completed",
      "each/2/get": "running",
    });
    expect(timedSteps(live, rows, typeOf).find(({ path }) => path === "each")?.startedAt).toBe(at(1));
  });

  it("does not bring back as running what has ended since", () => {
    const late = run({ working: [{ path: "a", stepId: "a", type: "http", attempt: 1, startedAt: at(1) }] });
    expect(timedSteps(late, [row("a", 1)], typeOf)[0]?.status).toBe("completed");
  });

  it("says of a question and of a delay that they wait", () => {
    const live = run({ state: "waiting", finishedAt: null });
    const rows = [row("ask", 1, { type: "approval", state: "waiting", finishedAt: null })];
    expect(statesAt(momentsOf(live, timedSteps(live, rows, typeOf)), 9).get("ask")?.status).toBe("waiting");
  });
});

describe("time travel", () => {
  const rows = [
    row("a", 1, { startedAt: at(1), finishedAt: at(4) }),
    row("both/l/x", 2, { startedAt: at(4), finishedAt: at(6) }),
    row("both/r/y", 3, { startedAt: at(4), finishedAt: at(9), state: "failed", attempts: [{ at: at(5), code: "c", message: "m" }, { at: at(9), code: "c", message: "m" }] }),
    row("both", 4, { type: "parallel", startedAt: at(4), finishedAt: at(9), state: "failed" }),
    row("pay!/tell", 5, { startedAt: at(9), finishedAt: at(10) }),
    row("z", 6, { state: "skipped", startedAt: at(10), finishedAt: at(10) }),
  ];
  const moments = momentsOf(run(), timedSteps(run(), rows, typeOf));
  const when = (second: number) => {
    const last = moments.filter((moment) => moment.at <= micros(at(second))).length - 1;
    return Object.fromEntries([...statesAt(moments, last)].map(([path, seen]) => [path, seen.status]));
  };

  it("shows each instant as it was", () => {
    expect(when(0)).toEqual({});
    expect(when(2)).toEqual({ a: "running" });
    expect(when(4)).toEqual({ a: "completed", both: "running", "both/l/x": "running", "both/r/y": "running" });
    expect(when(5)["both/r/y"]).toBe("waiting");
    expect(when(9)).toMatchObject({ both: "failed", "both/r/y": "failed", "both/l/x": "completed", "pay!/tell": "running" });
    expect(when(30)).toMatchObject({ "pay!/tell": "completed", z: "skipped" });
  });

  it("counts tries as they were", () => {
    const tried = moments.findIndex(({ key }) => key === "tried:both/r/y:1");
    expect(statesAt(moments, tried).get("both/r/y")?.attempts).toBe(2);
    expect(statesAt(moments, tried - 1).get("both/r/y")?.attempts).toBe(1);
  });

  it("stays where one looked while more happens, and follows when nobody has chosen", () => {
    const more = momentsOf(run(), timedSteps(run(), [...rows, row("q", 7, { startedAt: at(3), finishedAt: at(3) })], typeOf));
    const chosen = moments[5]?.key ?? "";
    expect(more[indexOf(more, chosen)]?.key).toBe(chosen);
    expect(indexOf(more, null)).toBe(more.length - 1);
    expect(indexOf(more, "gone")).toBe(more.length - 1);
  });

  it("never goes back in time", () => {
    for (let index = 1; index < moments.length; index++) expect(moments[index]?.at ?? 0).toBeGreaterThanOrEqual(moments[index - 1]?.at ?? 0);
  });
});
