import type { Translator } from "@openclaw/i18n";
import type { IconName } from "@openclaw/ui";

import type { Step, StepType } from "./definition.ts";
import type { Gathered, StepStatus } from "./states.ts";

export const TYPE_ICONS: Record<StepType, IconName> = {
  http: "globe",
  device: "laptop",
  plugin: "puzzle",
  agent: "spark",
  approval: "user",
  signal: "send",
  transform: "braces",
  condition: "branch",
  loop: "refresh",
  parallel: "parallel",
  delay: "clock",
  subworkflow: "nested",
};

export const STATUS_ICONS: Record<StepStatus, IconName | null> = {
  pending: null,
  running: null,
  waiting: "clock",
  completed: "check",
  failed: "alert",
  cancelled: "stop",
  skipped: "chevronRight",
  reused: "history",
};

export function titleOf(step: Step): string {
  return step.name || step.id;
}

/** A step in words: what it is called, of which type it is, how it stands. */
export function stepWords(t: Translator, step: Step, state: Gathered | null, problems: number): string {
  return [
    titleOf(step),
    t(`canvas.type.${step.type}`),
    state ? t(`canvas.status.${state.status}`) : "",
    problems > 0 ? t.count("canvas.problems", problems) : "",
  ]
    .filter(Boolean)
    .join(", ");
}

/** The words beside a way out of a step. */
export function portWords(t: Translator, step: Step, port: string): string {
  if (port === "next") return t(step.type === "condition" ? "canvas.port.then" : "canvas.port.next");
  if (port === "failure") return t("canvas.port.failure");
  if (port === "default") return t("canvas.port.default");
  return step.config.cases?.[Number(port.slice("case:".length))]?.when ?? port;
}
