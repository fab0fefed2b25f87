import { describe, expect, it } from "vitest";

import { LocalBridge } from "./bridge.ts";
import { loopbackPermission } from "./browser.ts";
import { DEVICE, looked, Machine, until } from "./machine.fixture.ts";

const idle = (bridge: LocalBridge) => until(bridge, ({ isLooking }) => !isLooking);
const READS = ["get_state", "get_messages", "get_session_stats"];
const HEALTH = ["/healthz", "/v1/healthz", "/bridge/health"];

describe("the probe", () => {
  it("asks the three health addresses in order and stops at the first that answers", async () => {
    const machine = await Machine.make();
    machine.isLinked = false;
    machine.replies["/healthz"] = "unreachable";
    machine.replies["/v1/healthz"] = { status: 200, body: { status: "up" } }; // another program's
    const bridge = await looked(machine);
    expect(machine.take()).toEqual(HEALTH);
    expect(bridge.snapshot().state).toMatchObject({ kind: "present", owner: "free" });
  });

  it("does not wait three times for a port that is open but silent", async () => {
    const machine = await Machine.make();
    machine.replies["/healthz"] = "silent";
    const bridge = await looked(machine);
    expect(machine.take()).toEqual(["/healthz"]);
    expect(bridge.snapshot().state).toEqual({ kind: "absent" });
  });

  it("has a short deadline and a fresh challenge each time", async () => {
    const machine = await Machine.make();
    const bridge = await looked(machine);
    bridge.retry();
    await idle(bridge);
    const probes = machine.requests.filter(({ path }) => path.startsWith("/healthz"));
    expect(new Set(probes.map(({ path }) => path)).size).toBe(2);
    expect(probes[0]?.request.timeoutMs).toBeLessThanOrEqual(2_000);
  });
});

describe("the browser's permission", () => {
  it.each([
    ["prompt", "ask"],
    ["unknown", "ask"],
    ["denied", "denied"],
  ] as const)("that is %s: nothing is sent without a click", async (permission, reason) => {
    const machine = await Machine.make();
    machine.permissionState = permission;
    const bridge = await looked(machine);
    for (const trigger of ["focus", "visible", "online"] as const) {
      machine.pass(5_000);
      machine.fire(trigger);
      machine.pass(5_000);
      await idle(bridge);
    }
    bridge.mount("home");
    bridge.trigger("send");
    machine.pass(5_000);
    await idle(bridge);
    expect(machine.take()).toEqual([]);
    expect(bridge.snapshot().state).toEqual({ kind: "permission", reason });
  });

  it("is asked for by a click, and used by itself once it is given", async () => {
    const machine = await Machine.make();
    machine.permissionState = "prompt";
    const bridge = await looked(machine);
    machine.permissionState = "granted"; // the person says yes while the request waits
    bridge.retry();
    await until(bridge, ({ state, isLooking }) => state.kind === "live" && !isLooking);
    machine.take();
    machine.pass(4_000);
    machine.fire("focus");
    machine.pass(150);
    await idle(bridge);
    expect(machine.take()).toEqual(["/healthz", ...READS]);
  });

  it("does not matter to a page that comes from this machine", async () => {
    const machine = await Machine.make();
    machine.permissionState = "prompt";
    machine.isLocalPage = true;
    const bridge = await looked(machine);
    expect(bridge.snapshot().state.kind).toBe("live");
    machine.isRunning = false;
    bridge.retry();
    await idle(bridge);
    expect(bridge.snapshot().state).toEqual({ kind: "absent" });
  });

  it("that a person refuses after the click is said to be refused", async () => {
    const machine = await Machine.make();
    machine.permissionState = "prompt";
    const bridge = await looked(machine);
    machine.permissionState = "denied";
    machine.isRunning = false;
    bridge.retry();
    await idle(bridge);
    expect(bridge.snapshot().state).toEqual({ kind: "permission", reason: "denied" });
  });

  it("is known by its older name too", async () => {
    const old = { query: ({ name }: PermissionDescriptor) => String(name) === "local-network-access" ? Promise.resolve({ state: "denied" } as PermissionStatus) : Promise.reject(new TypeError("unknown")) };
    await expect(loopbackPermission(old as Permissions)).resolves.toBe("denied");
    await expect(loopbackPermission(undefined)).resolves.toBe("unknown");
  });
});

describe("when it looks", () => {
  it("once for a load with its first page, and once for a burst of a tab switch", async () => {
    const machine = await Machine.make();
    const bridge = new LocalBridge(machine);
    bridge.start();
    bridge.mount("home");
    machine.pass(150);
    await until(bridge, ({ state }) => state.kind === "live");
    await idle(bridge);
    expect(machine.take().filter((path) => path === "/healthz")).toHaveLength(1);
    machine.pass(3_000);
    for (let times = 0; times < 5; times++) {
      machine.fire("focus");
      machine.fire("visible");
    }
    machine.pass(150);
    await idle(bridge);
    expect(machine.take()).toEqual(["/healthz", ...READS]);
  });

  it.each([
    ["focus", 3_000],
    ["visible", 3_000],
    ["online", 1_500],
  ] as const)("after %s only %d ms after the last look", async (trigger, cooldown) => {
    const machine = await Machine.make();
    const bridge = await looked(machine);
    machine.take();
    machine.pass(cooldown - 1);
    machine.fire(trigger);
    machine.pass(0);
    await idle(bridge);
    expect(machine.take()).toEqual([]);
    machine.pass(1);
    machine.fire(trigger);
    machine.pass(150);
    await idle(bridge);
    expect(machine.take()).toContain("/healthz");
  });

  it("at once for a click, whatever the cool-down", async () => {
    const machine = await Machine.make();
    const bridge = await looked(machine);
    machine.take();
    bridge.retry();
    await idle(bridge);
    expect(machine.take()).toEqual(["/healthz", ...READS]);
  });

  it("when a page is mounted and when a message is sent", async () => {
    const machine = await Machine.make();
    const bridge = await looked(machine);
    for (const trigger of ["home", "chat", "send"] as const) {
      machine.take();
      bridge.trigger(trigger);
      machine.pass(150);
      await idle(bridge);
      expect(machine.take()).toEqual(["/healthz", ...READS]);
    }
  });

  it("again after a look that a sent message overtook", async () => {
    const machine = await Machine.make();
    const bridge = await looked(machine);
    machine.take();
    bridge.retry();
    bridge.trigger("send");
    bridge.trigger("chat"); // answered by the look under way
    await idle(bridge);
    machine.pass(150);
    await idle(bridge);
    expect(machine.take().filter((path) => path === "/healthz")).toHaveLength(2);
  });

  it("not while the page is hidden, but for what a person does", async () => {
    const machine = await Machine.make();
    const bridge = await looked(machine);
    machine.take();
    machine.visible = false;
    machine.pass(10_000);
    machine.fire("online");
    bridge.trigger("stale");
    machine.pass(150);
    expect(machine.take()).toEqual([]);
    bridge.trigger("send");
    machine.pass(150);
    await idle(bridge);
    expect(machine.take()).toContain("/healthz");
  });

  it("when live content has grown old on a page that shows it, sooner while the runtime works", async () => {
    const machine = await Machine.make();
    const bridge = await looked(machine);
    const unmount = bridge.mount("chat");
    machine.pass(150);
    await idle(bridge);
    machine.take();
    machine.pass(19_900);
    expect(machine.take()).toEqual([]);
    machine.runtimeSays["get_state"] = { sessionId: "s1", isStreaming: true };
    machine.pass(250);
    await idle(bridge);
    expect(machine.take()).toContain("get_state");
    machine.pass(2_150);
    await idle(bridge);
    expect(machine.take()).toContain("get_state");
    unmount();
    machine.pass(2_150); // the one that was planned
    await idle(bridge);
    machine.take();
    machine.pass(120_000);
    expect(machine.take()).toEqual([]);
  });

  it("never after the person has signed out", async () => {
    const machine = await Machine.make();
    const bridge = await looked(machine);
    bridge.mount("chat");
    bridge.stop();
    machine.take();
    machine.pass(60_000);
    machine.fire("focus");
    machine.pass(60_000);
    expect(machine.take()).toEqual([]);
    expect(bridge.snapshot().state).toEqual({ kind: "unknown" });
  });
});

describe("whose it is", () => {
  it("is free, another account's, or mine by its key", async () => {
    const machine = await Machine.make();
    machine.isLinked = false;
    const bridge = await looked(machine);
    expect(bridge.snapshot().state).toMatchObject({ kind: "present", owner: "free" });
    machine.isLinked = true;
    machine.account = [{ id: "dev_2", nodeId: "ab" }];
    bridge.retry();
    await idle(bridge);
    expect(bridge.snapshot().state).toMatchObject({ kind: "present", owner: "elsewhere" });
    machine.account = [DEVICE];
    bridge.retry();
    await idle(bridge);
    expect(bridge.snapshot().state).toMatchObject({ kind: "live", deviceId: DEVICE.id });
  });

  it("is not taken from a program that only claims to be my machine, and it gets no token", async () => {
    const machine = await Machine.make();
    const thief = await Machine.make(); // another key, and DEVICE is now its own
    const claimed = { id: "dev_1", nodeId: "cd".repeat(32) };
    machine.account = [claimed];
    machine.replies["/healthz"] = {
      status: 200,
      body: { ok: true, linked: true, deviceId: "dev_1", nodeId: claimed.nodeId, runtimeReady: true, runtime: "ready", publicKey: "AA", proof: "AA" },
    };
    const bridge = await looked(machine);
    expect(bridge.snapshot().state).toMatchObject({ kind: "present", owner: "unproven" });
    expect(machine.take()).toEqual(["/healthz"]);
    expect(thief.asked).toEqual([]);
  });

  it("is not known while the server cannot be asked", async () => {
    const machine = await Machine.make();
    machine.account = new Error("away");
    const bridge = await looked(machine);
    expect(bridge.snapshot().state).toMatchObject({ kind: "present", owner: "unasked" });
  });
});
