import type { AskLoopback, JsonObject, LoopbackAbsence, LoopbackAnswer } from "@openclaw/api";

import { isRecord } from "../frames.ts";
import type { Proof } from "./identity.ts";
import type { Reads } from "./session.ts";
import type { DegradedReason } from "./state.ts";

/** The addresses of seed 002, each list in the order in which it is tried. */
export const HEALTH_PATHS = ["/healthz", "/v1/healthz", "/bridge/health"] as const;
export const REDEEM_PATHS = ["/link/redeem", "/v1/link/redeem"] as const;
export const RPC_PATHS = ["/rpc", "/v1/rpc", "/bridge/rpc"] as const;
const PAGE_PATHS = ["/link/page", "/v1/link/page"] as const;

const HEALTH_MS = 1_500;
/** The bridge may ask the person at the machine before it answers. */
const REDEEM_MS = 120_000;
const PAGE_MS = 3_000;
/** The bridge's own limits are 2 s and 5 s: its answer says more than our silence would. */
const READ_MS = { get_state: 2_500, get_messages: 6_000, get_session_stats: 2_500 } as const;

export type ReadCommand = keyof typeof READ_MS;

export interface BridgeHealth {
  version: string | null;
  linked: boolean;
  /** The bridge holds its socket to the server. */
  connected: boolean;
  deviceId: string | null;
  nodeId: string | null;
  runtimeReady: boolean;
  /** `none`: nothing on the machine that could be read live. */
  runtime: "none" | "idle" | "starting" | "ready" | "failed";
  proof: Proof | null;
}

export interface PageToken {
  token: string;
  expiresAt: number;
}

export type RedeemOutcome =
  | { ok: true; deviceId: string | null; page: PageToken | null }
  | { ok: false; reason: "unreachable" }
  | { ok: false; reason: "refused"; code: string | null; message: string | null };

export type CommandOutcome = { ok: true; data: JsonObject } | { ok: false; reason: DegradedReason | "none" | "token" };

export interface ClientEnvironment {
  ask: AskLoopback;
  language: () => string;
  /** Milliseconds, as `Date.now`. */
  now: () => number;
  /** A new id at each call. */
  newId: () => string;
}

/** The bridge's HTTP surface as a page uses it. Never rejects. */
export class BridgeClient {
  readonly #env: ClientEnvironment;
  /** Where each list answered last: begun there, so that one call is one request. */
  readonly #known = new Map<readonly string[], string>();

  constructor(environment: ClientEnvironment) {
    this.#env = environment;
  }

  /** Asks the health addresses in order and stops at the first that answers as a bridge. */
  async health(challenge: string): Promise<BridgeHealth | null> {
    for (const path of HEALTH_PATHS) {
      const answer = await this.#ask(`${path}?challenge=${encodeURIComponent(challenge)}`, { method: "GET", timeoutMs: HEALTH_MS });
      if (answer === "silent") return null;
      if (answer === "unreachable") continue;
      if (answer.status === 200 && answer.body?.["ok"] === true) return healthOf(answer.body);
    }
    return null;
  }

  async redeem(challenge: { challengeId: string; code: string; appUrl: string }): Promise<RedeemOutcome> {
    const answer = await this.#post(REDEEM_PATHS, { ...challenge }, REDEEM_MS);
    if (typeof answer === "string") return { ok: false, reason: "unreachable" };
    if (answer.status < 300 && answer.body?.["ok"] !== false) {
      const deviceId = answer.body?.["deviceId"];
      return { ok: true, deviceId: typeof deviceId === "string" ? deviceId : null, page: pageTokenOf(answer.body, this.#env.now()) };
    }
    return { ok: false, reason: "refused", ...refusalOf(answer.body) };
  }

  /**
   * A token for this page: the bridge gives a nonce, the server vouches for it (`vouch`), the bridge takes the pass.
   * Null when any of them says no.
   */
  async claimToken(appUrl: string, vouch: (nonce: string) => Promise<string>): Promise<PageToken | null> {
    const begun = await this.#post(PAGE_PATHS, { appUrl }, PAGE_MS);
    const nonce = typeof begun === "string" ? null : begun.body?.["nonce"];
    if (typeof nonce !== "string") return null;
    let pass: string;
    try {
      pass = await vouch(nonce);
    } catch {
      return null;
    }
    const given = await this.#post(PAGE_PATHS, { appUrl, nonce, pass }, PAGE_MS);
    return typeof given === "string" || given.status !== 200 ? null : pageTokenOf(given.body, this.#env.now());
  }

  /** One read of the runtime. `none`: there is no runtime; `token`: the token does not count (any more). */
  async read(command: ReadCommand, token: string): Promise<CommandOutcome> {
    const id = `web-${command}-${this.#env.newId()}`;
    const answer = await this.#post(RPC_PATHS, { id, type: command }, READ_MS[command], token);
    if (answer === "silent") return { ok: false, reason: "slow" };
    if (answer === "unreachable") return { ok: false, reason: "failed" };
    if (answer.status === 401) return { ok: false, reason: "token" };
    if (answer.status !== 200) return { ok: false, reason: answer.status >= 500 ? "slow" : "refused" };
    return commandOutcome(answer.body, id, command);
  }

  async #post(paths: readonly string[], body: JsonObject, timeoutMs: number, token?: string): Promise<LoopbackAnswer | LoopbackAbsence> {
    const known = this.#known.get(paths);
    let last: LoopbackAnswer | LoopbackAbsence = "unreachable";
    for (const path of known ? [known] : paths) {
      const answer = await this.#ask(path, { method: "POST", body, timeoutMs, ...(token ? { token } : {}) });
      if (answer === "silent") return answer;
      if (answer === "unreachable") continue;
      if (answer.status === 404 && (answer.body?.["code"] === undefined || answer.body["code"] === "bridge.no_such_path")) {
        last = answer;
        continue;
      }
      this.#known.set(paths, path);
      return answer;
    }
    this.#known.delete(paths);
    return last;
  }

  #ask(path: string, request: Omit<Parameters<AskLoopback>[1], "language">): Promise<LoopbackAnswer | LoopbackAbsence> {
    return this.#env.ask(path, { ...request, language: this.#env.language() });
  }
}

/** All three, as one outcome: live content is shown whole or not at all. */
export async function readAll(client: BridgeClient, token: string): Promise<{ ok: true; reads: Reads } | Exclude<CommandOutcome, { ok: true }>> {
  const state = await client.read("get_state", token);
  if (!state.ok) return state;
  const [messages, stats] = await Promise.all([client.read("get_messages", token), client.read("get_session_stats", token)]);
  if (!messages.ok) return messages;
  if (!stats.ok) return stats;
  return { ok: true, reads: { state: state.data, messages: messages.data, stats: stats.data } };
}

const FAILURES: Readonly<Record<string, DegradedReason | "none">> = {
  "bridge.no_runtime": "none",
  "bridge.runtime_starting": "starting",
  "bridge.runtime_timeout": "slow",
  "bridge.too_many_calls": "slow",
  "pi.no_answer": "slow",
  "pi.busy": "slow",
  "pi.overloaded": "slow",
};

/** An answer counts only if it is the one to this very call. */
function commandOutcome(body: JsonObject | null, id: string, command: ReadCommand): CommandOutcome {
  if (body?.["type"] !== "response" || body["id"] !== id || body["command"] !== command) return { ok: false, reason: "unreadable" };
  const data = body["data"];
  if (body["success"] === true) return isRecord(data) ? { ok: true, data } : { ok: false, reason: "unreadable" };
  const code = body["code"];
  return { ok: false, reason: (typeof code === "string" && FAILURES[code]) || "failed" };
}

const RUNTIMES = ["none", "idle", "starting", "ready", "failed"] as const;

function healthOf(body: JsonObject): BridgeHealth {
  const text = (name: string) => (typeof body[name] === "string" ? body[name] : null);
  const runtimeReady = body["runtimeReady"] === true;
  const publicKey = text("publicKey");
  const signature = text("proof");
  return {
    version: text("version"),
    linked: body["linked"] === true || (body["linked"] === undefined && body["connected"] === true),
    connected: body["connected"] === true,
    deviceId: text("deviceId"),
    nodeId: text("nodeId"),
    runtimeReady,
    // A bridge that does not say is asked if it claims to be ready.
    runtime: RUNTIMES.find((name) => name === body["runtime"]) ?? (runtimeReady ? "ready" : "none"),
    proof: publicKey && signature ? { publicKey, signature } : null,
  };
}

function pageTokenOf(body: JsonObject | null, now: number): PageToken | null {
  const token = body?.["pageToken"];
  const seconds = body?.["pageTokenSeconds"];
  return typeof token === "string" && typeof seconds === "number" ? { token, expiresAt: now + seconds * 1_000 } : null;
}

function refusalOf(body: JsonObject | null): { code: string | null; message: string | null } {
  const text = body?.["detail"] ?? body?.["title"];
  return {
    code: typeof body?.["code"] === "string" ? body["code"] : null,
    message: typeof text === "string" ? text : null,
  };
}
