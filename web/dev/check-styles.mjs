#!/usr/bin/env node
/**
 * The rules of the style sheets. Raw colours and pixels stand in packages/ui only; elsewhere the tokens are used. A
 * sheet's classes begin with its own name, and no two sheets have one name, so that no two can meet; `primitive` parts
 * of packages/ui are known.
 */
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";

const GLOBAL_CLASSES = /^(visually-hidden|hljs(-[\w-]+)?|react-flow(__[\w-]+)?|connectingto|connectionindicator|cm-[\w-]+|is-[\w-]+|selected|Icon|Button(--\w+)?|Badge(-\w+)?|Select|CodeBlock)$/;
const RAW_COLOUR = /#[0-9a-f]{3,8}\b|\b(rgb|hsl|oklch|lab|light-dark)\(/i;
const RAW_PIXELS = /(?<![\w-])\d*\.?\d+px\b/;

export function styleFaults(path, css) {
  const faults = [];
  const own = basename(path, ".css");
  const isDesignSystem = path.includes("packages/ui/");
  const text = css.replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, " "));
  text.split("\n").forEach((line, index) => {
    const fault = (what) => faults.push(`${path}:${index + 1}: ${what}: ${line.trim()}`);
    if (!isDesignSystem && RAW_COLOUR.test(line)) fault("raw colour outside of packages/ui");
    if (!isDesignSystem && RAW_PIXELS.test(line)) fault("raw pixels outside of packages/ui");
    if (/[{,]\s*$/.test(line) && !line.trim().startsWith("@") && !/^\s+[\w-]+:/.test(line)) {
      for (const [, name] of line.matchAll(/\.([A-Za-z][\w-]*)/g)) {
        const isOwn = name === own || name.startsWith(`${own}-`);
        if (!isOwn && !GLOBAL_CLASSES.test(name) && own !== "base") fault(`class ${name} is not ${own}'s own`);
      }
    }
  });
  // What is hidden from sight alone is placed by the next positioned box: without one here it would lengthen the page.
  for (const [, selector, body] of text.matchAll(/^([^\s@}][^{}]*)\{([^{}]*)\}/gm)) {
    if (/overflow(-y)?: auto/.test(body) && !/position:/.test(body)) faults.push(`${path}: what scrolls has a position: ${selector.trim()}`);
  }
  if (text.split("\n").length > 400) faults.push(`${path}: over 400 lines`);
  return faults;
}

/** Sheets of one name style the same classes, wherever they are: the one that is loaded last wins. */
export function nameFaults(paths) {
  const first = new Map();
  return paths.flatMap((path) => {
    const block = basename(path, ".css");
    // Where files are told apart by case alone, not every system can have both.
    const other = first.get(block.toLowerCase());
    if (other === undefined) first.set(block.toLowerCase(), path);
    return other === undefined ? [] : [`${path}: the block ${block} has a style sheet already: ${other}`];
  });
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const files = ["apps", "packages"].flatMap((root) =>
    readdirSync(root, { recursive: true })
      .filter((path) => path.endsWith(".css") && !/node_modules|\bdist\b/.test(path))
      .map((path) => join(root, path)),
  );
  const faults = [...nameFaults(files), ...files.flatMap((path) => styleFaults(path, readFileSync(path, "utf8")))];
  if (files.length === 0) faults.push("no style sheets found: the check looks in the wrong place");
  for (const fault of faults) console.error(fault);
  console.log(`${files.length} style sheets, ${faults.length} faults`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}
