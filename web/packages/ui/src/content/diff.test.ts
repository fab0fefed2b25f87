import { describe, expect, it } from "vitest";

import { countChanges, diffOfReplacement, diffOfTexts, parseUnifiedDiff } from "./diff.ts";

describe("a unified diff", () => {
  it("is read into numbered lines, without its headers", () => {
    const lines = parseUnifiedDiff("--- a/x\n+++ b/x\n@@ -3,3 +3,3 @@ def f\n same\n-old\n+new\n@@ -20 +20,2 @@\n-- list\n+++count\n\\ No newline at end of file\n");
    expect(lines).toEqual([
      { kind: "same", text: "same", before: 3, after: 3 },
      { kind: "removed", text: "old", before: 4, after: null },
      { kind: "added", text: "new", before: null, after: 4 },
      { kind: "gap", text: "", before: null, after: null },
      { kind: "removed", text: "- list", before: 20, after: null },
      { kind: "added", text: "++count", before: null, after: 20 },
    ]);
    expect(countChanges(lines)).toEqual({ added: 2, removed: 2 });
  });
});

describe("a replacement", () => {
  it("keeps what both ends share", () => {
    expect(diffOfReplacement("a\nb\nc", "a\nB\nx\nc").map(({ kind, text }) => `${kind[0]}${text}`)).toEqual(["sa", "rb", "aB", "ax", "sc"]);
  });

  it("does not count a shared line twice", () => {
    expect(diffOfReplacement("a\na", "a").map(({ kind }) => kind)).toEqual(["same", "removed"]);
    expect(diffOfReplacement("same", "same").map(({ kind }) => kind)).toEqual(["same"]);
  });
});

describe("two texts", () => {
  const text = (lines: readonly string[]) => lines.join("\n") + "\n";
  const shown = (before: readonly string[], after: readonly string[]) =>
    diffOfTexts(text(before), text(after)).map(({ kind, text: line, before: old, after: young }) => [kind, line, old, young]);

  it("are compared by as few lines as possible, with their numbers", () => {
    expect(shown(["a", "b", "c"], ["a", "x", "b", "c"])).toEqual([
      ["same", "a", 1, 1],
      ["added", "x", null, 2],
      ["same", "b", 2, 3],
      ["same", "c", 3, 4],
    ]);
    expect(shown(["a", "b"], ["b", "a"]).filter(([kind]) => kind !== "same")).toHaveLength(2);
  });

  it("leave out what is far from a change", () => {
    const long = Array.from({ length: 30 }, (_, index) => `line ${index}`);
    const lines = diffOfTexts(text(long), text([...long.slice(0, 15), "new", ...long.slice(15)]));
    expect(lines.map(({ kind }) => kind)).toEqual(["same", "same", "same", "added", "same", "same", "same"]);
    expect(lines[3]).toMatchObject({ after: 16 });
    const twice = diffOfTexts(text(long), text(["first", ...long, "last"]));
    expect(twice.filter(({ kind }) => kind === "gap")).toHaveLength(1);
  });

  it("that are the same have no lines to show", () => {
    expect(diffOfTexts("a\nb\n", "a\nb\n")).toEqual([]);
  });

  it("that are very long are replaced in the middle", () => {
    const long = Array.from({ length: 2500 }, (_, index) => `line ${index}`);
    expect(countChanges(diffOfTexts(text(long), text(long.toSpliced(1000, 1, "new"))))).toEqual({ added: 1, removed: 1 });
  });
});
