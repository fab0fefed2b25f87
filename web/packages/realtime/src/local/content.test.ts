import { describe, expect, it } from "vitest";

import type { LocalBridge } from "./bridge.ts";
import { looked, Machine, ORIGIN, until } from "./machine.fixture.ts";

const idle = (bridge: LocalBridge) => until(bridge, ({ isLooking }) => !isLooking);
const READS = ["get_state", "get_messages", "get_session_stats"];

describe("linking", () => {
  const CHALLENGE = { challengeId: "chal_1", code: "123456" };

  it("redeems at the second address if it has to, and goes on to live content with the token it was given", async () => {
    const machine = await Machine.make();
    machine.isLinked = false;
    machine.replies["/link/redeem"] = "unreachable";
    const bridge = await looked(machine);
    machine.take();
    const more = { ...CHALLENGE, serverUrl: "https://app.example", scopes: [] };
    bridge.link(more); // of which the bridge is told what seed 002 names, and no more
    expect(bridge.snapshot().link.step).toBe("asking");
    await until(bridge, ({ state }) => state.kind === "live");
    expect(machine.take()).toEqual(["/link/redeem", "/v1/link/redeem", "/healthz", ...READS]);
    const body = machine.requests.find(({ path }) => path === "/v1/link/redeem")?.request.body;
    expect(body).toEqual({ ...CHALLENGE, appUrl: ORIGIN });
  });

  it("says why it was refused, keeps the page as it is, and can be tried again", async () => {
    const machine = await Machine.make();
    machine.isLinked = false;
    machine.replies["/link/redeem"] = { status: 403, body: { code: "bridge.link_declined", detail: "no" } };
    const bridge = await looked(machine);
    bridge.link(CHALLENGE);
    const refused = await until(bridge, ({ link }) => link.step === "failed");
    expect(refused.link).toEqual({ step: "failed", reason: "refused", code: "bridge.link_declined", message: "no" });
    expect(refused.state.kind).toBe("present");
    machine.replies = {};
    bridge.link(CHALLENGE);
    await until(bridge, ({ state }) => state.kind === "live");
  });

  it("says when the bridge is gone; another code forgets it", async () => {
    const machine = await Machine.make();
    machine.isLinked = false;
    const bridge = await looked(machine);
    machine.isRunning = false;
    bridge.link(CHALLENGE);
    expect((await until(bridge, ({ link }) => link.step === "failed")).link).toMatchObject({ reason: "unreachable" });
    bridge.resetLink();
    expect(bridge.snapshot().link).toEqual({ step: "idle" });
  });
});

describe("live content", () => {
  it("is read by three calls with ids of their own and a token that the server vouched for", async () => {
    const machine = await Machine.make();
    const bridge = await looked(machine);
    expect(machine.take()).toEqual(["/healthz", "/link/page", "/link/page", ...READS]);
    const calls = machine.requests.filter(({ path }) => path === "/rpc").map(({ request }) => request);
    expect(new Set(calls.map(({ body }) => body?.["id"])).size).toBe(3);
    expect(calls.every(({ body, token }) => token === machine.token && Object.keys(body ?? {}).join() === "id,type")).toBe(true);
    expect(bridge.snapshot().state).toMatchObject({
      kind: "live",
      session: { model: "Model M", totals: { tokens: 12, cost: 0.5 }, messages: [{ role: "user", text: "hello" }, { role: "assistant", text: "hi" }] },
    });
  });

  it("is read at the next address when the first is not there", async () => {
    const machine = await Machine.make();
    machine.replies["/rpc"] = { status: 404, body: { code: "bridge.no_such_path" } };
    machine.replies["/v1/rpc"] = "unreachable";
    const bridge = await looked(machine);
    expect(bridge.snapshot().state.kind).toBe("live");
    const paths = machine.requests.map(({ path }) => path).filter((path) => path.endsWith("rpc"));
    expect(paths).toEqual(["/rpc", "/v1/rpc", "/bridge/rpc", "/bridge/rpc", "/bridge/rpc"]); // then known
  });

  it("is not asked for where no runtime is", async () => {
    const machine = await Machine.make();
    machine.runtime = "none";
    const bridge = await looked(machine);
    expect(machine.take()).toEqual(["/healthz"]);
    expect(bridge.snapshot().state).toMatchObject({ kind: "linked", isReading: false });
  });

  it.each([
    ["get_state", "bridge.runtime_timeout", "slow"],
    ["get_messages", "pi.no_answer", "slow"],
    ["get_messages", "bridge.runtime_failed", "failed"],
    ["get_session_stats", "bridge.runtime_starting", "starting"],
  ] as const)("whose %s fails takes down the live part only, keeps what was read, and comes back", async (command, code, reason) => {
    const machine = await Machine.make();
    const bridge = await looked(machine);
    bridge.mount("chat");
    machine.pass(150);
    await idle(bridge);
    const said = machine.runtimeSays[command];
    machine.runtimeSays[command] = code;
    bridge.retry();
    await idle(bridge);
    expect(bridge.snapshot().state).toMatchObject({ kind: "degraded", reason, session: { model: "Model M" }, health: { linked: true } });
    machine.runtimeSays[command] = said ?? {};
    machine.pass(4_000);
    machine.fire("focus");
    machine.pass(150);
    await until(bridge, ({ state, isLooking }) => state.kind === "live" && !isLooking);
  });

  it("survives a bridge that was restarted and knows the token no more", async () => {
    const machine = await Machine.make();
    const bridge = await looked(machine);
    machine.token = "token-2";
    machine.take();
    bridge.retry();
    await idle(bridge);
    expect(machine.take()).toEqual(["/healthz", "get_state", "/link/page", "/link/page", ...READS]);
    expect(bridge.snapshot().state.kind).toBe("live");
  });

  it("is given up when nobody vouches for the page", async () => {
    const machine = await Machine.make();
    machine.vouchesFor = () => Promise.reject(new Error("no"));
    const bridge = await looked(machine);
    expect(bridge.snapshot().state).toMatchObject({ kind: "degraded", reason: "refused", session: null });
  });

  it.each([
    [{ id: "other", type: "response", command: "get_state", success: true, data: {} }],
    [{ type: "response", command: "get_state", success: true }],
    [null],
  ])("is not taken from an answer to something else: %o", async (body) => {
    const machine = await Machine.make();
    machine.replies["/rpc"] = { status: 200, body };
    const bridge = await looked(machine);
    expect(bridge.snapshot().state).toMatchObject({ kind: "degraded", reason: "unreadable" });
  });

  it("goes with the bridge, and the page goes on", async () => {
    const machine = await Machine.make();
    const bridge = await looked(machine);
    machine.isRunning = false;
    bridge.retry();
    await idle(bridge);
    expect(bridge.snapshot().state).toEqual({ kind: "absent" });
  });
});
