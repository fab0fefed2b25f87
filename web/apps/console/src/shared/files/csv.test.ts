import { expect, it } from "vitest";

import { csvRows } from "./csv.ts";

it("reads CSV with quotes, and no more rows than are wanted", () => {
  expect(csvRows('a,b\r\n"1,5","say ""hi"""\n\n"two\nlines",', 9)).toEqual([["a", "b"], ["1,5", 'say "hi"'], ["two\nlines", ""]]);
  expect(csvRows("a\nb\nc\n", 2)).toEqual([["a"], ["b"]]);
  expect(csvRows("a,b\tc\n", 2, "\t")).toEqual([["a,b", "c"]]);
});
