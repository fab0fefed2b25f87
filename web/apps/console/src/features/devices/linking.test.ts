import { describe, expect, it } from "vitest";

import { challengeState, reduceLocalBridge, spacedCode, UNASKED, type LocalBridge } from "./linking.ts";

const health = { ok: true, version: "0.1.0", linked: false, deviceId: null, nodeId: "ab" };
const present: LocalBridge = { step: "present", health };

describe("the bridge on this machine", () => {
  it("is looked for, found and linked", () => {
    let state = reduceLocalBridge(UNASKED, { type: "probe" });
    expect(state.step).toBe("probing");
    state = reduceLocalBridge(state, { type: "probed", probe: { found: true, health }, isLocalPage: false });
    expect(state).toEqual(present);
    state = reduceLocalBridge(state, { type: "link" });
    expect(reduceLocalBridge(state, { type: "answered", outcome: { ok: true } })).toEqual({ step: "linking", health });
  });

  it.each([
    ["granted", false, "absent"],
    ["unknown", false, "absent"],
    ["prompt", false, "permission"],
    ["denied", false, "permission"],
    ["prompt", true, "absent"],
  ] as const)("that does not answer, with permission %s and a local page %s, is %s", (permission, isLocalPage, step) => {
    const event = { type: "probed", probe: { found: false, permission }, isLocalPage } as const;
    expect(reduceLocalBridge({ step: "probing" }, event).step).toBe(step);
  });

  it("that refuses says why, and can be asked again", () => {
    const refused = reduceLocalBridge(
      { step: "linking", health },
      { type: "answered", outcome: { ok: false, reason: "refused", code: "bridge.link_declined", message: "no" } },
    );
    expect(refused).toEqual({ step: "failed", health, reason: "refused", code: "bridge.link_declined", message: "no" });
    expect(reduceLocalBridge(refused, { type: "link" }).step).toBe("linking");
    expect(reduceLocalBridge(refused, { type: "renewed" })).toEqual(present);
  });

  it("ignores an answer that nothing waits for", () => {
    expect(reduceLocalBridge(present, { type: "answered", outcome: { ok: false, reason: "unreachable" } })).toBe(present);
    expect(reduceLocalBridge(UNASKED, { type: "link" })).toBe(UNASKED);
  });
});

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
