import { problemFrom, UnreachableError, type ApiError } from "./errors.ts";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export interface RequestOptions {
  query?: Record<string, string | number | boolean | null | undefined>;
  /** A blob travels as it is, anything else as JSON. */
  body?: object;
  signal?: AbortSignal | undefined;
  /** Conditions and keys of a request, in small letters. */
  headers?: Record<string, string>;
  /** False for calls that work without a session. */
  renew?: boolean;
}

export type Signal = AbortSignal | undefined;

/** A part of a list: what comes after the last of the part before. */
export interface Paging {
  cursor?: string | null | undefined;
  limit?: number;
}

/** Sent again with the same key, nothing is made twice. */
export function keyed(idempotencyKey: string): Record<string, string> {
  return { "idempotency-key": idempotencyKey };
}

/** Refused when somebody has changed it since. */
export function unchangedSince(version: number): Record<string, string> {
  return { "if-match": `"${version}"` };
}

export interface HttpOptions {
  /** Defaults to the page's own origin. */
  baseUrl?: string;
  fetch?: typeof globalThis.fetch;
  csrfToken: () => string | null;
  language: () => string;
  workspaceId: () => string | null;
  /** Called once when the session is over and cannot be renewed. */
  onSessionEnded: () => void;
  /** Runs `renew` such that no other tab of this browser renews at the same time. */
  renewal: Renewal;
}

export interface Renewal {
  /** Resolves true when the session is fresh again, false when it is over. */
  run(startedAt: number, renew: () => Promise<boolean>): Promise<boolean>;
  now(): number;
}

const BASE = "/api/v2";

/** Sends JSON to our own origin: CSRF, workspace and language headers, and one renewal of an expired session. */
export class Http {
  readonly #options: HttpOptions;
  #renewing: Promise<boolean> | null = null;

  constructor(options: HttpOptions) {
    this.#options = options;
  }

  async json<T>(method: Method, path: string, options: RequestOptions = {}): Promise<T> {
    const response = await this.#answer(method, path, options);
    if (response.status === 204) return undefined as T;
    return (await response.json()) as T;
  }

  async blob(path: string, options: RequestOptions = {}): Promise<Blob> {
    return (await this.#answer("GET", path, options)).blob();
  }

  /** JSON to an address of our origin that is no part of the API: without the session. */
  async outside<T>(path: string, body: string, headers: Record<string, string>): Promise<T> {
    const response = await this.#fetch(`${this.#options.baseUrl ?? ""}${path}`, {
      method: "POST",
      headers: { accept: "application/json", "accept-language": this.#options.language(), "content-type": "application/json", ...headers },
      credentials: "omit",
      cache: "no-store",
      body,
    });
    if (!response.ok) throw await problemFrom(response);
    return (await response.json()) as T;
  }

  async #answer(method: Method, path: string, options: RequestOptions): Promise<Response> {
    const startedAt = this.#options.renewal.now();
    const response = await this.#send(method, path, options);
    if (response.ok) return response;
    const refusal = await problemFrom(response);
    if (!isSessionRefused(refusal) || options.renew === false) throw refusal;
    if (!(await this.#renew(startedAt))) {
      this.#options.onSessionEnded();
      throw refusal;
    }
    const second = await this.#send(method, path, options);
    if (!second.ok) throw await problemFrom(second);
    return second;
  }

  /** All requests of this tab that meet a 401 together share one renewal. */
  #renew(startedAt: number): Promise<boolean> {
    this.#renewing ??= this.#options.renewal
      .run(startedAt, async () => {
        const response = await this.#send("POST", "/auth/refresh", { body: {} });
        if (response.ok) return true;
        // Only a refusal ends the session; a server that is down says nothing about it.
        if (response.status >= 500 || response.status === 429) throw await problemFrom(response);
        return false;
      })
      .finally(() => {
        this.#renewing = null;
      });
    return this.#renewing;
  }

  async #send(method: Method, path: string, options: RequestOptions): Promise<Response> {
    const headers: Record<string, string> = { accept: "application/json", "accept-language": this.#options.language(), ...options.headers };
    const workspace = this.#options.workspaceId();
    if (workspace) headers["x-workspace-id"] = workspace;
    if (method !== "GET") {
      headers["content-type"] = options.body instanceof Blob ? "application/octet-stream" : "application/json";
      const token = this.#options.csrfToken();
      if (token) headers["x-csrf-token"] = token;
    }
    return this.#fetch(`${this.#options.baseUrl ?? ""}${BASE}${path}${queryString(options.query)}`, {
      method,
      headers,
      credentials: "same-origin",
      cache: "no-store",
      body: method === "GET" || method === "DELETE" ? null : options.body instanceof Blob ? options.body : JSON.stringify(options.body ?? {}),
      signal: options.signal ?? null,
    });
  }

  async #fetch(address: string, request: RequestInit): Promise<Response> {
    const send = this.#options.fetch ?? globalThis.fetch.bind(globalThis);
    try {
      return await send(address, request);
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") throw error;
      throw new UnreachableError(String(error));
    }
  }
}

/** A wrong password in the request itself is a 401 too; renewing and asking again would count as a second try. */
function isSessionRefused({ status, code }: ApiError): boolean {
  return status === 401 && code !== "identity.invalid_credentials";
}

export function queryString(query: RequestOptions["query"]): string {
  const pairs = Object.entries(query ?? {}).flatMap(([name, value]) =>
    value === undefined || value === null || value === "" ? [] : [[name, String(value)]],
  );
  return pairs.length === 0 ? "" : `?${new URLSearchParams(pairs).toString()}`;
}

/** Ids come from URLs, so they are escaped before they become part of a path. */
export function segment(id: string): string {
  return encodeURIComponent(id);
}

