import type { TaskBudget, TaskEvent, TaskRun } from "@openclaw/api";
import { expect, it } from "vitest";

import { canFollowUp, canHandOver, canPause, detailOf, isChained, limitsOf, phasesOf, placeOf, shownOf, stageStates } from "./model.ts";

const RUN = {
  state: "running",
  outcome: null,
  createdAt: "2026-11-21T05:00:00Z",
  dispatchedAt: "2026-11-21T05:00:01Z",
  startedAt: "2026-11-21T05:00:02Z",
  finishedAt: null,
  conversationId: "conv_1",
  isCancelling: false,
  target: { kind: "device", deviceId: "dev_1", labels: [], runtime: "server", syncMode: "full" },
} as unknown as TaskRun;
const told = (run: TaskRun) => phasesOf(run).map(({ name, state }) => `${name} ${state}`);

it("takes what is shown from an address, and nothing that it does not know", () => {
  expect(["failed", "archived", "nothing", null, 3].map(shownOf)).toEqual(["failed", "archived", "all", "all", "all"]);
});

it("tells how far a run is, and leaves out what it never came to", () => {
  expect(told(RUN)).toEqual(["queued done", "dispatched done", "working now", "ended ahead"]);
  expect(told({ ...RUN, dispatchedAt: null, startedAt: null })).toEqual(["queued now", "dispatched ahead", "working ahead", "ended ahead"]);
  expect(told({ ...RUN, dispatchedAt: null, startedAt: null, finishedAt: "2026-11-21T05:00:03Z" })).toEqual(["queued done", "ended done"]);
  expect(told({ ...RUN, state: "failed", finishedAt: "2026-11-21T05:00:03Z" }).at(-1)).toBe("ended stopped");
});

it("offers only what a run can do", () => {
  const ended = { ...RUN, finishedAt: "2026-11-21T05:00:03Z" };
  const pi = { ...RUN, target: { ...RUN.target, runtime: "pi" as const } };
  expect([RUN, pi, ended, { ...RUN, isCancelling: true }].map(canPause)).toEqual([true, false, false, false]);
  expect([RUN, pi, ended, { ...RUN, conversationId: null }].map(canHandOver)).toEqual([true, false, false, false]);
  const spent = { ...ended, error: { code: "agents.budget_spent", title: "" } };
  expect([RUN, ended, { ...ended, conversationId: null }, spent].map(canFollowUp)).toEqual([false, true, false, false]);
});

it("counts what is held as gone, and shows limits only", () => {
  const none = { limit: null, used: 5, held: 0 };
  const budget = { moneyMicros: { limit: 100, used: 40, held: 20 }, tokens: none, calls: { limit: 2, used: 2, held: 1 }, seconds: none } as TaskBudget;
  expect(limitsOf(budget).map(({ kind, share }) => [kind, share])).toEqual([["moneyMicros", 0.6], ["calls", 1]]);
});

it("says where", () => {
  const at = (target: Partial<TaskRun["target"]>, name: string | null = "laptop") => placeOf({ target: { ...RUN.target, ...target } }, name).key;
  expect([at({}), at({ runtime: "pi" }), at({ kind: "server" }), at({ kind: "host" })]).toEqual(["device", "pi", "server", "host"]);
  expect([at({ kind: "host", deviceId: null }), at({ kind: "host", deviceId: null, labels: ["gpu"] })]).toEqual(["hosts", "labels"]);
});

it("finds a log that does not follow on itself", () => {
  const entry = (seq: number, previousHash: string, hash: string) => ({ seq, previousHash, hash, kind: "tool_ended", data: { tool: "exec", code: "agents.denied" } }) as unknown as TaskEvent;
  const log = [entry(1, "0", "a"), entry(2, "a", "b"), entry(3, "b", "c")];
  expect(isChained(log)).toBe(true);
  expect(isChained([log[0], log[2]] as TaskEvent[])).toBe(false);
  expect(detailOf(log[0] as TaskEvent)).toBe("exec · agents.denied");
});

it("marks the stage that a run is at by what its log says, and no other", () => {
  const begun = (...stages: unknown[]) => stages.map((stage, seq) => ({ seq, kind: "model_replied", data: { stage } })) as unknown as TaskEvent[];
  const ended = { ...RUN, finishedAt: "2026-11-21T05:00:03Z" };
  expect(stageStates(3, [], RUN)).toEqual(["ahead", "ahead", "ahead"]);
  expect(stageStates(3, begun(1, undefined, 2, "3", 9), RUN)).toEqual(["done", "now", "ahead"]);
  expect(stageStates(3, begun(2), { ...ended, state: "failed" })).toEqual(["done", "stopped", "ahead"]);
  expect(stageStates(3, begun(2), { ...ended, state: "succeeded" })).toEqual(["done", "done", "ahead"]);
  expect(stageStates(3, begun(2), { ...ended, state: "succeeded", outcome: "nothing_worked" })).toEqual(["done", "stopped", "ahead"]);
});
