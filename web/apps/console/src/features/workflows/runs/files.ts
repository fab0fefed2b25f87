import { isRecord } from "../../../shared/json.ts";

/** A file that a step gave back, as outputs name it. */
export interface RunFile {
  id: string;
  name: string;
  /** Its media type, as whoever wrote the file calls it. */
  type: string;
  bytes: number;
}

export type FileKind = "picture" | "table" | "text" | "other";

const MOST_FILES = 100;
const MOST_VALUES = 20_000;
const ID = /^file_[0-9a-f]{32}$/;
/** What a browser draws without running anything of it, each in an `img` alone. */
const PICTURES: ReadonlySet<string> = new Set(["image/png", "image/jpeg", "image/gif", "image/webp", "image/svg+xml"]);
const TEXTS = /^(?:text\/.+|application\/(?:.+\+)?(?:json|xml|ya?ml|x-yaml|toml|javascript|sql|x-ndjson))$/;
const TEXT_NAMES = /\.(?:txt|md|log|json|ya?ml|xml|html?|toml|ini|sql|ics)$/i;

/** The files that are named anywhere in a value, each once, in their order. */
export function filesIn(value: unknown): RunFile[] {
  const found = new Map<string, RunFile>();
  const open: unknown[] = [value];
  for (let seen = 0; open.length > 0 && seen < MOST_VALUES && found.size < MOST_FILES; seen += 1) {
    const next = open.pop();
    const file = fileOf(next);
    if (file) found.set(file.id, found.get(file.id) ?? file);
    else if (Array.isArray(next)) open.push(...next.slice(0, MOST_VALUES).reverse());
    else if (isRecord(next)) open.push(...Object.values(next).reverse());
  }
  return [...found.values()];
}

/** Anything may stand in an output: what is not written as the server writes it is no file. */
function fileOf(value: unknown): RunFile | null {
  const named = isRecord(value) && Object.keys(value).length === 1 ? value["$file"] : null;
  if (!isRecord(named)) return null;
  const { id, name, type, bytes } = named;
  if (typeof id !== "string" || !ID.test(id) || typeof name !== "string" || typeof type !== "string" || typeof bytes !== "number") return null;
  return { id, name, type, bytes };
}

export function kindOf({ name, type }: RunFile): FileKind {
  if (PICTURES.has(type)) return "picture";
  if (type === "text/csv" || (!type.startsWith("image/") && /\.csv$/i.test(name))) return "table";
  return TEXTS.test(type) || (type === "application/octet-stream" && TEXT_NAMES.test(name)) ? "text" : "other";
}
