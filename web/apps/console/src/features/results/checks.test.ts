import { createTranslator } from "@openclaw/i18n";
import { expect, it } from "vitest";

import { problemWords } from "./checks.ts";

const en = createTranslator("en");
const zh = createTranslator("zh");

it("says what a check found in the reader's language", () => {
  expect(problemWords(zh, "entry", "There is no index.html.")).toBe("缺少 index.html。");
  expect(problemWords(zh, "entry", "a.txt is no page.")).toBe("a.txt 不是网页。");
  expect(problemWords(en, "secrets", "a/b.js, line 3: a private key.")).toBe("a/b.js, line 3: this looks like a private key.");
  expect(problemWords(en, "secrets", ".env: this file is for its owner only.")).toBe(".env is a file for its owner only.");
  expect(problemWords(en, "links", "index.html: /api (starts at the server's root, not the site's)")).toBe("index.html: /api begins at the server's root, not at the site's.");
  expect(problemWords(zh, "links", "and 7 more")).toBe("另有 7 项");
  expect(problemWords(en, "size", "2000 files; at most 1000 are published.")).toBe("It has 2000 files. At most 1000 are published.");
});

it("leaves what is of no known form", () => {
  expect(problemWords(en, "links", "index.html: nowhere.html")).toBe("index.html: nowhere.html");
  expect(problemWords(en, "links", "a, line 3: b.")).toBe("a, line 3: b.");
});
