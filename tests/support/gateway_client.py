"""A client of the gateway: greets as operator or node, asks, and waits for events."""

import asyncio
import contextlib
import itertools
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from openclaw.kit.tasks import cancel_and_wait, spawn
from tests.support.accounts import Person
from tests.support.gateway_schema import OWN_CAPABILITIES, problem_of
from tests.support.server import ORIGIN, Server

SCOPES = ["operator.read", "operator.write", "operator.approvals", "operator.pairing"]


class Refused(Exception):
    """A call that the gateway answered with an error."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(error.get("message"))
        self.error = error

    @property
    def code(self) -> str:
        """Our own stable code, which protocol codes travel beside."""
        details = self.error.get("details") or {}
        return details.get("errorCode") or details.get("code") or self.error["code"]


class GatewayClient:
    """One socket. Frames are read as they come; events are kept in order.

    Every frame must be one that released clients take; the first that is not fails the call, or ``close``.
    """

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._ids = map(str, itertools.count(1))
        self._answers: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._methods: dict[str, str] = {}
        self._extra: dict[str, list[dict[str, Any]]] = {}
        self._changed = asyncio.Event()
        self._reader = spawn(self._read(), name="test gateway client")
        self.events: list[dict[str, Any]] = []
        self.hello: dict[str, Any] = {}
        self.on_event: Callable[[dict[str, Any]], None] | None = None
        self.problem: str | None = None
        self._is_ours = False

    async def call(self, method: str, params: dict[str, Any] | None = None) -> Any:
        """The payload of the answer. Raises Refused."""
        request_id = next(self._ids)
        self._methods[request_id] = method
        if method == "connect":
            self._is_ours = not OWN_CAPABILITIES.isdisjoint((params or {}).get("caps", ()))
        answer = self._answers[request_id] = asyncio.get_running_loop().create_future()
        await self._socket.send(
            json.dumps({"type": "req", "id": request_id, "method": method, "params": params or {}})
        )
        frame = await answer
        if not frame["ok"]:
            raise Refused(frame["error"])
        return frame.get("payload")

    async def call_twice(self, method: str, params: dict[str, Any]) -> tuple[Any, Any]:
        """The payloads of both answers of a method that is answered twice. Raises Refused."""
        first = await self.call(method, params)
        request_id = next(reversed(self._methods))
        final = self._answers[request_id] = asyncio.get_running_loop().create_future()
        for frame in self._extra.pop(request_id, ()):
            final.set_result(frame)
        frame = await final
        if not frame["ok"]:
            raise Refused(frame["error"])
        return first, frame.get("payload")

    def start(self, method: str, params: dict[str, Any] | None = None) -> "asyncio.Task[Any]":
        """``call``, under way."""
        return spawn(self.call(method, params), name="test gateway call")

    async def event(
        self, name: str, matches: Callable[[dict[str, Any]], bool] = lambda _: True
    ) -> dict[str, Any]:
        """The payload of the first event of that name that matches; waits for it."""
        seen = 0
        while True:
            for event in self.events[seen:]:
                if event["event"] == name and matches(event["payload"]):
                    return event["payload"]
            seen = len(self.events)
            if self._reader.done():
                raise AssertionError(f"the connection ended before a {name!r} event: {self.ending}")
            self._changed.clear()
            await self._changed.wait()

    async def ended(self) -> tuple[int, str]:
        """Wait for the end of the connection; its code and reason."""
        await asyncio.wait([self._reader])
        return self.ending

    @property
    def ending(self) -> tuple[int, str]:
        """How the connection was closed."""
        return self._socket.close_code or 0, self._socket.close_reason or ""

    async def close(self) -> None:
        """Leave."""
        await self._socket.close()
        await cancel_and_wait(self._reader)
        assert self.problem is None, self.problem

    def announce_frame(self, size: int) -> None:
        """Send no more of a text frame than the head, which says how long it is (masked with zeros)."""
        self._socket.transport.write(b"\x81\xff" + size.to_bytes(8, "big") + bytes(4))

    def drop(self) -> None:
        """Vanish without a word, as a machine that loses its network."""
        self._socket.transport.abort()

    def stop_reading(self) -> None:
        """Take nothing any more that is sent, until ``read_on``."""
        self._socket.transport.pause_reading()

    def read_on(self) -> None:
        """Take what was sent meanwhile."""
        self._socket.transport.resume_reading()

    async def _read(self) -> None:
        try:
            async for message in self._socket:
                self._take(json.loads(message))
        except ConnectionClosed:
            pass
        finally:
            for answer in self._answers.values():
                if not answer.done():
                    answer.set_exception(ConnectionError(f"the connection ended: {self.ending}"))
            self._changed.set()

    def _take(self, frame: dict[str, Any]) -> None:
        method = self._methods.get(frame.get("id", ""))
        protocol = self.hello.get("protocol", 4)
        if method == "connect" and frame["ok"]:
            protocol = frame["payload"]["protocol"]
        problem = problem_of(frame, method=method, protocol=protocol, is_ours=self._is_ours)
        self.problem = self.problem or problem
        if frame["type"] == "res":
            answer = self._answers.pop(frame["id"], None)
            if answer is None:
                self._extra.setdefault(frame["id"], []).append(frame)
            elif not answer.done():
                if problem is None:
                    answer.set_result(frame)
                else:
                    answer.set_exception(AssertionError(problem))
            return
        self.events.append(frame)
        self._changed.set()
        if self.on_event is not None:
            self.on_event(frame)


@contextlib.asynccontextmanager
async def open_socket(server: Server, *, origin: str | None = ORIGIN) -> AsyncIterator[GatewayClient]:
    """A socket that has not said anything yet."""
    url = f"ws://127.0.0.1:{server.gateway.port}"
    socket = await connect(
        url,
        origin=origin,  # pyright: ignore[reportArgumentType]
        compression=None,
        max_size=None,
        proxy=None,
        close_timeout=1,
        open_timeout=60,
    )
    client = GatewayClient(socket)
    try:
        yield client
    finally:
        await client.close()


def operator_params(token: str, **changes: Any) -> dict[str, Any]:
    """What the web console sends in ``connect``."""
    return {
        "minProtocol": 4,
        "maxProtocol": 4,
        "client": {"id": "openclaw-control-ui", "version": "1", "platform": "web", "mode": "ui"},
        "role": "operator",
        "scopes": SCOPES,
        "caps": ["tool-events", "approvals", "run-names"],
        "auth": {"token": token},
    } | changes


@contextlib.asynccontextmanager
async def operator(
    person: Person, *, token: str | None = None, **changes: Any
) -> AsyncIterator[GatewayClient]:
    """A page of ``person``, greeted."""
    token = token or await person.ticket()
    async with open_socket(person.server) as client:
        await client.event("connect.challenge")
        client.hello = await client.call("connect", operator_params(token, **changes))
        yield client
