import { expect, it } from "vitest";

import { sessionOf } from "./session.ts";

const read = (messages: unknown, state = {}, stats = {}) => sessionOf({ state, messages: { messages }, stats }, 5);

it("shows what was said and done, in order", () => {
  const session = read([
    { role: "user", content: "list" },
    { role: "assistant", content: [{ type: "thinking", thinking: "hm" }, { type: "text", text: "Now." }, { type: "toolCall", id: "1", name: "bash", arguments: { command: "ls" } }] },
    { role: "toolResult", toolName: "bash", isError: false, content: [{ type: "text", text: "a" }] },
    { role: "toolResult", toolName: "read", isError: true, content: [{ type: "text", text: "gone" }] },
    { role: "bashExecution", command: "pwd", output: "/", exitCode: 1 },
    { role: "compactionSummary", summary: "short" },
    { role: "assistant", content: [], stopReason: "error", errorMessage: "no key" },
    { role: "of a later version", content: "?" },
  ]);
  expect(session?.messages.map(({ role, text, name, hasFailed }) => [role, text, name, hasFailed])).toEqual([
    ["user", "list", null, false],
    ["assistant", "Now.", null, false],
    ["tool", "ls", "bash", false],
    ["tool", "gone", "read", true],
    ["command", "/", "pwd", true],
    ["note", "short", null, false],
    ["assistant", "no key", null, true],
  ]);
  expect(new Set(session?.messages.map(({ key }) => key)).size).toBe(7);
});

it("takes absent and null for nothing, as the two families of runtimes have them", () => {
  const session = read([], { sessionName: null, model: null }, { tokens: null, contextUsage: { percent: null } });
  expect(session).toMatchObject({ name: null, model: null, isWorking: false, totals: { tokens: 0, cost: 0, contextPercent: null } });
});

it.each([undefined, null, "text", {}])("is nothing when the messages are %o", (messages) => {
  expect(read(messages)).toBeNull();
});

it.each([null, 3, "x", [], { role: 5 }, { role: "user", content: 7 }, { role: "assistant", content: [null, 1] }])("never throws on %o", (entry) => {
  expect(read([entry])).not.toBeNull();
});
