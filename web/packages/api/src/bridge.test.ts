import { describe, expect, it } from "vitest";

import { loopbackPermission, probeBridge, redeemAtBridge, type BridgeEnvironment } from "./bridge.ts";

const CHALLENGE = { challengeId: "chal_1", code: "123456", appUrl: "http://localhost:3000" };

function environment(answers: Record<string, Response | "refused" | "silent">, permission?: PermissionState) {
  const asked: string[] = [];
  const options: unknown[] = [];
  const made: BridgeEnvironment = {
    language: "en",
    fetch: (input, init) => {
      const path = new URL(String(input)).pathname;
      asked.push(path);
      options.push(init);
      const answer = answers[path] ?? "refused";
      if (answer === "silent") return Promise.reject(new DOMException("timed out", "TimeoutError"));
      return answer === "refused" ? Promise.reject(new TypeError("Failed to fetch")) : Promise.resolve(answer);
    },
    permissions: {
      query: ({ name }: PermissionDescriptor) =>
        String(name) === "local-network-access" && permission
          ? Promise.resolve({ state: permission } as PermissionStatus)
          : Promise.reject(new TypeError("unknown permission")),
    } as Permissions,
  };
  return { made, asked, options };
}

const json = (body: unknown, status = 200) => Response.json(body, { status });

describe("the probe", () => {
  it("asks the health addresses in order and stops at the first that answers", async () => {
    const { made, asked, options } = environment({
      "/v1/healthz": json({ ok: true, version: "0.1.0", linked: true, deviceId: "dev_1", nodeId: "ab" }),
    });
    await expect(probeBridge(made)).resolves.toEqual({
      found: true,
      health: { ok: true, version: "0.1.0", linked: true, deviceId: "dev_1", nodeId: "ab" },
    });
    expect(asked).toEqual(["/healthz", "/v1/healthz"]);
    expect(options[0]).toMatchObject({ targetAddressSpace: "loopback", credentials: "omit" });
  });

  it("does not take another program's answer for the bridge", async () => {
    const { made, asked } = environment({ "/healthz": json({ status: "up" }), "/v1/healthz": json({}, 404) });
    await expect(probeBridge(made)).resolves.toEqual({ found: false, permission: "unknown" });
    expect(asked).toEqual(["/healthz", "/v1/healthz", "/bridge/health"]);
  });

  it("does not wait three times for a port that is open but silent", async () => {
    const { made, asked } = environment({ "/healthz": "silent" }, "granted");
    await expect(probeBridge(made)).resolves.toEqual({ found: false, permission: "granted" });
    expect(asked).toEqual(["/healthz"]);
  });

  it("knows the permission by its older name too", async () => {
    await expect(loopbackPermission(environment({}, "denied").made.permissions)).resolves.toBe("denied");
    await expect(loopbackPermission(undefined)).resolves.toBe("unknown");
  });
});

describe("redeeming", () => {
  it("falls back to the second address", async () => {
    const { made, asked, options } = environment({ "/v1/link/redeem": json({ ok: true }) });
    await expect(redeemAtBridge(made, CHALLENGE)).resolves.toEqual({ ok: true });
    expect(asked).toEqual(["/link/redeem", "/v1/link/redeem"]);
    expect(JSON.parse((options[1] as RequestInit).body as string)).toEqual(CHALLENGE);
  });

  it("reports a refusal with its code and words, and does not try again elsewhere", async () => {
    const { made, asked } = environment({ "/link/redeem": json({ code: "bridge.link_declined", detail: "Not confirmed" }, 403) });
    await expect(redeemAtBridge(made, CHALLENGE)).resolves.toEqual({
      ok: false,
      reason: "refused",
      code: "bridge.link_declined",
      message: "Not confirmed",
    });
    expect(asked).toEqual(["/link/redeem"]);
  });

  it("says when nothing answers", async () => {
    await expect(redeemAtBridge(environment({}).made, CHALLENGE)).resolves.toEqual({ ok: false, reason: "unreachable" });
  });
});
