import { expect, it } from "vitest";

import { splitBlocks } from "./blocks.ts";

const TEXT = `# Title

A paragraph
over two lines.

- one

- two
  - nested

\`\`\`python
def f():

    return 1
\`\`\`

| a | b |
| - | - |
| 1 | 2 |

End.
`;

it("splits at the top level only, and loses nothing", () => {
  const blocks = splitBlocks(TEXT);
  expect(blocks.join("")).toBe(TEXT);
  expect(blocks).toHaveLength(6);
  expect(blocks[3]).toContain("return 1");
});

it("finds the same blocks while the text grows, however it is cut", () => {
  let blocks: string[] = [];
  for (let length = 1; length <= TEXT.length; length++) {
    const text = TEXT.slice(0, length);
    blocks = splitBlocks(text, blocks);
    expect(blocks.join("")).toBe(text);
  }
  expect(blocks).toEqual(splitBlocks(TEXT));
});

it("begins again when the text is another one", () => {
  expect(splitBlocks("x\n\ny", splitBlocks("a\n\nb\n\nc\n\nd"))).toEqual(["x\n\n", "y"]);
  expect(splitBlocks("")).toEqual([]);
});
