import type { Definition, Step, StepType } from "../../canvas/definition.ts";

export type Random = () => number;

/** Calls `check` with so many seeds; a failure names its seed. */
export function randomly(times: number, check: (random: Random) => void): void {
  for (let seed = 1; seed <= times; seed += 1) {
    try {
      check(seeded(seed));
    } catch (error) {
      throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  }
}

/** Mulberry32. */
export function seeded(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export const pick = <Item>(random: Random, items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;

const TEXTS = ["", " ", "a", "yes", "null", "~", "1", "-0", "1e3", "0x1f", "true", "- x", "a: b", "a #b", "#", "'", '"', "\\", "{{ x }}", "{a}", "[", "a\nb", "a\n", "\n", " a\n b\n", "a\n\n\nb\n", "\ta", "a\tb", "é", "中文：说明", "😀", "\u0085", "\u2028", "\u0007", "\ud800", "?", "? a", "a ? b : c", "%", "@", "`", "*a", "&a", "!a", "|", ">", "...", "---", "=", "<<", "x".repeat(300), "a  b ".repeat(30), "steps.a.output + size(input.x)", "line one  \nline two", "has(x) ? 1 : 2"];

export function randomValue(random: Random, depth = 0): unknown {
  const kind = random();
  if (depth < 3 && kind < 0.15) return Array.from({ length: Math.floor(random() * 4) }, () => randomValue(random, depth + 1));
  if (depth < 3 && kind < 0.4) return Object.fromEntries(Array.from({ length: Math.floor(random() * 4) }, () => [pick(random, TEXTS), randomValue(random, depth + 1)]));
  if (kind < 0.5) return { $expr: pick(random, TEXTS) };
  if (kind < 0.55) return null;
  if (kind < 0.6) return random() < 0.5;
  if (kind < 0.75) return pick(random, [0, 1, -1, 1.5, 1e21, 1e-7, -2.25, 123456789, 0.1]);
  return pick(random, TEXTS);
}

const TYPES: readonly StepType[] = ["http", "device", "plugin", "agent", "approval", "signal", "transform", "delay", "subworkflow", "condition", "loop", "parallel"];

/** Any steps in any order; ways lead forward only, as a workflow's do. */
export function randomSteps(random: Random, names: { next: number }, depth = 0): Step[] {
  const ids = Array.from({ length: 1 + Math.floor(random() * 4) }, () => `s${names.next++}`);
  const after = (index: number) => ids.slice(index + 1).filter(() => random() < 0.4);
  return ids.map((id, index) => {
    const type = pick(random, depth < 2 ? TYPES : TYPES.slice(0, 10));
    const [handler] = random() < 0.2 ? after(index) : [];
    const step: Step = {
      id,
      type,
      ...(random() < 0.3 ? { name: pick(random, TEXTS).slice(0, 100) } : {}),
      ...(random() < 0.7 ? { next_steps: after(index).filter((target) => target !== handler) } : {}),
      ...(handler ? { on_failure: handler } : {}),
      ...(random() < 0.2 ? { timeout: 60 } : {}),
      config: {},
    };
    if (type === "condition") step.config = { cases: [{ when: pick(random, TEXTS), next_steps: after(index) }, { when: "true" }], default: after(index) };
    else if (type === "loop") step.config = { items: randomValue(random), as: "one", steps: randomSteps(random, names, depth + 1) };
    else if (type === "parallel") step.config = { branches: ["left", "right"].map((branch) => ({ id: branch, steps: randomSteps(random, names, depth + 1) })) };
    else step.config = { set: randomValue(random), url: { $expr: `steps.${pick(random, ids)}.output` }, [pick(random, TEXTS)]: randomValue(random) };
    return step;
  });
}

/** A definition as the canvas can hold it. Values may be anything; it need not be one that runs. */
export function randomDefinition(random: Random): Definition {
  const steps = randomSteps(random, { next: 1 });
  return {
    openclaw: "openclaw.workflow/1",
    name: pick(random, TEXTS) || "n",
    ...(random() < 0.5 ? { description: pick(random, TEXTS) } : {}),
    ...(random() < 0.3 ? { variables: { a: randomValue(random) } } : {}),
    steps,
    ...(random() < 0.3 ? { output: randomValue(random) } : {}),
    ...(random() < 0.4 ? { layout: Object.fromEntries(steps.map(({ id }, index) => [id, { x: index * 10.5, y: -3 }])) } : {}),
  };
}
