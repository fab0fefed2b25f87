import { expect, it } from "vitest";

import { challengeState, spacedCode } from "./linking.ts";

it("takes the server's word on a challenge, and the clock's", () => {
  const expiresAt = "2026-11-21T05:10:00Z";
  const before = Date.parse("2026-11-21T05:00:00Z");
  const status = (value: "pending" | "redeemed" | "expired" | "failed") => ({ status: value, deviceId: null, triesLeft: 5 });
  expect(challengeState(undefined, expiresAt, before)).toBe("pending");
  expect(challengeState(status("pending"), expiresAt, Date.parse(expiresAt))).toBe("expired");
  expect(challengeState(status("redeemed"), expiresAt, Date.parse(expiresAt))).toBe("redeemed");
  expect(challengeState(status("failed"), expiresAt, before)).toBe("locked");
});

it("parts the code for the eye", () => {
  expect(spacedCode("482913")).toBe("482 913");
});
