import { linksOf, portsOf, stepsOf, targetsOf, type Definition, type Step } from "../../canvas/definition.ts";
import { forgetPlaces, found, freeId, RefusedCommand } from "./places.ts";
import { reachOf, setTargets } from "./references.ts";

/** Puts steps of one frame into a loop, or each that hang together into a branch of a parallel step. */
export function group(definition: Definition, { ids, into, id }: { ids: readonly string[]; into: "loop" | "parallel"; id: string }): string[] {
  const [first] = ids;
  if (!first) throw new RefusedCommand("no_such_step");
  const { steps } = found(definition, first).frame;
  const chosen = withHandlers(steps, ids);
  checkApart(steps, chosen);
  const inside = steps.filter((step) => chosen.has(step.id));
  const taken = new Set(stepsOf(definition).map((step) => step.id));
  const box: Step = { id: freeId(id, taken), type: into, config: {} };
  const onward: string[] = [];
  for (const step of steps) {
    const isInside = chosen.has(step.id);
    for (const port of portsOf(step)) {
      const targets = targetsOf(step, port);
      if (isInside) {
        onward.push(...targets.filter((target) => !chosen.has(target)));
        setTargets(step, port, targets.filter((target) => chosen.has(target)));
      } else setTargets(step, port, targets.map((target) => (chosen.has(target) ? box.id : target)));
    }
  }
  setTargets(box, "next", onward);
  if (into === "loop") box.config = { items: [], steps: inside };
  else box.config = { branches: piecesOf(inside).map((piece, index) => ({ id: `branch_${index + 1}`, steps: piece })) };
  const at = steps.indexOf(inside[0] as Step);
  steps.splice(at, 0, box);
  for (const step of inside) steps.splice(steps.indexOf(step), 1);
  const corner = definition.layout?.[first];
  forgetPlaces(definition, chosen);
  if (definition.layout && corner) definition.layout[box.id] = corner;
  return [box.id];
}

/** What handles the failure of a step goes where the step goes, unless others need it. */
function withHandlers(steps: readonly Step[], ids: readonly string[]): Set<string> {
  const chosen = new Set(ids);
  if (!ids.every((id) => steps.some((step) => step.id === id))) throw new RefusedCommand("other_frame");
  for (const id of chosen) {
    const handler = steps.find((step) => step.id === id)?.on_failure;
    if (handler) for (const one of reachOf(steps, [handler])) chosen.add(one);
  }
  const isShared = steps.some((step) => !chosen.has(step.id) && step.on_failure && chosen.has(step.on_failure) && !ids.includes(step.on_failure));
  if (isShared) throw new RefusedCommand("shared_handler");
  return chosen;
}

/** No way may lead out of the group and back into it: a box begins once. */
function checkApart(steps: readonly Step[], chosen: ReadonlySet<string>): void {
  const out = steps.filter(({ id }) => chosen.has(id)).flatMap((step) => linksOf(step).map(({ target }) => target)).filter((target) => !chosen.has(target));
  const outside = steps.filter(({ id }) => !chosen.has(id));
  const beyond = reachOf(outside, out);
  const comesBack = outside.some((step) => beyond.has(step.id) && linksOf(step).some(({ target }) => chosen.has(target)));
  if (comesBack) throw new RefusedCommand("way_through");
}

/** The steps in groups that hang together. */
function piecesOf(steps: readonly Step[]): Step[][] {
  const pieces: Step[][] = [];
  for (const step of steps) {
    const targets = new Set(linksOf(step).map(({ target }) => target));
    const joined = pieces.filter((piece) => piece.some((one) => targets.has(one.id) || linksOf(one).some(({ target }) => target === step.id)));
    const rest = pieces.filter((piece) => !joined.includes(piece));
    pieces.splice(0, pieces.length, ...rest, [...joined.flat(), step]);
  }
  return pieces.map((piece) => steps.filter((step) => piece.includes(step))).sort((one, other) => steps.indexOf(one[0] as Step) - steps.indexOf(other[0] as Step));
}

/** Puts what is in a loop or in branches where the box is. */
export function ungroup(definition: Definition, id: string): string[] {
  const { step: box, frame } = found(definition, id);
  const inside = box.type === "loop" ? (box.config.steps ?? []) : box.type === "parallel" ? (box.config.branches ?? []).flatMap(({ steps }) => steps) : null;
  if (!inside) throw new RefusedCommand("no_such_step");
  const onward = targetsOf(box, "next");
  const handlers = new Set(inside.flatMap(({ on_failure }) => (on_failure ? [...reachOf(inside, [on_failure])] : [])));
  const main = inside.filter((step) => !handlers.has(step.id));
  const ledTo = new Set(main.flatMap((step) => linksOf(step).map(({ target }) => target)));
  const starts = main.filter((step) => !ledTo.has(step.id)).map((step) => step.id);
  for (const step of main) {
    if (linksOf(step).every(({ port }) => port === "failure")) setTargets(step, "next", onward);
    if (!step.on_failure && box.on_failure) step.on_failure = box.on_failure;
  }
  for (const step of frame.steps) {
    for (const port of portsOf(step)) {
      const targets = targetsOf(step, port);
      if (targets.includes(id)) setTargets(step, port, targets.flatMap((target) => (target === id ? (port === "failure" ? starts.slice(0, 1) : starts) : [target])));
    }
  }
  frame.steps.splice(frame.steps.indexOf(box), 1, ...inside);
  forgetPlaces(definition, inside.map((step) => step.id));
  return inside.map((step) => step.id);
}
