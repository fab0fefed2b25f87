import type { SnapshotKind, SystemBranch, SystemSnapshot, VaultChange } from "@openclaw/api";
import { describe, expect, it } from "vitest";

import { byField, isTold, lanesOf, rowsOf, type Cell } from "./timeline.ts";

let number = 0;
function snapshot(kind: SnapshotKind, branchId: string | null = null, id = `snap_${++number}`): SystemSnapshot {
  return { id, kind, label: "", scopes: ["system_config"], digest: "", bytes: 1, automatic: kind === "auto_checkpoint", branchId, systemVersion: 1, createdBy: "user_1", createdAt: "2026-11-27T10:00:00Z" };
}
const branch = (id: string, parentSnapshotId: string): SystemBranch => ({ id, name: id, description: "", parentSnapshotId, active: false, createdAt: "2026-11-27T10:00:00Z" });

describe("rows", () => {
  it("put three and more automatic checkpoints in a row into one, until they are wanted", () => {
    const first = snapshot("auto_checkpoint");
    const all = [snapshot("manual"), first, snapshot("auto_checkpoint"), snapshot("auto_checkpoint"), snapshot("baseline")];
    expect(rowsOf(all, new Set()).map((row) => (row.kind === "many" ? row.snapshots.length : row.snapshot.kind))).toEqual(["manual", 3, "baseline"]);
    expect(rowsOf(all, new Set([first.id])).map(({ kind }) => kind)).toEqual(["one", "one", "one", "one", "one"]);
  });

  it("keep two of them, and those of different branches, apart", () => {
    const all = [snapshot("auto_checkpoint"), snapshot("auto_checkpoint"), snapshot("auto_checkpoint", "b"), snapshot("auto_checkpoint", "b")];
    expect(rowsOf(all, new Set())).toHaveLength(4);
  });
});

describe("lanes", () => {
  const draw = (cells: Cell[][]) => cells.map((row) => row.map(({ up, down, dot, joins }) => (dot ? "●" : joins ? "╯" : up && down ? "│" : up ? "╵" : down ? "╷" : " ")).join(""));

  it("are one line as long as nobody branched", () => {
    const rows = rowsOf([snapshot("manual"), snapshot("baseline")], new Set());
    const { lanes, cells } = lanesOf(rows, [], null);
    expect(lanes).toEqual([null]);
    expect(draw(cells)).toEqual(["●", "●", "●"]);
    expect(cells[0]?.[0]).toEqual({ up: false, down: true, dot: true, joins: false });
    expect(cells[2]?.[0]).toEqual({ up: true, down: false, dot: true, joins: false });
  });

  it("go from what is now down to where the branch left the main line", () => {
    const parent = snapshot("milestone");
    const rows = rowsOf([snapshot("manual", "bold"), snapshot("manual"), parent, snapshot("baseline")], new Set());
    const { lanes, cells } = lanesOf(rows, [branch("bold", parent.id), branch("unused", parent.id)], "bold");
    expect(lanes).toEqual([null, "bold"]);
    expect(draw(cells)).toEqual([" ●", " ●", "●│", "●╯", "● "]);
  });

  it("end with the branch's last row where its beginning is not loaded", () => {
    const { cells } = lanesOf(rowsOf([snapshot("manual", "bold"), snapshot("manual")], new Set()), [branch("bold", "snap_elsewhere")], "bold");
    expect(draw(cells)).toEqual([" ●", " ●", "● "]);
    expect(cells[1]?.[1]?.down).toBe(false);
  });
});

describe("changes", () => {
  const change = (path: string, before: unknown, after: unknown, kind: VaultChange["kind"] = "changed"): VaultChange => ({ kind, path, before, after, words: path });

  it("are told by field, in their order", () => {
    const groups = byField([change("$.prompts.brief.text", "a", "b"), change("$.name", "a", "b"), change("$.prompts.brief.title", "a", "b")]);
    expect(groups.map(({ field, changes }) => [field, changes.length])).toEqual([
      ["prompts", 2],
      ["name", 1],
    ]);
  });

  it("show texts line by line only where the words have not said them", () => {
    expect(isTold(change("$.name", "Tea", "Coffee"))).toBe(true);
    expect(isTold(change("$.prompts.brief.text", "a", "b\nc"))).toBe(false);
    expect(isTold(change("$.permissions.allowBash", null, false))).toBe(true);
    expect(isTold(change("$.roles.writer", null, { id: "writer" }, "added"))).toBe(false);
  });
});
