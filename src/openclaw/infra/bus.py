"""The event bus: messages between processes over a transport, and a direct hand-over inside one.

Two kinds of message. *Durable facts* are published inside a transaction and reach listeners when it commits, never when
it does not. *Live* messages (streamed text) reach listeners in this process at once and the others in small batches.
A listener must be able to re-read the truth from rows: after a lost connection `on_gap` is called, nothing is replayed.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import timedelta
from typing import Any, Protocol, TypeAlias

import orjson
import structlog

from openclaw.infra.db import note_fact
from openclaw.infra.scope import Scope
from openclaw.kit.clock import Clock
from openclaw.kit.tasks import cancel_and_wait, spawn

_log = structlog.get_logger(__name__)
_LIVE_BATCH = timedelta(milliseconds=40)
_FLUSH_SECONDS = 1.0

Message: TypeAlias = tuple[str, dict[str, Any]]
"""A topic and a body."""

Listener = Callable[[str, dict[str, Any]], None]


class Transport(Protocol):
    """How messages reach other processes. Two implementations: `notify` (PostgreSQL) and `pubsub` (Redis, Valkey)."""

    @property
    def is_connected(self) -> bool:
        """True while messages of other processes arrive."""
        ...

    @property
    def largest(self) -> int:
        """How many bytes of live messages go into one batch; a larger one is a batch of its own."""
        ...

    async def start(self, deliver: Listener, tell_gap: Callable[[], None]) -> None:
        """Connect; returns when the first connection stands. ``deliver`` gets each fact, also of this process, and the
        live messages of the others; ``tell_gap`` is called when some may have been missed."""
        ...

    async def stop(self) -> None:
        """Disconnect."""
        ...

    async def send_live(self, batch: Sequence[Message]) -> None:
        """Send to the others; what cannot be sent now is lost."""
        ...


async def publish(scope: Scope, topic: str, body: dict[str, Any]) -> None:
    """Tell every process about ``body`` when the transaction of ``scope`` commits; nothing when it rolls back.

    Facts of a transaction arrive in their order. A process that dies at the wrong moment may have one told twice.
    """
    note_fact(scope, {"t": topic, "b": body})


class EventBus:
    """Hands messages to listeners by topic."""

    def __init__(self, transport: Transport, clock: Clock) -> None:
        self._transport = transport
        self._clock = clock
        self._listeners: dict[str, set[Listener]] = {}
        self._gap_listeners: set[Callable[[], None]] = set()
        self._live: list[Message] = []
        self._sending = asyncio.Lock()
        self._flusher: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Connect and listen; returns when the first connection stands."""
        self._flusher = spawn(self._flush_live(), name="bus live batches")
        await self._transport.start(self._deliver, self._tell_gap)

    async def stop(self) -> None:
        """Send what was said last, stop listening and close the connection."""
        if self._flusher is not None:
            await cancel_and_wait(self._flusher)
            await self._send_live()
        await self._transport.stop()

    @property
    def is_connected(self) -> bool:
        """True while messages of other processes arrive."""
        return self._transport.is_connected

    def subscribe(self, topic: str, listener: Listener) -> None:
        """Call ``listener`` for every later message on ``topic`` (``*`` for all). It must not block or raise."""
        self._listeners.setdefault(topic, set()).add(listener)

    def unsubscribe(self, topic: str, listener: Listener) -> None:
        """End a subscription; unknown ones are ignored."""
        listeners = self._listeners.get(topic)
        if listeners is not None:
            listeners.discard(listener)
            if not listeners:
                del self._listeners[topic]

    def on_gap(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call ``listener`` after messages may have been missed. Returns the call that ends it."""
        self._gap_listeners.add(listener)
        return lambda: self._gap_listeners.discard(listener)

    @contextlib.asynccontextmanager
    async def wakeups(self, topic: str) -> AsyncIterator[asyncio.Event]:
        """An event that is set at each message on ``topic`` and at each gap: wait, clear, re-read the rows."""
        woken = asyncio.Event()

        def wake(_topic: str, _body: dict[str, Any]) -> None:
            woken.set()

        end_gap = self.on_gap(woken.set)
        self.subscribe(topic, wake)
        try:
            yield woken
        finally:
            self.unsubscribe(topic, wake)
            end_gap()

    def publish_live(self, topic: str, body: dict[str, Any]) -> None:
        """Hand ``body`` to listeners here now and to other processes soon; lost when a process ends."""
        self._deliver(topic, body)
        self._live.append((topic, body))

    async def flush(self) -> None:
        """Send what is live so far: other processes hear it before whatever is committed after this.

        Unless that takes more than a second: then it is not worth the wait.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_FLUSH_SECONDS):
                await self._send_live()

    def _deliver(self, topic: str, body: dict[str, Any]) -> None:
        for listener in (*self._listeners.get(topic, ()), *self._listeners.get("*", ())):
            try:
                listener(topic, body)
            except Exception:  # noqa: BLE001  (one listener's defect must not silence the others)
                _log.exception("a bus listener failed", topic=topic)

    async def _flush_live(self) -> None:
        while True:
            await self._clock.sleep(_LIVE_BATCH)
            await self._send_live()

    async def _send_live(self) -> None:
        async with self._sending:  # in order, and whoever asks waits for what is on its way
            pending, self._live = self._live, []
            if pending and self._transport.is_connected:
                for batch in _batches(pending, self._transport.largest):
                    await self._transport.send_live(batch)

    def _tell_gap(self) -> None:
        for listener in tuple(self._gap_listeners):
            try:
                listener()
            except Exception:  # noqa: BLE001  (one listener's defect must not deafen the bus)
                _log.exception("a gap listener failed")


def _batches(pending: Sequence[Message], largest: int) -> list[list[Message]]:
    """Cut into messages that the transport takes; an item that is too large is a batch of its own."""
    batches: list[list[Message]] = []
    size = largest
    for item in pending:
        try:
            length = len(orjson.dumps(item)) + 1
        except TypeError:  # one that is no JSON must not end the sending of all others
            _log.exception("a live message cannot be sent", topic=item[0])
            continue
        if size + length > largest:
            batches.append([])
            size = 100
        batches[-1].append(item)
        size += length
    return batches
