import { isRecord } from "../../../../shared/json.ts";
import { findStep, framesOf, linksOf, type Definition, type Step } from "../../canvas/definition.ts";
import { stepIdOf, type StepRecord } from "../../canvas/states.ts";
import { withShape } from "../form/schema.ts";
import { reachOf } from "./references.ts";

/** What an expression at a step may name, with data of a past run where there is any. */
export interface Scope {
  /** A tree of values by name; `undefined` where nothing is known of a value but its name. */
  names: Record<string, unknown>;
}

export interface PastRun {
  input: unknown;
  records: readonly (StepRecord & { output: unknown; input: unknown; error: unknown })[];
}

/** What is known at a step, or at the end of the workflow when there is no step. `shapes`: what steps will give, by id. */
export function scopeOf(definition: Definition, stepId: string | null, past: PastRun | null, isBody = false, shapes: ReadonlyMap<string, unknown> = new Map()): Scope {
  const outputs = new Map<string, PastRun["records"][number]>();
  for (const record of past?.records ?? []) if (record.state === "completed" || record.state === "failed") outputs.set(stepIdOf(record.path), record);
  const before = stepId === null ? definition.steps.map(({ id }) => id) : stepsBefore(definition, stepId, isBody);
  const steps = Object.fromEntries(
    before.map((id) => {
      const record = outputs.get(id);
      return [id, { output: withShape(record?.output, shapes.get(id)), status: record?.state ?? "completed", error: record?.error ?? undefined }];
    }),
  );
  const names: Record<string, unknown> = { input: inputOf(definition, past), variables: definition.variables ?? {}, steps, run: { id: undefined } };
  if (stepId !== null) addLoopNames(names, definition, stepId, outputs, isBody);
  if (stepId !== null && isHandler(definition, stepId)) names["error"] = { code: undefined, message: undefined };
  return { names };
}

function inputOf(definition: Definition, past: PastRun | null): unknown {
  const properties = definition.input?.["properties"];
  const declared = isRecord(properties) ? Object.fromEntries(Object.keys(properties).map((name) => [name, undefined])) : {};
  return { ...declared, ...(isRecord(past?.input) ? past.input : {}) };
}

/** The steps that have ended when a step begins: those before it in its frame, and before what it is in. */
export function stepsBefore(definition: Definition, stepId: string, isBody = false): string[] {
  const frames = framesOf(definition);
  const found: string[] = [];
  let id: string | null = stepId;
  if (isBody) for (const frame of frames.filter(({ owner }) => owner === stepId)) found.push(...frame.steps.map((step) => step.id));
  while (id !== null) {
    const frame = frames.find(({ steps }) => steps.some((step) => step.id === id));
    if (!frame) return found;
    found.push(...ancestors(frame.steps, id));
    id = frame.owner;
  }
  return found;
}

function ancestors(steps: readonly Step[], id: string): string[] {
  const before = new Set<string>([id]);
  for (const one of before) for (const step of steps) if (linksOf(step).some(({ target }) => target === one)) before.add(step.id);
  before.delete(id);
  for (const one of [...before]) {
    const handler = steps.find((step) => step.id === one)?.on_failure;
    if (handler) for (const handled of reachOf(steps, [handler], false)) if (handled !== id) before.add(handled);
  }
  return steps.filter((step) => before.has(step.id)).map((step) => step.id);
}

function addLoopNames(names: Record<string, unknown>, definition: Definition, stepId: string, outputs: ReadonlyMap<string, { input: unknown }>, isBody: boolean): void {
  const frames = framesOf(definition);
  const owners: string[] = isBody ? [stepId] : [];
  for (let frame = findStep(definition, stepId)?.frame; frame?.owner; frame = findStep(definition, frame.owner)?.frame) owners.push(frame.owner);
  for (const owner of owners.reverse()) {
    const loop = frames.flatMap(({ steps }) => steps).find(({ id }) => id === owner);
    if (loop?.type !== "loop") continue;
    const past = outputs.get(owner)?.input;
    const items: unknown = isRecord(past) ? past["items"] : loop.config["items"];
    names[typeof loop.config["as"] === "string" ? loop.config["as"] : "item"] = Array.isArray(items) ? (items[0] as unknown) : undefined;
    names["index"] = 0;
    names["previous"] = undefined;
  }
}

function isHandler(definition: Definition, stepId: string): boolean {
  const steps = findStep(definition, stepId)?.frame.steps ?? [];
  return reachOf(steps, steps.flatMap(({ on_failure }) => (on_failure ? [on_failure] : [])), false).has(stepId);
}

export interface Completion {
  label: string;
  /** What the value was last time, in a few letters. */
  detail: string;
  kind: "name" | "function" | "macro";
}

export const FUNCTIONS = ["size", "has", "string", "int", "double", "bool", "timestamp", "duration", "type"];
export const METHODS = ["contains", "startsWith", "endsWith", "matches", "map", "filter", "all", "exists"];
export const FILTERS = ["default", "upper", "lower", "trim", "truncate", "join", "length", "round", "tojson", "first", "last", "sort", "unique"];

/** What may stand at the end of `source`: names of the scope, fields of what is named, functions. `from`: where it begins. */
export function completionsAt(source: string, { names }: Scope): { from: number; options: Completion[] } | null {
  if (isInQuotes(source)) return null;
  const piped = /\|\s*(\w*)$/.exec(source);
  if (piped && !source.endsWith("||")) return { from: source.length - (piped[1] ?? "").length, options: FILTERS.map((label) => ({ label, detail: "", kind: "function" as const })) };
  const match = /(?:[A-Za-z_]\w*(?:\[\d+\])?\s*\.\s*)*[A-Za-z_]*\w*$/.exec(source);
  const path = match?.[0] ?? "";
  const parts = path.split(".").map((part) => part.trim());
  const last = parts.pop() ?? "";
  const from = source.length - last.length;
  if (parts.length === 0) {
    const isAfterDot = /\.\s*$/.test(source.slice(0, from));
    if (isAfterDot) return { from, options: METHODS.map((label) => ({ label, detail: "", kind: "macro" as const })) };
    return { from, options: [...optionsOf(names), ...FUNCTIONS.map((label) => ({ label, detail: "", kind: "function" as const }))] };
  }
  const value = parts.reduce<unknown>((held, part) => fieldOf(held, part), names);
  const methods = Array.isArray(value) || typeof value === "string" ? METHODS.map((label) => ({ label, detail: "", kind: "macro" as const })) : [];
  return { from, options: [...(isRecord(value) ? optionsOf(value) : []), ...methods] };
}

function optionsOf(value: Record<string, unknown>): Completion[] {
  return Object.entries(value)
    .filter(([name]) => /^[A-Za-z_]\w*$/.test(name))
    .map(([label, held]) => ({ label, detail: shortOf(held), kind: "name" as const }));
}

function fieldOf(value: unknown, part: string): unknown {
  const [, name = "", index] = /^(\w+)(?:\[(\d+)\])?$/.exec(part) ?? [];
  const held = isRecord(value) ? value[name] : undefined;
  return index !== undefined && Array.isArray(held) ? (held[Number(index)] as unknown) : held;
}

/** A value in a few letters. */
export function shortOf(value: unknown, most = 40): string {
  if (value === undefined) return "";
  const text = typeof value === "string" ? JSON.stringify(value) : Array.isArray(value) ? `[${value.length}]` : isRecord(value) ? `{${Object.keys(value).join(", ")}}` : String(value);
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

function isInQuotes(source: string): boolean {
  let quote = "";
  for (let index = 0; index < source.length; index += 1) {
    const char = source[index] ?? "";
    if (quote && char === "\\") index += 1;
    else if (quote) quote = char === quote ? "" : quote;
    else if (char === '"' || char === "'") quote = char;
  }
  return quote !== "";
}

/** The part of a text behind the last `{{` or `{%` that is still open at its end; null outside of places. */
export function openPlace(source: string): string | null {
  const open = Math.max(source.lastIndexOf("{{"), source.lastIndexOf("{%"));
  const closed = Math.max(source.lastIndexOf("}}"), source.lastIndexOf("%}"));
  return open > closed ? source.slice(open + 2) : null;
}
