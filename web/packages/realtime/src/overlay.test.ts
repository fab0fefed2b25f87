import type { Approval, Message, ToolPart } from "@openclaw/api";
import { describe, expect, it } from "vitest";

import { readEvent, type RunEvent } from "./events.ts";
import { mergeMessages, type LiveToolPart } from "./merge.ts";
import { EMPTY_OVERLAY, reduceOverlay, settleOverlay, textOf, type Overlay } from "./overlay.ts";

const RUN = "run_1";

function reduced(events: readonly RunEvent[], from: Overlay = EMPTY_OVERLAY): Overlay {
  return events.reduce(reduceOverlay, from);
}

let seq = 0;
const text = (delta: string, cumulative: string | null = null): RunEvent => ({ kind: "text", runId: RUN, seq: ++seq, delta, cumulative });
const tool = (change: Extract<RunEvent, { kind: "tool" }>["change"], toolCallId = "call_1"): RunEvent => ({
  kind: "tool",
  runId: RUN,
  seq: ++seq,
  toolCallId,
  change,
});

function message(overrides: Partial<Message> = {}): Message {
  return {
    id: "msg_2",
    role: "assistant",
    parts: [],
    state: "running",
    runId: RUN,
    error: null,
    model: null,
    demo: false,
    usage: null,
    createdAt: "2026-11-21T05:00:00Z",
    ...overrides,
  };
}

function storedTool(overrides: Partial<ToolPart> = {}): ToolPart {
  return {
    type: "tool",
    stepId: "step_1",
    toolCallId: "call_1",
    name: "exec",
    arguments: { command: "date" },
    device: { id: "dev_1", name: "laptop" },
    targets: [],
    state: "running",
    result: null,
    error: null,
    approval: null,
    ...overrides,
  };
}

function approval(overrides: Partial<Approval> = {}): Approval {
  return {
    id: "appr_1",
    link: "/approvals/appr_1",
    askedBy: null,
    runId: RUN,
    taskRunId: null,
    conversationId: "conv_1",
    toolCallId: "call_1",
    tool: "exec",
    arguments: {},
    question: null,
    device: { id: "dev_1", name: "laptop" },
    targets: [],
    grade: "modify",
    risk: { segments: [], summary: "" },
    folder: null,
    coverage: null,
    state: "pending",
    decision: null,
    reason: null,
    requestedAt: "2026-11-21T05:00:00Z",
    expiresAt: "2026-11-21T05:15:00Z",
    decidedAt: null,
    ...overrides,
  };
}

const shown = (overlay: Overlay, stored: Message[]) => mergeMessages(stored, overlay).at(-1)?.parts;

describe("streamed text", () => {
  it("grows by deltas", () => {
    const overlay = reduced([text("Hel"), text("lo")]);
    expect(shown(overlay, [message()])).toEqual([{ type: "text", text: "Hello" }]);
  });

  it("is repaired by the cumulative text after missed deltas, and is not doubled by repeats", () => {
    const overlay = reduced([text("One ", "One "), text("three", "One two three"), text("two ", "One two ")]);
    expect(textOf(overlay.runs[RUN]?.segments ?? [])).toBe("One two three");
  });

  it("stands around tool calls in the order of the run", () => {
    const overlay = reduced([text("A", "A"), tool({ phase: "start", name: "exec", arguments: {} }), text("B", "A\n\nB")]);
    expect(shown(overlay, [message()])).toMatchObject([{ text: "A" }, { toolCallId: "call_1" }, { text: "B" }]);
  });

  it("that REST has stored already is not shown twice, though REST parts it otherwise", () => {
    const overlay = reduced([text("First.", "First."), tool({ phase: "start", name: "exec" }), text("Second", "First.\n\nSecond")]);
    const stored = message({ parts: [{ type: "text", text: "First." }, storedTool(), { type: "text", text: "Sec" }] });
    expect(shown(overlay, [stored])).toMatchObject([{ text: "First." }, { toolCallId: "call_1" }, { text: "Second" }]);
  });

  it("of a page that was opened in mid-run follows what REST had", () => {
    const overlay = reduced([text("third", "first second third")]);
    expect(shown(overlay, [message({ parts: [{ type: "text", text: "first second " }] })])).toEqual([
      { type: "text", text: "first second third" },
    ]);
  });

  it("of a run that another worker took over begins anew", () => {
    const overlay = reduced([
      { kind: "text", runId: RUN, seq: 7, delta: "lost", cumulative: "lost" },
      { kind: "started", runId: RUN, seq: 1 },
      { kind: "text", runId: RUN, seq: 2, delta: "again", cumulative: "again" },
    ]);
    expect(textOf(overlay.runs[RUN]?.segments ?? [])).toBe("again");
  });
});

describe("tool calls", () => {
  it("show their output live, and REST's result in its place", () => {
    const overlay = reduced([
      tool({ phase: "start", name: "exec", state: "running", arguments: { command: "date" } }),
      tool({ phase: "update", output: { stream: "stdout", text: "a\n" } }),
      tool({ phase: "update", output: { stream: "stdout", text: "b\n" } }),
      tool({ phase: "update", output: { stream: "stderr", text: "c\n" } }),
    ]);
    const live = shown(overlay, [message({ parts: [storedTool()] })])?.[0] as LiveToolPart;
    expect(live.output).toEqual([
      { stream: "stdout", text: "a\nb\n" },
      { stream: "stderr", text: "c\n" },
    ]);
    const done = shown(overlay, [message({ parts: [storedTool({ state: "ok", result: { exitCode: 0 } })] })])?.[0];
    expect(done).toMatchObject({ state: "ok", output: [], result: { exitCode: 0 } });
  });

  it("only move on, whatever order their events come in", () => {
    const overlay = reduced([tool({ phase: "result", state: "ok" }), tool({ phase: "update", state: "running" })]);
    expect(overlay.runs[RUN]?.tools["call_1"]?.state).toBe("ok");
    expect(shown(overlay, [message({ parts: [storedTool({ state: "awaiting_approval" })] })])).toMatchObject([{ state: "ok" }]);
  });

  it("keep the end of very long output", () => {
    const overlay = reduced(
      ["a", "b", "c"].map((letter) => tool({ phase: "update", output: { stream: "stdout", text: letter.repeat(90_000) } })),
    );
    const [chunk] = overlay.runs[RUN]?.tools["call_1"]?.output ?? [];
    expect(chunk?.text).toHaveLength(200_000);
    expect(chunk?.text.endsWith("c".repeat(90_000))).toBe(true);
  });
});

describe("approvals", () => {
  it("appear on their call at once and show the answer at once", () => {
    const asked = reduced([{ kind: "approval", runId: RUN, seq: null, approval: approval() }]);
    const stored = [message({ parts: [storedTool({ state: "pending" })] })];
    expect(shown(asked, stored)).toMatchObject([{ state: "awaiting_approval", approval: { state: "pending" } }]);
    const answered = reduced([{ kind: "approval", runId: RUN, seq: null, approval: approval({ state: "allowed" }) }], asked);
    expect(shown(answered, stored)).toMatchObject([{ approval: { state: "allowed" } }]);
  });

  it("that REST knows as answered are not asked again by a late event", () => {
    const late = reduced([{ kind: "approval", runId: RUN, seq: null, approval: approval() }]);
    const stored = [message({ parts: [storedTool({ state: "ok", approval: approval({ state: "allowed" }) })] })];
    expect(shown(late, stored)).toMatchObject([{ state: "ok", approval: { state: "allowed" } }]);
  });
});

describe("the end of a run", () => {
  it("by a stop ends its calls too", () => {
    const overlay = reduced([
      tool({ phase: "start", state: "running" }),
      tool({ phase: "result", state: "ok" }, "call_2"),
      { kind: "ended", runId: RUN, seq: ++seq, outcome: "aborted", errorMessage: null },
    ]);
    expect(shown(overlay, [message({ parts: [storedTool()] })])).toMatchObject([{ state: "aborted" }, { state: "ok" }]);
  });

  it("shows at once and is dropped when REST has it", () => {
    const overlay = reduced([text("Hi", "Hi"), { kind: "ended", runId: RUN, seq: ++seq, outcome: "error", errorMessage: "overloaded" }]);
    const running = [message()];
    expect(mergeMessages(running, overlay).at(-1)).toMatchObject({ state: "failed", error: { title: "overloaded" } });
    expect(settleOverlay(overlay, running)).toBe(overlay);
    const failed = [message({ state: "failed" })];
    expect(settleOverlay(overlay, failed).runs).toEqual({});
    expect(mergeMessages(failed, overlay).at(-1)?.parts).toEqual([]);
  });

  it("keeps what it printed when REST shows the question, which is complete and carries the run's id", () => {
    const overlay = reduced([tool({ phase: "update", output: { stream: "stdout", text: "begun\n" } })]);
    const stored = [message({ id: "msg_1", role: "user", state: "complete" }), message()];
    expect(settleOverlay(overlay, stored)).toBe(overlay);
  });

  it("whose message REST has not shown yet still has its text", () => {
    const overlay = reduced([text("Hi", "Hi")]);
    const merged = mergeMessages([message({ id: "msg_1", role: "user", state: "complete" })], overlay);
    expect(merged.at(-1)).toMatchObject({ role: "assistant", state: "running", parts: [{ text: "Hi" }] });
  });

  it("leaves untouched messages the same objects", () => {
    const stored = [message({ id: "msg_1", role: "user", state: "complete" }), message()];
    const before = mergeMessages(stored, reduced([text("a", "a")]));
    const after = mergeMessages(stored, reduced([text("ab", "ab")]));
    expect(after[0]).toBe(before[0]);
    expect(after[1]).not.toBe(before[1]);
  });
});

it("counts a gap in a run's own numbers", () => {
  const overlay = reduced([
    { kind: "text", runId: RUN, seq: 1, delta: "a", cumulative: null },
    { kind: "text", runId: RUN, seq: 3, delta: "c", cumulative: null },
  ]);
  expect(overlay.gaps).toBe(1);
});

describe("gateway events", () => {
  it("are read by the run's REST id", () => {
    const payload = { runId: "web-key", run: RUN, sessionKey: "conv_1", seq: 4, state: "delta", deltaText: "b", message: { role: "assistant", content: [{ type: "text", text: "ab" }] } };
    expect(readEvent("chat", payload)).toEqual({
      sessionKey: "conv_1",
      event: { kind: "text", runId: RUN, seq: 4, delta: "b", cumulative: "ab" },
    });
  });

  it("that tell of a note are about no run", () => {
    const note = { runId: "inject-msg_1", sessionKey: "conv_1", seq: 0, state: "final", message: { role: "assistant", content: [] } };
    expect(readEvent("chat", note)).toBeNull();
  });

  it("of no known form are left out", () => {
    for (const payload of [null, 1, [], {}, { runId: 1, sessionKey: "c" }, { runId: "r", sessionKey: "c", state: "status" }]) {
      expect(readEvent("chat", payload)).toBeNull();
    }
    expect(readEvent("agent", { runId: "r", sessionKey: "c", stream: "tool", data: { phase: "start" } })).toBeNull();
    expect(readEvent("agent", { runId: "r", sessionKey: "c", stream: "assistant", data: { delta: "x" } })).toBeNull();
    expect(readEvent("exec.approval.requested", { approval: { id: "appr_1" } })).toBeNull();
    expect(readEvent("tick", { ts: 1 })).toBeNull();
  });
});
