import type { JsonObject } from "@openclaw/api";

import { isRecord } from "../frames.ts";

/** What the runtime on this machine is at, as the page shows it. It is read from 127.0.0.1 and sent nowhere. */
export interface LocalSession {
  sessionId: string | null;
  name: string | null;
  /** Null when the runtime has no model to answer with. */
  model: string | null;
  isWorking: boolean;
  messageCount: number;
  queued: number;
  messages: readonly LocalMessage[];
  totals: { tokens: number; cost: number; toolCalls: number; contextPercent: number | null };
  /** When it was read, in milliseconds of the page's clock. */
  readAt: number;
}

export interface LocalMessage {
  /** Its place in the history; runtimes give messages no ids. */
  key: string;
  role: "user" | "assistant" | "tool" | "command" | "note";
  text: string;
  /** The tool or the command, by name. */
  name: string | null;
  hasFailed: boolean;
}

export interface Reads {
  state: JsonObject;
  messages: JsonObject;
  stats: JsonObject;
}

/** Null when the answers have another form. Members that are missing or of another kind are left out, not guessed. */
export function sessionOf({ state, messages, stats }: Reads, readAt: number): LocalSession | null {
  const listed: unknown = messages["messages"];
  if (!Array.isArray(listed)) return null;
  const model = isRecord(state["model"]) ? (text(state["model"]["name"]) ?? text(state["model"]["id"])) : null;
  const tokens = isRecord(stats["tokens"]) ? number(stats["tokens"]["total"]) : 0;
  const context = isRecord(stats["contextUsage"]) ? stats["contextUsage"]["percent"] : null;
  const shown = listed.flatMap((entry: unknown, index) => (isRecord(entry) ? messagesOf(entry, index) : []));
  return {
    sessionId: text(state["sessionId"]),
    name: text(state["sessionName"]),
    model,
    isWorking: state["isStreaming"] === true || state["isCompacting"] === true,
    messageCount: number(state["messageCount"], listed.length),
    queued: number(state["pendingMessageCount"]),
    messages: shown,
    totals: {
      tokens,
      cost: number(stats["cost"]),
      toolCalls: number(stats["toolCalls"]),
      contextPercent: typeof context === "number" && Number.isFinite(context) ? context : null,
    },
    readAt,
  };
}

function messagesOf(entry: JsonObject, index: number): LocalMessage[] {
  const made = (part: Omit<LocalMessage, "key">, place = 0): LocalMessage => ({ key: `${index}.${place}`, ...part });
  const content = entry["content"];
  switch (entry["role"]) {
    case "user":
      return [made({ role: "user", text: textsOf(content), name: null, hasFailed: false })];
    case "assistant": {
      const hasFailed = entry["stopReason"] === "error" || entry["stopReason"] === "aborted";
      const said = textsOf(content) || (hasFailed ? (text(entry["errorMessage"]) ?? "") : "");
      const spoken = said || hasFailed ? [made({ role: "assistant", text: said, name: null, hasFailed })] : [];
      const calls = blocks(content).filter((block) => block["type"] === "toolCall");
      return [...spoken, ...calls.map((call, place) => made({ role: "tool", text: argumentsOf(call), name: text(call["name"]), hasFailed: false }, place + 1))];
    }
    case "toolResult":
      return entry["isError"] === true ? [made({ role: "tool", text: textsOf(content), name: text(entry["toolName"]), hasFailed: true })] : [];
    case "bashExecution": {
      const code = entry["exitCode"];
      const hasFailed = entry["cancelled"] === true || (typeof code === "number" && code !== 0);
      return [made({ role: "command", text: text(entry["output"]) ?? "", name: text(entry["command"]), hasFailed })];
    }
    case "branchSummary":
    case "compactionSummary":
      return [made({ role: "note", text: text(entry["summary"]) ?? "", name: null, hasFailed: false })];
    default:
      return []; // what a later version adds is not shown before somebody has looked at it
  }
}

function textsOf(content: unknown): string {
  if (typeof content === "string") return content;
  return blocks(content)
    .flatMap((block) => (block["type"] === "text" ? [text(block["text"]) ?? ""] : []))
    .join("\n\n")
    .trim();
}

function argumentsOf(call: JsonObject): string {
  const given = call["arguments"];
  if (!isRecord(given)) return "";
  const first = given["command"] ?? given["path"] ?? given["file_path"] ?? given["query"];
  return typeof first === "string" ? first : "";
}

function blocks(content: unknown): JsonObject[] {
  return Array.isArray(content) ? content.filter(isRecord) : [];
}

function text(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

function number(value: unknown, otherwise = 0): number {
  return typeof value === "number" && Number.isFinite(value) ? value : otherwise;
}
