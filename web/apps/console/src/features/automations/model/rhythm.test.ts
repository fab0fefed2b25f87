import { describe, expect, it } from "vitest";

import { cronOf, isComplete, rhythmOf, RHYTHMS, turnedInto } from "./rhythm.ts";

describe("a rhythm", () => {
  it.each([
    ["*/15 * * * *", { kind: "minutes", every: 15 }],
    ["5 * * * *", { kind: "hour", minute: 5 }],
    ["30 9 * * *", { kind: "day", time: "09:30" }],
    ["0 18 * * 1-5", { kind: "weekdays", time: "18:00" }],
    ["0 7 * * 0,3,6", { kind: "week", days: [0, 3, 6], time: "07:00" }],
    ["59 23 31 * *", { kind: "month", day: 31, time: "23:59" }],
  ])("%s is said, and read back as it was", (cron, rhythm) => {
    expect(rhythmOf(cron)).toEqual(rhythm);
    expect(cronOf(rhythmOf(cron))).toBe(cron);
  });

  it.each(["*/7 * * * *", "0 9 1 * 1", "0 9 * 1 *", "0 9 * * 1-3", "0 9 * * MON", "60 9 * * *", "0 24 * * *", "0 9 0 * *", "0 9 L * *", "0 9-17 * * *", "@daily", "", "0 9 * *"])(
    "%j stays an expression",
    (cron) => {
      expect(rhythmOf(cron)).toEqual({ kind: "custom", cron });
      expect(cronOf(rhythmOf(cron))).toBe(cron);
    },
  );

  it("keeps its time when it is said in another way, and is never of another kind than was asked for", () => {
    expect(turnedInto({ kind: "day", time: "06:15" }, "week")).toEqual({ kind: "week", days: [1], time: "06:15" });
    expect(turnedInto({ kind: "day", time: "06:15" }, "custom")).toEqual({ kind: "custom", cron: "15 6 * * *" });
    for (const kind of RHYTHMS) expect(turnedInto({ kind: "custom", cron: "x" }, kind).kind).toBe(kind);
  });

  it("is not complete without a day or a time", () => {
    expect(isComplete({ kind: "week", days: [], time: "09:00" })).toBe(false);
    expect(isComplete({ kind: "day", time: "" })).toBe(false);
    expect(isComplete({ kind: "hour", minute: 0 })).toBe(true);
  });
});
