import { expect, it } from "vitest";

import { backoffMs } from "./backoff.ts";

it("doubles to a ceiling, and at least half of it is waited", () => {
  expect([0, 1, 2, 6, 7, 99].map((attempt) => backoffMs(attempt, () => 1))).toEqual([500, 1_000, 2_000, 30_000, 30_000, 30_000]);
  expect([0, 1, 2, 99].map((attempt) => backoffMs(attempt, () => 0))).toEqual([250, 500, 1_000, 15_000]);
});
