"""A user's events on their way to one connection: in order, each once, none left out."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple, TypeAlias

import structlog

from openclaw.apps.gateway.send_queue import OutgoingEvent
from openclaw.kit.errors import OpenClawError
from openclaw.kit.tasks import cancel_and_wait, spawn

_log = structlog.get_logger(__name__)
MOST_HELD = 5_000


class Page(NamedTuple):
    """Kept events with their numbers, in order; None for one that is not for this client.

    ``is_last``: there were no more.
    """

    events: Sequence[tuple[int, OutgoingEvent | None]]
    is_last: bool


Load: TypeAlias = Callable[[int], Awaitable[Page]]
"""Reads the kept events after a number."""


class FeedReader:
    """Passes events on. What comes too early waits until those before it are read from their rows.

    ``seq``: the number of the last event that the client has; nothing is sent before ``catch_up``. None: the first
    event that comes is where it begins. ``has_room`` waits for a client that reads slowly; ``give_up`` ends the
    connection, whose client then begins anew.
    """

    def __init__(
        self,
        *,
        seq: int | None,
        load: Load,
        send: Callable[[OutgoingEvent], None],
        has_room: Callable[[], Awaitable[None]],
        give_up: Callable[[], None],
    ) -> None:
        self._seq = seq
        self._load = load
        self._send = send
        self._has_room = has_room
        self._give_up = give_up
        self._held: list[tuple[int | None, OutgoingEvent | None]] | None = None if seq is None else []
        self._catching_up: asyncio.Task[None] | None = None

    def take(self, seq: int | None, event: OutgoingEvent | None) -> None:
        """What the bus brings. ``seq``: its number; None for what has none, as streamed text."""
        if self._held is not None:
            self._held.append((seq, event))
            if len(self._held) > MOST_HELD:
                self._give_up()
        elif seq is None or self._seq is None or seq == self._seq + 1:
            self._pass_on(seq, event)
        elif seq > self._seq:
            self._held = [(seq, event)]
            self._catching_up = spawn(self.catch_up(), name="gateway feed")

    async def catch_up(self) -> None:
        """Send what the client does not have yet, and go on with what the bus brings."""
        assert self._seq is not None
        is_last = False
        while not is_last:
            try:
                events, is_last = await self._load(self._seq)
            except OpenClawError as error:
                _log.warning("missed events cannot be read", error_code=error.code)
                self._give_up()
                return
            for seq, event in events:
                if seq != self._seq + 1:  # what was between is kept no longer
                    self._give_up()
                    return
                self._pass_on(seq, event)
            await self._has_room()
        held, self._held = self._held or [], None
        for seq, event in held:
            self.take(seq, event)

    async def stop(self) -> None:
        """Read no more."""
        if self._catching_up is not None:
            await cancel_and_wait(self._catching_up)

    def _pass_on(self, seq: int | None, event: OutgoingEvent | None) -> None:
        if seq is not None:
            self._seq = seq
        if event is not None:
            self._send(event)
