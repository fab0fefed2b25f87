import { expect, it } from "vitest";

import { languageOfPath, loadHighlighter } from "./highlight.ts";

it("knows the language by the name of a file", () => {
  expect(languageOfPath("~/code/atlas/net/retry.PY")).toBe("python");
  expect(languageOfPath("C:\\work\\Dockerfile")).toBe("dockerfile");
  expect(languageOfPath("notes.txt")).toBeNull();
  expect(languageOfPath("README")).toBeNull();
});

it("colours known languages, and escapes what it colours", async () => {
  const highlight = await loadHighlighter();
  expect(highlight('x = "<script>"', "python")).toContain("&lt;script&gt;");
  expect(highlight("x", "no-such-language")).toBeNull();
});
