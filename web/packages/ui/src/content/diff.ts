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

export function countChanges(lines: readonly DiffLine[]): { added: number; removed: number } {
  return {
    added: lines.filter((line) => line.kind === "added").length,
    removed: lines.filter((line) => line.kind === "removed").length,
  };
}
