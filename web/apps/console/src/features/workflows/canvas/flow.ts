import type { Edge, Node } from "@xyflow/react";

import { linksOf, stepsOf, type Definition, type Link, type Step } from "./definition.ts";
import { place, type Placed } from "./layout.ts";
import type { Gathered, StepStatus } from "./states.ts";

/** What became of a step between two versions. */
export type StepMark = "added" | "removed" | "changed";
export type StepData = { step: Step; state: Gathered | null; problems: number; mark: StepMark | null; isEditable: boolean };
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

/** The definition as the canvas library wants it. */
export function flowOf(definition: Definition, shown: Shown): { nodes: FlowNode[]; edges: Edge[] } {
  const nodes = place(definition).map((placed) => (placed.kind === "branch" ? branchNode(placed, definition) : stepNode(placed, shown)));
  const known = new Set(nodes.map(({ id }) => id));
  const edges = stepsOf(definition)
    .flatMap(linksOf)
    .filter(({ target }) => known.has(target))
    .map((link) => edge(link, shown));
  return { nodes, edges };
}

function stepNode(placed: Placed, { states, selected, problems, marks, isEditable, nameOf }: Shown): StepFlowNode {
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
    data: { step, state, problems: wrong, mark: marks.get(step.id) ?? null, isEditable },
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

function edge(link: Link, { states, isEditable }: Shown): Edge {
  const source = states?.get(link.source)?.status;
  const target = states?.get(link.target)?.status;
  const isTaken = link.port === "failure" ? source === "failed" : Boolean(source && WENT_ON.has(source));
  const isLive = isTaken && target !== undefined && target !== "skipped";
  return {
    id: edgeId(link),
    source: link.source,
    target: link.target,
    sourceHandle: link.port,
    targetHandle: "in",
    className: [link.port === "failure" ? "is-failure" : "", isLive ? "is-taken" : "", states && !isLive ? "is-idle" : ""].filter(Boolean).join(" "),
    focusable: false,
    selectable: isEditable,
    reconnectable: isEditable ? "target" : false,
  };
}
