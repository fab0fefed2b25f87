/** Highlighted HTML of code; null when the language is unknown. Loaded with the grammars on first use. */
export type Highlighter = (code: string, language: string) => string | null;

let loading: Promise<Highlighter> | null = null;
let loaded: Highlighter | null = null;

/** Beyond this size highlighting costs more than it helps. */
export const HIGHLIGHT_LIMIT = 40_000;

export function loadHighlighter(): Promise<Highlighter> {
  loading ??= import("./grammars.ts").then(({ highlight }) => (loaded = highlight));
  return loading;
}

export function loadedHighlighter(): Highlighter | null {
  return loaded;
}

const BY_EXTENSION: Record<string, string> = {
  c: "c",
  cc: "cpp",
  conf: "ini",
  cpp: "cpp",
  css: "css",
  go: "go",
  h: "c",
  html: "xml",
  ini: "ini",
  java: "java",
  js: "javascript",
  json: "json",
  jsx: "javascript",
  kt: "kotlin",
  md: "markdown",
  php: "php",
  py: "python",
  rb: "ruby",
  rs: "rust",
  sh: "bash",
  sql: "sql",
  svg: "xml",
  swift: "swift",
  toml: "ini",
  ts: "typescript",
  tsx: "typescript",
  xml: "xml",
  yaml: "yaml",
  yml: "yaml",
};

/** The language to highlight a file in, by its name. */
export function languageOfPath(path: string): string | null {
  const name = path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1).toLowerCase();
  if (name === "dockerfile") return "dockerfile";
  if (name === "makefile") return "makefile";
  return BY_EXTENSION[name.slice(name.lastIndexOf(".") + 1)] ?? null;
}
