import type { JsonObject, Part, ToolPart } from "@openclaw/api";
import type { Translator } from "@openclaw/i18n";
import type { IconName } from "@openclaw/ui";

export type ToolName =
  | "fs.list"
  | "fs.read"
  | "fs.search"
  | "fs.write"
  | "fs.edit"
  | "fs.move"
  | "fs.delete"
  | "exec"
  | "system.info"
  | "fs.collect"
  | "save_result";

/** A question of an extension of Pi, and a call whose name does not leave its machine. */
export const ASKS = "pi.ask";
export const UNNAMED = "tool";

const ICONS: Record<ToolName, IconName> = {
  "fs.list": "folder",
  "fs.read": "file",
  "fs.search": "search",
  "fs.write": "fileEdit",
  "fs.edit": "edit",
  "fs.move": "folder",
  "fs.delete": "trash",
  exec: "terminal",
  "system.info": "laptop",
  "fs.collect": "file",
  save_result: "file",
};

export function isToolName(name: string): name is ToolName {
  return name in ICONS;
}

/** What a rule lets through, in words: programs by their names, our own tools by what they do. */
export function programWords(t: Translator, programs: string): string {
  return programs
    .split(", ")
    .map((name) => (isToolName(name) ? t(`tool.${name}`) : name))
    .join(", ");
}

export function toolIcon(name: string): IconName {
  return isToolName(name) ? ICONS[name] : "settings";
}

/** What a call is about, in a line: the path, the command, the search. Empty when the arguments do not say. */
export function toolSubject(name: string, args: JsonObject): string {
  const path = text(args["path"]);
  switch (name) {
    case "exec":
      return commandLine(args).split("\n", 1)[0] ?? "";
    case "fs.move":
      return `${path} → ${text(args["to"])}`;
    case "save_result":
      return text(args["title"]);
    case "fs.search":
      return `${text(args["query"])} · ${path}`;
    default:
      return path;
  }
}

/** The command of an `exec` call as one would type it. An argument vector is quoted where a shell would need it. */
export function commandLine(args: JsonObject): string {
  const { command, argv } = args;
  if (typeof command === "string") return command;
  if (Array.isArray(argv)) return argv.map((argument) => shellQuoted(String(argument))).join(" ");
  return "";
}

function shellQuoted(argument: string): string {
  if (/^[\w@%+=:,./~-]+$/.test(argument)) return argument;
  return `'${argument.replaceAll("'", `'\\''`)}'`;
}

const UNDOABLE: ReadonlySet<string> = new Set<ToolName>(["fs.write", "fs.edit", "fs.move", "fs.delete"]);

/** Whether a run's parts hold changes to files that a machine could undo, and whether that was done before. */
export function undoOf(parts: readonly Part[]): { canUndo: boolean; isUndone: boolean } {
  const changes = parts.filter((part) => part.type === "tool" && UNDOABLE.has(part.name) && ["ok", "error", "aborted"].includes(part.state));
  const isUndone = changes.some((part) => part.type === "tool" && typeof part.result?.["undone"] === "string");
  return { canUndo: changes.some((part) => part.type === "tool" && part.state !== "error"), isUndone };
}

const SAVING: ReadonlySet<string> = new Set<ToolName>(["save_result", "fs.collect"]);

/** The result that a call has saved, by its id and what it was called. */
export function savedResult({ name, state, result }: Pick<ToolPart, "name" | "state" | "result">): { resultId: string; title: string; version: number } | null {
  const resultId = text(result?.["resultId"]);
  if (!SAVING.has(name) || state !== "ok" || !/^art_[0-9a-f]{32}$/.test(resultId)) return null;
  return { resultId, title: text(result?.["title"]), version: count(result?.["version"]) ?? 1 };
}

export interface Replacement {
  old: string;
  new: string;
  every: boolean;
}

export function replacements(args: JsonObject): Replacement[] {
  const { edits } = args;
  if (!Array.isArray(edits)) return [];
  return edits.flatMap((edit: unknown) => {
    if (typeof edit !== "object" || edit === null) return [];
    const { old, new: young, every } = edit as Record<string, unknown>;
    return typeof old === "string" && typeof young === "string" ? [{ old, new: young, every: every === true }] : [];
  });
}

export function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

export function count(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}
