export interface DiffLine {
  kind: "same" | "added" | "removed" | "gap";
  text: string;
  /** Line numbers before and after, from 1; null where the line does not exist or its place is unknown. */
  before: number | null;
  after: number | null;
}

const HUNK = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/;

/** Reads a unified diff. File headers are left out; lines of no known form count as unchanged. */
export function parseUnifiedDiff(diff: string): DiffLine[] {
  const lines: DiffLine[] = [];
  let before = 1;
  let after = 1;
  let isInHunk = false;
  for (const line of diff.replace(/\n$/, "").split("\n")) {
    const hunk = HUNK.exec(line);
    if (hunk) {
      before = Number(hunk[1]);
      after = Number(hunk[2]);
      if (isInHunk) lines.push({ kind: "gap", text: "", before: null, after: null });
      isInHunk = true;
    } else if (!isInHunk && /^(---|\+\+\+|diff |index )/.test(line)) {
      continue;
    } else if (line.startsWith("+")) {
      lines.push({ kind: "added", text: line.slice(1), before: null, after: after++ });
    } else if (line.startsWith("-")) {
      lines.push({ kind: "removed", text: line.slice(1), before: before++, after: null });
    } else if (!line.startsWith("\\")) {
      lines.push({ kind: "same", text: line.slice(1), before: before++, after: after++ });
    }
  }
  return lines;
}

/** The change from one text to another, without line numbers: unchanged lines at both ends, the middle replaced. */
export function diffOfReplacement(before: string, after: string): DiffLine[] {
  const old = before.split("\n");
  const young = after.split("\n");
  const shortest = Math.min(old.length, young.length);
  let head = 0;
  while (head < shortest && old[head] === young[head]) head++;
  let tail = 0;
  while (tail < shortest - head && old[old.length - 1 - tail] === young[young.length - 1 - tail]) tail++;
  const line = (kind: DiffLine["kind"]) => (text: string) => ({ kind, text, before: null, after: null });
  return [
    ...old.slice(0, head).map(line("same")),
    ...old.slice(head, old.length - tail).map(line("removed")),
    ...young.slice(head, young.length - tail).map(line("added")),
    ...old.slice(old.length - tail).map(line("same")),
  ];
}

/** More than so many pairs of lines are not compared with one another: the middle counts as replaced. */
const MOST_PAIRS = 4_000_000;
const CONTEXT = 3;

/** The change from one text to another with the fewest lines, numbered; far from a change, lines are left out. */
export function diffOfTexts(before: string, after: string): DiffLine[] {
  const old = before.replace(/\n$/, "").split("\n");
  const young = after.replace(/\n$/, "").split("\n");
  const all = numbered(old.length * young.length > MOST_PAIRS ? diffOfReplacement(before, after) : longestCommon(old, young));
  const isNear = all.map(() => false);
  all.forEach(({ kind }, index) => {
    if (kind !== "same") isNear.fill(true, Math.max(0, index - CONTEXT), index + CONTEXT + 1);
  });
  const lines: DiffLine[] = [];
  all.forEach((line, index) => {
    if (isNear[index]) lines.push(line);
    else if (lines.length > 0 && lines.at(-1)?.kind !== "gap") lines.push({ kind: "gap", text: "", before: null, after: null });
  });
  if (lines.at(-1)?.kind === "gap") lines.pop();
  return lines;
}

function longestCommon(old: readonly string[], young: readonly string[]): Pick<DiffLine, "kind" | "text">[] {
  const width = young.length + 1;
  const lengths = new Uint32Array((old.length + 1) * width);
  const at = (row: number, column: number) => lengths[row * width + column] ?? 0;
  for (let row = old.length - 1; row >= 0; row--) {
    for (let column = young.length - 1; column >= 0; column--) {
      lengths[row * width + column] = old[row] === young[column] ? at(row + 1, column + 1) + 1 : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  const lines: Pick<DiffLine, "kind" | "text">[] = [];
  let row = 0;
  let column = 0;
  while (row < old.length || column < young.length) {
    if (row < old.length && column < young.length && old[row] === young[column]) {
      lines.push({ kind: "same", text: old[row++] ?? "" });
      column++;
    } else if (row < old.length && (column === young.length || at(row + 1, column) >= at(row, column + 1))) {
      lines.push({ kind: "removed", text: old[row++] ?? "" });
    } else {
      lines.push({ kind: "added", text: young[column++] ?? "" });
    }
  }
  return lines;
}

function numbered(lines: readonly Pick<DiffLine, "kind" | "text">[]): DiffLine[] {
  let before = 1;
  let after = 1;
  return lines.map(({ kind, text }) => ({
    kind,
    text,
    before: kind === "added" ? null : before++,
    after: kind === "removed" ? null : after++,
  }));
}

export function countChanges(lines: readonly DiffLine[]): { added: number; removed: number } {
  return {
    added: lines.filter((line) => line.kind === "added").length,
    removed: lines.filter((line) => line.kind === "removed").length,
  };
}
