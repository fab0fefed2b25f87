import { describe, expect, it } from "vitest";

import { byDay, spanOf } from "./days.ts";

const NOW = new Date(2026, 10, 27, 15, 30).getTime();
const local = (...parts: [number, number, number, number?, number?]) => new Date(...parts).toISOString();

describe("periods", () => {
  it("begin and end at the midnights of whoever looks", () => {
    expect(spanOf("any", "", NOW)).toEqual({});
    expect(spanOf("today", "", NOW)).toEqual({ since: local(2026, 10, 27) });
    expect(spanOf("yesterday", "", NOW)).toEqual({ since: local(2026, 10, 26), until: local(2026, 10, 27) });
    expect(spanOf("week", "", NOW)).toEqual({ since: local(2026, 10, 21) });
    expect(spanOf("day", "2026-02-28", NOW)).toEqual({ since: local(2026, 1, 28), until: local(2026, 2, 1) });
    expect(spanOf("day", "", NOW)).toEqual({});
  });
});

describe("days", () => {
  it("hold their runs, the newest first", () => {
    const runs = [local(2026, 10, 27, 0, 1), local(2026, 10, 26, 23, 59), local(2026, 10, 26, 0, 0), local(2026, 9, 1, 9)].map((createdAt) => ({ createdAt }));
    expect(byDay(runs, NOW).map(({ daysAgo, items }) => [daysAgo, items.length])).toEqual([
      [0, 1],
      [1, 2],
      [57, 1],
    ]);
    expect(byDay([], NOW)).toEqual([]);
  });
});
