import type { Approval, JsonObject, ToolState } from "@openclaw/api";

import { isRecord } from "./frames.ts";

/** What the overlay reduces. Built from gateway events by `readEvent`; odd payloads become null, never an exception. */
export type RunEvent =
  | { kind: "started"; runId: string; seq: number | null }
  | { kind: "text"; runId: string; seq: number | null; delta: string; cumulative: string | null }
  | { kind: "ended"; runId: string; seq: number | null; outcome: RunOutcome; errorMessage: string | null }
  | { kind: "tool"; runId: string; seq: number | null; toolCallId: string; change: ToolChange }
  | { kind: "approval"; runId: string; seq: null; approval: Approval };

export type RunOutcome = "final" | "aborted" | "error";

export interface ToolChange {
  phase: "start" | "update" | "result";
  stepId?: string;
  name?: string;
  arguments?: JsonObject;
  state?: ToolState;
  device?: { id: string; name: string };
  output?: OutputChunk;
  result?: JsonObject;
  error?: { code: string; message: string };
  isError?: boolean;
}

export interface OutputChunk {
  stream: "stdout" | "stderr";
  text: string;
}

export interface AddressedEvent {
  sessionKey: string;
  event: RunEvent;
}

/** The conversation and change that a gateway event describes, or null when it is none that a chat shows. */
export function readEvent(name: string, payload: unknown): AddressedEvent | null {
  if (!isRecord(payload)) return null;
  if (name === "exec.approval.requested" || name === "exec.approval.resolved") return readApproval(payload);
  // `runId` is what the sender called the run, its idempotency key; `run` is the id that REST knows.
  const runId = payload["run"] ?? payload["runId"];
  const sessionKey = payload["sessionKey"];
  if (typeof runId !== "string" || typeof sessionKey !== "string") return null;
  const seq = typeof payload["seq"] === "number" ? payload["seq"] : null;
  const event =
    name === "chat" ? readChat(runId, seq, payload) : name === "agent" ? readAgent(runId, seq, payload) : null;
  return event && { sessionKey, event };
}

function readChat(runId: string, seq: number | null, payload: Record<string, unknown>): RunEvent | null {
  switch (payload["state"]) {
    case "delta":
      return { kind: "text", runId, seq, delta: textOr(payload["deltaText"], ""), cumulative: messageText(payload["message"]) };
    case "final":
    case "aborted":
      return { kind: "ended", runId, seq, outcome: payload["state"], errorMessage: null };
    case "error":
      return { kind: "ended", runId, seq, outcome: "error", errorMessage: textOr(payload["errorMessage"], null) };
    default:
      return null;
  }
}

function readAgent(runId: string, seq: number | null, payload: Record<string, unknown>): RunEvent | null {
  const data = payload["data"];
  if (!isRecord(data)) return null;
  if (payload["stream"] === "lifecycle") {
    return data["phase"] === "start" ? { kind: "started", runId, seq } : null;
  }
  // Assistant text comes as `chat` events too; reading both would double it.
  if (payload["stream"] !== "tool" || typeof data["toolCallId"] !== "string") return null;
  const change = readToolChange(data);
  return change && { kind: "tool", runId, seq, toolCallId: data["toolCallId"], change };
}

const TOOL_STATES: readonly string[] = [
  "pending",
  "awaiting_approval",
  "waiting_for_device",
  "running",
  "ok",
  "error",
  "denied",
  "aborted",
] satisfies ToolState[];

function readToolChange(data: Record<string, unknown>): ToolChange | null {
  const phase = data["phase"];
  if (phase !== "start" && phase !== "update" && phase !== "result") return null;
  const change: ToolChange = { phase };
  if (typeof data["stepId"] === "string") change.stepId = data["stepId"];
  if (typeof data["name"] === "string") change.name = data["name"];
  if (isRecord(data["args"])) change.arguments = data["args"];
  if (typeof data["state"] === "string" && TOOL_STATES.includes(data["state"])) change.state = data["state"] as ToolState;
  if (isRecord(data["device"])) change.device = data["device"] as { id: string; name: string };
  const partial = data["partialResult"];
  if (isRecord(partial) && typeof partial["text"] === "string") {
    change.output = { stream: partial["stream"] === "stderr" ? "stderr" : "stdout", text: partial["text"] };
  }
  if (isRecord(data["result"])) change.result = data["result"];
  if (isRecord(data["error"])) change.error = data["error"] as { code: string; message: string };
  if (typeof data["isError"] === "boolean") change.isError = data["isError"];
  return change;
}

function readApproval(payload: Record<string, unknown>): AddressedEvent | null {
  const approval = payload["approval"];
  if (!isRecord(approval)) return null;
  const { conversationId, runId, id, toolCallId } = approval;
  if (![conversationId, runId, id, toolCallId].every((value) => typeof value === "string")) return null;
  const known = approval as unknown as Approval;
  return {
    sessionKey: conversationId as string,
    event: { kind: "approval", runId: runId as string, seq: null, approval: known },
  };
}

function messageText(message: unknown): string | null {
  if (!isRecord(message) || !Array.isArray(message["content"])) return null;
  const texts = message["content"].flatMap((part: unknown) =>
    isRecord(part) && part["type"] === "text" && typeof part["text"] === "string" ? [part["text"]] : [],
  );
  return texts.join("");
}

function textOr<Fallback>(value: unknown, fallback: Fallback): string | Fallback {
  return typeof value === "string" ? value : fallback;
}
