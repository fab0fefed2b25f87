import { isRecord } from "../../../../shared/json.ts";
import { linksOf, portsOf, targetsOf, type Definition, type Step } from "../../canvas/definition.ts";

/** Where steps are named: by the ways out of others, in expressions and in texts. */

const EXPRESSION_FIELDS: Readonly<Record<string, readonly string[]>> = { loop: ["while"] };
const TEXT_FIELDS: Readonly<Record<string, readonly string[]>> = { agent: ["prompt", "system"], approval: ["message"] };

/** The expression with steps called by their new names; what stands in quotes is left alone, save `steps["id"]`. */
export function renameInExpression(source: string, names: ReadonlyMap<string, string>): string {
  const PIECES = /(?<![\w.])steps(\s*)(?:\.(\s*)([A-Za-z_]\w*)|\[(\s*)(["'])([A-Za-z_]\w*)\5(\s*)\])|r?"""[\s\S]*?"""|r?'''[\s\S]*?'''|r?"(?:\\.|[^"\\])*"|r?'(?:\\.|[^'\\])*'|\/\/[^\n]*/g;
  return source.replace(PIECES, (piece: string, gap: string | undefined, gapAfter: string | undefined, dotted: string | undefined, open: string | undefined, quote: string | undefined, keyed: string | undefined, close: string | undefined) => {
    if (dotted !== undefined) return names.has(dotted) ? `steps${gap ?? ""}.${gapAfter ?? ""}${names.get(dotted) ?? dotted}` : piece;
    if (keyed !== undefined) return names.has(keyed) ? `steps${gap ?? ""}[${open ?? ""}${quote ?? ""}${names.get(keyed) ?? keyed}${quote ?? ""}${close ?? ""}]` : piece;
    return piece;
  });
}

/** The text with steps called by their new names in its `{{ … }}` and `{% … %}`. */
export function renameInText(source: string, names: ReadonlyMap<string, string>): string {
  return source.replace(/\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}/g, (place) => renameInExpression(place, names));
}

/** A value with its expressions and texts seen to. */
export function renameInValue(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((item) => renameInValue(item, names));
  if (!isRecord(value)) return value;
  const keys = Object.keys(value);
  if (keys.length === 1 && typeof value["$expr"] === "string") return { $expr: renameInExpression(value["$expr"], names) };
  if (keys.length === 1 && typeof value["$text"] === "string") return { $text: renameInText(value["$text"], names) };
  return Object.fromEntries(Object.entries(value).map(([key, held]) => [key, renameInValue(held, names)]));
}

/** Changes a step, and all in it, in place: its own name, where it leads, and whom its expressions name. */
export function renameInStep(step: Step, names: ReadonlyMap<string, string>): void {
  step.id = names.get(step.id) ?? step.id;
  for (const port of portsOf(step)) {
    const targets = targetsOf(step, port);
    if (targets.some((target) => names.has(target))) setTargets(step, port, targets.map((target) => names.get(target) ?? target));
  }
  const { config } = step;
  for (const [field, value] of Object.entries(config)) {
    if (field === "steps" || field === "branches" || field === "cases" || field === "default") continue;
    if (typeof value === "string" && EXPRESSION_FIELDS[step.type]?.includes(field)) config[field] = renameInExpression(value, names);
    else if (typeof value === "string" && TEXT_FIELDS[step.type]?.includes(field)) config[field] = renameInText(value, names);
    else config[field] = renameInValue(value, names);
  }
  if (step.type === "condition") for (const one of config.cases ?? []) if (typeof one.when === "string") one.when = renameInExpression(one.when, names);
  if (step.type === "loop") for (const inner of config.steps ?? []) renameInStep(inner, names);
  if (step.type !== "parallel") return;
  for (const branch of config.branches ?? []) {
    if (branch.output !== undefined) branch.output = renameInValue(branch.output, names);
    for (const inner of branch.steps) renameInStep(inner, names);
  }
}

/** Changes a whole definition in place. */
export function renameInDefinition(definition: Definition, names: ReadonlyMap<string, string>): void {
  for (const step of definition.steps) renameInStep(step, names);
  if (definition.output !== undefined) definition.output = renameInValue(definition.output, names);
  const { layout } = definition;
  if (layout) definition.layout = Object.fromEntries(Object.entries(layout).map(([id, at]) => [names.get(id) ?? id, at]));
}

/** Has a way out lead elsewhere, in place. A field that would say nothing goes. */
export function setTargets(step: Step, port: string, targets: readonly string[]): void {
  const list = [...new Set(targets)];
  if (port === "failure") {
    const [first] = list;
    if (first) step.on_failure = first;
    else delete step.on_failure;
  } else if (port === "next") {
    if (list.length > 0) step.next_steps = list;
    else delete step.next_steps;
  } else if (port === "default") {
    if (list.length > 0) step.config.default = list;
    else delete step.config.default;
  } else {
    const one = step.config.cases?.[Number(port.slice("case:".length))];
    if (one && list.length > 0) one.next_steps = list;
    else if (one) delete one.next_steps;
  }
}

/** What `first` leads to, by way of others among `steps`; failures too when asked. */
export function reachOf(steps: readonly Step[], first: Iterable<string>, withFailures = true): Set<string> {
  const byId = new Map(steps.map((step) => [step.id, step]));
  const found = new Set(first);
  for (const id of found) {
    const step = byId.get(id);
    if (!step) continue;
    for (const { port, target } of linksOf(step)) if (byId.has(target) && (withFailures || port !== "failure")) found.add(target);
  }
  return found;
}
