"""A page that always comes back: to the other gateway, with its cursor; and what it was told, as it would show it."""

import asyncio
from collections.abc import Callable
from typing import Any, Self

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from openclaw.kit.tasks import cancel_and_wait, spawn
from tests.support.accounts import Person
from tests.support.gateway_client import GatewayClient, operator_params

_CAPS = ["tool-events", "approvals", "run-names", "cursor"]
_GONE = (OSError, WebSocketException, AssertionError, TimeoutError)


class ResumingPage:
    """What the web console's gateway client does, and a log of it.

    ``log``: the events that have a number, by their number. ``faults``: what no page should ever be told.
    """

    def __init__(self, person: Person, gateways: list[str], *, first: int) -> None:
        self._person = person
        self._gateways = gateways
        self._at = first
        self._client: GatewayClient | None = None
        self._online = asyncio.Event()
        self._network = asyncio.Event()
        self._network.set()
        self._changed = asyncio.Event()
        self._cursor: str | None = None
        self._keeper: asyncio.Task[None] | None = None
        self.begin = 0
        self.log: dict[int, tuple[str, dict[str, Any]]] = {}
        self.shown: dict[str, str] = {}
        self.endings: list[dict[str, Any]] = []
        self.connections = 0
        self.faults: list[str] = []

    async def __aenter__(self) -> Self:
        self._keeper = spawn(self._stay_connected(), name="test page")
        await self._online.wait()
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._keeper is not None
        await cancel_and_wait(self._keeper)
        if self._client is not None:
            await self._client.close()

    async def request(self, method: str, params: dict[str, Any]) -> Any:
        """The answer to a request, which is repeated after a lost connection. Raises Refused."""
        while True:
            await self._online.wait()
            assert self._client is not None
            try:
                return await self._client.call(method, params)
            except _GONE:
                await self._client.ended()

    def lose_network(self) -> None:
        """The socket is gone, and no other can be had."""
        self._network.clear()
        if self._client is not None:
            self._client.drop()

    def regain_network(self) -> None:
        """It connects again, elsewhere."""
        self._network.set()

    async def until(self, is_so: Callable[[], Any]) -> Any:
        """Wait for something that the page is told; what ``is_so`` answered."""
        while not (found := is_so()):
            self._changed.clear()
            await self._changed.wait()
        return found

    def find(self, name: str, matches: Callable[[dict[str, Any]], bool]) -> dict[str, Any] | None:
        """The payload of the first numbered event of that name that matches."""
        return next((p for event, p in self.log.values() if event == name and matches(p)), None)

    async def _stay_connected(self) -> None:
        while True:
            await self._network.wait()
            try:
                await self._connect(self._gateways[self._at])
            except _GONE:
                pass
            else:
                assert self._client is not None
                await self._client.ended()
                self._online.clear()
            self._at = (self._at + 1) % len(self._gateways)

    async def _connect(self, url: str) -> None:
        socket = await connect(url, compression=None, max_size=None, proxy=None, close_timeout=1)
        client = GatewayClient(socket)
        await client.event("connect.challenge")
        early: list[dict[str, Any]] = []
        client.on_event = early.append
        resume = {} if self._cursor is None else {"cursor": self._cursor}
        hello = await client.call("connect", operator_params(self._person.token, caps=_CAPS, **resume))
        if self._cursor is None:
            self._cursor = str(hello["resume"]["cursor"])
            self.begin = _number(self._cursor)
        elif hello["resume"] != {"cursor": self._cursor, "resumed": True}:
            self.faults.append(f"{self._cursor} was not resumed: {hello['resume']}")
        for frame in early:
            self._take(frame)
        client.on_event = self._take
        self._client = client
        self.connections += 1
        self._online.set()

    def _take(self, frame: dict[str, Any]) -> None:
        name, payload = frame["event"], frame["payload"]
        if "cursor" in frame:
            self._cursor = frame["cursor"]
            number = _number(frame["cursor"])
            if number != self.begin + len(self.log) + 1:
                self.faults.append(f"event {number} came after {self.begin + len(self.log)}")
            self.log[number] = name, payload
        if name == "chat":
            if payload["state"] == "delta":
                self.shown[payload["run"]] = payload["message"]["content"][0]["text"]
            else:
                self.endings.append(payload)
        self._changed.set()


def _number(cursor: str) -> int:
    return int(cursor.partition(".")[0])
