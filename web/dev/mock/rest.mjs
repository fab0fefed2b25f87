import { createReadStream, existsSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

import { routes } from "./routes.mjs";

const STATIC = fileURLToPath(new URL("../../../src/openclaw/apps/server/static/", import.meta.url));
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".webmanifest": "application/manifest+json" };

/** Serves the built console and the REST routes it calls. */
export function startRest(state, gateway, port) {
  createServer(async (request, response) => {
    const url = new URL(request.url, "http://mock");
    if (!url.pathname.startsWith("/api/v2")) return serveFile(url.pathname, response);
    let text = "";
    for await (const chunk of request) text += chunk;
    const path = url.pathname.slice("/api/v2".length);
    for (const [method, pattern, handle] of routes) {
      const match = method === request.method && pattern.exec(path);
      if (!match) continue;
      const reply = handle({ state, gateway, port, ids: match.slice(1), query: url.searchParams, body: text ? JSON.parse(text) : {} });
      return send(response, reply);
    }
    send(response, problem(404, "request.not_found", "No such route in the mock"));
  }).listen(port, "127.0.0.1");
}

export function problem(status, code, title, data = {}) {
  return { status, body: { type: "about:blank", title, status, code, data }, type: "application/problem+json" };
}

function send(response, reply) {
  const { status = 200, body, type = "application/json", headers = {} } = reply ?? { status: 204 };
  response.writeHead(status, { ...headers, ...(body === undefined ? {} : { "content-type": type }) });
  response.end(body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body));
}

function serveFile(path, response) {
  const wanted = join(STATIC, normalize(path));
  const file = wanted.startsWith(STATIC) && extname(wanted) && existsSync(wanted) ? wanted : join(STATIC, "index.html");
  // The policy that the real server should be able to send.
  response.writeHead(200, {
    "content-type": TYPES[extname(file)] ?? "application/octet-stream",
    "content-security-policy":
      "default-src 'self'; connect-src 'self' ws: wss: http://127.0.0.1:43115; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
  });
  createReadStream(file).pipe(response);
}
