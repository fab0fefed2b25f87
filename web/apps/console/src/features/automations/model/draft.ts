import type { Automation, AutomationTrigger, Misfire, Overlap, SaveAutomationInput, ScheduleTrigger } from "@openclaw/api";

import { isRecord, without } from "../../../shared/json.ts";

export type TriggerKind = AutomationTrigger["kind"];
export const TRIGGERS: readonly TriggerKind[] = ["schedule", "interval", "webhook", "event", "manual"];

export type Unit = "seconds" | "minutes" | "hours" | "days";
export const UNITS: readonly Unit[] = ["seconds", "minutes", "hours", "days"];
const SECONDS: Readonly<Record<Unit, number>> = { seconds: 1, minutes: 60, hours: 3600, days: 86_400 };
const LONGEST_SECONDS = 31_622_400;

/** A span of time as it is typed. */
export interface Span {
  amount: string;
  unit: Unit;
}

type Json = Record<string, unknown>;

/** An automation as it is being written: what was filled in for one kind is there again when one comes back to it. */
export interface Draft {
  name: string;
  description: string;
  kind: TriggerKind;
  cron: string;
  zone: string;
  skippedHour: ScheduleTrigger["skippedHour"];
  repeatedHour: ScheduleTrigger["repeatedHour"];
  every: Span;
  misfire: Misfire;
  misfireLimit: string;
  event: string;
  action: string;
  configs: Readonly<Record<string, Json>>;
  condition: string;
  success: string;
  /** Null as long as nobody has chosen: the trigger's own rule counts. */
  overlap: Overlap | null;
  maxFailures: string;
  /** The dead-man's switch. */
  expected: Span | null;
  /** Null: as it is, which is not this form's to say once it is there. */
  enabled: boolean | null;
}

export type Fault = "required" | "number" | "range";
/** By the names that the server has for the places, as far as it has any. */
export type Faults = Readonly<Record<string, Fault>>;

export const NEEDED: Readonly<Record<string, string>> = { run_workflow: "workflowId", run_task: "taskId", publish: "artifactId", notify: "title", call_webhook: "url" };

export function newDraft(zone: string): Draft {
  return {
    name: "",
    description: "",
    kind: "schedule",
    cron: "0 9 * * *",
    zone,
    skippedHour: "after",
    repeatedHour: "once",
    every: { amount: "1", unit: "hours" },
    misfire: "run_once",
    misfireLimit: "100",
    event: "task.completed",
    action: "run_task",
    configs: {},
    condition: "",
    success: "",
    overlap: null,
    maxFailures: "5",
    expected: null,
    enabled: true,
  };
}

export function draftOf(automation: Automation, zone: string): Draft {
  const { trigger, action } = automation;
  const timed = trigger.kind === "schedule" || trigger.kind === "interval" ? { misfire: trigger.misfire, misfireLimit: String(trigger.misfireLimit) } : {};
  const { cron, zone: own, skippedHour, repeatedHour } = trigger.kind === "schedule" ? trigger : newDraft(zone);
  return {
    ...newDraft(zone),
    ...timed,
    name: automation.name,
    description: automation.description,
    kind: trigger.kind,
    cron,
    zone: own,
    skippedHour,
    repeatedHour,
    ...(trigger.kind === "interval" ? { every: spanOf(trigger.seconds) } : {}),
    ...(trigger.kind === "event" ? { event: trigger.event } : {}),
    action: action.kind,
    configs: { [action.kind]: action.config },
    condition: automation.condition ?? "",
    success: automation.success ?? "",
    overlap: automation.overlap,
    maxFailures: String(automation.maxConsecutiveFailures),
    expected: automation.expectedEverySeconds === null ? null : spanOf(automation.expectedEverySeconds),
    enabled: null,
  };
}

/** The largest unit that says it in a whole number. */
export function spanOf(seconds: number): Span {
  const unit = [...UNITS].reverse().find((one) => seconds % SECONDS[one] === 0) ?? "seconds";
  return { amount: String(seconds / SECONDS[unit]), unit };
}

export function secondsOf({ amount, unit }: Span): number {
  return Math.round(Number(amount) * SECONDS[unit]);
}

/** What becomes of an automation that is at work when it is set off again, unless somebody chooses. */
export function usualOverlap(kind: TriggerKind): Overlap {
  return kind === "schedule" || kind === "interval" ? "skip" : "queue";
}

export function configOf(draft: Draft): Json {
  return draft.configs[draft.action] ?? {};
}

export function withConfig(draft: Draft, config: Json): Draft {
  return { ...draft, configs: { ...draft.configs, [draft.action]: config } };
}

export function faultsOf(draft: Draft): Faults {
  const faults: Record<string, Fault> = {};
  const check = (place: string, fault: Fault | null) => {
    if (fault) faults[place] = fault;
  };
  check("name", draft.name.trim() ? null : "required");
  if (draft.kind === "schedule") {
    check("cron", draft.cron.trim() ? null : "required");
    check("zone", draft.zone ? null : "required");
  }
  if (draft.kind === "interval") check("seconds", spanFault(draft.every, 10));
  if (isTimed(draft) && draft.misfire === "run_all") check("misfireLimit", wholeFault(draft.misfireLimit, 1, 100));
  if (draft.kind === "event") check("event", draft.event ? null : "required");
  const needed = NEEDED[draft.action];
  if (needed && !filled(configOf(draft)[needed])) faults[`action.config.${needed}`] = "required";
  check("maxConsecutiveFailures", wholeFault(draft.maxFailures, 1, 100));
  if (draft.expected) check("expectedEverySeconds", spanFault(draft.expected, 60));
  return faults;
}

export function inputOf(draft: Draft): SaveAutomationInput {
  return {
    name: draft.name.trim(),
    description: draft.description.trim(),
    trigger: triggerOf(draft),
    action: { kind: draft.action, config: configOf(draft) },
    condition: draft.condition.trim() || null,
    success: draft.success.trim() || null,
    overlap: draft.overlap,
    maxConsecutiveFailures: Number(draft.maxFailures),
    expectedEverySeconds: draft.expected ? secondsOf(draft.expected) : null,
    enabled: draft.enabled,
  };
}

export function triggerOf(draft: Draft): AutomationTrigger {
  const { kind, misfire } = draft;
  const misfireLimit = wholeFault(draft.misfireLimit, 1, 100) ? 100 : Number(draft.misfireLimit);
  switch (kind) {
    case "schedule":
      return { kind, cron: draft.cron.trim(), zone: draft.zone, skippedHour: draft.skippedHour, repeatedHour: draft.repeatedHour, misfire, misfireLimit };
    case "interval":
      return { kind, seconds: secondsOf(draft.every), misfire, misfireLimit };
    case "event":
      return { kind, event: draft.event };
    default:
      return { kind };
  }
}

export function isTimed({ kind }: Pick<Draft, "kind">): boolean {
  return kind === "schedule" || kind === "interval";
}

/** The place of the form that the server means: a trigger's fields stand there without what they are in. */
export function placeOf(field: string): string {
  return field.replace(/^trigger\.((schedule|interval|webhook|event|manual)\.)?/, "");
}

/** A text with `{{ … }}` in it is filled in at the run. */
export function readText(value: unknown): string {
  if (isRecord(value) && typeof value["$text"] === "string") return value["$text"];
  return typeof value === "string" ? value : value === undefined ? "" : JSON.stringify(value);
}

export function writeText(text: string): unknown {
  return text.includes("{{") ? { $text: text } : text;
}

/** A configuration with one of its fields set, or without it where nothing is said. */
export function setField(config: Json, name: string, value: unknown): Json {
  return filled(value) ? { ...config, [name]: value } : without(config, name);
}

function filled(value: unknown): boolean {
  return value !== undefined && value !== null && !(typeof value === "string" && value.trim() === "");
}

function spanFault(span: Span, least: number): Fault | null {
  if (span.amount.trim() === "") return "required";
  const seconds = secondsOf(span);
  if (!Number.isFinite(seconds)) return "number";
  return seconds < least || seconds > LONGEST_SECONDS ? "range" : null;
}

function wholeFault(text: string, least: number, most: number): Fault | null {
  if (text.trim() === "") return "required";
  const value = Number(text);
  if (!Number.isInteger(value)) return "number";
  return value < least || value > most ? "range" : null;
}
