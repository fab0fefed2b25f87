import type { Conversation } from "@openclaw/api";
import type { LiveMessage, LivePart, LiveToolPart } from "@openclaw/realtime";

export type Age = "today" | "yesterday" | "week" | "older";

/** Conversations by the day of their last change, newest first, in the calendar of the reader. */
export function groupByAge(conversations: readonly Conversation[], now: number): { age: Age; items: Conversation[] }[] {
  const midnight = new Date(now).setHours(0, 0, 0, 0);
  const day = 24 * 60 * 60_000;
  const ageOf = ({ updatedAt }: Conversation): Age => {
    const time = Date.parse(updatedAt);
    if (time >= midnight) return "today";
    if (time >= midnight - day) return "yesterday";
    return time >= midnight - 6 * day ? "week" : "older";
  };
  const groups = new Map<Age, Conversation[]>();
  for (const conversation of conversations) {
    const age = ageOf(conversation);
    groups.set(age, [...(groups.get(age) ?? []), conversation]);
  }
  return [...groups].map(([age, items]) => ({ age, items }));
}

/** `key` is the same before and after REST knows the call: what a person types into its card has to survive that. */
export type Block = { kind: "text"; text: string } | { kind: "tools"; key: string; parts: LiveToolPart[] };

/** The parts of a message as blocks to show: tool calls that follow on each other stand together. */
export function blocksOf(parts: readonly LivePart[]): Block[] {
  const blocks: Block[] = [];
  for (const part of parts) {
    const last = blocks.at(-1);
    if (part.type === "text") {
      if (part.text.trim() !== "") blocks.push({ kind: "text", text: part.text });
    } else if (last?.kind === "tools") last.parts.push(part);
    else blocks.push({ kind: "tools", key: part.toolCallId, parts: [part] });
  }
  return blocks;
}

/** An answer is named by its run, which it has before REST gives it an id. */
export function keyOfMessage({ role, runId, id }: LiveMessage): string {
  return role === "assistant" && runId ? runId : id;
}

export function textOfMessage(message: LiveMessage): string {
  return message.parts
    .flatMap((part) => (part.type === "text" ? [part.text] : []))
    .join("\n\n")
    .trim();
}

/** What a launch of a system was filled in with: behind its words, for programs to read. */
const FORM = /```openclaw-intake\n[^`]*\n```/;

/** What was asked, as its reader wants it: without the part for programs, unless there is nothing else. */
export function readableText(message: LiveMessage): string {
  const text = textOfMessage(message);
  const words = text.replace(FORM, "").replace(/\n{3,}/g, "\n\n").trim();
  return words === "" ? text : words;
}

/** The run that Stop would stop; null when nothing runs. */
export function activeRun(messages: readonly LiveMessage[]): string | null {
  return messages.findLast((message) => message.state === "running")?.runId ?? null;
}

/** The message of the user that an answer answers: what Retry sends again. */
export function questionBefore(messages: readonly LiveMessage[], answer: LiveMessage): LiveMessage | null {
  const at = messages.indexOf(answer);
  return messages.slice(0, Math.max(0, at)).findLast(({ role }) => role === "user") ?? null;
}

/** A file name for an export: the title, with what file systems forbid left out. */
export function exportFileName(title: string, format: "markdown" | "json"): string {
  const name = title.replace(/[\\/:*?"<>|\p{Cc}]+/gu, " ").replace(/\s+/g, " ").trim().slice(0, 80);
  return `${name || "conversation"}.${format === "markdown" ? "md" : "json"}`;
}
