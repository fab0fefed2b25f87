import type { JsonObject } from "./types.ts";

/** Requests to the bridge program on this very machine. When they are made is up to `@openclaw/realtime`'s local bridge. */

const ORIGIN = "http://127.0.0.1:43115";

export interface LoopbackRequest {
  method: "GET" | "POST";
  /** Sent as JSON. */
  body?: JsonObject;
  token?: string;
  timeoutMs: number;
  /** The language that refusals are answered in. */
  language: string;
}

export interface LoopbackAnswer {
  status: number;
  body: JsonObject | null;
}

/**
 * `unreachable` is a failed request: nothing listens, the browser refused, or the path does not exist (a 404 without
 * CORS headers looks the same to a page). `silent` is an open port that did not answer in time.
 */
export type LoopbackAbsence = "unreachable" | "silent";

export type AskLoopback = (path: string, request: LoopbackRequest) => Promise<LoopbackAnswer | LoopbackAbsence>;

/** One request to `path` (with its query) at 127.0.0.1. Never rejects. */
export const askLoopback: AskLoopback = async (path, { method, body, token, timeoutMs, language }) => {
  try {
    const response = await globalThis.fetch(`${ORIGIN}${path}`, {
      method,
      ...(body ? { body: JSON.stringify(body) } : {}),
      headers: {
        "accept-language": language,
        ...(body ? { "content-type": "application/json" } : {}),
        ...(token ? { authorization: `Bearer ${token}` } : {}),
      },
      mode: "cors",
      credentials: "omit",
      cache: "no-store",
      redirect: "error",
      signal: AbortSignal.timeout(timeoutMs),
      // Not yet in the DOM typings; browsers without it ignore it.
      targetAddressSpace: "loopback",
    } as RequestInit);
    const value: unknown = await response.json().catch((error: unknown) => {
      if (isTimeout(error)) throw error;
      return null;
    });
    const isObject = typeof value === "object" && !Array.isArray(value);
    return { status: response.status, body: isObject ? (value as JsonObject | null) : null };
  } catch (error) {
    return isTimeout(error) ? "silent" : "unreachable";
  }
};

function isTimeout(error: unknown): boolean {
  return error instanceof DOMException && error.name === "TimeoutError";
}
