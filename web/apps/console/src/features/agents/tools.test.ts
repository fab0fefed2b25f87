import { expect, it } from "vitest";

import { commandLine, replacements, toolIcon, toolSubject } from "./tools.ts";

it("shows an argument vector as it would be typed", () => {
  expect(commandLine({ argv: ["git", "commit", "-m", "it's done", ""] })).toBe(`git commit -m 'it'\\''s done' ''`);
  expect(commandLine({ command: "ls -la | head" })).toBe("ls -la | head");
  expect(commandLine({})).toBe("");
});

it("says in a line what a call is about", () => {
  expect(toolSubject("fs.write", { path: "~/a.txt", content: "x" })).toBe("~/a.txt");
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
