import { describe, expect, it } from "vitest";

import type { Environment, Socket } from "./environment.ts";
import { GatewayClosedError, GatewayError, GatewayTimeoutError } from "./frames.ts";
import { GatewayClient } from "./gateway.ts";

/** A gateway and a clock that do what the test says. */
class Scripted implements Environment {
  sockets: ScriptedSocket[] = [];
  timers = new Map<number, { run: () => void; at: number }>();
  now = 0;
  online = true;
  #wake: () => void = () => undefined;
  #nextTimer = 1;

  openSocket = (url: string) => {
    const socket = new ScriptedSocket(url);
    this.sockets.push(socket);
    return socket;
  };
  setTimer = (run: () => void, ms: number) => {
    this.timers.set(this.#nextTimer, { run, at: this.now + ms });
    return this.#nextTimer++;
  };
  clearTimer = (handle: number | object) => void this.timers.delete(handle as number);
  random = () => 1;
  isOnline = () => this.online;
  onWake = (listener: () => void) => {
    this.#wake = listener;
    return () => (this.#wake = () => undefined);
  };

  setOnline(online: boolean) {
    this.online = online;
    this.#wake();
  }

  /** Lets `ms` pass: what falls due runs, in its order. */
  pass(ms: number) {
    const end = this.now + ms;
    for (;;) {
      const due = [...this.timers].filter(([, timer]) => timer.at <= end).sort(([, a], [, b]) => a.at - b.at)[0];
      if (!due) break;
      this.timers.delete(due[0]);
      this.now = due[1].at;
      due[1].run();
    }
    this.now = end;
  }

  get socket(): ScriptedSocket {
    const socket = this.sockets.at(-1);
    if (!socket) throw new Error("no socket was opened");
    return socket;
  }
}

class ScriptedSocket implements Socket {
  readonly url: string;
  sent: { id: string; method: string; params: Record<string, unknown> }[] = [];
  closed: { code?: number | undefined; reason?: string | undefined } | null = null;
  onopen: ((event: never) => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;

  constructor(url: string) {
    this.url = url;
  }
  send(text: string) {
    this.sent.push(JSON.parse(text));
  }
  close(code?: number, reason?: string) {
    this.closed = { code, reason };
    this.onclose?.({ code: code ?? 1000, reason: reason ?? "" });
  }
  says(frame: unknown) {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
const hello = { type: "hello-ok", protocol: 4, policy: { tickIntervalMs: 30_000 } };
const resuming = (cursor: string, resumed: boolean) => ({ ...hello, resume: { cursor, resumed } });

function connected(overrides: Partial<ConstructorParameters<typeof GatewayClient>[0]> = {}) {
  const world = new Scripted();
  let tickets = 0;
  const client = new GatewayClient({
    environment: world,
    ticket: () => Promise.resolve({ ticket: `t${++tickets}`, url: "ws://gateway" }),
    isSessionOver: (error) => error === "over",
    version: "1.2.3",
    locale: () => "en",
    ...overrides,
  });
  const greet = async (payload: unknown = hello) => {
    await settled();
    world.socket.says({ type: "event", event: "connect.challenge", payload: { nonce: "n" } });
    world.socket.says({ type: "res", id: world.socket.sent[0]?.id, ok: true, payload });
    await settled();
  };
  return { world, client, greet };
}

describe("the handshake", () => {
  it("answers the challenge with a ticket and no device proof", async () => {
    const { world, client, greet } = connected();
    client.start();
    expect(client.state).toBe("connecting");
    await greet();
    expect(client.state).toBe("online");
    const { method, params } = world.socket.sent[0] ?? {};
    expect(method).toBe("connect");
    expect(params).toMatchObject({
      minProtocol: 4,
      role: "operator",
      auth: { token: "t1" },
      caps: ["tool-events", "approvals", "run-names", "cursor"],
    });
    expect(params).not.toHaveProperty("device");
  });

  it("does not wait for ever for a challenge", async () => {
    const { world, client } = connected();
    client.start();
    await settled();
    world.socket.onopen?.(undefined as never);
    expect(world.socket.sent).toHaveLength(0);
    world.pass(750);
    expect(world.socket.sent).toHaveLength(1);
  });

  it("that is refused is tried again later with a new ticket", async () => {
    const { world, client, greet } = connected();
    client.start();
    await settled();
    world.socket.says({ type: "event", event: "connect.challenge", payload: {} });
    world.socket.says({ type: "res", id: world.socket.sent[0]?.id, ok: false, error: { code: "UNAUTHORIZED", message: "no" } });
    await settled();
    expect(client.state).toBe("reconnecting");
    world.pass(500);
    await greet();
    expect(world.sockets).toHaveLength(2);
    expect(world.socket.sent[0]?.params).toMatchObject({ auth: { token: "t2" } });
    expect(client.state).toBe("online");
  });

  it("stops for good when the session is over", async () => {
    const { world, client } = connected({ ticket: () => Promise.reject("over") });
    client.start();
    await settled();
    expect(client.state).toBe("ended");
    world.pass(600_000);
    expect(world.sockets).toHaveLength(0);
  });
});

describe("requests", () => {
  it("are matched to their answers, whatever the order", async () => {
    const { world, client, greet } = connected();
    client.start();
    await greet();
    const first = client.request("sessions.list");
    const second = client.request("health");
    const [, a, b] = world.socket.sent;
    world.socket.says({ type: "res", id: b?.id, ok: true, payload: { b: 1 } });
    world.socket.says({ type: "res", id: a?.id, ok: false, error: { code: "FORBIDDEN", message: "no" } });
    await expect(second).resolves.toEqual({ b: 1 });
    await expect(first).rejects.toBeInstanceOf(GatewayError);
  });

  it("end when nobody answers, when the socket closes, and at once when there is none", async () => {
    const { world, client, greet } = connected();
    await expect(client.request("health")).rejects.toBeInstanceOf(GatewayClosedError);
    client.start();
    await greet();
    const slow = client.request("health", {}, 1_000);
    world.pass(1_000);
    await expect(slow).rejects.toBeInstanceOf(GatewayTimeoutError);
    const lost = client.request("health");
    world.socket.close(1012, "service restart");
    await expect(lost).rejects.toBeInstanceOf(GatewayClosedError);
  });
});

describe("events", () => {
  it("reach their listeners; odd frames reach nobody", async () => {
    const { world, client, greet } = connected();
    const seen: unknown[] = [];
    client.on("chat", (payload) => seen.push(payload));
    client.start();
    await greet();
    world.socket.onmessage?.({ data: "not json" });
    world.socket.onmessage?.({ data: "[1]" });
    world.socket.says({ type: "other" });
    world.socket.says({ type: "event", event: "chat", payload: 1, seq: 1 });
    expect(seen).toEqual([1]);
  });

  it("that are missing, by their numbers or by a reconnect, ask for a resync", async () => {
    const { world, client, greet } = connected();
    let resyncs = 0;
    client.onResync(() => resyncs++);
    client.start();
    await greet();
    expect(resyncs).toBe(1);
    for (const seq of [1, 2, undefined, 3]) world.socket.says({ type: "event", event: "tick", payload: {}, seq });
    expect(resyncs).toBe(1);
    world.socket.says({ type: "event", event: "tick", payload: {}, seq: 5 });
    expect(resyncs).toBe(2);
    world.socket.close(1012, "service restart");
    world.pass(500);
    await greet();
    expect(resyncs).toBe(3);
  });
});

describe("a client that comes back", () => {
  it("says how far it has read, and reads nothing anew when it is told the rest", async () => {
    const { world, client, greet } = connected();
    let resyncs = 0;
    client.onResync(() => resyncs++);
    client.start();
    await greet(resuming("4.ab", false));
    expect(resyncs).toBe(1);
    expect(world.socket.sent[0]?.params).not.toHaveProperty("cursor");
    world.socket.says({ type: "event", event: "chat", payload: {}, seq: 1, cursor: "5.ab" });
    world.socket.says({ type: "event", event: "chat", payload: {}, seq: 2 });
    world.socket.close(1006, "");
    world.pass(500);
    await greet(resuming("5.ab", true));
    expect(world.socket.sent[0]?.params).toMatchObject({ cursor: "5.ab" });
    expect(resyncs).toBe(1);
    world.socket.close(1006, "");
    world.pass(500);
    await greet(resuming("90.ab", false));
    expect(resyncs).toBe(2);
    world.socket.close(1006, "");
    world.pass(500);
    await greet(resuming("90.ab", true));
    expect(world.socket.sent[0]?.params).toMatchObject({ cursor: "90.ab" });
  });

  it("to another workspace reads from the start", async () => {
    const { world, client, greet } = connected();
    client.start();
    await greet(resuming("4.ab", false));
    client.restart();
    await greet();
    expect(world.socket.sent[0]?.params).not.toHaveProperty("cursor");
  });

  it("from a gateway that shuts down goes to another at once, and backs off when there is none", async () => {
    const { world, client, greet } = connected();
    client.start();
    await greet();
    world.socket.says({ type: "event", event: "shutdown", payload: { reason: "service restart", restartExpectedMs: 0 }, seq: 1 });
    world.socket.close(1012, "service restart");
    world.pass(250);
    await settled();
    expect(world.sockets).toHaveLength(2);
    world.socket.close(1006, "");
    world.pass(499);
    await settled();
    expect(world.sockets).toHaveLength(2);
    world.pass(1);
    await settled();
    expect(world.sockets).toHaveLength(3);
  });
});

describe("a connection that is lost", () => {
  it("comes back after growing pauses", async () => {
    const { world, client } = connected();
    client.start();
    await settled();
    const pauses: number[] = [];
    for (let attempt = 0; attempt < 4; attempt++) {
      world.socket.close(1006, "");
      const before = world.sockets.length;
      const from = world.now;
      while (world.sockets.length === before) {
        world.pass(250);
        await settled();
      }
      pauses.push(world.now - from);
    }
    expect(pauses).toEqual([500, 1_000, 2_000, 4_000]);
  });

  it("is noticed by the ticks that stay away", async () => {
    const { world, client, greet } = connected();
    client.start();
    await greet();
    world.pass(50_000);
    world.socket.says({ type: "event", event: "tick", payload: {} });
    world.pass(59_000);
    expect(client.state).toBe("online");
    const { socket } = world;
    world.pass(1_000);
    expect(socket.closed).toEqual({ code: 4000, reason: "tick timeout" });
    expect(client.state).toBe("reconnecting");
  });

  it("because there is no network waits for it and then comes back at once", async () => {
    const { world, client, greet } = connected();
    client.start();
    await greet();
    world.setOnline(false);
    expect(client.state).toBe("offline");
    world.pass(600_000);
    expect(world.sockets).toHaveLength(1);
    world.setOnline(true);
    await greet();
    expect(client.state).toBe("online");
  });

  it("stays away once it was stopped", async () => {
    const { world, client, greet } = connected();
    client.start();
    await greet();
    client.stop();
    world.pass(600_000);
    expect(client.state).toBe("idle");
    expect(world.sockets).toHaveLength(1);
  });
});
