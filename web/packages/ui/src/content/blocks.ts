import { fromMarkdown } from "mdast-util-from-markdown";

/**
 * Splits Markdown into its top-level blocks, so that a streaming answer re-renders only its last block. Given the
 * blocks of an earlier state of the same text, everything before its last two blocks is taken over unparsed; the last
 * but one may still grow, as a list does whose items are parted by blank lines.
 */
export function splitBlocks(text: string, earlier: readonly string[] = []): string[] {
  const kept: string[] = [];
  let at = 0;
  for (const block of earlier.slice(0, -2)) {
    if (!text.startsWith(block, at)) break;
    kept.push(block);
    at += block.length;
  }
  const rest = text.slice(at);
  const starts = fromMarkdown(rest)
    .children.map((node) => node.position?.start.offset ?? 0)
    .map((offset) => rest.lastIndexOf("\n", offset - 1) + 1);
  const cuts = [0, ...starts.slice(1), rest.length];
  for (let index = 0; index + 1 < cuts.length; index++) {
    const block = rest.slice(cuts[index], cuts[index + 1]);
    if (block !== "") kept.push(block);
  }
  return kept;
}
