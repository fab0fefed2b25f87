import type { JsonObject, LoopbackAbsence, LoopbackAnswer, LoopbackRequest } from "@openclaw/api";

import { LocalBridge, type LocalEnvironment, type OwnDevice } from "./bridge.ts";
import type { LocalView, LoopbackPermission } from "./state.ts";

type Reply = LoopbackAnswer | LoopbackAbsence;

export const ORIGIN = "https://app.example";
export const DEVICE = { id: "dev_1", nodeId: "" };

/** A machine with a bridge, the page that looks for it, and a clock that does what the test says. */
export class Machine implements LocalEnvironment {
  readonly origin = ORIGIN;
  isLocalPage = false;
  permissionState: LoopbackPermission = "granted";
  visible = true;
  /** Every request, in order: path without its query, or the command of an RPC. */
  asked: string[] = [];
  requests: { path: string; request: LoopbackRequest }[] = [];
  /** Answers that replace the bridge's own, by path. */
  replies: Record<string, Reply> = {};
  isRunning = true;
  isLinked = true;
  runtime: "none" | "idle" | "starting" | "ready" | "failed" = "ready";
  /** What the runtime says to each command; an error code instead of data when it is a text. */
  runtimeSays: Record<string, JsonObject | string> = {
    get_state: { sessionId: "s1", model: { id: "m", name: "Model M" }, isStreaming: false, messageCount: 2 },
    get_messages: { messages: [{ role: "user", content: "hello" }, { role: "assistant", content: [{ type: "text", text: "hi" }] }] },
    get_session_stats: { tokens: { total: 12 }, cost: 0.5, toolCalls: 0 },
  };
  account: readonly OwnDevice[] | Error = [];
  vouchesFor: (nonce: string) => Promise<string> = (nonce) => Promise.resolve(`pass-${nonce}`);
  token = "token-1";
  nowMs = 0;
  #timers = new Map<number, { run: () => void; at: number }>();
  #nextTimer = 1;
  #nextId = 1;
  #listener: ((trigger: "focus" | "visible" | "online") => void) | null = null;
  #key: CryptoKeyPair;
  #publicKey: string;

  private constructor(key: CryptoKeyPair, publicKey: string) {
    this.#key = key;
    this.#publicKey = publicKey;
  }

  static async make(): Promise<Machine> {
    const key = (await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"])) as CryptoKeyPair;
    const raw = await crypto.subtle.exportKey("raw", key.publicKey);
    const hash = await crypto.subtle.digest("SHA-256", raw);
    DEVICE.nodeId = Buffer.from(hash).toString("hex");
    const machine = new Machine(key, Buffer.from(raw).toString("base64url"));
    machine.account = [DEVICE];
    return machine;
  }

  ask = async (path: string, request: LoopbackRequest): Promise<Reply> => {
    const [bare = "", query = ""] = path.split("?");
    this.requests.push({ path, request });
    const command = request.body?.["type"];
    this.asked.push(typeof command === "string" ? command : bare);
    const reply = this.replies[bare];
    if (reply !== undefined) return reply;
    if (!this.isRunning) return "unreachable";
    if (request.method === "GET") return { status: 200, body: await this.#health(new URLSearchParams(query)) };
    if (bare.endsWith("redeem")) {
      this.isLinked = true;
      return { status: 200, body: { ok: true, deviceId: DEVICE.id, pageToken: this.token, pageTokenSeconds: 3_600 } };
    }
    if (bare.endsWith("page")) return this.#page(request.body ?? {});
    return this.#rpc(request);
  };

  permission = () => Promise.resolve(this.permissionState);
  language = () => "en";
  now = () => this.nowMs;
  newId = () => String(this.#nextId++);
  isVisible = () => this.visible;
  setTimer = (run: () => void, ms: number) => {
    this.#timers.set(this.#nextTimer, { run, at: this.nowMs + ms });
    return this.#nextTimer++;
  };
  clearTimer = (handle: number | object) => void this.#timers.delete(handle as number);
  onPage = (listener: (trigger: "focus" | "visible" | "online") => void) => {
    this.#listener = listener;
    return () => (this.#listener = null);
  };
  devices = () => (this.account instanceof Error ? Promise.reject(this.account) : Promise.resolve(this.account));
  vouch = (_: string, nonce: string) => this.vouchesFor(nonce);

  fire(trigger: "focus" | "visible" | "online"): void {
    this.#listener?.(trigger);
  }

  /** Lets `ms` pass: what falls due runs, in its order. */
  pass(ms: number): void {
    const end = this.nowMs + ms;
    for (;;) {
      const due = [...this.#timers].filter(([, timer]) => timer.at <= end).sort(([, a], [, b]) => a.at - b.at)[0];
      if (!due) break;
      this.#timers.delete(due[0]);
      this.nowMs = due[1].at;
      due[1].run();
    }
    this.nowMs = end;
  }

  /** The requests since the last time, as a list. */
  take(): string[] {
    return this.asked.splice(0);
  }

  async #health(query: URLSearchParams): Promise<JsonObject> {
    const text = new TextEncoder().encode(`openclaw-health-v1|${ORIGIN}|${query.get("challenge") ?? ""}`);
    const proof = await crypto.subtle.sign("Ed25519", this.#key.privateKey, text);
    const linked = this.isLinked ? { deviceId: DEVICE.id } : {};
    const ready = this.runtime === "ready";
    return {
      ok: true, version: "0.1.0", connected: this.isLinked, linked: this.isLinked, nodeId: DEVICE.nodeId, ...linked,
      runtimeReady: ready, runtime: this.runtime, publicKey: this.#publicKey, proof: Buffer.from(proof).toString("base64url"),
    };
  }

  #page(body: JsonObject): Reply {
    if (body["pass"] === undefined) return { status: 200, body: { nonce: "n1" } };
    if (body["pass"] !== "pass-n1") return { status: 403, body: { code: "bridge.pass_refused" } };
    return { status: 200, body: { pageToken: this.token, pageTokenSeconds: 3_600 } };
  }

  #rpc({ body, token }: LoopbackRequest): Reply {
    if (token !== this.token) return { status: 401, body: { code: "bridge.page_token_needed" } };
    const says = this.runtimeSays[String(body?.["type"])];
    const envelope = { id: body?.["id"], type: "response", command: body?.["type"] };
    if (typeof says === "string") return { status: 200, body: { ...envelope, success: false, error: "no", code: says } };
    return { status: 200, body: { ...envelope, success: true, data: says } };
  }
}

/** Resolves when the view is as wanted; no time passes for it. */
export function until(bridge: LocalBridge, matches: (view: LocalView) => boolean): Promise<LocalView> {
  return new Promise((resolve) => {
    const look = () => {
      if (!matches(bridge.snapshot())) return;
      stop();
      resolve(bridge.snapshot());
    };
    const stop = bridge.subscribe(look);
    queueMicrotask(look);
  });
}

/** A bridge that has started; the first look is over unless the page has to ask first. */
export async function looked(machine: Machine): Promise<LocalBridge> {
  const bridge = new LocalBridge(machine);
  bridge.start();
  machine.pass(150);
  await until(bridge, ({ isLooking }) => !isLooking);
  return bridge;
}

