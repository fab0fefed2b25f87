import { describe, expect, it } from "vitest";

import { clientCommand, daysOf, fingerprint, isInsecure, nodeCommand, offeredScopes } from "./gatewayTokens.ts";

describe("the commands for a token", () => {
  it("name host and port, for node hosts take no address", () => {
    expect(nodeCommand("ws://127.0.0.1:18789", "ocgt_x")).toBe(
      "OPENCLAW_GATEWAY_TOKEN=ocgt_x openclaw node run --host 127.0.0.1 --port 18789",
    );
    expect(nodeCommand("wss://claw.example", "ocgt_x")).toBe(
      "OPENCLAW_GATEWAY_TOKEN=ocgt_x openclaw node run --host claw.example --port 443 --tls",
    );
  });

  it("give a command line the address", () => {
    expect(clientCommand("wss://claw.example/gateway", "ocgt_x")).toBe(
      "openclaw nodes status --url wss://claw.example/gateway --token ocgt_x",
    );
  });

  it("say so when another machine is reached without TLS, which released clients refuse otherwise", () => {
    expect(["ws://localhost:1", "ws://127.0.0.1:1", "ws://[::1]:1", "wss://claw.example"].filter(isInsecure)).toEqual([]);
    expect(isInsecure("ws://192.168.1.4:18789")).toBe(true);
    expect(nodeCommand("ws://192.168.1.4:18789", "t")).toMatch(/^OPENCLAW_ALLOW_INSECURE_PRIVATE_WS=1 /);
  });
});

describe("what a token can be", () => {
  it("depends on the role", () => {
    expect(offeredScopes("viewer")).toEqual(["operator.read"]);
    expect(offeredScopes("member")).toContain("node");
    expect(offeredScopes("owner")).not.toContain("operator.admin");
  });

  it("lasts for days or until it is revoked", () => {
    expect([daysOf("30"), daysOf("never")]).toEqual([30, null]);
  });
});

it("a fingerprint is in groups", () => {
  expect(fingerprint("c36aeee9c6ea")).toBe("c36a eee9 c6ea");
});
