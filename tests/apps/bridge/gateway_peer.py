"""A small gateway built on `websockets`: the protocol peer that a bridge talks to in tests."""

import asyncio
import json
from collections import defaultdict
from types import TracebackType
from typing import Any, Self

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from openclaw.protocol.device import (
    ConnectClaims,
    connect_text_v3,
    decode_public_key,
    node_id_of,
    verify_signature,
)

NONCE = "5f0c2a2e-nonce"
NOW_MS = 1_790_000_000_000


class NodeConnection:
    """One node that has said hello."""

    def __init__(self, socket: ServerConnection, connect: dict[str, Any], *, acknowledge: bool) -> None:
        self.connect = connect
        self.node_id: str = connect["device"]["id"]
        self.acknowledge = acknowledge
        self.refuse_results_with: str | None = None  # the next one
        self.results: list[dict[str, Any]] = []
        self.events: list[dict[str, Any]] = []
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.lease_ms: int | None = 60_000  # None: heartbeats are not answered
        self.heartbeats: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._unanswered: list[str] = []
        self._socket = socket
        self._waiting: dict[str, asyncio.Queue[dict[str, Any]]] = defaultdict(asyncio.Queue)
        self._progress: dict[str, asyncio.Queue[dict[str, Any]]] = defaultdict(asyncio.Queue)

    async def send(self, event: str, payload: dict[str, Any]) -> None:
        await self._socket.send(json.dumps({"type": "event", "event": event, "payload": payload}))

    async def invoke(self, call_id: str, command: str, arguments: Any, **more: Any) -> None:
        await self.send(
            "node.invoke.request",
            {
                "id": call_id,
                "nodeId": self.node_id,
                "command": command,
                "paramsJSON": json.dumps(arguments),
                "idempotencyKey": call_id,
                **more,
            },
        )

    async def result(self, call_id: str) -> dict[str, Any]:
        """The next result frame of the call, its payload decoded."""
        found = dict(await self._waiting[call_id].get())
        if "payloadJSON" in found:
            found["payload"] = json.loads(found.pop("payloadJSON"))
        return found

    async def call(self, call_id: str, command: str, arguments: Any, **more: Any) -> dict[str, Any]:
        await self.invoke(call_id, command, arguments, **more)
        return await self.result(call_id)

    async def progress(self, call_id: str) -> dict[str, Any]:
        return await self._progress[call_id].get()

    async def answer_heartbeats(self, lease_ms: int) -> None:
        """Answer those that were not, and all that come."""
        self.lease_ms = lease_ms
        while self._unanswered:
            await self._answer_heartbeat(self._unanswered.pop())

    async def _answer_heartbeat(self, request_id: str) -> None:
        if self.lease_ms is None:
            self._unanswered.append(request_id)
            return
        payload = {"ok": True, "leaseMs": self.lease_ms, "everyMs": self.lease_ms // 3, "slots": 5}
        await self._socket.send(json.dumps({"type": "res", "id": request_id, "ok": True, "payload": payload}))

    async def close(self, code: int, reason: str) -> None:
        await self._socket.close(code, reason)

    async def serve(self) -> None:
        try:
            async for data in self._socket:
                await self._take(json.loads(data))
        except ConnectionClosed:
            pass
        finally:
            if not self.closed.done():
                self.closed.set_result(None)

    async def _take(self, frame: dict[str, Any]) -> None:
        params = frame["params"]
        match frame["method"]:
            case "node.invoke.result":
                self.results.append(params)
                self._waiting[params["id"]].put_nowait(params)
                if not self.acknowledge:
                    return
                if self.refuse_results_with is not None:
                    error, self.refuse_results_with = (
                        {"code": self.refuse_results_with, "message": "no"},
                        None,
                    )
                    refusal = {"type": "res", "id": frame["id"], "ok": False, "error": error}
                    await self._socket.send(json.dumps(refusal))
                    return
            case "node.invoke.progress":
                self._progress[params["id"]].put_nowait(params)
            case "node.event":
                self.events.append(params)
            case "node.host.heartbeat":
                self.heartbeats.put_nowait(params)
                await self._answer_heartbeat(frame["id"])
                return
        answer = {"type": "res", "id": frame["id"], "ok": True, "payload": {"ok": True}}
        await self._socket.send(json.dumps(answer))


class GatewayPeer:
    """Listens, checks the device proof, and hands out each connection that a node has made."""

    def __init__(self) -> None:
        self.tick_interval_ms = 30_000
        self.max_payload = 8 * 1_048_576
        self.acknowledge = True
        self.lease_ms: int | None = 60_000
        self.refuse_with: dict[str, Any] | None = None
        self.close_before_hello: tuple[int, str] | None = None
        self.tokens: list[str] = []
        self.attempted = asyncio.Event()
        self._server: Server | None = None
        self._nodes: asyncio.Queue[NodeConnection] = asyncio.Queue()

    @property
    def url(self) -> str:
        assert self._server is not None
        return f"ws://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def __aenter__(self) -> Self:
        self._server = await serve(self._serve, "127.0.0.1", 0, compression=None, max_size=None)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()

    async def node(self) -> NodeConnection:
        """The next node that connects."""
        return await self._nodes.get()

    async def _serve(self, socket: ServerConnection) -> None:
        challenge = {"nonce": NONCE, "ts": NOW_MS}
        await socket.send(json.dumps({"type": "event", "event": "connect.challenge", "payload": challenge}))
        frame = json.loads(await socket.recv())
        connect = frame["params"]
        self.tokens.append(connect["auth"]["token"])
        self.attempted.set()
        if self.close_before_hello is not None:
            await socket.close(*self.close_before_hello)
            return
        if self.refuse_with is not None or not proves_its_key(connect):
            error = self.refuse_with or {"code": "INVALID_REQUEST", "message": "device signature invalid"}
            await socket.send(json.dumps({"type": "res", "id": frame["id"], "ok": False, "error": error}))
            await socket.close(1008, "refused")
            return
        hello = {
            "type": "hello-ok",
            "protocol": 4,
            "policy": {"maxPayload": self.max_payload, "tickIntervalMs": self.tick_interval_ms},
        }
        await socket.send(json.dumps({"type": "res", "id": frame["id"], "ok": True, "payload": hello}))
        node = NodeConnection(socket, connect, acknowledge=self.acknowledge)
        node.lease_ms = self.lease_ms
        self._nodes.put_nowait(node)
        await node.serve()


def proves_its_key(connect: dict[str, Any]) -> bool:
    device, client = connect["device"], connect["client"]
    public_key = decode_public_key(device["publicKey"])
    claims = ConnectClaims(
        device_id=device["id"],
        client_id=client["id"],
        client_mode=client["mode"],
        role=connect["role"],
        scopes=connect["scopes"],
        signed_at_ms=device["signedAt"],
        token=connect["auth"]["token"],
        nonce=NONCE,
        platform=client["platform"],
    )
    return node_id_of(public_key) == device["id"] and verify_signature(
        public_key=public_key, signature=device["signature"], text=connect_text_v3(claims)
    )
