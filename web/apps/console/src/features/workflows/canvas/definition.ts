/** What the canvas draws: a definition of `openclaw.workflow/1`, and the places in it that hold steps. */

import { isRecord } from "../../../shared/json.ts";

export const STEP_TYPES = [
  "http",
  "device",
  "plugin",
  "agent",
  "approval",
  "signal",
  "transform",
  "condition",
  "loop",
  "parallel",
  "delay",
  "subworkflow",
] as const;

export type StepType = (typeof STEP_TYPES)[number];

export interface Position {
  x: number;
  y: number;
}

export interface Case {
  when: string;
  next_steps?: string[];
}

export interface Branch {
  id: string;
  steps: Step[];
  output?: unknown;
}

/** Of any type; what is told here of a config is what the canvas itself reads. */
export interface StepConfig {
  steps?: Step[];
  branches?: Branch[];
  cases?: Case[];
  default?: string[];
  [field: string]: unknown;
}

export interface Step {
  id: string;
  type: StepType;
  name?: string;
  next_steps?: string[];
  on_failure?: string | null;
  timeout?: number | null;
  retries?: { max?: number; delay?: number; backoff?: string } | null;
  output_schema?: unknown;
  config: StepConfig;
}

export interface Definition {
  openclaw: string;
  name: string;
  description?: string;
  input?: Record<string, unknown> | null;
  variables?: Record<string, unknown>;
  secrets?: string[];
  timeout?: number | null;
  steps: Step[];
  output?: unknown;
  layout?: Record<string, Position>;
}

/** A list of steps that are carried out together. `key` is "" for the workflow's own, `loop`, or `parallel/branch`. */
export interface Frame {
  key: string;
  owner: string | null;
  branch: string | null;
  steps: Step[];
}

/** A way out of a step: `next`, `failure`, `default` or `case:<number>`. */
export interface Link {
  source: string;
  port: string;
  target: string;
}

/** `raw` when the canvas can show it: steps with ids of their own and known types, in lists. Else null. */
export function drawable(raw: unknown): Definition | null {
  if (!isRecord(raw) || !Array.isArray(raw["steps"])) return null;
  const seen = new Set<string>();
  return areSteps(raw["steps"], seen) ? (raw as unknown as Definition) : null;
}

function areSteps(steps: unknown, seen: Set<string>): boolean {
  return Array.isArray(steps) && steps.every((step) => isStep(step, seen));
}

function isStep(step: unknown, seen: Set<string>): boolean {
  if (!isRecord(step) || typeof step["id"] !== "string" || seen.has(step["id"]) || !isRecord(step["config"])) return false;
  if (!STEP_TYPES.some((type) => type === step["type"]) || !/^\w+$/.test(step["id"])) return false;
  seen.add(step["id"]);
  const { config } = step;
  if (step["next_steps"] !== undefined && !areTexts(step["next_steps"])) return false;
  if (step["type"] === "loop") return areSteps(config["steps"], seen);
  if (step["type"] === "condition") return areCases(config["cases"]) && (config["default"] === undefined || areTexts(config["default"]));
  if (step["type"] !== "parallel") return true;
  const { branches } = config;
  if (!Array.isArray(branches)) return false;
  const names = branches.map((branch) => (isRecord(branch) && typeof branch["id"] === "string" ? branch["id"] : ""));
  return names.every(Boolean) && new Set(names).size === names.length && branches.every((branch: Branch) => areSteps(branch.steps, seen));
}

function areCases(cases: unknown): boolean {
  return Array.isArray(cases) && cases.every((one) => isRecord(one) && (one["next_steps"] === undefined || areTexts(one["next_steps"])));
}

function areTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

export function frameKey(owner: string | null, branch: string | null): string {
  if (owner === null) return "";
  return branch === null ? owner : `${owner}/${branch}`;
}

/** The frames inside a step: a loop has one, a parallel step one for each branch, others none. */
export function framesIn(step: Step): Frame[] {
  if (step.type === "loop") return [{ key: step.id, owner: step.id, branch: null, steps: step.config.steps ?? [] }];
  if (step.type !== "parallel") return [];
  return (step.config.branches ?? []).map(({ id, steps }) => ({ key: frameKey(step.id, id), owner: step.id, branch: id, steps }));
}

/** Every frame, the outer ones first. */
export function framesOf(definition: Definition): Frame[] {
  const found: Frame[] = [{ key: "", owner: null, branch: null, steps: definition.steps }];
  for (const frame of found) found.push(...frame.steps.flatMap(framesIn));
  return found;
}

/** Every step, the outer ones first. */
export function stepsOf(definition: Definition): Step[] {
  return framesOf(definition).flatMap((frame) => frame.steps);
}

export function findStep(definition: Definition, id: string): { step: Step; frame: Frame } | null {
  for (const frame of framesOf(definition)) {
    const step = frame.steps.find((one) => one.id === id);
    if (step) return { step, frame };
  }
  return null;
}

/** The ways out of a step that may lead somewhere, in the order in which they are drawn. */
export function portsOf(step: Step): string[] {
  if (step.type !== "condition") return ["next", "failure"];
  return [...(step.config.cases ?? []).map((_, index) => `case:${index}`), "default", "next", "failure"];
}

/** Where a step's way out leads. */
export function targetsOf(step: Step, port: string): readonly string[] {
  if (port === "next") return step.next_steps ?? [];
  if (port === "failure") return step.on_failure ? [step.on_failure] : [];
  if (port === "default") return step.config.default ?? [];
  return step.config.cases?.[Number(port.slice("case:".length))]?.next_steps ?? [];
}

export function linksOf(step: Step): Link[] {
  return portsOf(step).flatMap((port) => targetsOf(step, port).map((target) => ({ source: step.id, port, target })));
}

/** What may be read of a step in a line: where it goes, what it asks. */
export function summaryOf({ type, config }: Step): string {
  switch (type) {
    case "http":
      return `${text(config["method"]) || "GET"} ${valueText(config["url"]).replace(/^https?:\/\//, "")}`;
    case "device":
      return text(config["tool"]);
    case "plugin":
      return [config["plugin"], config["action"]].map(text).filter(Boolean).join(" · ");
    case "agent":
      return text(config["prompt"]);
    case "approval":
      return text(config["message"]);
    case "signal":
      return text(config["name"]);
    case "transform":
      return isRecord(config["set"]) && !markOf(config["set"]) ? Object.keys(config["set"]).join(", ") : valueText(config["set"]);
    case "delay":
      return config["for"] === undefined ? valueText(config["until"]) : `${valueText(config["for"])} s`;
    case "loop":
      return config["while"] === undefined ? valueText(config["items"]) : text(config["while"]);
    case "subworkflow":
      return text(config["workflow"]);
    default:
      return "";
  }
}

export type Mark = "$expr" | "$text" | "$secret";

/** How a value is written when it is not plain: as an expression, a text with places, or a secret's name. */
export function markOf(value: unknown): Mark | null {
  if (!isRecord(value)) return null;
  const [key, ...rest] = Object.keys(value);
  return rest.length === 0 && (key === "$expr" || key === "$text" || key === "$secret") ? key : null;
}

function valueText(value: unknown): string {
  const mark = markOf(value);
  if (mark) return text((value as Record<string, unknown>)[mark]);
  return value === undefined || value === null ? "" : typeof value === "string" ? value : JSON.stringify(value);
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
