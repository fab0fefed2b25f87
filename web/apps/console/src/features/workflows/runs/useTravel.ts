import type { WorkflowRun, WorkflowStepRun } from "@openclaw/api";
import { useMemo, useState } from "react";

import { stepsOf, type Definition } from "../canvas/definition.ts";
import type { StepState } from "../canvas/states.ts";
import { indexOf, momentsOf, statesAt, timedSteps, type Moment, type Seen, type TimedStep } from "./moments.ts";
import { isChosen, placesOf, roundsOf, roundToShow, shownStep, type Chosen, type LoopAround } from "./rounds.ts";

export interface Travel {
  moments: readonly Moment[];
  index: number;
  /** Looks at the newest moment of a run that goes on. */
  isLive: boolean;
  choose: (key: string | null) => void;
  /** How every step stood then, by its path. */
  states: ReadonlyMap<string, Seen>;
  /** The same for the canvas: of the chosen rounds only. */
  shown: ReadonlyMap<string, StepState>;
  /** In the order in which they began, those of the chosen rounds. */
  steps: readonly TimedStep[];
  byPath: ReadonlyMap<string, TimedStep>;
  selected: string | null;
  select: (stepId: string | null) => void;
  selectPath: (path: string) => void;
  /** Which carrying-out of the selected step is shown. */
  path: string | null;
  loops: readonly LoopAround[];
  chosen: Chosen;
  chooseRound: (loop: string, round: number | null) => void;
}

/** A run at a moment: which steps stood how, and which of them are looked at. */
export function useTravel(run: WorkflowRun, rows: readonly WorkflowStepRun[], definition: Definition): Travel {
  const types = useMemo(() => new Map(stepsOf(definition).map(({ id, type }) => [id, type as string])), [definition]);
  const [key, choose] = useState<string | null>(null);
  const [picked, setPicked] = useState<string | null | undefined>(undefined);
  const [chosen, setChosen] = useState<Chosen>(new Map());

  const all = useMemo(() => timedSteps(run, rows, (id) => types.get(id)), [run, rows, types]);
  const moments = useMemo(() => momentsOf(run, all), [run, all]);
  const index = indexOf(moments, key);
  const inOrder = useMemo(() => {
    const byPath = new Map(all.map((step) => [step.path, step]));
    return [...new Set(moments.flatMap(({ path }) => path ?? []))].flatMap((path) => byPath.get(path) ?? []);
  }, [moments, all]);
  const states = useMemo(() => statesAt(moments, index), [moments, index]);
  const typeOf = (id: string) => types.get(id);

  // Until somebody picks a step, the one that failed or that waits for an answer is shown, or for a signal.
  const waitsFor = (kind: string) => all.find(({ row, type }) => type === kind && row?.state === "waiting");
  const telling = all.find(({ path }) => path === run.error?.path) ?? waitsFor("approval") ?? waitsFor("signal");
  const selected = picked === undefined ? (telling?.stepId ?? null) : picked;
  const ofStep = selected === null ? { path: null, loops: [] } : shownStep(selected, new Map(all.map((step) => [step.path, step])), chosen, typeOf);
  // A loop is browsed by its own rounds too.
  const own = ofStep.path !== null && typeOf(selected ?? "") === "loop" ? roundsOf(ofStep.path, states) : [];
  const loops = own.length > 0 && ofStep.path !== null
    ? [...ofStep.loops, { path: ofStep.path, stepId: selected ?? "", rounds: own, shown: chosen.get(ofStep.path) ?? roundToShow(own) }]
    : ofStep.loops;

  const isShown = (path: string) => isChosen(path, chosen, typeOf);
  return {
    moments,
    index,
    isLive: run.finishedAt === null && index === moments.length - 1,
    choose,
    states,
    shown: useMemo(() => {
      const found = new Map<string, StepState>();
      for (const [path, { status, attempts }] of states) {
        if (isChosen(path, chosen, (id) => types.get(id))) found.set(path, { status, ...(attempts > 1 ? { attempts } : {}) });
      }
      return found;
    }, [states, chosen, types]),
    steps: inOrder.filter(({ path }) => isShown(path)),
    byPath: new Map(all.map((step) => [step.path, step])),
    selected,
    select: setPicked,
    selectPath: (path) => {
      const places = placesOf(path);
      setPicked(places.at(-1)?.stepId ?? null);
      const rounds = places.filter(({ stepId, key: round }) => round !== null && round !== "!" && types.get(stepId) === "loop");
      if (rounds.length > 0) setChosen(new Map([...chosen, ...rounds.map(({ path: loop, key: round }) => [loop, Number(round)] as const)]));
    },
    path: ofStep.path,
    loops,
    chosen,
    chooseRound: (loop, round) => {
      const next = new Map(chosen);
      if (round === null) next.delete(loop);
      else next.set(loop, round);
      setChosen(next);
    },
  };
}
