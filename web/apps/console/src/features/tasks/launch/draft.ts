import type { SaveTaskInput, SyncMode, Task, TaskTarget, TaskTargetInput } from "@openclaw/api";

import { without } from "../../../shared/json.ts";

/** Where to work, as a choice: the server, a machine, a host, or any host. */
export type Where = "server" | "hosts" | `device:${string}` | `host:${string}`;

/** Where to go, as a form holds it. */
export interface Place {
  where: Where;
  labels: string;
  isPi: boolean;
  syncMode: SyncMode;
}

/** What is typed into the form of a task. */
export interface Draft extends Place {
  text: string;
  title: string;
  mayAsk: boolean;
  money: string;
  tokens: string;
  minutes: string;
  goesOnElsewhere: boolean;
}

export type Field = "text" | "labels" | "money" | "tokens" | "minutes";
export type Fault = "required" | "number" | "integer" | "labels" | "tooLarge";
export type Faults = Partial<Record<Field, Fault>>;

export const SERVER: Place = { where: "server", labels: "", isPi: false, syncMode: "full" };
export const NEW: Draft = { ...SERVER, text: "", title: "", mayAsk: true, money: "", tokens: "", minutes: "", goesOnElsewhere: true };

const MICROS = 1_000_000;
const MINUTE_S = 60;
const MOST_MINUTES = 43_200; // thirty days
const MOST_DOLLARS = 1_000_000;
const MOST_TOKENS = 1_000_000_000_000;
const LABEL = /^[\w.:=/-]{1,60}$/;

export function placeOfTarget({ kind, deviceId, labels, runtime, syncMode }: TaskTarget): Place {
  const where: Where = kind === "server" ? "server" : deviceId === null ? "hosts" : `${kind}:${deviceId}`;
  return { where, labels: labels.join(", "), isPi: runtime === "pi", syncMode };
}

export function draftOf(task: Task): Draft {
  const { moneyMicros, tokens } = task.budget ?? {};
  return {
    ...placeOfTarget(task.target),
    text: task.text,
    title: task.title,
    mayAsk: task.approvalMode === "ask",
    money: moneyMicros ? String(moneyMicros / MICROS) : "",
    tokens: tokens ? String(tokens) : "",
    minutes: task.timeLimitSeconds ? String(task.timeLimitSeconds / MINUTE_S) : "",
    goesOnElsewhere: task.whenLost === "redispatch",
  };
}

/** A machine's own runtime asks its own model: what it takes cannot be limited from here. */
export function keepsBudget({ isPi, where }: Place): boolean {
  return !(isPi && where !== "server");
}

export function labelsOf(text: string): string[] {
  return text.split(/[\s,，]+/).filter(Boolean);
}

export function targetOf(place: Place): TaskTargetInput {
  const { where, isPi, syncMode } = place;
  if (where === "server") return { kind: "server" };
  const runtime = isPi ? { runtime: "pi" as const, syncMode } : {};
  if (where === "hosts") return { kind: "host", labels: labelsOf(place.labels), ...runtime };
  const [kind, deviceId] = where.split(":") as ["device" | "host", string];
  return { kind, deviceId, ...runtime };
}

/** What is sent, or what is wrong with what is typed. `task` is what is changed: what the form does not show stays. */
export function inputOf(draft: Draft, task: Task | null): { input: SaveTaskInput } | { faults: Faults } {
  const faults: Faults = {};
  const text = draft.text.trim();
  if (text === "" && !task?.system) faults.text = "required";
  const labels = draft.where === "hosts" ? labelsOf(draft.labels) : [];
  if (labels.length > 10 || !labels.every((label) => LABEL.test(label))) faults.labels = "labels";
  const hasBudget = keepsBudget(draft);
  const money = hasBudget ? amount(draft.money, "money", MOST_DOLLARS, faults) : null;
  const tokens = hasBudget ? amount(draft.tokens, "tokens", MOST_TOKENS, faults) : null;
  const minutes = amount(draft.minutes, "minutes", MOST_MINUTES, faults);
  if (Object.keys(faults).length > 0) return { faults };
  const others = without(without(task?.budget ?? {}, "moneyMicros"), "tokens");
  const limits = {
    ...(hasBudget ? others : {}),
    ...(money === null ? {} : { moneyMicros: Math.max(1, Math.round(money * MICROS)) }),
    ...(tokens === null ? {} : { tokens }),
  };
  const shared = hasBudget && task?.budgetId && Object.keys(limits).length === 0 ? { budgetId: task.budgetId } : {};
  return {
    input: {
      ...(text ? { text } : {}),
      ...(draft.title.trim() ? { title: draft.title.trim() } : {}),
      ...(task?.system ? { systemId: task.system.id, ...(task.intake ? { intake: task.intake } : {}) } : {}),
      target: targetOf(draft),
      approvalMode: draft.mayAsk ? "ask" : "deny",
      ...(Object.keys(limits).length > 0 ? { budget: limits } : {}),
      ...shared,
      ...(minutes === null ? {} : { timeLimitSeconds: Math.max(1, Math.round(minutes * MINUTE_S)) }),
      whenLost: draft.goesOnElsewhere ? "redispatch" : "end",
    },
  };
}

/** What a task says already, as its form sends it; nothing that is known where the form would not take it. */
export function askedOf(task: Task): SaveTaskInput {
  const read = inputOf(draftOf(task), task);
  return "input" in read ? read.input : {};
}

function amount(typed: string, field: "money" | "tokens" | "minutes", most: number, faults: Faults): number | null {
  const text = typed.trim();
  if (text === "") return null;
  const number = Number(text.replace(",", "."));
  if (!Number.isFinite(number) || number <= 0) faults[field] = "number";
  else if (field === "tokens" && !Number.isInteger(number)) faults[field] = "integer";
  else if (number > most) faults[field] = "tooLarge";
  return number;
}
