import type { Conversation } from "@openclaw/api";
import type { LiveMessage, LivePart, LiveToolPart } from "@openclaw/realtime";
import { expect, it } from "vitest";

import { activeRun, blocksOf, exportFileName, groupByAge, questionBefore, readableText, textOfMessage } from "./model.ts";

const conversation = (id: string, updatedAt: string) => ({ id, updatedAt }) as Conversation;
const text = (words: string): LivePart => ({ type: "text", text: words });
const tool = (toolCallId: string) => ({ type: "tool", toolCallId }) as LiveToolPart;
const message = (id: string, role: "user" | "assistant", state = "complete") =>
  ({ id, role, state, runId: role === "assistant" ? `run_${id}` : null, parts: [] as LivePart[] }) as LiveMessage;

it("groups conversations by the reader's days", () => {
  const now = new Date(2026, 10, 21, 9, 30).getTime();
  const at = (day: number, hour: number) => new Date(2026, 10, day, hour).toISOString();
  const groups = groupByAge([conversation("a", at(21, 1)), conversation("b", at(20, 23)), conversation("c", at(15, 12)), conversation("d", at(2, 3))], now);
  expect(groups.map(({ age, items }) => [age, items.map(({ id }) => id).join()])).toEqual([
    ["today", "a"],
    ["yesterday", "b"],
    ["week", "c"],
    ["older", "d"],
  ]);
});

it("puts tool calls that follow on each other together", () => {
  const blocks = blocksOf([text("a"), tool("1"), text("  "), tool("2"), text("b"), tool("3")]);
  expect(blocks.map((block) => (block.kind === "text" ? block.text : block.parts.length))).toEqual(["a", 2, "b", 1]);
});

it("finds the run to stop and the question to ask again", () => {
  const messages = [message("1", "user"), message("2", "assistant"), message("3", "user"), message("4", "assistant", "running")];
  expect(activeRun(messages)).toBe("run_4");
  expect(activeRun(messages.slice(0, 2))).toBeNull();
  expect(questionBefore(messages, messages[3] as LiveMessage)?.id).toBe("3");
  expect(questionBefore(messages, messages[0] as LiveMessage)).toBeNull();
});

it("copies only what was said", () => {
  expect(textOfMessage({ ...message("1", "assistant"), parts: [text("a"), tool("1"), text("b")] })).toBe("a\n\nb");
});

it("names an export so that every file system takes it", () => {
  expect(exportFileName('a/b: "c" \u0000?', "markdown")).toBe("a b c.md");
  expect(exportFileName("笔记", "json")).toBe("笔记.json");
  expect(exportFileName("///", "json")).toBe("conversation.json");
});

it("shows of a launch its words, not what is there for programs", () => {
  const asked = (text: string) => readableText({ role: "user", parts: [{ type: "text", text }] } as unknown as LiveMessage);
  const form = '```openclaw-intake\n{"intake":{"siteName":"Tea"}}\n```';
  expect(asked(`Build “Tea”.\n\n${form}\n\nIn green.`)).toBe("Build “Tea”.\n\nIn green.");
  expect(asked(form)).toBe(form);
  expect(asked("Look:\n```ts\n1\n```")).toBe("Look:\n```ts\n1\n```");
});
