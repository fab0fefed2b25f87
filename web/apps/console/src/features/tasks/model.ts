import type { BudgetUse, JsonObject, Task, TaskBudget, TaskEvent, TaskRun, TaskRunState, TaskStanding } from "@openclaw/api";
import type { Tone } from "@openclaw/ui";

import { isRecord } from "../../shared/json.ts";

/** Which tasks a list shows; in its address. */
export type Shown = TaskStanding | "all" | "archived";
export const SHOWN: readonly Shown[] = ["all", "running", "needs_me", "finished", "failed", "archived"];

export function shownOf(value: unknown): Shown {
  return SHOWN.find((one) => one === value) ?? "all";
}

export const TONES: Readonly<Record<TaskRunState, Tone>> = {
  queued: "neutral",
  dispatched: "neutral",
  running: "accent",
  waiting_approval: "attention",
  waiting_device: "attention",
  succeeded: "accent",
  failed: "danger",
  cancelled: "neutral",
  timed_out: "danger",
  lost: "danger",
};

export const DOTS = {
  queued: "busy",
  dispatched: "busy",
  running: "busy",
  waiting_approval: "attention",
  waiting_device: "attention",
  succeeded: "live",
  failed: "danger",
  cancelled: "off",
  timed_out: "danger",
  lost: "danger",
} as const satisfies Record<TaskRunState, string>;

export function isOver(run: Pick<TaskRun, "finishedAt">): boolean {
  return run.finishedAt !== null;
}

/** Whether a run has ended well: it says that it is done, and something of what it tried worked. */
export function wentWell(run: Pick<TaskRun, "state" | "outcome">): boolean {
  return run.state === "succeeded" && run.outcome === null;
}

/** How far a run is: before, at, or past each of its parts. */
export interface Phase {
  name: "queued" | "dispatched" | "working" | "ended";
  at: string | null;
  state: "done" | "now" | "ahead" | "stopped";
}

export function phasesOf(run: TaskRun): Phase[] {
  const times: [Phase["name"], string | null][] = [
    ["queued", run.createdAt],
    ["dispatched", run.dispatchedAt],
    ["working", run.startedAt],
    ["ended", run.finishedAt],
  ];
  const last = times.findLastIndex(([, at]) => at !== null);
  // A run that ends before it has begun leaves the parts between out.
  return times
    .filter(([, at], index) => at !== null || index > last)
    .map(([name, at]) => ({ name, at, state: stateOf(run, name, at, name === times[last]?.[0]) }));
}

function stateOf(run: TaskRun, name: Phase["name"], at: string | null, isLast: boolean): Phase["state"] {
  if (at === null) return "ahead";
  if (name === "ended" && TONES[run.state] === "danger") return "stopped";
  return isLast && !isOver(run) ? "now" : "done";
}

export type BudgetKind = "moneyMicros" | "tokens" | "calls" | "seconds";
const BUDGETS: readonly BudgetKind[] = ["moneyMicros", "tokens", "calls", "seconds"];

/** The limits of a budget, and how much of each is gone: used, and held for calls that are not over. */
export function limitsOf(budget: TaskBudget): { kind: BudgetKind; use: BudgetUse; limit: number; share: number }[] {
  return BUDGETS.flatMap((kind) => {
    const use = budget[kind];
    return use.limit === null ? [] : [{ kind, use, limit: use.limit, share: use.limit === 0 ? 1 : Math.min(1, (use.used + use.held) / use.limit) }];
  });
}

/** Whether the budget is used up: whatever comes after on the same one would be refused too. */
export function isSpent(run: TaskRun): boolean {
  return isOver(run) && run.error?.code === "agents.budget_spent";
}

/** Whether what a run did can be gone on with: its conversation is there, it has ended, and its budget has not. */
export function canFollowUp(run: TaskRun): boolean {
  return isOver(run) && run.conversationId !== null && !isSpent(run);
}

/** A run moves with its transcript, which a machine's own runtime keeps to itself. */
export function canHandOver(run: TaskRun): boolean {
  return !isOver(run) && run.conversationId !== null && run.target.runtime !== "pi" && !run.isCancelling;
}

export function canPause(run: TaskRun): boolean {
  return !isOver(run) && run.target.runtime !== "pi" && !run.isCancelling;
}

/** What is said of where a task works, as a key and what fills it. */
export function placeOf({ target }: Pick<Task, "target">, name: string | null): { key: "server" | "device" | "pi" | "host" | "hosts" | "labels"; name: string; labels: string } {
  const labels = target.labels.join(", ");
  const said = name ?? "";
  if (target.kind === "server") return { key: "server", name: "", labels };
  if (target.kind === "host" && target.deviceId === null) return { key: labels ? "labels" : "hosts", name: "", labels };
  if (target.runtime === "pi") return { key: "pi", name: said, labels };
  return { key: target.kind, name: said, labels };
}

/** What a log's entry is about besides its kind: names and states, no words. */
export function detailOf({ kind, data }: TaskEvent): string {
  const said = (name: string) => (typeof data[name] === "string" ? data[name] : "");
  switch (kind) {
    case "tool_started":
      return said("tool");
    case "tool_ended":
      return [said("tool"), said("code")].filter(Boolean).join(" · ");
    default:
      return "";
  }
}

/** Whether the entries follow on each other by their hashes, from the first of them on. */
export function isChained(events: readonly TaskEvent[]): boolean {
  return events.every((event, index) => index === 0 || event.previousHash === events[index - 1]?.hash);
}

export interface Stage {
  id: string;
  title: string;
  isByPerson: boolean;
}

/** The stages that a system works in, as its profile has them. */
export function stagesOf(profile: JsonObject | null): Stage[] {
  const stages = profile?.["stages"];
  if (!Array.isArray(stages)) return [];
  return stages.filter(isRecord).map((stage) => ({ id: String(stage["id"]), title: String(stage["title"]), isByPerson: stage["byPerson"] === true }));
}

/**
 * How far each of `count` stages is, by the last that the agent said it begins; none is marked where it has said of none.
 * A run that ended otherwise than well stopped in its stage.
 */
export function stageStates(count: number, events: readonly TaskEvent[], run: Pick<TaskRun, "state" | "outcome" | "finishedAt">): ("done" | "now" | "stopped" | "ahead")[] {
  const said = events.findLast(({ data }) => typeof data["stage"] === "number" && data["stage"] <= count)?.data["stage"];
  const at = typeof said === "number" ? said : 0;
  const current = !isOver(run) ? "now" : wentWell(run) ? "done" : "stopped";
  return Array.from({ length: count }, (_, index) => (index + 1 < at ? "done" : index + 1 === at ? current : "ahead"));
}
