import { describe, expect, it } from "vitest";

import { ApiError, UnreachableError } from "./errors.ts";
import { Http, queryString, type HttpOptions } from "./http.ts";
import { browserRenewal } from "./renewal.ts";

type Reply = Response | Error;

/** A server that gives prepared answers and remembers what it was asked. */
function server(script: Record<string, Reply[]>) {
  const asked: { method: string; url: string; headers: Headers; body: unknown }[] = [];
  const fetch = (input: RequestInfo | URL, init: RequestInit = {}) => {
    const key = `${init.method} ${String(input)}`;
    asked.push({
      method: init.method ?? "GET",
      url: String(input),
      headers: new Headers(init.headers),
      body: typeof init.body === "string" ? JSON.parse(init.body) : null,
    });
    const reply = script[key]?.shift() ?? new Error(`not scripted: ${key}`);
    return reply instanceof Error ? Promise.reject(reply) : Promise.resolve(reply);
  };
  return { fetch: fetch as typeof globalThis.fetch, asked };
}

function memoryStorage(): Storage {
  const values = new Map<string, string>();
  return {
    getItem: (key: string) => values.get(key) ?? null,
    setItem: (key: string, value: string) => void values.set(key, value),
  } as Storage;
}

function client(script: Record<string, Reply[]>, options: Partial<HttpOptions> = {}) {
  const { fetch, asked } = server(script);
  let ended = 0;
  const http = new Http({
    fetch,
    csrfToken: () => "csrf-1",
    language: () => "zh-CN",
    workspaceId: () => "ws_1",
    onSessionEnded: () => ended++,
    renewal: browserRenewal(memoryStorage(), undefined),
    ...options,
  });
  return { http, asked, ended: () => ended };
}

const json = (body: unknown, status = 200) => Response.json(body, { status });
const refused = (code: string, status = 401) =>
  new Response(JSON.stringify({ title: "No", code, status, data: { triesLeft: 2 } }), {
    status,
    headers: { "content-type": "application/problem+json", "retry-after": "90" },
  });

describe("requests", () => {
  it("carry language and workspace, and the CSRF token only when they change something", async () => {
    const { http, asked } = client({ "GET /api/v2/devices": [json({})], "POST /api/v2/auth/logout": [new Response(null, { status: 204 })] });
    await http.json("GET", "/devices");
    await expect(http.json("POST", "/auth/logout")).resolves.toBeUndefined();
    expect(asked[0]?.headers.get("accept-language")).toBe("zh-CN");
    expect(asked[0]?.headers.get("x-workspace-id")).toBe("ws_1");
    expect(asked[0]?.headers.get("x-csrf-token")).toBeNull();
    expect(asked[1]?.headers.get("x-csrf-token")).toBe("csrf-1");
  });

  it("leave out empty query values", () => {
    expect(queryString({ q: "", cursor: null, archived: false, limit: 5 })).toBe("?archived=false&limit=5");
    expect(queryString({})).toBe("");
  });

  it("turn a problem into an ApiError with its code, data and waiting time", async () => {
    const { http } = client({ "POST /api/v2/x": [refused("devices.wrong_code", 403)] });
    const error = await http.json("POST", "/x").catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ code: "devices.wrong_code", status: 403, data: { triesLeft: 2 }, retryAfter: 90 });
  });

  it("make a plain problem of a proxy's HTML", async () => {
    const { http } = client({ "GET /api/v2/x": [new Response("<h1>Bad gateway</h1>", { status: 502, statusText: "Bad Gateway" })] });
    await expect(http.json("GET", "/x")).rejects.toMatchObject({ code: "http.502", message: "Bad Gateway" });
  });

  it("tell a server that does not answer from one that refuses", async () => {
    const { http } = client({ "GET /api/v2/x": [new TypeError("Failed to fetch")] });
    await expect(http.json("GET", "/x")).rejects.toBeInstanceOf(UnreachableError);
  });
});

describe("an expired session", () => {
  it("is renewed once for all requests that meet it, and they are sent again", async () => {
    const { http, asked, ended } = client({
      "GET /api/v2/a": [refused("identity.not_signed_in"), json({ a: 1 })],
      "GET /api/v2/b": [refused("identity.not_signed_in"), json({ b: 1 })],
      "POST /api/v2/auth/refresh": [json({})],
    });
    await expect(Promise.all([http.json("GET", "/a"), http.json("GET", "/b")])).resolves.toEqual([{ a: 1 }, { b: 1 }]);
    expect(asked.filter(({ url }) => url.endsWith("/auth/refresh"))).toHaveLength(1);
    expect(ended()).toBe(0);
  });

  it("that cannot be renewed is over, with the first refusal", async () => {
    const { http, ended } = client({
      "GET /api/v2/a": [refused("identity.not_signed_in")],
      "POST /api/v2/auth/refresh": [refused("identity.session_revoked")],
    });
    await expect(http.json("GET", "/a")).rejects.toMatchObject({ code: "identity.not_signed_in" });
    expect(ended()).toBe(1);
  });

  it("is not over because the server is down while renewing", async () => {
    const { http, ended } = client({
      "GET /api/v2/a": [refused("identity.not_signed_in")],
      "POST /api/v2/auth/refresh": [refused("service.unavailable", 503)],
    });
    await expect(http.json("GET", "/a")).rejects.toMatchObject({ status: 503 });
    expect(ended()).toBe(0);
  });

  it("is not suspected when the password in the request was wrong", async () => {
    const { http, asked } = client({ "POST /api/v2/auth/password": [refused("identity.invalid_credentials")] });
    await expect(http.json("POST", "/auth/password")).rejects.toMatchObject({ code: "identity.invalid_credentials" });
    expect(asked).toHaveLength(1);
  });

  it("that another tab has renewed meanwhile is not renewed again", async () => {
    const storage = memoryStorage();
    storage.setItem("openclaw.session.renewedAt", String(Date.now() + 60_000));
    const { http, asked } = client(
      { "GET /api/v2/a": [refused("identity.not_signed_in"), json({ a: 1 })] },
      { renewal: browserRenewal(storage, undefined) },
    );
    await expect(http.json("GET", "/a")).resolves.toEqual({ a: 1 });
    expect(asked.map(({ url }) => url)).toEqual(["/api/v2/a", "/api/v2/a"]);
  });
});
