import { findStep, framesIn, framesOf, linksOf, portsOf, stepsOf, targetsOf, type Definition, type Link, type Position, type Step, type StepType } from "../../canvas/definition.ts";
import { layOut, place } from "../../canvas/layout.ts";
import { group, ungroup } from "./group.ts";
import { forgetPlaces, found, freeId, RefusedCommand, stepsOfFrame } from "./places.ts";
import { reachOf, renameInDefinition, renameInStep, setTargets } from "./references.ts";
import { withoutUndefined } from "../../../../shared/json.ts";

/** All that can be done to a definition on the canvas. Each is data: it can be kept, told in words and tried. */
export type Command =
  | { kind: "add"; step: Step; frame: string; after?: { source: string; port: string } | null; position?: Position | null }
  | { kind: "connect"; link: Link }
  | { kind: "disconnect"; links: readonly Link[] }
  | { kind: "delete"; ids: readonly string[] }
  | { kind: "rename"; from: string; to: string }
  | { kind: "change"; id: string; step: Step; what?: string }
  | { kind: "settings"; fields: Record<string, unknown> }
  | { kind: "move"; by: ReadonlyMap<string, Position>; into?: string | null }
  | { kind: "arrange" }
  | { kind: "group"; ids: readonly string[]; into: "loop" | "parallel"; id: string }
  | { kind: "ungroup"; id: string }
  | { kind: "paste"; steps: readonly Step[]; frame: string; after?: string | null; isDuplicate?: boolean };

export interface Done {
  definition: Definition;
  /** What is chosen afterwards. */
  selected: string[];
}

const ID = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;

/** The definition as it is after a command; the one before stays as it was. Raises RefusedCommand. */
export function run(before: Definition, command: Command): Done {
  const definition = structuredClone(before);
  const selected = carryOut(definition, command);
  tidy(definition);
  return { definition: withoutUndefined(definition), selected };
}

function carryOut(definition: Definition, command: Command): string[] {
  switch (command.kind) {
    case "add":
      return add(definition, command);
    case "connect":
      return connect(definition, command.link);
    case "disconnect":
      for (const { source, port, target } of command.links) {
        const { step } = found(definition, source);
        setTargets(step, port, targetsOf(step, port).filter((one) => one !== target));
      }
      return [];
    case "delete":
      return remove(definition, command.ids);
    case "rename":
      return rename(definition, command.from, command.to);
    case "change":
      return change(definition, command.id, command.step);
    case "settings":
      Object.assign(definition, command.fields);
      return [];
    case "move":
      return move(definition, command.by, command.into ?? null);
    case "arrange":
      delete definition.layout;
      return [];
    case "group":
      return group(definition, command);
    case "ungroup":
      return ungroup(definition, command.id);
    case "paste":
      return paste(definition, command);
  }
}

/** Frames share their lists with the definition, so a change of one is a change of it. */
function add(definition: Definition, { step, frame, after, position }: Extract<Command, { kind: "add" }>): string[] {
  if (findStep(definition, step.id)) throw new RefusedCommand("taken");
  const added = structuredClone(step);
  const steps = stepsOfFrame(definition, frame);
  const from = after ? steps.find(({ id }) => id === after.source) : undefined;
  if (from && after) {
    // A step is put into the way, not beside it: what came next comes after the new step.
    const onward = targetsOf(from, after.port);
    if (onward.length > 0) setTargets(added, "next", onward);
    setTargets(from, after.port, [added.id]);
    steps.splice(steps.indexOf(from) + 1, 0, added);
  } else steps.push(added);
  if (position) definition.layout = { ...keptPositions(definition, steps), [added.id]: position };
  return [added.id];
}

function connect(definition: Definition, { source, port, target }: Link): string[] {
  const { step, frame } = found(definition, source);
  if (!portsOf(step).includes(port)) throw new RefusedCommand("no_such_step");
  if (!frame.steps.some(({ id }) => id === target)) throw new RefusedCommand("other_frame");
  if (targetsOf(step, port).includes(target)) throw new RefusedCommand("already");
  if (reachOf(frame.steps, [target]).has(source)) throw new RefusedCommand("circle");
  setTargets(step, port, port === "failure" ? [target] : [...targetsOf(step, port), target]);
  const handlers = frame.steps.flatMap(({ on_failure }) => (on_failure ? [on_failure] : []));
  const ledTo = new Set(frame.steps.flatMap((one) => linksOf(one).map((link) => link.target)));
  const main = reachOf(frame.steps, frame.steps.filter(({ id }) => !ledTo.has(id)).map(({ id }) => id), false);
  if (handlers.some((handler) => main.has(handler))) throw new RefusedCommand("handler_in_flow");
  return [source];
}

/** Takes steps away; whoever led to one now leads where it led. */
function remove(definition: Definition, ids: readonly string[]): string[] {
  for (const id of ids) {
    const place = findStep(definition, id);
    if (!place) continue;
    const { step, frame } = place;
    // A box without anything in it is none; the workflow itself may be empty while it is worked on.
    if (frame.owner !== null && frame.steps.length === 1) {
      if (ids.includes(frame.owner)) continue;
      throw new RefusedCommand("last_step");
    }
    const onward = targetsOf(step, "next");
    for (const one of frame.steps) {
      for (const port of portsOf(one)) {
        const targets = targetsOf(one, port);
        if (targets.includes(id)) setTargets(one, port, port === "failure" ? [] : targets.flatMap((target) => (target === id ? onward : [target])));
      }
    }
    frame.steps.splice(frame.steps.indexOf(step), 1);
  }
  return [];
}

function rename(definition: Definition, from: string, to: string): string[] {
  if (!ID.test(to)) throw new RefusedCommand("not_an_id");
  found(definition, from);
  if (from === to) return [to];
  if (findStep(definition, to)) throw new RefusedCommand("taken");
  renameInDefinition(definition, new Map([[from, to]]));
  return [to];
}

function change(definition: Definition, id: string, step: Step): string[] {
  const { frame } = found(definition, id);
  const index = frame.steps.findIndex((one) => one.id === id);
  frame.steps[index] = { ...structuredClone(step), id };
  return [id];
}

/** Keeps where steps were put, so far from where they were. The rest of their frame keeps the places that it is seen at. */
function move(definition: Definition, by: ReadonlyMap<string, Position>, into: string | null): string[] {
  const ids = [...by.keys()].filter((id) => findStep(definition, id));
  const [first] = ids;
  if (!first) return [];
  const home = found(definition, first).frame;
  if (into !== null && into !== home.key) {
    relocate(definition, home.steps, ids, into);
    return ids;
  }
  for (const id of ids) {
    const { frame } = found(definition, id);
    definition.layout = keptPositions(definition, frame.steps);
  }
  for (const id of ids) {
    const at = definition.layout?.[id];
    const delta = by.get(id);
    if (definition.layout && at && delta) definition.layout[id] = { x: at.x + delta.x, y: at.y + delta.y };
  }
  return ids;
}

function relocate(definition: Definition, home: Step[], ids: readonly string[], into: string): void {
  const steps = stepsOfFrame(definition, into);
  const moved = home.filter(({ id }) => ids.includes(id));
  const isWithin = moved.some((step) => framesIn(step).some((frame) => into === frame.key || framesOf({ ...definition, steps: frame.steps }).some(({ key }) => key === into)));
  if (isWithin || moved.length === 0) throw new RefusedCommand("circle");
  if (moved.length === home.length) throw new RefusedCommand("last_step");
  const names = new Set(ids);
  for (const step of home) {
    for (const port of portsOf(step)) setTargets(step, port, targetsOf(step, port).filter((target) => names.has(target) === names.has(step.id)));
  }
  for (const step of moved) {
    home.splice(home.indexOf(step), 1);
    steps.push(step);
  }
  forgetPlaces(definition, ids);
}

/** The layout with a place for each of `steps`, as they are seen now. */
function keptPositions(definition: Definition, steps: readonly Step[]): Record<string, Position> {
  const layout = { ...definition.layout };
  const sizes = new Map(place(definition).map(({ id, width, height }) => [id, { width, height }]));
  const hasSome = steps.some(({ id }) => layout[id]);
  const seen = hasSome ? null : layOut({ key: "", owner: null, branch: null, steps: [...steps] }, sizes);
  for (const { id } of steps) {
    const at = seen?.get(id);
    if (at && !layout[id]) layout[id] = at;
  }
  if (hasSome) for (const [id, at] of placesInFrame(definition, steps)) layout[id] ??= at;
  return layout;
}

/** Where steps without a place of their own are seen, when others of their frame have one. */
function placesInFrame(definition: Definition, steps: readonly Step[]): Map<string, Position> {
  const drawn = new Map(place(definition).map((node) => [node.id, node]));
  const fixed = steps.find(({ id }) => definition.layout?.[id] && drawn.has(id));
  const seen = fixed && drawn.get(fixed.id);
  const kept = fixed && definition.layout?.[fixed.id];
  if (!seen || !kept) return new Map();
  const nodes = steps.flatMap(({ id }) => drawn.get(id) ?? []);
  return new Map(nodes.map(({ id, x, y }) => [id, { x: x - seen.x + kept.x, y: y - seen.y + kept.y }]));
}

function paste(definition: Definition, { steps, frame, after }: Extract<Command, { kind: "paste" }>): string[] {
  const target = stepsOfFrame(definition, frame);
  const copies = withNewIds(definition, steps);
  const from = after ? target.find(({ id }) => id === after) : undefined;
  target.splice(from ? target.indexOf(from) + 1 : target.length, 0, ...copies);
  return copies.map(({ id }) => id);
}

/** Copies of steps whose ids are not taken; ways and expressions among them follow, those to others go. */
export function withNewIds(definition: Definition, steps: readonly Step[]): Step[] {
  const copies = structuredClone([...steps]);
  const all = stepsOf({ openclaw: "", name: "", steps: copies });
  const taken = new Set([...stepsOf(definition), ...all].map(({ id }) => id));
  const own = new Set(stepsOf(definition).map(({ id }) => id));
  const names = new Map<string, string>();
  for (const { id } of all) if (own.has(id)) names.set(id, freeId(id, taken));
  const inside = new Set(copies.map(({ id }) => id));
  for (const step of copies) {
    for (const port of portsOf(step)) setTargets(step, port, targetsOf(step, port).filter((target) => inside.has(target)));
  }
  for (const step of copies) renameInStep(step, names);
  return copies;
}

/** A new step of a type, with what it cannot be without. */
export function newStep(definition: Definition, type: StepType): Step {
  const taken = new Set(stepsOf(definition).map(({ id }) => id));
  const id = freeId(type, taken);
  const inner = (): Step => ({ id: freeId("transform", taken), type: "transform", config: { set: "" } });
  switch (type) {
    case "http":
      return { id, type, config: { url: "https://" } };
    case "device":
      return { id, type, config: { tool: "exec", arguments: {} } };
    case "plugin":
      return { id, type, config: { plugin: "", inputs: {} } };
    case "agent":
      return { id, type, config: { prompt: "" } };
    case "approval":
      return { id, type, config: { message: "" } };
    case "signal":
      return { id, type, config: { name: "" } };
    case "transform":
      return { id, type, config: { set: "" } };
    case "condition":
      return { id, type, config: { cases: [{ when: "true" }] } };
    case "loop":
      return { id, type, config: { items: [], steps: [inner()] } };
    case "parallel":
      return { id, type, config: { branches: ["first", "second"].map((branch) => ({ id: branch, steps: [inner()] })) } };
    case "delay":
      return { id, type, config: { for: 60 } };
    case "subworkflow":
      return { id, type, config: { workflow: "", input: {} } };
  }
}

/** Places of steps that are gone go too. */
function tidy(definition: Definition): void {
  if (!definition.layout) return;
  const known = new Set(stepsOf(definition).map(({ id }) => id));
  definition.layout = Object.fromEntries(Object.entries(definition.layout).filter(([id]) => known.has(id)));
  if (Object.keys(definition.layout).length === 0) delete definition.layout;
}

