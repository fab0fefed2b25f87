import { graphlib, layout as dagreLayout } from "@dagrejs/dagre";

import { framesIn, linksOf, type Definition, type Frame, type Position, type Step } from "./definition.ts";

/** Measures of the picture, in its own units: what the style sheet draws has to fit into them. */
export const NODE_WIDTH = 232;
export const NODE_HEIGHT = 64;
export const PORT_HEIGHT = 28;
const CONTAINER_HEADER = 56;
const BRANCH_HEADER = 32;
const PADDING = 24;
const GAP = 12;
const COLUMN_GAP = 72;
const ROW_GAP = 36;
const EMPTY_BODY = { width: NODE_WIDTH, height: NODE_HEIGHT };

export interface Size {
  width: number;
  height: number;
}

/** A step or a branch where it is drawn: relative to `parent`, the step or branch around it. */
export interface Placed extends Position, Size {
  id: string;
  kind: "step" | "container" | "branch";
  frame: string;
  parent: string | null;
  /** None for a branch. */
  step: Step | null;
  branch: string | null;
}

interface Body extends Size {
  placed: Placed[];
}

/** Where everything is drawn, parents before what is in them. Kept positions count; the rest is laid out. */
export function place(definition: Definition): Placed[] {
  const root: Frame = { key: "", owner: null, branch: null, steps: definition.steps };
  return placeFrame(root, definition.layout ?? {}, null, { x: 0, y: 0 }).placed;
}

function placeFrame(frame: Frame, kept: Record<string, Position>, parent: string | null, origin: Position): Body {
  const insides = new Map(frame.steps.map((step) => [step.id, insideOf(step, kept)]));
  const sizes = new Map([...insides].map(([id, inside]) => [id, inside.size]));
  const positions = positionsIn(frame, kept, sizes);
  const isRoot = frame.owner === null;
  const left = isRoot ? 0 : Math.min(...[...positions.values()].map(({ x }) => x));
  const top = isRoot ? 0 : Math.min(...[...positions.values()].map(({ y }) => y));
  const body: Body = { placed: [], width: 0, height: 0 };
  for (const step of frame.steps) {
    const at = positions.get(step.id) ?? { x: 0, y: 0 };
    const inside = insides.get(step.id);
    if (!inside) continue;
    const x = at.x - left;
    const y = at.y - top;
    body.width = Math.max(body.width, x + inside.size.width);
    body.height = Math.max(body.height, y + inside.size.height);
    body.placed.push({
      id: step.id,
      kind: framesIn(step).length > 0 ? "container" : "step",
      frame: frame.key,
      parent,
      step,
      branch: null,
      x: x + origin.x,
      y: y + origin.y,
      ...inside.size,
    });
    body.placed.push(...inside.placed);
  }
  return body;
}

/** How large a step is drawn, and what is drawn in it. */
function insideOf(step: Step, kept: Record<string, Position>): { size: Size; placed: Placed[] } {
  const frames = framesIn(step);
  if (frames.length === 0) {
    const rows = step.type === "condition" ? (step.config.cases?.length ?? 0) + 2 : 0;
    return { size: { width: NODE_WIDTH, height: NODE_HEIGHT + rows * PORT_HEIGHT }, placed: [] };
  }
  if (step.type === "loop") {
    const body = bodyOf(frames[0], kept, step.id, { x: PADDING, y: CONTAINER_HEADER + PADDING });
    return { size: { width: body.width + 2 * PADDING, height: body.height + CONTAINER_HEADER + 2 * PADDING }, placed: body.placed };
  }
  const bodies = frames.map((frame) => ({ frame, body: bodyOf(frame, kept, frame.key, { x: PADDING, y: BRANCH_HEADER + PADDING / 2 }) }));
  const width = Math.max(...bodies.map(({ body }) => body.width)) + 2 * PADDING;
  const placed: Placed[] = [];
  let y = CONTAINER_HEADER;
  for (const { frame, body } of bodies) {
    const height = body.height + BRANCH_HEADER + PADDING;
    placed.push({ id: frame.key, kind: "branch", frame: frame.key, parent: step.id, step: null, branch: frame.branch, x: GAP, y, width, height });
    placed.push(...body.placed);
    y += height + GAP;
  }
  return { size: { width: width + 2 * GAP, height: y }, placed };
}

function bodyOf(frame: Frame | undefined, kept: Record<string, Position>, parent: string, origin: Position): Body {
  if (!frame || frame.steps.length === 0) return { ...EMPTY_BODY, placed: [] };
  return placeFrame(frame, kept, parent, origin);
}

function positionsIn(frame: Frame, kept: Record<string, Position>, sizes: Map<string, Size>): Map<string, Position> {
  const known = frame.steps.filter((step) => kept[step.id]);
  if (known.length === 0) return layOut(frame, sizes);
  const found = new Map<string, Position>(known.map((step) => [step.id, kept[step.id] as Position]));
  for (const step of frame.steps) if (!found.has(step.id)) found.set(step.id, besides(step, frame, found, sizes));
  return found;
}

/** A free place right of what leads to the step, or below everything. */
function besides(step: Step, frame: Frame, found: ReadonlyMap<string, Position>, sizes: Map<string, Size>): Position {
  const before = frame.steps.find((one) => found.has(one.id) && linksOf(one).some(({ target }) => target === step.id));
  const size = sizes.get(step.id) ?? EMPTY_BODY;
  const at = before && found.get(before.id);
  const wanted = at
    ? { x: at.x + (sizes.get(before.id)?.width ?? NODE_WIDTH) + COLUMN_GAP, y: at.y }
    : { x: Math.min(...[...found.values()].map(({ x }) => x)), y: Math.max(...[...found].map(([id, { y }]) => y + (sizes.get(id)?.height ?? 0))) + ROW_GAP };
  const meets = (x: number, y: number) =>
    [...found].some(([id, other]) => {
      const its = sizes.get(id) ?? EMPTY_BODY;
      return x < other.x + its.width + GAP && other.x < x + size.width + GAP && y < other.y + its.height + GAP && other.y < y + size.height + GAP;
    });
  while (meets(wanted.x, wanted.y)) wanted.y += ROW_GAP;
  return wanted;
}

/** From left to right, as the steps follow one another. */
export function layOut(frame: Frame, sizes: ReadonlyMap<string, Size>): Map<string, Position> {
  const graph = new graphlib.Graph({ multigraph: false });
  graph.setGraph({ rankdir: "LR", nodesep: ROW_GAP, ranksep: COLUMN_GAP, marginx: 0, marginy: 0 });
  graph.setDefaultEdgeLabel(() => ({}));
  const names = new Set(frame.steps.map(({ id }) => id));
  for (const { id } of frame.steps) graph.setNode(id, { ...(sizes.get(id) ?? EMPTY_BODY) });
  for (const step of frame.steps) {
    for (const { source, target } of linksOf(step)) if (names.has(target) && source !== target) graph.setEdge(source, target);
  }
  dagreLayout(graph);
  const boxes = new Map(frame.steps.map(({ id }) => [id, graph.node(id) as Position & Size]));
  // The first way out is to lead to the top: where most lead the other way round, the picture is turned over.
  const isUpsideDown = turned(frame, boxes) > 0;
  const bottom = Math.max(...[...boxes.values()].map(({ y, height }) => y + height / 2));
  return new Map(
    [...boxes].map(([id, { x, y, width, height }]) => [id, { x: Math.round(x - width / 2), y: Math.round((isUpsideDown ? bottom - y : y) - height / 2) }]),
  );
}

/** How many more pairs of ways cross than do not. */
function turned(frame: Frame, boxes: ReadonlyMap<string, Position>): number {
  let sum = 0;
  for (const step of frame.steps) {
    const heights = linksOf(step).filter(({ port }) => port !== "failure").map(({ target }) => boxes.get(target)?.y ?? 0);
    for (const [index, one] of heights.entries()) for (const other of heights.slice(index + 1)) sum += Math.sign(one - other);
  }
  return sum;
}
