import { describe, expect, it } from "vitest";

import { clockOf, minutesOf } from "./hours.ts";
import { bytesOf } from "./push.ts";

describe("hours", () => {
  it("are minutes of the day", () => {
    expect([0, 65, 1439].map(clockOf)).toEqual(["00:00", "01:05", "23:59"]);
    expect(["00:00", "01:05", "23:59", "24:00", "1:05", "", "00:60"].map(minutesOf)).toEqual([0, 65, 1439, null, null, null, null]);
  });
});

it("reads base64url", () => {
  expect([...bytesOf("-_8A")]).toEqual([251, 255, 0]);
});
