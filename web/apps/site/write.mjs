// Writes the rendered pages, their style sheet and pictures to where the App Server serves them from.
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";

import { renderPages } from "./dist/pages.js";

const ROOT = path.resolve(import.meta.dirname, "../../..");
const SITE = path.join(ROOT, "src/openclaw/apps/server/static/site");
const PICTURES = path.join(ROOT, "docs/images");
const GUIDES = path.join(ROOT, "docs/guides");

const guides = [];
for (const file of (await readdir(GUIDES)).sort()) {
  if (file.endsWith(".md")) guides.push({ name: path.basename(file, ".md"), text: await readFile(path.join(GUIDES, file), "utf8") });
}
const assets = path.join(import.meta.dirname, "dist/assets");
const sheets = (await readdir(assets)).filter((name) => name.endsWith(".css"));
if (sheets.length !== 1) throw new Error(`one style sheet was expected, not ${sheets.length}`);

await rm(SITE, { recursive: true, force: true });
await mkdir(SITE, { recursive: true });
await copyFile(path.join(assets, sheets[0]), path.join(SITE, "site.css"));
for (const picture of await readdir(PICTURES)) await copyFile(path.join(PICTURES, picture), path.join(SITE, picture));
for (const { file, html } of renderPages(guides)) {
  const target = path.join(SITE, file);
  await mkdir(path.dirname(target), { recursive: true });
  await writeFile(target, html);
}
