import type { JsonObject } from "./types.ts";

/**
 * The bridge program on this very machine. A page may only reach it with the browser's loopback permission, and
 * asking prompts the user; so nothing here runs unless a person clicked or the permission is already granted.
 */

const ORIGIN = "http://127.0.0.1:43115";
const HEALTH_PATHS = ["/healthz", "/v1/healthz", "/bridge/health"] as const;
const REDEEM_PATHS = ["/link/redeem", "/v1/link/redeem"] as const;
const PROBE_TIMEOUT_MS = 2_000;
/** The bridge may ask the person at the machine before it answers. */
const REDEEM_TIMEOUT_MS = 120_000;

export type LoopbackPermission = "granted" | "prompt" | "denied" | "unknown";

export interface BridgeHealth {
  ok: boolean;
  version: string | null;
  linked: boolean;
  deviceId: string | null;
  nodeId: string | null;
}

export type Probe =
  | { found: true; health: BridgeHealth }
  | { found: false; permission: LoopbackPermission };

export type RedeemOutcome =
  | { ok: true }
  | { ok: false; reason: "unreachable" }
  | { ok: false; reason: "refused"; code: string | null; message: string | null };

export interface BridgeEnvironment {
  /** Defaults to the page's own. */
  fetch?: typeof globalThis.fetch;
  permissions: Pick<Permissions, "query"> | undefined;
  /** The language that refusals are answered in. */
  language: string;
}

/** The permission was renamed between browser releases; a browser without either has no such gate. */
export async function loopbackPermission(permissions: BridgeEnvironment["permissions"]): Promise<LoopbackPermission> {
  for (const name of ["loopback-network", "local-network-access"]) {
    try {
      const status = await permissions?.query({ name: name as PermissionName });
      if (status) return status.state;
    } catch {
      continue;
    }
  }
  return "unknown";
}

/** Asks the documented health addresses in order and stops at the first that answers. */
export async function probeBridge(environment: BridgeEnvironment): Promise<Probe> {
  for (const path of HEALTH_PATHS) {
    const answer = await ask(environment, path, { method: "GET" }, PROBE_TIMEOUT_MS);
    if (answer === "silent") break;
    if (answer === "unreachable") continue;
    if (answer.status === 200 && answer.body?.["ok"] === true) return { found: true, health: healthFrom(answer.body) };
  }
  return { found: false, permission: await loopbackPermission(environment.permissions) };
}

export async function redeemAtBridge(
  environment: BridgeEnvironment,
  challenge: { challengeId: string; code: string; appUrl: string },
): Promise<RedeemOutcome> {
  const request = {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(challenge),
  };
  let reached = false;
  for (const path of REDEEM_PATHS) {
    const answer = await ask(environment, path, request, REDEEM_TIMEOUT_MS);
    if (answer === "silent") break;
    if (answer === "unreachable") continue;
    reached = true;
    if (answer.status === 404 && answer.body?.["code"] === undefined) continue;
    if (answer.status < 300 && answer.body?.["ok"] !== false) return { ok: true };
    return { ok: false, reason: "refused", ...refusal(answer.body) };
  }
  return reached ? { ok: false, reason: "refused", code: null, message: null } : { ok: false, reason: "unreachable" };
}

interface Answer {
  status: number;
  body: JsonObject | null;
}

/**
 * `unreachable` is a failed request: nothing listens, the browser refused, or the path does not exist (a 404 without
 * CORS headers looks the same to a page). `silent` is an open port that did not answer in time.
 */
type Absence = "unreachable" | "silent";

async function ask(
  environment: BridgeEnvironment,
  path: string,
  init: { method: string; headers?: Record<string, string>; body?: string },
  timeoutMs: number,
): Promise<Answer | Absence> {
  try {
    const send = environment.fetch ?? globalThis.fetch.bind(globalThis);
    const response = await send(`${ORIGIN}${path}`, {
      ...init,
      headers: { ...init.headers, "accept-language": environment.language },
      mode: "cors",
      credentials: "omit",
      cache: "no-store",
      signal: AbortSignal.timeout(timeoutMs),
      // Not yet in the DOM typings; browsers without it ignore it.
      targetAddressSpace: "loopback",
    } as RequestInit);
    const body: unknown = await response.json().catch(() => null);
    return { status: response.status, body: typeof body === "object" ? (body as JsonObject | null) : null };
  } catch (error) {
    return error instanceof DOMException && error.name === "TimeoutError" ? "silent" : "unreachable";
  }
}

function healthFrom(body: JsonObject): BridgeHealth {
  const text = (name: string) => (typeof body[name] === "string" ? body[name] : null);
  return {
    ok: true,
    version: text("version"),
    linked: body["linked"] === true || body["connected"] === true,
    deviceId: text("deviceId"),
    nodeId: text("nodeId"),
  };
}

function refusal(body: JsonObject | null): { code: string | null; message: string | null } {
  const text = body?.["detail"] ?? body?.["title"];
  return {
    code: typeof body?.["code"] === "string" ? body["code"] : null,
    message: typeof text === "string" ? text : null,
  };
}
