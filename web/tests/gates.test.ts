import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { cruise, type ICruiseResult } from "dependency-cruiser";
import { ESLint } from "eslint";
import { afterEach, describe, expect, it } from "vitest";

import { nameFaults, styleFaults } from "../dev/check-styles.mjs";

const WEB = fileURLToPath(new URL("..", import.meta.url));
const { forbidden, options } = createRequire(import.meta.url)("../.dependency-cruiser.cjs");
const FEATURES = "apps/console/src/features";

/** Each gate with a fault that it must find: files to write, and the rule that has to bite. */
const FAULTS: [rule: string, files: Record<string, string>][] = [
  ["no-cycles", { "packages/api/src/a.ts": 'import { b } from "./b.ts"; export const a = b;', "packages/api/src/b.ts": 'import { a } from "./a.ts"; export const b = a;' }],
  ["features-meet-at-index", { [`${FEATURES}/devices/queries.ts`]: "export const q = 1;", [`${FEATURES}/audit/x.ts`]: 'import { q } from "../devices/queries.ts"; export const x = q;' }],
  ["only-app-mounts-modules", { [`${FEATURES}/audit/components/deep.tsx`]: "export const d = 1;", "apps/console/src/app/x.ts": 'import { d } from "../features/audit/components/deep.tsx"; export const x = d;' }],
  ["shared-never-looks-up", { [`${FEATURES}/audit/index.ts`]: "export const i = 1;", "apps/console/src/shared/x.ts": 'import { i } from "../features/audit/index.ts"; export const x = i;' }],
  ["features-never-look-up", { "apps/console/src/app/y.ts": "export const y = 1;", [`${FEATURES}/audit/x.ts`]: 'import { y } from "../../app/y.ts"; export const x = y;' }],
  ["packages-never-look-up", { "apps/console/src/shared/y.ts": "export const y = 1;", "packages/ui/src/x.ts": 'import { y } from "../../../apps/console/src/shared/y.ts"; export const x = y;' }],
  ["packages-by-their-index", { "packages/api/src/inner.ts": "export const y = 1;", "apps/console/src/shared/x.ts": 'import { y } from "../../../../packages/api/src/inner.ts"; export const x = y;' }],
  ["packages-by-their-index", { "packages/api/src/inner.ts": "export const y = 1;", "packages/realtime/src/x.ts": 'import { y } from "../../api/src/inner.ts"; export const x = y;' }],
  ["api-and-realtime-without-react", { "packages/realtime/src/x.ts": 'import { useState } from "react"; export const x = useState;' }],
  ["ui-and-i18n-know-no-product", { "packages/api/src/index.ts": "export const y = 1;", "packages/ui/src/x.ts": 'import { y } from "../../api/src/index.ts"; export const x = y;' }],
  ["apps-are-independent", { "apps/admin/src/y.ts": "export const y = 1;", "apps/console/src/x.ts": 'import { y } from "../../admin/src/y.ts"; export const x = y;' }],
  ["resolvable", { "packages/api/src/x.ts": 'import { y } from "./nowhere.ts"; export const x = y;' }],
];

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function project(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), "gates-"));
  folders.push(folder);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  symlinkSync(join(WEB, "node_modules"), join(folder, "node_modules"));
  return folder;
}

describe("the import gates", () => {
  it.each(FAULTS)("%s bites", async (rule, files) => {
    const folder = project(files);
    const roots = ["apps", "packages"].filter((root) => Object.keys(files).some((path) => path.startsWith(root)));
    const { output } = await cruise(roots, { ...options, tsConfig: undefined, baseDir: folder, validate: true, ruleSet: { forbidden } });
    const found = (output as ICruiseResult).summary.violations.map((violation) => violation.rule.name);
    expect(found).toContain(rule);
  });

  it("every rule has its fault", () => {
    const rules = forbidden.map((rule: { name: string }) => rule.name);
    expect([...new Set(FAULTS.map(([rule]) => rule))].sort()).toEqual([...rules].sort());
  });
});

describe("the code gates", () => {
  it.each([
    ["apps/console/src/x.ts", 'export const x = fetch("/api");', "no-restricted-syntax"],
    ["apps/console/src/x.ts", 'export const x = window.fetch("/api");', "no-restricted-syntax"],
    ["apps/console/src/x.ts", 'export const x = new WebSocket("ws://x");', "no-restricted-syntax"],
    ["apps/console/src/x.tsx", 'export const X = () => <p style={{ color: "red" }} />;', "no-restricted-syntax"],
    ["apps/console/src/x.ts", "export const x = 1 as any;", "@typescript-eslint/no-explicit-any"],
    ["apps/console/src/x.tsx", "export const X = () => <img src='x' />;", "jsx-a11y/alt-text"],
    ["apps/console/src/x.ts", `${"export {};\n".repeat(401)}`, "max-lines"],
  ])("in %s: %s", async (path, code, rule) => {
    const [result] = await new ESLint({ cwd: WEB }).lintText(code, { filePath: join(WEB, path) });
    expect(result?.messages.map(({ ruleId }) => ruleId)).toContain(rule);
  });
});

describe("the style gates", () => {
  it.each([
    ["apps/console/src/X.css", ".X {\n  color: #fff;\n}", "raw colour"],
    ["apps/console/src/X.css", ".X {\n  margin: 3px;\n}", "raw pixels"],
    ["apps/console/src/X.css", ".Y-part {\n  margin: 0;\n}", "not X's own"],
    ["apps/console/src/X.css", ".X {\n  overflow-y: auto;\n}", "what scrolls has a position: .X"],
  ])("in %s: %s", (path, css, fault) => {
    expect(styleFaults(path, css).join()).toContain(fault);
    expect(styleFaults(path, ".X-part {\n  margin: var(--space-1);\n}")).toEqual([]);
  });

  it("one block in two sheets: they would style each other", () => {
    expect(nameFaults(["apps/console/src/a/Row.css", "packages/ui/src/Cell.css", "apps/console/src/b/Row.css"])).toEqual([
      "apps/console/src/b/Row.css: the block Row has a style sheet already: apps/console/src/a/Row.css",
    ]);
    expect(nameFaults(["a/Row.css", "b/row.css"])).toHaveLength(1);
    expect(nameFaults(["a/Row.css", "b/RowCell.css"])).toEqual([]);
  });
});
