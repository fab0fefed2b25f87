import { expect, it } from "vitest";

import { added, moved } from "./list.ts";

it("adds what is new, without the space around it, and no more than there may be", () => {
  expect(added(["Home"], "  About ", 3)).toEqual(["Home", "About"]);
  expect(added(["Home"], "Home", 3)).toEqual(["Home"]);
  expect(added(["Home"], "   ", 3)).toEqual(["Home"]);
  expect(added(["a", "b"], "c", 2)).toEqual(["a", "b"]);
});

it("puts an item in another place, and leaves the others in their order", () => {
  expect(moved(["a", "b", "c"], 2, 0)).toEqual(["c", "a", "b"]);
  expect(moved(["a", "b", "c"], 1, 0)).toEqual(["b", "a", "c"]);
  expect(moved(["a"], 4, 0)).toEqual(["a"]);
});
