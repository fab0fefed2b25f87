import type { StepStatus } from "../canvas/states.ts";

export type TypeOf = (stepId: string) => string | undefined;

/** A step on the way to another: its path, and through which round or branch the way goes on (`!`: its handler). */
export interface Place {
  path: string;
  stepId: string;
  key: string | null;
}

/** The steps that a path leads through, the outermost first; the last has no key. */
export function placesOf(path: string): Place[] {
  const tokens = path.split("/");
  const found: Place[] = [];
  let prefix = "";
  while (tokens.length > 0) {
    let name = tokens.shift() ?? "";
    let key: string | null = null;
    if (name.endsWith("!")) {
      name = name.slice(0, -1);
      key = "!";
    } else if (tokens.length > 1) {
      key = tokens.shift() ?? null;
    }
    found.push({ path: prefix + name, stepId: name, key });
    prefix += key === "!" ? `${name}!/` : `${name}/${key}/`;
  }
  return found;
}

/** Which round of each loop (by its path) somebody wants to see. */
export type Chosen = ReadonlyMap<string, number>;

export interface Round {
  index: number;
  status: StepStatus;
}

const WORST: readonly StepStatus[] = ["failed", "running", "waiting", "cancelled", "completed", "reused", "skipped", "pending"];

/** The rounds of a loop (by its path), each with how it stands: as the worst of what is in it. */
export function roundsOf(loop: string, states: ReadonlyMap<string, { status: StepStatus }>): Round[] {
  const found = new Map<number, StepStatus>();
  const prefix = `${loop}/`;
  for (const [path, { status }] of states) {
    if (!path.startsWith(prefix)) continue;
    const index = Number(path.slice(prefix.length).split("/", 1)[0]);
    if (!Number.isInteger(index)) continue;
    const before = found.get(index) ?? "pending";
    found.set(index, WORST.indexOf(status) < WORST.indexOf(before) ? status : before);
  }
  return [...found].map(([index, status]) => ({ index, status })).sort((a, b) => a.index - b.index);
}

/** The round to show when nobody has chosen: the first that failed, else the first that is at work, else the last. */
export function roundToShow(rounds: readonly Round[]): number {
  for (const wanted of ["failed", "running", "waiting"] as const) {
    const found = rounds.find(({ status }) => status === wanted);
    if (found) return found.index;
  }
  return rounds.at(-1)?.index ?? 0;
}

/** Whether a path lies in the chosen rounds. Loops of which none is chosen are shown whole. */
export function isChosen(path: string, chosen: Chosen, typeOf: TypeOf): boolean {
  return placesOf(path).every(({ path: at, stepId, key }) => {
    if (key === null || key === "!" || typeOf(stepId) !== "loop") return true;
    const wanted = chosen.get(at);
    return wanted === undefined || wanted === Number(key);
  });
}

/** The loops around a step as it is shown, each with its rounds and the one that is shown, the outermost first. */
export interface LoopAround {
  path: string;
  stepId: string;
  rounds: Round[];
  shown: number;
}

export interface Shown {
  /** The path of the step that the panel shows; null when it has not begun in the rounds that are shown. */
  path: string | null;
  loops: LoopAround[];
}

/** Which carrying-out of a step is shown: in the chosen rounds, else in those that say most. */
export function shownStep(stepId: string, states: ReadonlyMap<string, { status: StepStatus }>, chosen: Chosen, typeOf: TypeOf): Shown {
  const loops: LoopAround[] = [];
  let candidates = [...states.keys()].filter((path) => path.slice(path.lastIndexOf("/") + 1) === stepId);
  const around = new Map<string, number>(chosen);
  for (;;) {
    const open = candidates.flatMap(placesOf).find(({ path, stepId: id, key }) => key !== null && key !== "!" && typeOf(id) === "loop" && !loops.some((loop) => loop.path === path));
    if (!open) break;
    const rounds = roundsOf(open.path, states);
    const own = rounds.filter(({ index }) => candidates.some((path) => path.startsWith(`${open.path}/${index}/`)));
    const shown = chosen.get(open.path) ?? roundToShow(own.length > 0 ? own : rounds);
    around.set(open.path, shown);
    loops.push({ path: open.path, stepId: open.stepId, rounds, shown });
    candidates = candidates.filter((path) => isChosen(path, around, typeOf));
  }
  const path = candidates.at(-1) ?? null;
  return { path, loops };
}
