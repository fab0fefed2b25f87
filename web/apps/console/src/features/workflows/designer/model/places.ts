import { findStep, framesOf, type Definition, type Step } from "../../canvas/definition.ts";

export type Refusal =
  | "no_such_step"
  | "taken"
  | "not_an_id"
  | "circle"
  | "other_frame"
  | "handler_in_flow"
  | "way_through"
  | "shared_handler"
  | "already"
  | "last_step";

/** Why a command cannot be carried out; nothing has changed. */
export class RefusedCommand extends Error {
  override readonly name = "RefusedCommand";
  readonly reason: Refusal;

  constructor(reason: Refusal) {
    super(reason);
    this.reason = reason;
  }
}

export function found(definition: Definition, id: string) {
  const result = findStep(definition, id);
  if (!result) throw new RefusedCommand("no_such_step");
  return result;
}

export function stepsOfFrame(definition: Definition, key: string): Step[] {
  const frame = framesOf(definition).find((one) => one.key === key);
  if (!frame) throw new RefusedCommand("no_such_step");
  return frame.steps;
}

/** Places of steps that are to be laid out anew are forgotten. */
export function forgetPlaces(definition: Definition, ids: Iterable<string>): void {
  const gone = new Set(ids);
  if (definition.layout) definition.layout = Object.fromEntries(Object.entries(definition.layout).filter(([id]) => !gone.has(id)));
}

/** An id that is not among `taken`, which then has it. */
export function freeId(wanted: string, taken: Set<string>): string {
  const stem = wanted.replace(/_\d+$/, "");
  let id = wanted;
  for (let number = 2; taken.has(id); number += 1) id = `${stem}_${number}`;
  taken.add(id);
  return id;
}
