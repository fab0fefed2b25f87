import type { WorkflowProblem } from "@openclaw/api";

import { isRecord } from "../../../../shared/json.ts";
import type { Definition } from "../../canvas/definition.ts";

export interface PlacedProblem {
  code: string;
  message: string;
  /** The step that it is at; null for the workflow itself. */
  stepId: string | null;
  /** Where in the step, or in the workflow: `config.url`. */
  field: string;
}

/** Problems with the steps that they are at. */
export function placeProblems(definition: Definition | null, problems: readonly WorkflowProblem[]): PlacedProblem[] {
  const placed = problems.map(({ path, code, message }) => ({ code, message, ...placeOf(definition, path) }));
  // What the shape of a typed value says twice is told once.
  return placed.filter((one, index) => placed.findIndex((other) => other.stepId === one.stepId && other.field === one.field && other.message === one.message) === index);
}

/** The step and field of a JSON path such as `$.steps[0].config.steps[1].id`. */
export function placeOf(definition: Definition | null, path: string): { stepId: string | null; field: string } {
  const parts = [...path.slice(1).matchAll(/\[(\d+)\]|\.([^.[\]]+)/g)].map(([, index, name]) => (index === undefined ? (name ?? "") : Number(index)));
  let value: unknown = definition;
  let stepId: string | null = null;
  let field: (string | number)[] = [];
  for (const part of parts) {
    const isInSteps = field.at(-1) === "steps" && typeof part === "number";
    value = Array.isArray(value) && typeof part === "number" ? value[part] : isRecord(value) && typeof part === "string" ? value[part] : undefined;
    field.push(part);
    if (isInSteps && isRecord(value) && typeof value["id"] === "string") {
      stepId = value["id"];
      field = [];
    }
  }
  return { stepId, field: field.join(".") };
}

/** How many problems each step has. */
export function countByStep(problems: readonly PlacedProblem[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { stepId } of problems) if (stepId !== null) counts.set(stepId, (counts.get(stepId) ?? 0) + 1);
  return counts;
}
