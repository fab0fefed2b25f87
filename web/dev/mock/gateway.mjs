import { WebSocketServer } from "ws";

/** The gateway's frames, as far as the console needs them: challenge, hello, events. */
export function startGateway(state, port) {
  const server = new WebSocketServer({ host: "127.0.0.1", port });
  const sockets = new Map();

  server.on("connection", (socket) => {
    socket.send(JSON.stringify({ type: "event", event: "connect.challenge", payload: { nonce: "mock", ts: Date.now() } }));
    socket.on("message", (data) => {
      const frame = JSON.parse(String(data));
      if (frame.method !== "connect") {
        socket.send(JSON.stringify({ type: "res", id: frame.id, ok: true, payload: {} }));
        return;
      }
      sockets.set(socket, { seq: 0 });
      const payload = { type: "hello-ok", protocol: 4, server: { version: "mock", connId: "mock" }, policy: { tickIntervalMs: 30_000 } };
      socket.send(JSON.stringify({ type: "res", id: frame.id, ok: true, payload }));
    });
    socket.on("close", () => sockets.delete(socket));
  });

  const emit = (event, payload) => {
    for (const [socket, connection] of sockets) {
      socket.send(JSON.stringify({ type: "event", event, payload, seq: ++connection.seq }));
    }
  };
  setInterval(() => emit("tick", { ts: Date.now() }), 30_000).unref();
  return { emit };
}
