import { useMemo, useRef } from "react";

import { findStep, framesIn, stepsOf, type Position, type StepType } from "../canvas/definition.ts";
import { place } from "../canvas/layout.ts";
import { newStep } from "./model/commands.ts";
import { chosenSteps, copyOf, pastedSteps } from "./model/fragment.ts";
import { freeId } from "./model/places.ts";
import type { Designer } from "./useDesigner.ts";

export type Actions = ReturnType<typeof useActions>;

/** What keys, menus and the pointer do alike. */
export function useActions(designer: Designer, onAdded: (id: string) => void) {
  const latest = useRef(designer);
  latest.current = designer;
  const added = useRef(onAdded);
  added.current = onAdded;
  return useMemo(() => {
    const definition = () => latest.current.session.draft.definition;
    const chosen = () => latest.current.session.selected;
    const one = () => {
      const known = definition();
      const [id] = chosen();
      return known && id !== undefined ? findStep(known, id) : null;
    };
    return {
      /** Puts a new step behind the chosen one; into a frame or at a place when these are given. */
      add: (type: StepType, at: { frame: string; position: Position | null; after?: string | null } | null = null) => {
        const known = definition();
        if (!known) return;
        const step = newStep(known, type);
        const from = at ? (at.after ?? null) : (one()?.step.id ?? null);
        const frame = at?.frame ?? one()?.frame.key ?? "";
        const isDone = latest.current.run({ kind: "add", step, frame, after: from ? { source: from, port: portFor(known, from) } : null, position: at?.position ?? null });
        if (isDone) added.current(step.id);
      },
      remove: () => {
        const ids = chosen();
        if (ids.length > 0) latest.current.run({ kind: "delete", ids });
      },
      duplicate: () => {
        const known = definition();
        const place = one();
        if (known && place) latest.current.run({ kind: "paste", steps: chosenSteps(known, chosen()), frame: place.frame.key, after: chosen().at(-1) ?? null, isDuplicate: true });
      },
      copy: (): string => {
        const known = definition();
        return known ? copyOf(known, chosen()) : "";
      },
      paste: (text: string): boolean => {
        const steps = pastedSteps(text);
        if (!steps || !definition()) return false;
        return latest.current.run({ kind: "paste", steps, frame: one()?.frame.key ?? "", after: chosen().at(-1) ?? null });
      },
      selectAll: () => {
        const known = definition();
        if (!known) return;
        const frame = one()?.frame.steps ?? known.steps;
        latest.current.select(frame.map(({ id }) => id));
      },
      group: (into: "loop" | "parallel") => {
        const known = definition();
        if (known && chosen().length > 0) latest.current.run({ kind: "group", ids: chosen(), into, id: freeId(into, new Set(stepsOf(known).map(({ id }) => id))) });
      },
      ungroup: () => {
        const step = one()?.step;
        if (step && framesIn(step).length > 0) latest.current.run({ kind: "ungroup", id: step.id });
      },
      nudge: (x: number, y: number) => {
        const known = definition();
        if (!known || chosen().length === 0) return;
        const placed = new Map(place({ ...known }).map((node) => [node.id, node]));
        const positions = new Map<string, Position>();
        for (const id of chosen()) {
          const node = placed.get(id);
          if (node) positions.set(id, { x: (known.layout?.[id]?.x ?? node.x) + x, y: (known.layout?.[id]?.y ?? node.y) + y });
        }
        latest.current.run({ kind: "move", positions });
      },
    };
  }, []);
}

/** A step behind a condition goes where nothing goes yet. */
function portFor(definition: NonNullable<Designer["session"]["draft"]["definition"]>, id: string): string {
  const step = findStep(definition, id)?.step;
  if (step?.type !== "condition") return "next";
  const free = (step.config.cases ?? []).findIndex((one) => (one.next_steps ?? []).length === 0);
  if (free >= 0) return `case:${free}`;
  return (step.config.default ?? []).length === 0 ? "default" : "next";
}
