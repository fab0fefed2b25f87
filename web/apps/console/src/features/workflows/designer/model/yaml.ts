import { Document, isScalar, parseDocument, Scalar, visit, type ParsedNode, type ScalarTag } from "yaml";

/** The spelling of definitions as YAML. Of YAML only what JSON has is read: no tags, no anchors, no `yes` for true. */

const scalar = (tag: string, test: RegExp, resolve: (source: string) => unknown, stringify: (node: Scalar) => string, identify: (value: unknown) => boolean): ScalarTag => ({
  tag: `tag:yaml.org,2002:${tag}`,
  default: true,
  test,
  identify,
  resolve,
  stringify,
});

const NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?$/;

const TAGS: ScalarTag[] = [
  scalar("null", /^(?:null|~)?$/, () => null, () => "null", (value) => value === null || value === undefined),
  scalar("bool", /^(?:true|false)$/, (source) => source === "true", ({ value }) => String(value), (value) => typeof value === "boolean"),
  scalar("float", NUMBER, Number, ({ value }) => JSON.stringify(value), (value) => typeof value === "number"),
];

const PARSING = { version: "1.2", schema: "failsafe", customTags: TAGS, keepSourceTokens: true, prettyErrors: true } as const;
const WRITING = { lineWidth: 0, minContentWidth: 0, doubleQuotedMinMultiLineLength: 1_000_000, flowCollectionPadding: false, nullStr: "null" } as const;

/** Where people look for the fields of the language. */
export const FIELD_ORDER =
  "openclaw name description input secrets timeout id type config when next_steps on_failure retries default cases items while as max_iterations concurrency on_error wait steps branches output layout".split(
    " ",
  );

export interface Read {
  data: unknown;
  document: Document.Parsed<ParsedNode>;
}

export interface TextFault {
  line: number;
  message: string;
}

/** The data in a text, or the first thing that keeps it from being read. */
export function readYaml(text: string): Read | TextFault {
  const document = parseDocument(text, PARSING);
  const [error] = document.errors;
  if (error) return { line: error.linePos?.[0].line ?? 1, message: error.message.split("\n")[0]?.replace(/ at line \d+.*$/, "") ?? "" };
  let refused: TextFault | null = null;
  visit(document, {
    Alias: (_, node) => void (refused ??= fault(text, node.range?.[0] ?? 0, "anchors and aliases are not read")),
    Node: (_, node) => {
      const marked = node as { anchor?: string; tag?: string; range?: [number, number, number] | null };
      if (marked.anchor) refused ??= fault(text, marked.range?.[0] ?? 0, "anchors and aliases are not read");
      else if (marked.tag && /^!|:(?!yaml\.org,2002:(map|seq|str|null|bool|float)$)/.test(marked.tag.slice(3))) refused ??= fault(text, marked.range?.[0] ?? 0, "tags are not read");
    },
    Pair: (_, { key }) => {
      if (!isScalar(key) || typeof key.value !== "string") refused ??= fault(text, (key as ParsedNode | null)?.range?.[0] ?? 0, "keys must be texts");
    },
  });
  return refused ?? { data: document.toJS() as unknown, document };
}

function fault(text: string, offset: number, message: string): TextFault {
  return { line: text.slice(0, offset).split("\n").length, message };
}

export function isFault(read: Read | TextFault): read is TextFault {
  return "message" in read;
}

/** Characters that readers of YAML 1.1 refuse, or take for the end of a line. */
const ODD = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]/;
const PAIRED = /[\ud800-\udbff][\udc00-\udfff]/g;
const isOdd = (value: string) => ODD.test(value.replace(PAIRED, ""));
const BLOCK = /[^\S\n]\n|\n[^\S\n]|^\s|[^\n\x20-\x7e\u00a0-\ud7ff]|\s$/;

/** Data as YAML text, ending in a line break. `isFlow`: on one line, as JSON would stand. */
export function writeYaml(data: unknown, isFlow = false): string {
  const document = new Document(inOrder(data), { ...PARSING, aliasDuplicateObjects: false });
  visit(document, {
    Scalar: (key, node) => {
      if (typeof node.value !== "string") return;
      node.type = typeOf(node.value, isFlow, key === "key");
    },
    Collection: (_, node) => {
      if (isFlow || node.items.length === 0) node.flow = true;
    },
  });
  const text = document.toString(WRITING);
  return text.replace(/[\ud800-\udbff][\udc00-\udfff]|[^\n\x20-\x7e]/g, (char) => (char.length === 1 && ODD.test(char) ? `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}` : char));
}

function typeOf(value: string, isFlow: boolean, isKey: boolean): Scalar.Type {
  if (isOdd(value) || value.includes("\t")) return Scalar.QUOTE_DOUBLE;
  if (value.includes("\n")) return isFlow || isKey || BLOCK.test(value) ? Scalar.QUOTE_DOUBLE : Scalar.BLOCK_LITERAL;
  if (isFlow && !/^[\w $./-]*$/.test(value)) return Scalar.QUOTE_DOUBLE;
  return Scalar.PLAIN;
}

/** The same data with the fields of the language where people look for them. */
export function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, held]) => held !== undefined);
  const rank = (name: string) => (FIELD_ORDER.includes(name) ? FIELD_ORDER.indexOf(name) : FIELD_ORDER.length);
  return Object.fromEntries(entries.map(([name, held]) => [name, inOrder(held)] as const).sort(([one], [other]) => rank(one) - rank(other)));
}
