import type { JsonSchema } from "../../../../shared/form/schema.ts";

const text = (isNeeded = true) => ({ type: "string", isNeeded });
const SHAPES: Record<string, Record<string, { type: string; isNeeded: boolean }>> = {
  "fs.list": { path: text() },
  "fs.read": { path: text() },
  "fs.search": { path: text(), query: text(), glob: text(false) },
  "fs.write": { path: text(), content: text() },
  "fs.edit": { path: text(), edits: { type: "array", isNeeded: true } },
  "fs.move": { path: text(), to: text() },
  "fs.delete": { path: text() },
  exec: { command: text(), cwd: text(false) },
  "system.info": {},
};

/** The tools of machines, and what each has to be told. */
export const TOOLS: readonly string[] = Object.keys(SHAPES);

export function toolSchema(tool: string): JsonSchema | null {
  const shape = SHAPES[tool];
  if (!shape) return null;
  const entries = Object.entries(shape);
  return {
    type: "object",
    properties: Object.fromEntries(entries.map(([name, { type }]) => [name, { type }])),
    required: entries.filter(([, { isNeeded }]) => isNeeded).map(([name]) => name),
  };
}
