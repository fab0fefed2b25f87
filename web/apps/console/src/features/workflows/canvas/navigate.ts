import type { FlowNode } from "./flow.ts";

export type Direction = "left" | "right" | "up" | "down";

interface Centre {
  id: string;
  x: number;
  y: number;
}

/** Where every step's middle is on the whole picture. */
export function centresOf(nodes: readonly FlowNode[]): Centre[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const originOf = (id: string | undefined): { x: number; y: number } => {
    const node = id === undefined ? undefined : byId.get(id);
    if (!node) return { x: 0, y: 0 };
    const outer = originOf(node.parentId);
    return { x: outer.x + node.position.x, y: outer.y + node.position.y };
  };
  return nodes
    .filter(({ type }) => type !== "branch")
    .map((node) => {
      const { x, y } = originOf(node.id);
      // A container is gone to by its head, so that what is in it lies below and to the right.
      const isContainer = node.type === "container";
      return { id: node.id, x: x + (isContainer ? 0 : (node.width ?? 0) / 2), y: y + (isContainer ? 0 : (node.height ?? 0) / 2) };
    });
}

/** The step that lies next in a direction: near, and straight ahead rather than aside. None: null. */
export function neighbour(nodes: readonly FlowNode[], from: string, direction: Direction): string | null {
  const centres = centresOf(nodes);
  const here = centres.find(({ id }) => id === from);
  if (!here) return null;
  const isAcross = direction === "left" || direction === "right";
  const sign = direction === "right" || direction === "down" ? 1 : -1;
  let best: { id: string; cost: number } | null = null;
  for (const { id, x, y } of centres) {
    const ahead = sign * (isAcross ? x - here.x : y - here.y);
    const aside = Math.abs(isAcross ? y - here.y : x - here.x);
    if (id === from || ahead <= 1) continue;
    const cost = ahead + 2.5 * aside;
    if (!best || cost < best.cost) best = { id, cost };
  }
  return best?.id ?? null;
}
