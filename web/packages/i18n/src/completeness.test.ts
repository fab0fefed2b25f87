import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { describe, expect, it } from "vitest";

import { loadSystemWords, loadWords } from "./load.ts";
import { CATALOGUES } from "./translator.ts";

await Promise.all([loadWords(), loadSystemWords()]);
const { en, zh } = CATALOGUES;
const keys = Object.keys(en) as (keyof typeof en)[];
const places = (words: string) => [...words.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

/** The same in both languages by their nature. */
const SAME = new Set([
  "app.name", "language.en", "language.zh", "models.preset.openai", "models.preset.anthropic", "models.preset.google",
  "app.comma", "app.colon", "vault.namedAt",
  "channels.kind.telegram", "channels.kind.qq", "channels.kind.webhook", "channels.appId", "channels.encryptKey", "channels.verificationToken",
]);

/** Keys put together while running: an enumeration of the server or of the console stands at their end. */
const COMPOSED = [
  /^error\./,
  /^(tool|approval)\.(state|grade|decided)\./,
  /^tool\.(fs\.\w+|exec|system\.info|save_result)$/,
  /^conversations\.(state\.|today|yesterday|week|older)/,
  /^(profile|workspaces)\.role\./,
  /^workspaces\.(personal|shared)$/,
  /^models\.preset\./,
  /^tokens\.(scope|expiry)\./,
  /^limits\.maxGrade\./,
  /^simulator\.(kind|outcome|because|machine)\./,
  /^always\.days\./,
  /^sync\.(full|metadata|local_only)/,
  /^designer\.(field|refused|template|templateNote|typeNote|spelling|key|wait|runState|did|toolNote|toolAsks)\./,
  /^designer\.plugin\.(disabled|blocked)$/,
  /^canvas\.(type|status)\./,
  /^workflows\.(status|template)\./,
  /^workflowRun\.state\./,
  /^tasks\.(show|none|where|fault)\./,
  /^taskRun\.(state|says|text|phase|budget|event)\./,
  /^dashboard\.machine\./,
  /^pluginCall\.(tier|state|why)\./,
  /^workflowRuns\.period\./,
  /^channels\.(state|kind|about|how|tells)\./,
  /^form\./,
  /^workflowDiff\.(kind|view)\./,
  /^plugins\.(view|categories|source|sourceText|review|blockKind|tier|tierText|change|effect)\./,
  /^plugins\.(approve|reject)(Title|Text)?$/,
  /^undo\.(does|kind|obstacle)\./,
  /^results\.(status|kind|can|madeBy|origin|step|visibility|change|check|checkFailed|checkState|release)\./,
  /^automations\.(shown|trigger|unit|event|on|rhythm|skippedHour|repeatedHour|misfire|action|choose|chooseOne|chooseNone|overlap|state|skipped|made|keepOld)\./,
  /^hosts\.(status|statusText|valid|run)\./,
  /^automations\.(span|each)\./,
  /^systems\.(status|visibility|visibilityText|sync|syncText|view|none|noneText|category|part|runState)\./,
  /^launch\.(approvals|approvalsText|style|page|goal|obstacle|obstacleText)\./,
  /^systemProfile\.(field|bucket|permission)\./,
  /^vault\.(kind|kindText|preset|presetText|scope|keeper|keeperText|count)\./,
  /^deliveries\.(channel|state)\./,
];

describe("the Chinese words", () => {
  it("are there for every key and no other", () => {
    expect(Object.keys(zh).sort()).toEqual([...keys].sort());
  });

  it.each(keys)("%s: fills the same places and is Chinese", (key) => {
    expect(places(zh[key])).toEqual(places(en[key]));
    expect(zh[key].trim()).not.toBe("");
    if (!SAME.has(key)) expect(zh[key]).toMatch(/\p{Script=Han}/u);
  });
});

it("addresses nobody: the pronoun is left out", () => {
  expect(keys.filter((key) => /[你您]/.test(zh[key]))).toEqual([]);
});

it("has one word for secrets, and another for keys", () => {
  const mixed = keys.filter((key) => (/\bsecrets?\b/i.test(en[key]) && !zh[key].includes("机密")) || (zh[key].includes("密钥") && !/\bkeys?\b/i.test(en[key])));
  expect(mixed).toEqual([]);
});

it("keeps no words that nothing shows", () => {
  const roots = ["apps/console/src", "packages/ui/src"].map((path) => fileURLToPath(new URL(`../../../${path}`, import.meta.url)));
  const source = roots
    .flatMap((root) => readdirSync(root, { recursive: true, encoding: "utf8" }).map((path) => join(root, path)))
    .filter((path) => /\.tsx?$/.test(path))
    .map((path) => readFileSync(path, "utf8"))
    .join("\n");
  const unused = keys.filter((key) => {
    const stem = key.replace(/\.(one|other)$/, "");
    return !source.includes(`"${key}"`) && !source.includes(`"${stem}"`) && !COMPOSED.some((pattern) => pattern.test(key));
  });
  expect(unused).toEqual([]);
});
