import { createServer } from "node:http";

import { newId, now } from "./state.mjs";

/** Answers where the bridge program would, and redeems without asking anyone. */
export function startBridge(state, gateway) {
  createServer((request, response) => {
    const headers = {
      "access-control-allow-origin": request.headers.origin ?? "",
      "access-control-allow-headers": "content-type, authorization",
      "access-control-allow-methods": "GET, POST",
      "content-type": "application/json",
      vary: "Origin",
    };
    const answer = (status, body) => response.writeHead(status, headers).end(body === undefined ? undefined : JSON.stringify(body));
    if (request.method === "OPTIONS") return answer(204);
    if (request.url.split("?")[0] === "/healthz") return answer(200, { ok: true, connected: false, runtimeReady: false, version: "0.1.0" });
    if (request.url !== "/link/redeem") return answer(404, { code: "bridge.not_found" });
    let text = "";
    request.on("data", (chunk) => (text += chunk));
    request.on("end", () => {
      const { challengeId } = JSON.parse(text);
      answer(200, { ok: true });
      redeem(state, gateway, challengeId);
    });
  }).listen(43115, "127.0.0.1");
}

export function redeem(state, gateway, challengeId) {
  const challenge = state.challenges.get(challengeId);
  if (!challenge) return;
  const device = {
    id: newId("dev"), nodeId: newId("node").slice(5).repeat(2), name: "this-machine", platform: "Linux · x86_64", version: "0.1.0", online: true,
    lastSeenAt: now(), linkedAt: now(), revokedAt: null, commands: [], home: "/home/ada",
  };
  state.devices.push(device);
  Object.assign(challenge, { status: "redeemed", deviceId: device.id });
  gateway.emit("device.changed", { deviceId: device.id, online: true });
}
