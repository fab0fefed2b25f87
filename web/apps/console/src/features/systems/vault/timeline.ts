import type { SystemBranch, SystemComparison, SystemSnapshot, VaultChange } from "@openclaw/api";
import { diffOfTexts } from "@openclaw/ui";

import { isRecord } from "../../../shared/json.ts";

type DiffLine = ReturnType<typeof diffOfTexts>[number];

/** A row of the time line: one snapshot, or automatic ones in a row that say little each. */
export type TimeRow = { kind: "one"; snapshot: SystemSnapshot } | { kind: "many"; snapshots: SystemSnapshot[] };

/** So many automatic checkpoints in a row become one row. */
const MANY = 3;

export function firstOf(row: TimeRow): SystemSnapshot {
  return row.kind === "one" ? row.snapshot : (row.snapshots[0] as SystemSnapshot);
}

/** Snapshots, the newest first, as rows; `open` are first snapshots of those that somebody wants one by one. */
export function rowsOf(snapshots: readonly SystemSnapshot[], open: ReadonlySet<string>): TimeRow[] {
  const rows: TimeRow[] = [];
  let run: SystemSnapshot[] = [];
  const close = () => {
    const [first] = run;
    if (first && run.length >= MANY && !open.has(first.id)) rows.push({ kind: "many", snapshots: run });
    else rows.push(...run.map((snapshot): TimeRow => ({ kind: "one", snapshot })));
    run = [];
  };
  for (const snapshot of snapshots) {
    if (snapshot.kind === "auto_checkpoint") {
      if (run[0] && run[0].branchId !== snapshot.branchId) close();
      run.push(snapshot);
    } else {
      close();
      rows.push({ kind: "one", snapshot });
    }
  }
  close();
  return rows;
}

/** What a lane shows beside a row: nothing, a line that passes or ends, a dot; `joins`: the branch begins at this row's snapshot. */
export interface Cell {
  up: boolean;
  down: boolean;
  dot: boolean;
  joins: boolean;
}

/** The lanes beside the rows: the main line first, then branches in the order they were made. Row 0 is what the system is now. */
export function lanesOf(rows: readonly TimeRow[], branches: readonly SystemBranch[], current: string | null): { lanes: (string | null)[]; cells: Cell[][] } {
  const places = [current, ...rows.map((row) => firstOf(row).branchId)];
  const lanes = [null, ...branches.map(({ id }) => id)].filter((id) => places.includes(id));
  const parentAt = (id: string | null) => {
    const parent = branches.find((branch) => branch.id === id)?.parentSnapshotId;
    const found = rows.findIndex((row) => (row.kind === "one" ? row.snapshot.id === parent : row.snapshots.some((one) => one.id === parent)));
    return found < 0 ? -1 : found + 1;
  };
  const spans = lanes.map((id) => {
    const first = places.indexOf(id);
    const last = places.lastIndexOf(id);
    const parent = parentAt(id);
    return { id, first, bottom: Math.max(last, parent), joinsAt: parent > last ? parent : -1 };
  });
  const cells = places.map((place, row) =>
    spans.map(({ id, first, bottom, joinsAt }) => ({
      up: row > first && row <= bottom,
      down: row >= first && row < bottom,
      dot: place === id,
      joins: row === joinsAt,
    })),
  );
  return { lanes, cells };
}

/** Changes by the field that they are in, in their order. */
export function byField(changes: readonly VaultChange[]): { field: string; changes: VaultChange[] }[] {
  const groups = new Map<string, VaultChange[]>();
  for (const change of changes) {
    const field = change.path.replace(/^\$\.?/, "").split(".")[0] ?? "";
    groups.set(field, [...(groups.get(field) ?? []), change]);
  }
  return [...groups].map(([field, own]) => ({ field, changes: own }));
}

/** A value as lines to read: a text as it is, an object by its fields, without those that say nothing. */
export function textOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return value;
  if (!isRecord(value)) return JSON.stringify(value, null, 2);
  const said = Object.entries(value).filter(([name, held]) => name !== "id" && held !== null && held !== "" && !(Array.isArray(held) && held.length === 0));
  return said.map(([name, held]) => `${name}: ${typeof held === "string" ? held : JSON.stringify(held)}`).join("\n");
}

/** What a change took away and brought, line by line. */
export function linesOf({ kind, before, after }: VaultChange): DiffLine[] {
  if (kind === "changed") return diffOfTexts(textOf(before), textOf(after));
  const text = textOf(kind === "added" ? after : before);
  return text === "" ? [] : text.split("\n").map((line) => ({ kind, text: line, before: null, after: null }));
}

const SHORT = 60;

/** Whether before and after stand in the words of a change already. */
export function isTold({ kind, before, after }: VaultChange): boolean {
  const short = (value: unknown) => value === null || value === undefined || typeof value === "boolean" || typeof value === "number" || (typeof value === "string" && value.length <= SHORT && !value.includes("\n"));
  return kind === "changed" ? short(before) && short(after) : short(kind === "added" ? after : before);
}

/** Nothing differs; of a local-only system there are only the counts that say so. */
export function isSame({ changes, counts }: Pick<SystemComparison, "changes" | "counts">): boolean {
  return changes.length === 0 && counts.every(({ added, removed, changed }) => added + removed + changed === 0);
}
