import type { WorkflowRun, WorkflowStepRun } from "@openclaw/api";

import type { StepStatus } from "../canvas/states.ts";

/** A step of a run on the time line. `row` is its history, which a step that is being carried out has not yet. */
export interface TimedStep {
  path: string;
  stepId: string;
  type: string;
  /** Grows with every change of the run; Infinity for what has no row. */
  seq: number;
  status: StepStatus;
  startedAt: string;
  finishedAt: string | null;
  attempts: readonly { at: string; code: string; message: string }[];
  row: WorkflowStepRun | null;
}

export type MomentKind = "run-started" | "reused" | "started" | "tried" | "ended" | "run-ended";

/** Something that happened in a run. `at` is in microseconds; `attempt` counts the failed tries from 1. */
export interface Moment {
  key: string;
  at: number;
  kind: MomentKind;
  path: string | null;
  status: StepStatus | WorkflowRun["state"];
  attempt: number;
}

export interface Seen {
  status: StepStatus;
  attempts: number;
}

/** Microseconds since 1970. JavaScript's dates know milliseconds only, in which much can happen. */
export function micros(time: string): number {
  const digits = /\.(\d{1,6})/.exec(time)?.[1] ?? "";
  return Math.floor(Date.parse(time) / 1000) * 1_000_000 + Number(digits.padEnd(6, "0"));
}

/** The steps of a run with what is being carried out; a loop or parallel step that is under way is seen by what is in it. */
export function timedSteps(run: WorkflowRun, rows: readonly WorkflowStepRun[], typeOf: (stepId: string) => string | undefined): TimedStep[] {
  const steps = new Map<string, TimedStep>();
  for (const row of rows) steps.set(row.path, ofRow(row));
  for (const { path, stepId, type, startedAt } of run.working) {
    const known = steps.get(path);
    if (known?.finishedAt) continue;
    steps.set(path, {
      path,
      stepId,
      type,
      seq: known?.seq ?? Infinity,
      status: "running",
      startedAt: known?.startedAt ?? startedAt,
      finishedAt: null,
      attempts: known?.attempts ?? [],
      row: known?.row ?? null,
    });
  }
  const isOver = run.finishedAt !== null;
  for (const inner of [...steps.values()]) {
    for (const path of ownersOf(inner.path)) {
      const known = steps.get(path);
      const stepId = path.slice(path.lastIndexOf("/") + 1);
      const type = typeOf(stepId);
      if (type !== "loop" && type !== "parallel") continue;
      if (!known) {
        const status = isOver ? "cancelled" : "running";
        const { startedAt } = inner;
        steps.set(path, { path, stepId, type, seq: Infinity, status, startedAt, finishedAt: run.finishedAt, attempts: [], row: null });
      } else if (known.row === null && micros(inner.startedAt) < micros(known.startedAt)) {
        known.startedAt = inner.startedAt;
      }
    }
  }
  return [...steps.values()];
}

/** Steps that wait from their beginning on, and have a row from then. */
const ASKED: ReadonlySet<string> = new Set(["approval", "delay", "signal"]);

function ofRow(row: WorkflowStepRun): TimedStep {
  const { path, stepId, type, seq, startedAt, finishedAt } = row;
  const attempts = row.attempts as TimedStep["attempts"];
  return { path, stepId, type, seq, status: statusOf(row), startedAt, finishedAt, attempts, row };
}

function statusOf({ reused, state, type }: WorkflowStepRun): StepStatus {
  if (reused) return "reused";
  if (state === "delayed") return "waiting";
  return state === "waiting" && !ASKED.has(type) ? "running" : state;
}

/** The steps around a step, the outermost first: `a/0/b/x/c` is in `a/0/b` and in `a`. A handler is in nothing of its step. */
function ownersOf(path: string): string[] {
  const found: string[] = [];
  const tokens = path.split("/");
  let at = 0;
  while (at < tokens.length - 1) {
    const name = tokens[at] ?? "";
    if (name.endsWith("!")) {
      at += 1;
      continue;
    }
    found.push(tokens.slice(0, at + 1).join("/"));
    at += 2;
  }
  return found;
}

const RANK: Readonly<Record<MomentKind, number>> = { "run-started": 0, reused: 1, started: 1, tried: 2, ended: 3, "run-ended": 4 };

/** Everything that has happened in a run so far, in order. */
export function momentsOf(run: WorkflowRun, steps: readonly TimedStep[]): Moment[] {
  const begin = run.startedAt ?? run.createdAt;
  const start = micros(begin);
  const firstSeq = new Map<string, number>();
  for (const { path, seq } of steps) {
    for (const each of [path, ...ownersOf(path)]) firstSeq.set(each, Math.min(firstSeq.get(each) ?? Infinity, seq));
  }
  const sorted: { moment: Moment; seq: number }[] = [];
  for (const step of steps) {
    const { path, status, seq } = step;
    const add = (kind: MomentKind, at: number, shown: StepStatus, attempt = 0) => {
      const order = kind === "started" || kind === "reused" ? (firstSeq.get(path) ?? seq) : seq;
      const key = `${kind}:${path}:${attempt}`;
      sorted.push({ moment: { key, at: Math.max(at, start), kind, path, status: shown, attempt }, seq: order });
    };
    if (status === "reused") {
      add("reused", start, "reused");
      continue;
    }
    const isAsked = ASKED.has(step.type);
    if (status !== "skipped") add("started", micros(step.startedAt), isAsked ? "waiting" : "running");
    const hasFailed = step.status === "failed";
    step.attempts.forEach(({ at }, index) => {
      if (hasFailed && index === step.attempts.length - 1) return;
      add("tried", micros(at), "waiting", index + 1);
    });
    if (step.finishedAt) add("ended", micros(step.finishedAt), status, step.attempts.length);
  }
  sorted.sort((a, b) => a.moment.at - b.moment.at || compare(a.seq, b.seq) || RANK[a.moment.kind] - RANK[b.moment.kind] || depth(a.moment) - depth(b.moment));
  const moments = sorted.map(({ moment }) => moment);
  moments.unshift({ key: "run-started", at: start, kind: "run-started", path: null, status: "running", attempt: 0 });
  if (run.finishedAt) moments.push({ key: "run-ended", at: micros(run.finishedAt), kind: "run-ended", path: null, status: run.state, attempt: 0 });
  return moments;
}

function compare(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function depth({ path }: Moment): number {
  return path?.split("/").length ?? 0;
}

/** How every step that had begun stood when the moment with that index had passed. */
export function statesAt(moments: readonly Moment[], index: number): Map<string, Seen> {
  const found = new Map<string, Seen>();
  for (const { kind, path, status, attempt } of moments.slice(0, index + 1)) {
    if (path === null) continue;
    const before = found.get(path);
    const attempts = kind === "tried" ? attempt + 1 : Math.max(before?.attempts ?? 1, attempt);
    found.set(path, { status: status as StepStatus, attempts: Math.max(1, attempts) });
  }
  return found;
}

/** The index of the moment that was looked at, when more has happened since; the last one without a choice. */
export function indexOf(moments: readonly Moment[], chosen: string | null): number {
  const found = chosen === null ? -1 : moments.findIndex(({ key }) => key === chosen);
  return found >= 0 ? found : moments.length - 1;
}
