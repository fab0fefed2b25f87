import { isMap, isSeq, type ParsedNode, type YAMLMap, type YAMLSeq } from "yaml";

import { isRecord, isSame } from "../../../../shared/json.ts";
import { FIELD_ORDER, isFault, readYaml, writeYaml } from "./yaml.ts";

interface Splice {
  start: number;
  end: number;
  text: string;
}

/**
 * The text of other data, made from the text of what it was: what says the same stays as it was written, with its
 * comments, quotes and spaces. Reads back as `data`, whatever the text was.
 */
export function rewrite(text: string, data: unknown): string {
  const read = readYaml(text);
  if (isFault(read)) return writeYaml(data);
  if (isSame(read.data, data)) return text;
  const contents = read.document.contents;
  const splices: Splice[] = [];
  if (contents && new Rewriter(text, splices).change(contents, read.data, data, 0)) {
    const changed = applied(text, splices);
    const again = readYaml(changed);
    if (!isFault(again) && isSame(again.data, data)) return changed;
  }
  return writeYaml(data);
}

function applied(text: string, splices: readonly Splice[]): string {
  let result = "";
  let at = 0;
  const ordered = splices.map((splice, index) => ({ ...splice, index })).sort((one, other) => one.start - other.start || one.end - other.end || one.index - other.index);
  for (const { start, end, text: put } of ordered) {
    if (start > at) result += text.slice(at, start);
    result += put;
    at = Math.max(at, end);
  }
  return result + text.slice(at);
}

class Rewriter {
  readonly #text: string;
  readonly #splices: Splice[];

  constructor(text: string, splices: Splice[]) {
    this.#text = text;
    this.#splices = splices;
  }

  /** Notes what has to change for `node` to say `after`; false when it has to be written anew as a whole. */
  change(node: ParsedNode, before: unknown, after: unknown, depth: number): boolean {
    if (isSame(before, after)) return true;
    if (isMap(node) && isRecord(before) && isRecord(after)) {
      return node.flow ? this.#changeFlowMap(node as YAMLMap.Parsed, before, after) : this.#changeMap(node as YAMLMap.Parsed, before, after, depth);
    }
    if (isSeq(node) && !node.flow && Array.isArray(before) && Array.isArray(after)) return this.#changeSeq(node as YAMLSeq.Parsed, before, after, depth);
    if (isMap(node) || isSeq(node) ? !node.flow : this.#text.slice(node.range[0], node.range[1]).includes("\n")) return false;
    return this.#replaceInline(node, after);
  }

  #replaceInline(node: ParsedNode, after: unknown): boolean {
    const put = writeYaml(after, true).trimEnd();
    if (put.includes("\n") || node.range[0] === node.range[1]) return false;
    if (!isMap(node) && !isSeq(node) && typeof after === "object" && after !== null) return false;
    this.#splices.push({ start: node.range[0], end: node.range[1], text: put });
    return true;
  }

  #changeFlowMap(node: YAMLMap.Parsed, before: Record<string, unknown>, after: Record<string, unknown>): boolean {
    const names = Object.keys(before);
    const isSameShape = names.length === Object.keys(after).length && names.every((name) => after[name] !== undefined);
    if (!isSameShape) return this.#replaceInline(node, after);
    return node.items.every(({ key, value }) => {
      const name = String(key);
      if (isSame(before[name], after[name])) return true;
      if (!value || value.range[0] === value.range[1]) return false;
      if (isMap(value) && isRecord(before[name]) && isRecord(after[name])) return this.#changeFlowMap(value as YAMLMap.Parsed, before[name], after[name]);
      const put = writeYaml(after[name], true).trimEnd();
      if (put.includes("\n")) return false;
      this.#splices.push({ start: value.range[0], end: value.range[1], text: put });
      return true;
    });
  }

  #changeMap(node: YAMLMap.Parsed, before: Record<string, unknown>, after: Record<string, unknown>, depth: number): boolean {
    const pairs = node.items.map(({ key, value }) => ({ name: String(key), start: (key as ParsedNode).range[0], value, end: this.#lineEnd(value ? value.range[1] : (key as ParsedNode).range[2]) }));
    const kept = pairs.filter(({ name }) => after[name] !== undefined);
    const [first] = pairs;
    if (kept.length === 0 || !first) return false;
    const indent = " ".repeat(this.#column(first.start));
    for (const [index, pair] of pairs.entries()) {
      const held = after[pair.name];
      if (held === undefined) {
        const following = pairs.slice(index + 1).find(({ name }) => after[name] !== undefined);
        if (this.#isAtLineStart(pair.start)) this.#splices.push({ start: this.#lineStart(pair.start), end: pair.end, text: "" });
        else if (following) this.#splices.push({ start: pair.start, end: following.start, text: "" });
        else return false;
        continue;
      }
      if (isSame(before[pair.name], held)) continue;
      const mark = this.#splices.length;
      if (pair.value && pair.value.range[0] !== pair.value.range[1] && this.change(pair.value, before[pair.name], held, depth + 1)) continue;
      this.#splices.length = mark;
      this.#splices.push({ start: pair.start, end: pair.end, text: indented(pairText(pair.name, held), indent).slice(indent.length) });
    }
    for (const name of Object.keys(after)) {
      if (after[name] === undefined || pairs.some((pair) => pair.name === name)) continue;
      const put = indented(pairText(name, after[name]), indent);
      const previous = kept.filter((pair) => rank(pair.name) <= rank(name)).at(-1);
      if (previous) this.#insertLines(previous.end, put);
      else this.#splices.push({ start: kept[0]?.start ?? first.start, end: kept[0]?.start ?? first.start, text: put.slice(indent.length) + indent });
    }
    return true;
  }

  #changeSeq(node: YAMLSeq.Parsed, before: unknown[], after: unknown[], depth: number): boolean {
    const token = node.srcToken;
    if (token?.type !== "block-seq" || after.length === 0 || node.items.length !== before.length) return false;
    const dashes = token.items.flatMap(({ start }) => start.filter(({ type }) => type === "seq-item-ind").map(({ offset }) => offset));
    if (dashes.length !== before.length || !dashes.every((dash) => this.#isAtLineStart(dash))) return false;
    const indent = " ".repeat(this.#column(dashes[0] as number));
    const match = aligned(before, after);
    if (!match.some((old) => old !== null)) return false;
    const ends = node.items.map((item) => this.#lineEnd((item as ParsedNode).range[1]));
    const used = new Set(match);
    for (const index of before.keys()) if (!used.has(index)) this.#splices.push({ start: this.#lineStart(dashes[index] as number), end: ends[index] as number, text: "" });
    let last: number | null = null;
    for (const [index, old] of match.entries()) {
      if (old === null) {
        const put = indented(writeYaml([after[index]]), indent);
        if (last === null) this.#splices.push({ start: this.#lineStart(dashes[0] as number), end: this.#lineStart(dashes[0] as number), text: put });
        else this.#insertLines(ends[last] as number, put);
        continue;
      }
      last = old;
      const mark = this.#splices.length;
      const item = node.items[old] as ParsedNode;
      if (this.change(item, before[old], after[index], depth + 1)) continue;
      this.#splices.length = mark;
      this.#splices.push({ start: dashes[old] as number, end: ends[old] as number, text: indented(writeYaml([after[index]]), indent).slice(indent.length) });
    }
    return true;
  }

  #insertLines(at: number, put: string): void {
    const isOpen = at > 0 && this.#text[at - 1] !== "\n";
    this.#splices.push({ start: at, end: at, text: isOpen ? `\n${put}` : put });
  }

  #lineStart(offset: number): number {
    return this.#text.lastIndexOf("\n", offset - 1) + 1;
  }

  #column(offset: number): number {
    return offset - this.#lineStart(offset);
  }

  #isAtLineStart(offset: number): boolean {
    return this.#text.slice(this.#lineStart(offset), offset).trim() === "";
  }

  /** Behind the line break of the line that ends at, or goes on after, `offset`. */
  #lineEnd(offset: number): number {
    if (this.#text[offset - 1] === "\n") return offset;
    const end = this.#text.indexOf("\n", offset);
    return end < 0 ? this.#text.length : end + 1;
  }
}

function pairText(name: string, value: unknown): string {
  return writeYaml({ [name]: value });
}

function indented(text: string, indent: string): string {
  return text.replace(/^(?=[^\n])/gm, indent);
}

function rank(name: string): number {
  const at = FIELD_ORDER.indexOf(name);
  return at < 0 ? FIELD_ORDER.length : at;
}

/** For each new item the old one that it was made from: the same id or the same data, in the same order, or the same gap. */
function aligned(before: readonly unknown[], after: readonly unknown[]): (number | null)[] {
  const keyOf = (item: unknown) => (isRecord(item) && typeof item["id"] === "string" ? `id ${item["id"]}` : JSON.stringify(item));
  const old = before.map(keyOf);
  const match: (number | null)[] = [];
  let from = 0;
  for (const key of after.map(keyOf)) {
    const at = old.indexOf(key, from);
    match.push(at < 0 ? null : at);
    if (at >= 0) from = at + 1;
  }
  for (let start = 0; start < match.length; start += 1) {
    if (match[start] !== null) continue;
    let end = start;
    while (end < match.length && match[end] === null) end += 1;
    const low = start === 0 ? 0 : (match[start - 1] as number) + 1;
    const high = end === match.length ? before.length : (match[end] as number);
    // As many gone as have come, in one place: they are the same ones, changed.
    if (high - low === end - start) for (let index = start; index < end; index += 1) match[index] = low + index - start;
    start = end;
  }
  return match;
}
