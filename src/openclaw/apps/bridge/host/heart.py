"""The heartbeats of a host: what it says of itself, and what it hears of its lease."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec

from openclaw.apps.bridge.gateway.connection import Connection
from openclaw.apps.bridge.gateway.frames import Incoming
from openclaw.apps.bridge.host.lease import Lease
from openclaw.kit.clock import Clock

_log = logging.getLogger(__name__)
HEARTBEAT = "node.host.heartbeat"
_FIRST_EVERY = timedelta(seconds=5)  # until the server has said
_REMEMBERED = 100


class Answer(msgspec.Struct, frozen=True, rename="camel"):
    """What the server says to a heartbeat."""

    lease_ms: int
    every_ms: int


class Heart:
    """Beats for as long as there is a connection; calls are let in while the lease stands. A `Companion`."""

    def __init__(self, lease: Lease, *, report: Callable[[], dict[str, Any]], clock: Clock) -> None:
        self._lease = lease
        self._report = report
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._every = _FIRST_EVERY
        self._asked: OrderedDict[str, float] = OrderedDict()  # by request
        self._held: dict[str, Callable[[], None]] = {}

    async def attend(self, connection: Connection) -> None:
        """Beat until cancelled."""
        try:
            while True:
                asked_at = self._loop.time()
                self._asked[connection.send_request(HEARTBEAT, self._report())] = asked_at
                while len(self._asked) > _REMEMBERED:
                    self._asked.popitem(last=False)
                await self._clock.sleep(self._every)
        finally:
            self._asked.clear()
            self._held.clear()  # the server sends them again

    def settles(self, frame: Incoming) -> bool:
        """Whether the response is one to a heartbeat."""
        asked_at = self._asked.pop(frame.id, None)
        if asked_at is None:
            return False
        answer = _answer_in(frame)
        if answer is not None:
            self._every = timedelta(milliseconds=max(answer.every_ms, 100))
            self._lease.renew(asked_at=asked_at, seconds=answer.lease_ms / 1000)
            held, self._held = self._held, {}
            for call_id, accept in held.items():
                self.admit(call_id, accept)
        return True

    def admit(self, call_id: str, accept: Callable[[], None]) -> None:
        """Let a call in while the lease stands; else when it does again, on this connection."""
        if self._lease.stands:
            accept()
        else:
            self._held[call_id] = accept

    def forget(self, call_id: str) -> None:
        """A call that was not let in yet never is."""
        self._held.pop(call_id, None)


def _answer_in(frame: Incoming) -> Answer | None:
    try:
        if frame.ok:
            return msgspec.json.decode(frame.payload, type=Answer)
        _log.warning("the gateway refused a heartbeat: %s", frame.error.code if frame.error else "")
    except msgspec.DecodeError:
        _log.warning("the gateway answered a heartbeat in another form")
    return None
