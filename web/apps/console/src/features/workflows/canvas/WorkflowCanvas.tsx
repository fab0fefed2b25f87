import { useTranslator } from "@openclaw/i18n";
import {
  applyNodeChanges,
  Background,
  MiniMap,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
  type Connection,
  type Edge,
  type NodeChange,
} from "@xyflow/react";
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState, type DragEvent, type KeyboardEvent, type ReactNode } from "react";

import { CanvasControls } from "./CanvasControls.tsx";
import type { Definition, Link, Position } from "./definition.ts";
import { flowOf, linkOfEdge, portOf, type FlowNode, type StepMark } from "./flow.ts";
import { neighbour, type Direction } from "./navigate.ts";
import { gather, type StepState } from "./states.ts";
import { BranchNode, StepNode } from "./StepNode.tsx";
import { stepWords } from "./words.ts";

import "@xyflow/react/dist/base.css";
import "./WorkflowCanvas.css";

/** What the designer does with the canvas. */
export interface CanvasEditing {
  onConnect: (link: Link) => void;
  onDisconnect: (links: readonly Link[]) => void;
  /** Steps were dragged so far; `into` is the frame of the box that the step was dropped on, when it is another one. */
  onMove: (by: ReadonlyMap<string, Position>, into: string | null) => void;
  /** Something was dropped from the palette, at a place of the whole picture. */
  onDrop: (data: DataTransfer, frame: string, at: Position) => void;
}

export interface WorkflowCanvasProps {
  definition: Definition;
  /** How steps stand, by their paths in a run (`loop/0/fetch`); without it nothing is said of states. */
  states?: ReadonlyMap<string, StepState> | null;
  selected?: readonly string[];
  onSelect?: (ids: readonly string[]) => void;
  /** Enter or a double click. */
  onOpen?: (id: string) => void;
  readOnly?: boolean;
  problems?: ReadonlyMap<string, number>;
  /** What became of steps between two versions. */
  marks?: ReadonlyMap<string, StepMark>;
  editing?: CanvasEditing | null;
  /** A step to put the focus on; a new object asks anew. */
  focusOn?: { id: string } | null;
  label?: string;
  children?: ReactNode;
}

const NODE_TYPES = { step: StepNode, container: StepNode, branch: BranchNode };
const NOTHING: readonly string[] = [];
const NO_PROBLEMS: ReadonlyMap<string, number> = new Map();
const NO_MARKS: ReadonlyMap<string, StepMark> = new Map();
/** A picture with fewer of them is seen whole, and needs no overview beside it. */
const MANY_NODES = 20;
/** How near to the edge a step counts as seen, in pixels. */
const MARGIN = 12;
/** What the palette covers, in pixels. */
const PALETTE = 56;
const FIT = { padding: 0.16, maxZoom: 1, minZoom: 0.1 };
/** Beside the palette. */
const FIT_EDITED = { ...FIT, minZoom: 0.3, padding: { top: 0.16, right: 0.1, bottom: 0.16, left: "76px" } as const };
const ARROWS: Readonly<Record<string, Direction>> = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down" };

/** A workflow as a picture: to look at, or with `editing` to work on. */
export function WorkflowCanvas(props: WorkflowCanvasProps) {
  return (
    <ReactFlowProvider>
      <Canvas {...props} />
    </ReactFlowProvider>
  );
}

function Canvas({ definition, states, selected = NOTHING, onSelect, onOpen, readOnly = true, problems = NO_PROBLEMS, marks = NO_MARKS, editing, focusOn = null, label, children }: WorkflowCanvasProps) {
  const t = useTranslator();
  const flow = useReactFlow<FlowNode>();
  const frame = useRef<HTMLDivElement>(null);
  const isEditable = !readOnly && Boolean(editing);

  const gathered = useMemo(() => (states ? gather(definition, states) : null), [definition, states]);
  const drawn = useMemo(
    () =>
      flowOf(definition, {
        states: gathered,
        selected: new Set(selected),
        problems,
        marks,
        isEditable,
        nameOf: (step, state, wrong) => stepWords(t, step, state, wrong),
      }),
    [definition, gathered, selected, problems, marks, isEditable, t],
  );
  const [nodes, setNodes] = useState(drawn.nodes);
  const [chosenEdges, setChosenEdges] = useState<ReadonlySet<string>>(new Set());
  // What the library measured of a node is kept: without it edges would vanish for a moment.
  useLayoutEffect(() => {
    setNodes((before) => {
      const known = new Map(before.map((node) => [node.id, node.measured]));
      return drawn.nodes.map((node) => ({ ...node, ...(known.get(node.id) ? { measured: { width: node.width ?? 0, height: node.height ?? 0 } } : {}) }) as FlowNode);
    });
  }, [drawn]);
  const edges = useMemo(() => drawn.edges.map((edge) => (chosenEdges.has(edge.id) ? { ...edge, selected: true } : edge)), [drawn, chosenEdges]);

  const change = useCallback(
    (changes: NodeChange<FlowNode>[]) => {
      setNodes((before) => applyNodeChanges(changes, before));
      const picks = changes.filter((one) => one.type === "select");
      if (picks.length === 0 || !onSelect) return;
      const next = new Set(selected);
      for (const { id, selected: isSelected } of picks) {
        if (isSelected) next.add(id);
        else next.delete(id);
      }
      onSelect([...next]);
    },
    [onSelect, selected],
  );

  const focus = useCallback((id: string) => {
    const element = frame.current?.querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(id)}"]`);
    element?.focus({ preventScroll: true });
  }, []);

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const node = event.target instanceof HTMLElement ? event.target.closest<HTMLElement>(".react-flow__node") : null;
    const direction = ARROWS[event.key];
    if (direction && !event.ctrlKey && !event.metaKey && !event.altKey) {
      const from = node?.dataset["id"] ?? selected[0] ?? null;
      const to = from === null ? (drawn.nodes.find(({ type }) => type !== "branch")?.id ?? null) : neighbour(nodes, from, direction);
      if (!to) return;
      event.preventDefault();
      onSelect?.(event.shiftKey ? [...new Set([...selected, to])] : [to]);
      focus(to);
      reveal(to);
    } else if (event.key === "Enter" && node) {
      event.preventDefault();
      onOpen?.(node.dataset["id"] ?? "");
    } else if (event.key === " " && node && onSelect) {
      event.preventDefault();
      onSelect([node.dataset["id"] ?? ""]);
    } else if ((event.key === "Delete" || event.key === "Backspace") && chosenEdges.size > 0 && isEditable) {
      event.stopPropagation();
      editing?.onDisconnect([...chosenEdges].flatMap((id) => linkOfEdge(id) ?? []));
      setChosenEdges(new Set());
    }
  };

  /** Brings a step into view without changing what else is seen. */
  const reveal = useCallback((id: string) => {
    const node = flow.getInternalNode(id);
    const box = frame.current?.getBoundingClientRect();
    if (!box || !node) return;
    // By the library's own numbers: what is drawn may be a moment behind them, when the picture has just been fitted.
    const { x, y, zoom } = flow.getViewport();
    const left = x + node.internals.positionAbsolute.x * zoom;
    const top = y + node.internals.positionAbsolute.y * zoom;
    // As little as it takes, so that the eye keeps its place.
    const shift = (low: number, high: number, from: number, to: number) => (low < from + MARGIN ? from + MARGIN - low : high > to - MARGIN ? Math.max(to - MARGIN - high, from + MARGIN - low) : 0);
    const dx = shift(left, left + (node.width ?? 0) * zoom, isEditable ? PALETTE : 0, box.width);
    const dy = shift(top, top + (node.height ?? 0) * zoom, 0, box.height);
    if (dx === 0 && dy === 0) return;
    void flow.setViewport({ x: x + dx, y: y + dy, zoom });
  }, [flow, isEditable]);

  // Once the picture has the step, and a dialog that is closing has let go of the focus.
  useEffect(() => {
    if (!focusOn) return;
    let frames = requestAnimationFrame(() => {
      frames = requestAnimationFrame(() => {
        focus(focusOn.id);
        reveal(focusOn.id);
      });
    });
    return () => cancelAnimationFrame(frames);
  }, [focusOn, focus, reveal]);

  // A panel that opens beside the picture must not hide the step that it is about.
  const shown = selected.length === 1 ? selected[0] : undefined;
  useEffect(() => {
    if (!frame.current || shown === undefined) return;
    const watch = new ResizeObserver(() => reveal(shown));
    watch.observe(frame.current);
    return () => watch.disconnect();
  }, [shown, reveal]);

  const connect = ({ source, sourceHandle, target }: Connection) => {
    editing?.onConnect({ source, port: portOf(sourceHandle), target });
  };

  const isWithin = (node: FlowNode | undefined, ids: ReadonlySet<string>): boolean =>
    node !== undefined && (ids.has(node.id) || (node.parentId !== undefined && isWithin(flow.getNode(node.parentId), ids)));

  const frameAt = (x: number, y: number, except: ReadonlySet<string>): string => {
    const found = flow
      .getIntersectingNodes({ x, y, width: 1, height: 1 })
      .filter((node) => node.type === "branch" || (node.type === "container" && node.data.step.type === "loop"))
      .filter((node) => !isWithin(node, except));
    return found.at(-1)?.id ?? "";
  };

  const onDragStop = (_event: unknown, _node: FlowNode, dragged: FlowNode[]) => {
    const moved = dragged.filter(({ type }) => type !== "branch");
    const before = new Map(drawn.nodes.map((node) => [node.id, node.position]));
    const by = new Map(moved.map(({ id, position }) => [id, { x: Math.round(position.x - (before.get(id)?.x ?? 0)), y: Math.round(position.y - (before.get(id)?.y ?? 0)) }]));
    const [first] = moved;
    const inner = first && flow.getInternalNode(first.id)?.internals.positionAbsolute;
    // Where it was until the definition says otherwise, which it need not.
    setNodes((now) => now.map((node) => ({ ...node, position: before.get(node.id) ?? node.position })));
    if (!first || !inner || [...by.values()].every(({ x, y }) => x === 0 && y === 0)) return;
    const over = frameAt(inner.x + (first.width ?? 0) / 2, inner.y + 24, new Set(by.keys()));
    editing?.onMove(by, over === (first.parentId ?? "") ? null : over);
  };

  const onDrop = (event: DragEvent<HTMLDivElement>) => {
    if (!editing || !isEditable) return;
    event.preventDefault();
    const at = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
    editing.onDrop(event.dataTransfer, frameAt(at.x, at.y, new Set()), at);
  };

  return (
    <div ref={frame} className="WorkflowCanvas" data-testid="workflow-canvas" data-readonly={!isEditable || undefined}>
      {/* The keys of the canvas: arrows go from step to step, Enter opens one. */}
      <div className="WorkflowCanvas-keys" role="group" aria-label={label ?? t("canvas.label")} onKeyDownCapture={onKeyDown} onDrop={onDrop} onDragOver={(event) => isEditable && event.preventDefault()}>
        <ReactFlow<FlowNode, Edge>
          nodes={nodes}
          edges={edges}
          nodeTypes={NODE_TYPES}
          onNodesChange={change}
          onEdgesChange={(changes) =>
            setChosenEdges((before) => {
              const next = new Set(before);
              for (const one of changes) if (one.type === "select") next[one.selected ? "add" : "delete"](one.id);
              return next;
            })
          }
          onConnect={connect}
          onReconnect={(old, connection) => {
            const link = linkOfEdge(old.id);
            if (link) editing?.onDisconnect([link]);
            connect(connection);
          }}
          isValidConnection={({ source, target }) => source !== target}
          onNodeDragStop={onDragStop}
          onNodeDoubleClick={(_, node) => node.type !== "branch" && onOpen?.(node.id)}
          nodesDraggable={isEditable}
          nodesConnectable={isEditable}
          nodesFocusable
          edgesFocusable={false}
          elementsSelectable={Boolean(onSelect)}
          disableKeyboardA11y
          deleteKeyCode={null}
          multiSelectionKeyCode={["Shift", "Control", "Meta"]}
          selectionKeyCode="Shift"
          connectionRadius={28}
          nodeDragThreshold={4}
          fitView
          fitViewOptions={isEditable ? FIT_EDITED : FIT}
          minZoom={0.1}
          maxZoom={1.6}
          zoomOnDoubleClick={false}
          ariaLabelConfig={{
            "node.a11yDescription.default": t(isEditable ? "canvas.a11y.step" : "canvas.a11y.stepRead"),
            "node.a11yDescription.keyboardDisabled": t(isEditable ? "canvas.a11y.step" : "canvas.a11y.stepRead"),
            "edge.a11yDescription.default": t("canvas.a11y.edge"),
            "minimap.ariaLabel": t("canvas.minimap"),
            "handle.ariaLabel": t("canvas.a11y.handle"),
          }}
        >
          <Background gap={20} size={1.5} />
          {(isEditable || nodes.length > MANY_NODES) && <MiniMap pannable zoomable nodeClassName={(node) => `is-${node.type ?? "step"}`} className="WorkflowCanvas-map" />}
          <CanvasControls fit={isEditable ? FIT_EDITED : FIT} />
        </ReactFlow>
      </div>
      {children}
    </div>
  );
}
