import type { Approval, JsonObject, Message, ToolState } from "@openclaw/api";

import type { OutputChunk, RunEvent, RunOutcome, ToolChange } from "./events.ts";

/**
 * What the gateway said about a conversation's live runs since REST last told the truth. It only ever adds to REST
 * messages (see `merge.ts`) and is dropped, run by run, once REST says that the run is over.
 */
export interface Overlay {
  runs: Readonly<Record<string, RunOverlay>>;
  /** Newest word on each approval, by toolCallId. */
  approvals: Readonly<Record<string, Approval>>;
  /** Events were missed: REST has to be read again. Counts up, so that each gap is a new reason. */
  gaps: number;
}

export interface RunOverlay {
  runId: string;
  segments: readonly Segment[];
  tools: Readonly<Record<string, ToolOverlay>>;
  outcome: RunOutcome | null;
  errorMessage: string | null;
  lastSeq: number | null;
}

export type Segment = { type: "text"; text: string } | { type: "tool"; toolCallId: string };

export interface ToolOverlay {
  toolCallId: string;
  stepId: string | null;
  name: string | null;
  arguments: JsonObject | null;
  device: { id: string; name: string } | null;
  state: ToolState | null;
  output: readonly OutputChunk[];
  result: JsonObject | null;
  error: { code: string; message: string } | null;
}

export const EMPTY_OVERLAY: Overlay = { runs: {}, approvals: {}, gaps: 0 };

/** Live output beyond this many characters loses its head; the stored result has what the device kept. */
const OUTPUT_CAP = 200_000;

export function reduceOverlay(overlay: Overlay, event: RunEvent): Overlay {
  if (event.kind === "approval") {
    return { ...overlay, approvals: { ...overlay.approvals, [event.approval.toolCallId]: event.approval } };
  }
  // A run that starts anew was taken over after a crash: it counts from 1 again and repeats nothing.
  const known = event.kind === "started" ? undefined : overlay.runs[event.runId];
  if (known && event.seq !== null && event.seq === known.lastSeq) return overlay;
  const run = known ?? newRun(event.runId);
  const isGap = event.seq !== null && run.lastSeq !== null && event.seq > run.lastSeq + 1;
  // Events that belong to a transaction may be overtaken by live ones, so a lower number is no reason to drop one.
  const lastSeq = event.seq === null ? run.lastSeq : Math.max(event.seq, run.lastSeq ?? 0);
  const next = { ...reduceRun(run, event), lastSeq };
  return {
    ...overlay,
    runs: { ...overlay.runs, [event.runId]: next },
    gaps: overlay.gaps + (isGap ? 1 : 0),
  };
}

/** Forgets the runs and approvals that fresh REST messages have settled. */
export function settleOverlay(overlay: Overlay, messages: readonly Message[]): Overlay {
  // The question carries its run's id too, and is complete from the start: only the answer tells how the run stands.
  const answers = messages.filter(({ role }) => role === "assistant");
  const settled = new Set(answers.flatMap(({ runId, state }) => (runId && state !== "running" ? [runId] : [])));
  const isLive = messages.some((message) => message.state === "running");
  const runs = Object.fromEntries(
    // A run that ended under a name REST does not use is settled when nothing runs any more.
    Object.entries(overlay.runs).filter(([runId, run]) => !settled.has(runId) && !(run.outcome !== null && !isLive)),
  );
  const stored = new Map(
    messages.flatMap((message) => message.parts.flatMap((part) => (part.type === "tool" ? [[part.toolCallId, part] as const] : []))),
  );
  const approvals = Object.fromEntries(
    Object.entries(overlay.approvals).filter(([toolCallId, approval]) => {
      const part = stored.get(toolCallId);
      return !part?.approval || (part.approval.state === "pending" && approval.state !== "pending");
    }),
  );
  const isSame =
    Object.keys(runs).length === Object.keys(overlay.runs).length &&
    Object.keys(approvals).length === Object.keys(overlay.approvals).length;
  return isSame ? overlay : { ...overlay, runs, approvals };
}

function newRun(runId: string): RunOverlay {
  return { runId, segments: [], tools: {}, outcome: null, errorMessage: null, lastSeq: null };
}

function reduceRun(run: RunOverlay, event: Exclude<RunEvent, { kind: "approval" }>): RunOverlay {
  switch (event.kind) {
    case "started":
      return run;
    case "text":
      return { ...run, segments: withText(run.segments, event.delta, event.cumulative) };
    case "ended":
      return { ...run, outcome: event.outcome, errorMessage: event.errorMessage };
    case "tool":
      return withTool(run, event.toolCallId, event.change);
  }
}

/**
 * Adds a delta. The cumulative text, which counts from the start of the run or of the model's turn, repairs what was
 * missed before: a page that opens in mid-run has seen none of the earlier deltas.
 */
function withText(segments: readonly Segment[], delta: string, cumulative: string | null): readonly Segment[] {
  const seen = textOf(segments);
  if (cumulative !== null && seen.startsWith(cumulative)) return segments;
  const missing = cumulative?.startsWith(seen) ? cumulative.slice(seen.length) : delta;
  if (missing === "") return segments;
  const last = segments.at(-1);
  if (last?.type === "text") return [...segments.slice(0, -1), { type: "text", text: last.text + missing }];
  return [...segments, { type: "text", text: missing }];
}

export function textOf(segments: readonly Segment[]): string {
  return segments.map((segment) => (segment.type === "text" ? segment.text : "")).join("");
}

function withTool(run: RunOverlay, toolCallId: string, change: ToolChange): RunOverlay {
  const known = run.tools[toolCallId];
  const tool: ToolOverlay = known ?? {
    toolCallId,
    stepId: null,
    name: null,
    arguments: null,
    device: null,
    state: null,
    output: [],
    result: null,
    error: null,
  };
  const next: ToolOverlay = {
    ...tool,
    stepId: change.stepId ?? tool.stepId,
    name: change.name ?? tool.name,
    arguments: change.arguments ?? tool.arguments,
    device: change.device ?? tool.device,
    state: latestState(tool.state, change.state ?? impliedState(change)),
    output: change.output ? withOutput(tool.output, change.output) : tool.output,
    result: change.result ?? tool.result,
    error: change.error ?? tool.error,
  };
  return {
    ...run,
    tools: { ...run.tools, [toolCallId]: next },
    segments: known ? run.segments : [...run.segments, { type: "tool", toolCallId }],
  };
}

/** How far a call is. A call only moves on; an event that was overtaken does not set it back. */
export const PROGRESS: Readonly<Record<ToolState, number>> = {
  pending: 0,
  awaiting_approval: 1,
  waiting_for_device: 2,
  running: 2,
  ok: 3,
  error: 3,
  denied: 3,
  aborted: 3,
};

export function latestState<Known extends ToolState | null>(known: Known, next: ToolState | null): Known | ToolState {
  if (next === null) return known;
  return known === null || PROGRESS[next] >= PROGRESS[known] ? next : known;
}

function impliedState(change: ToolChange): ToolState | null {
  if (change.phase === "result") return change.isError ? "error" : "ok";
  return change.output ? "running" : null;
}

function withOutput(output: readonly OutputChunk[], chunk: OutputChunk): readonly OutputChunk[] {
  const last = output.at(-1);
  const next =
    last?.stream === chunk.stream
      ? [...output.slice(0, -1), { stream: last.stream, text: last.text + chunk.text }]
      : [...output, chunk];
  let excess = next.reduce((sum, { text }) => sum + text.length, 0) - OUTPUT_CAP;
  if (excess <= 0) return next;
  return next.flatMap(({ stream, text }) => {
    const cut = Math.min(excess, text.length);
    excess -= cut;
    return cut === text.length ? [] : [{ stream, text: text.slice(cut) }];
  });
}
