import { framesIn, linksOf, stepsOf, type Definition, type Step } from "./definition.ts";

export type StepStatus = "pending" | "running" | "waiting" | "completed" | "failed" | "cancelled" | "skipped" | "reused";

export interface StepState {
  status: StepStatus;
  /** How often it was tried. */
  attempts?: number;
}

/** What is read of a step's row in a run's history. */
export interface StepRecord {
  path: string;
  state: "waiting" | "delayed" | "completed" | "failed" | "cancelled" | "skipped";
  reused: boolean;
  attempts: readonly unknown[];
}

/** How a step stands on the picture: all its rounds together. `rounds` when there are several of them. */
export interface Gathered extends StepState {
  rounds: number;
  done: number;
}

const ENDED: ReadonlySet<StepStatus> = new Set(["completed", "failed", "skipped", "reused"]);

/**
 * The state of every step of a run by its path. The history has rows of what ended or waits; what runs follows from
 * them: its steps before have ended, and it has no row.
 */
export function statesOf(definition: Definition, records: readonly StepRecord[], isOver: boolean): Map<string, StepState> {
  const states = new Map<string, StepState>();
  for (const { path, state, reused, attempts } of records) {
    const status = reused ? "reused" : state === "delayed" ? "waiting" : state;
    states.set(path, { status, ...(attempts.length > 1 ? { attempts: attempts.length } : {}) });
  }
  if (!isOver) addRunning(states, definition.steps, "");
  return states;
}

function addRunning(states: Map<string, StepState>, steps: readonly Step[], prefix: string): void {
  const handlers = new Set(steps.flatMap(({ on_failure }) => (on_failure ? [on_failure] : [])));
  const ways = steps.flatMap(linksOf).filter(({ port }) => port !== "failure");
  const handled = reach([...handlers], ways);
  for (const step of steps) {
    if (handled.has(step.id)) continue;
    const before = ways.filter(({ target }) => target === step.id).map(({ source }) => states.get(prefix + source)?.status);
    const isReached = before.every((status) => status && ENDED.has(status)) && (before.length === 0 || before.some((status) => status !== "skipped"));
    advance(states, step, prefix, isReached);
    if (states.get(prefix + step.id)?.status === "failed" && step.on_failure) enterHandler(states, steps, step.on_failure, `${prefix}${step.id}!/`);
  }
}

function advance(states: Map<string, StepState>, step: Step, prefix: string, isReached: boolean): void {
  const path = prefix + step.id;
  if (!isReached || states.has(path)) return;
  states.set(path, { status: "running" });
  for (const frame of framesIn(step)) {
    if (frame.branch !== null) {
      addRunning(states, frame.steps, `${path}/${frame.branch}/`);
      continue;
    }
    const rounds = [...states.keys()].filter((key) => key.startsWith(`${path}/`)).map((key) => Number(key.slice(path.length + 1).split("/")[0]));
    const last = Math.max(0, ...rounds);
    addRunning(states, frame.steps, `${path}/${last}/`);
    const isRoundOver = frame.steps.every(({ id }) => ENDED.has(states.get(`${path}/${last}/${id}`)?.status ?? "pending"));
    if (isRoundOver) addRunning(states, frame.steps, `${path}/${last + 1}/`);
  }
}

function enterHandler(states: Map<string, StepState>, steps: readonly Step[], first: string, prefix: string): void {
  const ways = steps.flatMap(linksOf).filter(({ port }) => port !== "failure");
  const inside = reach([first], ways);
  addRunning(states, steps.filter(({ id }) => inside.has(id)), prefix);
}

function reach(first: readonly string[], ways: readonly { source: string; target: string }[]): Set<string> {
  const found = new Set(first);
  for (const id of found) for (const { source, target } of ways) if (source === id) found.add(target);
  return found;
}

/** The step of a path: `loop/0/fetch` is `fetch`, and so is `pay!/fetch`. */
export function stepIdOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

const RANK: readonly StepStatus[] = ["running", "failed", "waiting", "cancelled", "pending", "completed", "reused", "skipped"];

/** The states of paths, gathered at the steps that the picture has. */
export function gather(definition: Definition, states: ReadonlyMap<string, StepState>): Map<string, Gathered> {
  const known = new Set(stepsOf(definition).map(({ id }) => id));
  const found = new Map<string, Gathered>();
  for (const [path, state] of states) {
    const id = stepIdOf(path);
    if (!known.has(id)) continue;
    const before = found.get(id);
    const isDone = ENDED.has(state.status) ? 1 : 0;
    if (!before) {
      found.set(id, { ...state, rounds: 1, done: isDone });
      continue;
    }
    const status = RANK.indexOf(state.status) < RANK.indexOf(before.status) ? state.status : before.status;
    const attempts = Math.max(state.attempts ?? 1, before.attempts ?? 1);
    found.set(id, { status, ...(attempts > 1 ? { attempts } : {}), rounds: before.rounds + 1, done: before.done + isDone });
  }
  return found;
}
