import type { WorkflowChange } from "@openclaw/api";

import { isRecord } from "../../../shared/json.ts";
import { framesIn, STEP_TYPES, type Step } from "../canvas/definition.ts";

export type ChangeKind = WorkflowChange["kind"];

/** A field that differs; `name` is its path within the step or the workflow: `config.url`. */
export interface FieldChange {
  name: string;
  kind: ChangeKind;
  before: unknown;
  after: unknown;
}

/** What became of a step, or of the workflow itself (`id` null). */
export interface ChangeGroup {
  id: string | null;
  kind: ChangeKind;
  fields: FieldChange[];
  /** A step that came or went, whole. */
  step: Step | null;
}

/** Differences by the steps that they are in, in the order in which they come. */
export function groupChanges(changes: readonly WorkflowChange[]): ChangeGroup[] {
  const groups = new Map<string | null, ChangeGroup>();
  for (const { kind, path, before, after } of changes) {
    const { id, field } = placeOf(path);
    const known = groups.get(id) ?? { id, kind: "changed", fields: [], step: null };
    groups.set(id, known);
    if (id !== null && field === "") {
      known.kind = kind;
      known.step = stepOf(kind === "added" ? after : before);
    } else known.fields.push({ name: field, kind, before, after });
  }
  return [...groups.values()];
}

/** The innermost step that a path of differences leads to, and the rest of the path: `$.steps.each.config.steps.get.config.url`. */
function placeOf(path: string): { id: string | null; field: string } {
  const tokens = path.split(".").slice(1);
  let id: string | null = null;
  let at = 0;
  let begin = 0;
  while (at < tokens.length) {
    const isSteps = tokens[at] === "steps" && (at === begin || (at === begin + 1 && tokens[begin] === "config") || isInBranch(tokens, begin, at));
    if (isSteps && at + 1 < tokens.length) {
      id = tokens[at + 1] ?? null;
      begin = at + 2;
      at = begin;
    } else {
      at += 1;
    }
  }
  return { id, field: tokens.slice(begin).join(".") };
}

function isInBranch(tokens: readonly string[], begin: number, at: number): boolean {
  return at === begin + 3 && tokens[begin] === "config" && tokens[begin + 1] === "branches";
}

/** What became of each step, for the picture; what is in a step that came or went did so with it. */
export function marksOf(changes: readonly WorkflowChange[]): Map<string, ChangeKind> {
  const marks = new Map<string, ChangeKind>();
  for (const { id, kind } of groupChanges(changes)) if (id !== null) marks.set(id, kind);
  for (const { kind, before, after, path } of changes) {
    if (kind === "changed" || placeOf(path).field !== "") continue;
    for (const id of idsWithin(kind === "added" ? after : before)) marks.set(id, kind);
  }
  return marks;
}

function stepOf(value: unknown): Step | null {
  const isStep = isRecord(value) && typeof value["id"] === "string" && isRecord(value["config"]) && STEP_TYPES.some((type) => type === value["type"]);
  return isStep ? (value as unknown as Step) : null;
}

function idsWithin(value: unknown): string[] {
  const step = stepOf(value);
  if (!step) return [];
  return [step.id, ...framesIn(step).flatMap(({ steps }) => steps.flatMap(idsWithin))];
}

const LONGEST = 160;

/** A value in a line. */
export function shortValue(value: unknown): string {
  const isList = Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === "string");
  const text = isList ? value.join(", ") : typeof value === "string" ? value : JSON.stringify(value ?? null);
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}
