import type { JsonObject, ToolPart } from "@openclaw/api";
import { describe, expect, it } from "vitest";

import { commandLine, replacements, savedResult, toolIcon, toolSubject, undoOf } from "./tools.ts";

it("shows an argument vector as it would be typed", () => {
  expect(commandLine({ argv: ["git", "commit", "-m", "it's done", ""] })).toBe(`git commit -m 'it'\\''s done' ''`);
  expect(commandLine({ command: "ls -la | head" })).toBe("ls -la | head");
  expect(commandLine({})).toBe("");
});

it("says in a line what a call is about", () => {
  expect(toolSubject("fs.write", { path: "~/a.txt", content: "x" })).toBe("~/a.txt");
  expect(toolSubject("fs.move", { path: "~/a", to: "~/b" })).toBe("~/a → ~/b");
  expect(toolSubject("fs.search", { path: "~/code", query: "needle" })).toBe("needle · ~/code");
  expect(toolSubject("exec", { command: "cd x\nmake" })).toBe("cd x");
  expect(toolSubject("system.info", {})).toBe("");
});

it("takes odd arguments without failing", () => {
  expect(replacements({ edits: [null, { old: 1 }, { old: "a", new: "b" }, { old: "c", new: "d", every: true }] })).toEqual([
    { old: "a", new: "b", every: false },
    { old: "c", new: "d", every: true },
  ]);
  expect(replacements({})).toEqual([]);
  expect(toolIcon("some.future.tool")).toBe("settings");
});

it("knows what can be undone, and what was", () => {
  const tool = (name: string, state: ToolPart["state"], result: JsonObject | null = null): ToolPart => ({
    ...{ type: "tool", stepId: "step_1", toolCallId: "call_1", arguments: {}, device: null, targets: [], error: null, approval: null },
    ...{ name, state, result },
  });
  expect(undoOf([tool("fs.read", "ok"), tool("exec", "ok"), tool("fs.write", "denied")])).toEqual({ canUndo: false, isUndone: false });
  expect(undoOf([tool("fs.delete", "ok", {})])).toEqual({ canUndo: true, isUndone: false });
  expect(undoOf([tool("fs.move", "ok", { undone: "The person has undone this change." })])).toEqual({ canUndo: true, isUndone: true });
});

describe("a saved result", () => {
  const resultId = `art_${"a".repeat(32)}`;

  it("is what a call that saves has answered", () => {
    const saved = { name: "save_result", state: "ok" as const, result: { resultId, version: 2, title: "Bakery" } };
    expect(savedResult(saved)).toEqual({ resultId, title: "Bakery", version: 2 });
    expect(savedResult({ ...saved, name: "fs.collect" })).not.toBeNull();
  });

  it("is nothing that another tool says, or that was not saved", () => {
    expect(savedResult({ name: "plugin.x", state: "ok", result: { resultId } })).toBeNull();
    expect(savedResult({ name: "save_result", state: "error", result: { resultId } })).toBeNull();
    expect(savedResult({ name: "save_result", state: "ok", result: { resultId: "../settings" } })).toBeNull();
  });
});
