// @vitest-environment jsdom
import { TranslatorProvider } from "@openclaw/i18n";
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, it } from "vitest";

import { AgentCalls, argumentWords } from "./AgentCalls.tsx";
import { PluginCallView, type PluginCall } from "./PluginCallView.tsx";

afterEach(cleanup);

it("lists what a model asked machines to do, in words", () => {
  const output = { calls: [{ tool: "fs.read", arguments: { path: "~/a.txt" }, failed: false }, { tool: "own.thing", arguments: null, failed: true }, "no call"] };
  render(
    <TranslatorProvider language="en">
      <AgentCalls output={output} />
    </TranslatorProvider>,
  );
  expect(screen.getAllByRole("listitem").map((item) => item.textContent)).toEqual(["Read file path: ~/a.txt", "own.thing Failed"]);
});

it("keeps arguments to a line", () => {
  expect(argumentWords({ command: "ls\n -l", count: 2, deep: { a: [1] } })).toBe('command: ls -l, count: 2, deep: {"a":[1]}');
  expect(argumentWords({ content: "x".repeat(900) })).toHaveLength(200);
  expect(argumentWords(null)).toBe("");
});

it("tells how a plugin was kept apart, what it used, and was refused", () => {
  const call: PluginCall = {
    name: "maps",
    version: "1.2.0",
    action: "draw",
    state: "violation",
    tier: "landlock",
    error: "x",
    usage: { wallSeconds: 1.5, cpuSeconds: 0.25, memoryBytes: 2 << 20, networkBytes: 0 },
    refused: [{ host: "10.0.0.1", port: 80, decision: "address_not_public" }, { host: "a.example", port: 443, decision: "of_tomorrow" }],
    logs: "hello\n",
    workflowRunId: null,
    path: null,
    startedAt: "2026-01-01T00:00:00Z",
    finishedAt: "2026-01-01T00:00:00Z",
  };
  render(
    <TranslatorProvider language="en">
      <PluginCallView call={call} />
    </TranslatorProvider>,
  );
  const text = screen.getByTestId("plugin-call").textContent;
  for (const words of ["Tried what is forbidden", "maps 1.2.0 · draw", "With restricted rights (Landlock)", "250 ms", "1.5 s", "2 MiB"]) expect(text).toContain(words);
  expect(text).not.toContain("Network traffic");
  expect(screen.getAllByRole("listitem").map((item) => item.textContent)).toEqual(["10.0.0.1:80 is not on the internet", "a.example:443 of_tomorrow"]);
});
