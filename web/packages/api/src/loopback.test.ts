import { afterEach, expect, it, vi } from "vitest";

import { askLoopback } from "./loopback.ts";

const REQUEST = { method: "GET", timeoutMs: 2_000, language: "en" } as const;

afterEach(() => vi.unstubAllGlobals());

function answering(answer: () => Promise<Response>) {
  const asked: [string, RequestInit][] = [];
  vi.stubGlobal("fetch", (url: string, init: RequestInit) => {
    asked.push([url, init]);
    return answer();
  });
  return asked;
}

it("asks 127.0.0.1 itself, without cookies, and says which address space it means", async () => {
  const asked = answering(() => Promise.resolve(Response.json({ ok: true })));
  await expect(askLoopback("/healthz", REQUEST)).resolves.toEqual({ status: 200, body: { ok: true } });
  expect(asked[0]?.[0]).toBe("http://127.0.0.1:43115/healthz");
  expect(asked[0]?.[1]).toMatchObject({ targetAddressSpace: "loopback", credentials: "omit", redirect: "error" });
  expect(asked[0]?.[1].headers).toEqual({ "accept-language": "en" });
});

it("sends a body as JSON and a token as a bearer", async () => {
  const asked = answering(() => Promise.resolve(Response.json({}, { status: 403 })));
  const request = { ...REQUEST, method: "POST", body: { id: "1" }, token: "t" } as const;
  await expect(askLoopback("/rpc", request)).resolves.toEqual({ status: 403, body: {} });
  expect(asked[0]?.[1]).toMatchObject({ body: '{"id":"1"}', headers: { "content-type": "application/json", authorization: "Bearer t" } });
});

it.each([
  [new TypeError("Failed to fetch"), "unreachable"],
  [new DOMException("timed out", "TimeoutError"), "silent"],
] as const)("never rejects: %s is %s", async (error, outcome) => {
  answering(() => Promise.reject(error));
  await expect(askLoopback("/healthz", REQUEST)).resolves.toBe(outcome);
});

it.each([["not json"], ["[1]"], ["3"]])("takes %s for an answer without a body", async (text) => {
  answering(() => Promise.resolve(new Response(text)));
  await expect(askLoopback("/healthz", REQUEST)).resolves.toMatchObject({ status: 200, body: null });
});
