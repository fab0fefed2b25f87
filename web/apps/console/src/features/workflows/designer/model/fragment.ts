import { drawable, framesOf, stepsOf, type Definition, type Step } from "../../canvas/definition.ts";
import { isFault, readYaml, writeYaml } from "./yaml.ts";

/** Steps on the clipboard are YAML, so that they can be pasted into any workflow, any window and any editor. */
const HEAD = "# OpenClaw workflow steps\n";

export function copyOf(definition: Definition, ids: readonly string[]): string {
  const steps = chosenSteps(definition, ids);
  return steps.length === 0 ? "" : HEAD + writeYaml(steps);
}

/** The chosen steps without those that are in another chosen one anyway, in their order. */
export function chosenSteps(definition: Definition, ids: readonly string[]): Step[] {
  const chosen = new Set(ids);
  const frames = framesOf(definition);
  const isWithin = (owner: string | null): boolean => {
    if (owner === null) return false;
    if (chosen.has(owner)) return true;
    return isWithin(frames.find(({ steps }) => steps.some(({ id }) => id === owner))?.owner ?? null);
  };
  return frames.filter(({ owner }) => !isWithin(owner)).flatMap(({ steps }) => steps.filter(({ id }) => chosen.has(id)));
}

/** The steps in a text: a list of them, one alone, or a whole workflow's. None: null. */
export function pastedSteps(text: string): Step[] | null {
  if (text.length > 300_000) return null;
  const read = readYaml(text);
  if (isFault(read) || typeof read.data !== "object" || read.data === null) return null;
  const { data } = read;
  const steps: unknown = Array.isArray(data) ? data : "steps" in data ? data.steps : [data];
  const definition = drawable({ steps });
  return definition && stepsOf(definition).length > 0 ? definition.steps : null;
}
