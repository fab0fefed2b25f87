import type { Edge, Node } from "@xyflow/react";

import { linksOf, stepsOf, type Definition, type Link, type Step } from "./definition.ts";
import { place, type Placed } from "./layout.ts";
import type { Gathered, StepStatus } from "./states.ts";

/** What became of a step between two versions. */
export type StepMark = "added" | "removed" | "changed";
export type StepData = { step: Step; state: Gathered | null; problems: number; mark: StepMark | null; isEditable: boolean; failsUpwards: boolean };
export type BranchData = { branch: string; owner: string; isEmpty: boolean };
export type StepFlowNode = Node<StepData, "step" | "container">;
export type BranchFlowNode = Node<BranchData, "branch">;
export type FlowNode = StepFlowNode | BranchFlowNode;

export interface Shown {
  states: ReadonlyMap<string, Gathered> | null;
  selected: ReadonlySet<string>;
  problems: ReadonlyMap<string, number>;
  marks: ReadonlyMap<string, StepMark>;
  isEditable: boolean;
  /** Says a step in words, for those who do not see it. */
  nameOf: (step: Step, state: Gathered | null, problems: number) => string;
}

export function edgeId({ source, port, target }: Link): string {
  return `${source}>${port}>${target}`;
}

export function linkOfEdge(id: string): Link | null {
  const [source, port, target] = id.split(">");
  return source && port && target ? { source, port, target } : null;
}

/** Where the way to a handler leaves a step that it stands above; the port of all others is the handle itself. */
export const FAILURE_UP = "failure-up";

/** The port of a handle that was drawn from. */
export function portOf(handle: string | null | undefined): string {
  return handle === FAILURE_UP ? "failure" : (handle ?? "next");
}

/** The definition as the canvas library wants it. */
export function flowOf(definition: Definition, shown: Shown): { nodes: FlowNode[]; edges: Edge[] } {
  const all = place(definition);
  const boxes = new Map(all.map((placed) => [placed.id, placed]));
  const nodes = all.map((placed) => (placed.kind === "branch" ? branchNode(placed, definition) : stepNode(placed, boxes, shown)));
  const known = new Set(nodes.map(({ id }) => id));
  const edges = stepsOf(definition)
    .flatMap(linksOf)
    .filter(({ target }) => known.has(target))
    .map((link) => edge(link, link.port === "failure" && isAbove(boxes.get(link.target), boxes.get(link.source)), shown));
  return { nodes, edges };
}

/** A way is drawn to the middle of a step. Both are in the same frame, whose handlers are its own. */
function isAbove(one: Placed | undefined, other: Placed | undefined): boolean {
  return one !== undefined && other !== undefined && one.y + one.height / 2 < other.y;
}

function stepNode(placed: Placed, boxes: ReadonlyMap<string, Placed>, { states, selected, problems, marks, isEditable, nameOf }: Shown): StepFlowNode {
  const step = placed.step as Step;
  const state = states?.get(step.id) ?? null;
  const wrong = problems.get(step.id) ?? 0;
  return {
    id: placed.id,
    type: placed.kind === "container" ? "container" : "step",
    position: { x: placed.x, y: placed.y },
    width: placed.width,
    height: placed.height,
    ...(placed.parent ? { parentId: placed.parent } : {}),
    selected: selected.has(placed.id),
    draggable: isEditable,
    data: { step, state, problems: wrong, mark: marks.get(step.id) ?? null, isEditable, failsUpwards: isAbove(boxes.get(step.on_failure ?? ""), placed) },
    ariaLabel: nameOf(step, state, wrong),
    ariaRole: "group",
  };
}

function branchNode(placed: Placed, definition: Definition): BranchFlowNode {
  const owner = placed.parent ?? "";
  const parallel = stepsOf(definition).find(({ id }) => id === owner);
  const steps = parallel?.config.branches?.find(({ id }) => id === placed.branch)?.steps ?? [];
  return {
    id: placed.id,
    type: "branch",
    position: { x: placed.x, y: placed.y },
    width: placed.width,
    height: placed.height,
    parentId: owner,
    selectable: false,
    draggable: false,
    focusable: false,
    data: { branch: placed.branch ?? "", owner, isEmpty: steps.length === 0 },
  };
}

const WENT_ON: ReadonlySet<StepStatus> = new Set(["completed", "reused"]);

function edge(link: Link, isUpwards: boolean, { states, isEditable }: Shown): Edge {
  const source = states?.get(link.source)?.status;
  const target = states?.get(link.target)?.status;
  const isTaken = link.port === "failure" ? source === "failed" : Boolean(source && WENT_ON.has(source));
  const isLive = isTaken && target !== undefined && target !== "skipped";
  return {
    id: edgeId(link),
    source: link.source,
    target: link.target,
    sourceHandle: isUpwards ? FAILURE_UP : link.port,
    targetHandle: "in",
    className: [link.port === "failure" ? "is-failure" : "", isLive ? "is-taken" : "", states && !isLive ? "is-idle" : ""].filter(Boolean).join(" "),
    focusable: false,
    selectable: isEditable,
    reconnectable: isEditable ? "target" : false,
    // With corners: a curve to a handler in the same row would run behind its own step.
    ...(link.port === "failure" ? { type: "smoothstep", pathOptions: { borderRadius: 16 } } : {}),
  };
}
