import { expect, it } from "vitest";

import { firesOf } from "./fires.ts";

it("marks the first time after the clocks were changed", () => {
  const fires = firesOf({
    items: ["2026-03-28T08:00:00Z", "2026-03-29T07:00:00Z", "2026-03-30T07:00:00Z"],
    local: ["2026-03-28T09:00:00+01:00", "2026-03-29T09:00:00+02:00", "2026-03-30T09:00:00+02:00"],
  });
  expect(fires.map(({ isChanged, offset }) => [isChanged, offset])).toEqual([
    [false, "+01:00"],
    [true, "+02:00"],
    [false, "+02:00"],
  ]);
});

it("reads a zone without any offset", () => {
  expect(firesOf({ items: ["2026-03-28T08:00:00Z"], local: ["2026-03-28T08:00:00Z"] })[0]?.offset).toBe("+00:00");
});
