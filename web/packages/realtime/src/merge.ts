import type { Message, Part, ToolPart } from "@openclaw/api";

import type { OutputChunk } from "./events.ts";
import { latestState, PROGRESS, textOf, type Overlay, type RunOverlay, type ToolOverlay } from "./overlay.ts";

/** A message as shown: REST's, with what happened since laid over it. */
export interface LiveMessage extends Message {
  parts: LivePart[];
}

export type LivePart = Exclude<Part, ToolPart> | LiveToolPart;

export interface LiveToolPart extends ToolPart {
  /** What the command printed so far; empty once the result is known to REST. */
  output: readonly OutputChunk[];
}

/** Lays the overlay over REST's messages. Messages that nothing touches keep their identity, so they do not re-render. */
export function mergeMessages(messages: readonly Message[], overlay: Overlay): LiveMessage[] {
  const byRun = assignRuns(messages, overlay);
  const merged = messages.map((message) => {
    const run = message.role === "assistant" ? byRun.get(message.id) : undefined;
    return mergeMessage(message, run, overlay);
  });
  for (const run of byRun.get(null) ?? []) merged.push(unstoredMessage(run, overlay));
  return merged;
}

/** Which overlay belongs to which message; under null the runs whose message REST has not shown yet. */
function assignRuns(messages: readonly Message[], overlay: Overlay) {
  const assigned = new Map<string, RunOverlay>();
  const open: RunOverlay[] = [];
  for (const run of Object.values(overlay.runs)) {
    const message = messages.findLast((candidate) => candidate.role === "assistant" && candidate.runId === run.runId);
    if (!message) open.push(run);
    else if (message.state === "running") assigned.set(message.id, run);
  }
  // A run may be known to the gateway by its idempotency key; a conversation has one run at a time.
  const running = messages.findLast((message) => message.role === "assistant" && message.state === "running");
  if (running && !assigned.has(running.id)) {
    const live = open.findLast((run) => run.outcome === null) ?? open.at(-1);
    if (live) {
      assigned.set(running.id, live);
      open.splice(open.indexOf(live), 1);
    }
  }
  const unstored = running ? [] : open.filter((run) => run.segments.length > 0 || run.outcome === null);
  return {
    get: ((key: string | null) => (key === null ? unstored : assigned.get(key))) as {
      (key: string): RunOverlay | undefined;
      (key: null): RunOverlay[];
    },
  };
}

const cache = new WeakMap<Message, { run: RunOverlay | undefined; approvals: unknown; merged: LiveMessage }>();

function mergeMessage(message: Message, run: RunOverlay | undefined, overlay: Overlay): LiveMessage {
  const cached = cache.get(message);
  if (cached && cached.run === run && cached.approvals === overlay.approvals) return cached.merged;
  const parts = run ? mergeParts(message.parts, run) : message.parts.map(bare);
  const merged: LiveMessage = {
    ...message,
    parts: parts.map((part) => withEnd(withApproval(part, overlay), run)),
    state: run?.outcome ? outcomeState(run) : message.state,
    error: run?.outcome === "error" && !message.error ? { code: "run.failed", title: run.errorMessage ?? "" } : message.error,
  };
  cache.set(message, { run, approvals: overlay.approvals, merged });
  return merged;
}

function bare(part: Part): LivePart {
  return part.type === "tool" ? { ...part, output: [] } : part;
}

function mergeParts(stored: readonly Part[], run: RunOverlay): LivePart[] {
  const parts = stored.map(bare);
  const storedText = stored.map((part) => (part.type === "text" ? part.text : "")).join("");
  let known = knownLetters(textOf(run.segments), storedText);
  for (const segment of run.segments) {
    if (segment.type === "tool") {
      const tool = run.tools[segment.toolCallId];
      if (tool) placeTool(parts, tool);
      continue;
    }
    const { rest, left } = withoutLetters(segment.text, known);
    known = left;
    if (rest.trim() === "") continue;
    const last = parts.at(-1);
    if (last?.type === "text") parts[parts.length - 1] = { type: "text", text: joined(last.text, rest) };
    else parts.push({ type: "text", text: rest.trimStart() });
  }
  return parts;
}

/**
 * How many letters at the start of the live text REST has stored already. White space does not count: the live text
 * parts what the model said in several calls by blank lines, REST parts it into several texts.
 */
function knownLetters(liveText: string, storedText: string): number {
  const live = liveText.replace(/\s+/g, "");
  const stored = storedText.replace(/\s+/g, "");
  if (live.startsWith(stored)) return stored.length;
  if (stored.startsWith(live) || stored.endsWith(live)) return live.length;
  // Live text that began in mid-run: the longest end of the stored text that it starts with.
  for (let length = Math.min(live.length, stored.length); length > 0; length--) {
    if (live.startsWith(stored.slice(-length))) return length;
  }
  return 0;
}

/** `text` without its first `count` letters, and how many of them it did not have. */
function withoutLetters(text: string, count: number): { rest: string; left: number } {
  let at = 0;
  let left = count;
  while (left > 0 && at < text.length) {
    if (!/\s/.test(text.charAt(at))) left--;
    at++;
  }
  return { rest: text.slice(at), left };
}

/** White space at the seam may stand in both. */
function joined(before: string, rest: string): string {
  const seam = /\s*$/.exec(before)?.[0] ?? "";
  return before + (rest.startsWith(seam) ? rest.slice(seam.length) : rest);
}

function placeTool(parts: LivePart[], tool: ToolOverlay): void {
  const at = parts.findIndex((part) => part.type === "tool" && part.toolCallId === tool.toolCallId);
  const stored = parts[at];
  if (stored?.type === "tool") parts[at] = mergeTool(stored, tool);
  else {
    parts.push({
      type: "tool",
      stepId: tool.stepId ?? tool.toolCallId,
      toolCallId: tool.toolCallId,
      name: tool.name ?? "",
      arguments: tool.arguments ?? {},
      device: tool.device,
      targets: [],
      state: tool.state ?? "pending",
      result: tool.result,
      error: tool.error,
      approval: null,
      output: tool.output,
    });
  }
}

function mergeTool(stored: LiveToolPart, tool: ToolOverlay): LiveToolPart {
  return {
    ...stored,
    device: stored.device ?? tool.device,
    state: latestState(stored.state, tool.state),
    result: stored.result ?? tool.result,
    error: stored.error ?? tool.error,
    output: stored.result ? [] : tool.output,
  };
}

/** Nothing goes on in a run that has ended, even before REST says how each call ended. */
function withEnd(part: LivePart, run: RunOverlay | undefined): LivePart {
  if (part.type !== "tool" || !run?.outcome || run.outcome === "final") return part;
  return PROGRESS[part.state] < PROGRESS.aborted ? { ...part, state: "aborted" } : part;
}

function withApproval(part: LivePart, overlay: Overlay): LivePart {
  if (part.type !== "tool") return part;
  const live = overlay.approvals[part.toolCallId];
  if (!live || (part.approval && part.approval.state !== "pending")) return part;
  const state = live.state === "pending" && part.state === "pending" ? "awaiting_approval" : part.state;
  return { ...part, approval: live, state };
}

function outcomeState(run: RunOverlay): Message["state"] {
  return run.outcome === "final" ? "complete" : run.outcome === "aborted" ? "aborted" : "failed";
}

function unstoredMessage(run: RunOverlay, overlay: Overlay): LiveMessage {
  return {
    id: `live-${run.runId}`,
    role: "assistant",
    parts: mergeParts([], run).map((part) => withEnd(withApproval(part, overlay), run)),
    state: run.outcome ? outcomeState(run) : "running",
    runId: run.runId,
    error: run.outcome === "error" ? { code: "run.failed", title: run.errorMessage ?? "" } : null,
    model: null,
    demo: false,
    usage: null,
    createdAt: new Date(0).toISOString(),
  };
}
