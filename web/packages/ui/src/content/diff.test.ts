import { describe, expect, it } from "vitest";

import { countChanges, diffOfReplacement, parseUnifiedDiff } from "./diff.ts";

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
