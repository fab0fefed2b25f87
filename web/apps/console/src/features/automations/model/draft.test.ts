import type { Automation } from "@openclaw/api";
import { expect, it } from "vitest";

import { draftOf, faultsOf, inputOf, newDraft, placeOf, readText, secondsOf, setField, spanOf, triggerOf, usualOverlap, withConfig, writeText, type Draft } from "./draft.ts";

const draft: Draft = { ...withConfig(newDraft("Europe/Berlin"), { taskId: "task_1" }), name: " Digest " };

const SAVED: Automation = {
  id: "auto_1",
  name: "Sync",
  description: "",
  trigger: { kind: "interval", seconds: 5400, misfire: "run_all", misfireLimit: 7 },
  action: { kind: "notify", config: { title: { $text: "Hi {{ input.who }}" } } },
  condition: null,
  success: "result.ok",
  overlap: "cancel_old",
  maxConsecutiveFailures: 3,
  expectedEverySeconds: 172_800,
  enabled: false,
  disabledReason: "failures",
  consecutiveFailures: 3,
  silent: false,
  nextAt: null,
  lastRunAt: null,
  lastRunState: null,
  hookPath: null,
  version: 4,
  createdAt: "2026-01-01T00:00:00Z",
  updatedAt: "2026-01-01T00:00:00Z",
};

it("is saved as it was written", () => {
  expect(faultsOf(draft)).toEqual({});
  expect(inputOf(draft)).toMatchObject({
    name: "Digest",
    trigger: { kind: "schedule", cron: "0 9 * * *", zone: "Europe/Berlin", skippedHour: "after", repeatedHour: "once", misfire: "run_once" },
    action: { kind: "run_task", config: { taskId: "task_1" } },
    condition: null,
    overlap: null,
    expectedEverySeconds: null,
  });
});

it("reads what was saved, and saves the same again", () => {
  const read = draftOf(SAVED, "UTC");
  expect(read.every).toEqual({ amount: "90", unit: "minutes" });
  expect(read.expected).toEqual({ amount: "2", unit: "days" });
  const { name, trigger, action, success, overlap, maxConsecutiveFailures, expectedEverySeconds } = SAVED;
  expect(inputOf(read)).toEqual({ name, description: "", trigger, action, condition: null, success, overlap, maxConsecutiveFailures, expectedEverySeconds, enabled: null });
});

it("says at the place what is missing or wrong, and of the chosen trigger and action only", () => {
  expect(faultsOf({ ...newDraft("UTC"), cron: " ", zone: "" })).toEqual({ name: "required", cron: "required", zone: "required", "action.config.taskId": "required" });
  expect(faultsOf({ ...draft, kind: "webhook", cron: "", zone: "" })).toEqual({});
  expect(faultsOf({ ...draft, kind: "interval", every: { amount: "9", unit: "seconds" } })).toEqual({ seconds: "range" });
  expect(faultsOf({ ...draft, kind: "interval", every: { amount: "soon", unit: "hours" } })).toEqual({ seconds: "number" });
  expect(faultsOf({ ...draft, expected: { amount: "", unit: "days" }, maxFailures: "0" })).toEqual({ expectedEverySeconds: "required", maxConsecutiveFailures: "range" });
  expect(faultsOf({ ...draft, misfire: "run_all", misfireLimit: "1.5" })).toEqual({ misfireLimit: "number" });
});

it("keeps what was filled in for another action", () => {
  const other = withConfig({ ...draft, action: "notify" }, { title: "Hi" });
  expect(inputOf({ ...other, action: "run_task" }).action.config).toEqual({ taskId: "task_1" });
  expect(inputOf(other).action).toEqual({ kind: "notify", config: { title: "Hi" } });
});

it("previews with a limit that is not finished", () => {
  expect(triggerOf({ ...draft, misfireLimit: "" })).toMatchObject({ misfireLimit: 100 });
});

it.each([
  ["trigger.schedule.cron", "cron"],
  ["trigger.seconds", "seconds"],
  ["cron", "cron"],
  ["condition", "condition"],
  ["action.config.url", "action.config.url"],
])("finds the place that the server calls %s", (field, place) => expect(placeOf(field)).toBe(place));

it("marks a text that is filled in at the run, and no other", () => {
  expect(writeText("Done: {{ input.title }}")).toEqual({ $text: "Done: {{ input.title }}" });
  expect(writeText("Done")).toBe("Done");
  expect(readText(writeText("{{ x }}"))).toBe("{{ x }}");
  expect(readText(undefined)).toBe("");
});

it("leaves out fields that say nothing", () => {
  expect(setField({ title: "a", body: "b" }, "body", "")).toEqual({ title: "a" });
  expect(setField({}, "body", null)).toEqual({});
  expect(setField({}, "artifactId", { $expr: "input.artifactId" })).toEqual({ artifactId: { $expr: "input.artifactId" } });
});

it("says spans in the largest whole unit", () => {
  expect(spanOf(10)).toEqual({ amount: "10", unit: "seconds" });
  expect(spanOf(3600)).toEqual({ amount: "1", unit: "hours" });
  expect(secondsOf({ amount: "1.5", unit: "hours" })).toBe(5400);
});

it("has the server's usual rules for what overlaps", () => {
  expect([usualOverlap("interval"), usualOverlap("webhook")]).toEqual(["skip", "queue"]);
});
