"""The event bus: LISTEN/NOTIFY between processes, and a direct hand-over inside one.

Two kinds of message. *Durable facts* are published inside a transaction and reach listeners exactly when it
commits. *Live* messages (streamed text) reach listeners in this process at once and the others in small batches.
A listener must be able to re-read the truth from rows: after a lost connection `on_gap` is called, nothing is replayed.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import asyncpg
import orjson
import structlog
from sqlalchemy import text
from sqlalchemy.engine import URL

from openclaw.infra.db import APPLICATION_ROLE, as_libpq
from openclaw.infra.scope import Scope
from openclaw.kit.clock import Clock
from openclaw.kit.ids import new_id
from openclaw.kit.tasks import cancel_and_wait, spawn

_log = structlog.get_logger(__name__)
CHANNEL = "openclaw_bus"
INLINE_LIMIT = 7_000  # PostgreSQL takes payloads below 8,000 bytes
_LIVE_BATCH = timedelta(milliseconds=40)
_STATEMENT_SECONDS = 5
_PROBE_SECONDS = 15
_PUBLISH = text("SELECT publish_event(:topic, CAST(:body AS jsonb), :inline_limit, NULL)")

Listener = Callable[[str, dict[str, Any]], None]


async def publish(scope: Scope, topic: str, body: dict[str, Any]) -> None:
    """Tell every process about ``body`` when the transaction of ``scope`` commits; nothing when it rolls back."""
    await scope.session.execute(
        _PUBLISH, {"topic": topic, "body": orjson.dumps(body).decode(), "inline_limit": INLINE_LIMIT}
    )


class EventBus:
    """Listens on one connection of its own and hands messages to listeners by topic."""

    def __init__(self, url: str | URL, clock: Clock) -> None:
        self._dsn = as_libpq(url)
        self._clock = clock
        self._origin = new_id().hex
        self._listeners: dict[str, set[Listener]] = {}
        self._gap_listeners: set[Callable[[], None]] = set()
        self._live: list[tuple[str, dict[str, Any]]] = []
        self._connection: asyncpg.Connection | None = None
        self._connected = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        # Messages by reference, and what came after them: each topic's order is the order of the commits.
        self._queue: asyncio.Queue[tuple[str, dict[str, Any] | None, str | None]] = asyncio.Queue()
        self._queued = 0
        self._using = asyncio.Lock()  # a connection runs one statement at a time

    async def start(self) -> None:
        """Connect and listen; returns when the first connection stands."""
        self._tasks = [
            spawn(self._stay_connected(), name="bus connection"),
            spawn(self._flush_live(), name="bus live batches"),
            spawn(self._deliver_queued(), name="bus references"),
        ]
        await self._connected.wait()

    async def stop(self) -> None:
        """Stop listening and close the connection."""
        await cancel_and_wait(*self._tasks)
        if self._connection is not None and not self._connection.is_closed():
            await self._connection.close(timeout=2)

    @property
    def is_connected(self) -> bool:
        """True while messages of other processes arrive."""
        return self._connected.is_set()

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

    def _deliver(self, topic: str, body: dict[str, Any]) -> None:
        for listener in (*self._listeners.get(topic, ()), *self._listeners.get("*", ())):
            try:
                listener(topic, body)
            except Exception:  # noqa: BLE001  (one listener's defect must not silence the others)
                _log.exception("a bus listener failed", topic=topic)

    def _on_notify(self, _connection: Any, _pid: int, _channel: str, payload: str) -> None:
        message = orjson.loads(payload)
        if message.get("o") == self._origin:
            return
        if "r" in message:
            self._put(message["t"], None, message["r"])
        elif "l" in message:
            for topic, body in message["l"]:
                self._take(topic, body)
        else:
            self._take(message["t"], message["b"])

    def _take(self, topic: str, body: dict[str, Any]) -> None:
        """Hand on now, unless something before it is still fetched."""
        if self._queued:
            self._put(topic, body, None)
        else:
            self._deliver(topic, body)

    def _put(self, topic: str, body: dict[str, Any] | None, reference: str | None) -> None:
        self._queued += 1
        self._queue.put_nowait((topic, body, reference))

    async def _deliver_queued(self) -> None:
        while True:
            topic, body, reference = await self._queue.get()
            if reference is not None:
                body = await self._fetch(reference)
            if body is None:
                self._tell_gap()  # it cannot be had any more: whoever waits for it reads the rows
            else:
                self._deliver(topic, body)
            self._queued -= 1

    async def _fetch(self, reference: str) -> dict[str, Any] | None:
        await self._connected.wait()
        assert self._connection is not None
        try:
            async with self._using:
                body = await self._connection.fetchval(
                    "SELECT body FROM bus_payloads WHERE id = $1::uuid", reference, timeout=_STATEMENT_SECONDS
                )
            return orjson.loads(body) if body is not None else None
        except Exception as error:  # noqa: BLE001  (whatever it was, what came after must not wait for ever)
            _log.warning("a large message is lost", error=str(error))
            return None

    async def _flush_live(self) -> None:
        while True:
            await self._clock.sleep(_LIVE_BATCH)
            if not self._live or not self._connected.is_set():
                self._live.clear()
                continue
            pending, self._live = self._live, []
            for batch in _batches(pending):
                with contextlib.suppress(
                    asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError
                ):
                    await self._send_live(batch)

    async def _send_live(self, batch: list[tuple[str, dict[str, Any]]]) -> None:
        """One NOTIFY for a batch; an item that is too large for one goes by reference."""
        assert self._connection is not None
        body = orjson.dumps({"o": self._origin, "l": batch}).decode()
        async with self._using:
            if len(body.encode()) <= INLINE_LIMIT:
                await self._connection.execute(
                    "SELECT pg_notify($1, $2)", CHANNEL, body, timeout=_STATEMENT_SECONDS
                )
                return
            for topic, item in batch:
                await self._connection.execute(
                    "SELECT publish_event($1, $2::jsonb, $3, $4)",
                    topic,
                    orjson.dumps(item).decode(),
                    INLINE_LIMIT,
                    self._origin,
                    timeout=_STATEMENT_SECONDS,
                )

    async def _stay_connected(self) -> None:
        wait = 0.1
        while True:
            lost = asyncio.Event()
            try:
                connection = await asyncpg.connect(
                    self._dsn,
                    timeout=5,
                    server_settings={"role": APPLICATION_ROLE, "application_name": "openclaw bus"},
                )
                connection.add_termination_listener(lambda _connection, lost=lost: lost.set())
                await connection.add_listener(CHANNEL, self._on_notify)
                await connection.execute("SELECT set_config('app.is_system', 'on', false)")
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
                _log.warning("the event bus is not connected", error=str(error))
                await self._clock.sleep(timedelta(seconds=wait))
                wait = min(wait * 2, 5.0)
                continue
            self._connection, wait = connection, 0.1
            self._connected.set()
            self._tell_gap()
            await self._until_lost(connection, lost)
            self._connected.clear()

    async def _until_lost(self, connection: asyncpg.Connection, lost: asyncio.Event) -> None:
        """Return when the connection is gone, also when nobody said so: a silent network is asked."""
        while not lost.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_PROBE_SECONDS):
                    await lost.wait()
                    return
            try:
                async with self._using:
                    await connection.execute("SELECT 1", timeout=_STATEMENT_SECONDS)
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError):
                connection.terminate()
                return

    def _tell_gap(self) -> None:
        for listener in tuple(self._gap_listeners):
            try:
                listener()
            except Exception:  # noqa: BLE001  (one listener's defect must not deafen the bus)
                _log.exception("a gap listener failed")


def _batches(pending: list[tuple[str, dict[str, Any]]]) -> list[list[tuple[str, dict[str, Any]]]]:
    """Cut into messages that NOTIFY takes; an item that is too large is a batch of its own."""
    batches: list[list[tuple[str, dict[str, Any]]]] = []
    size = INLINE_LIMIT
    for item in pending:
        try:
            length = len(orjson.dumps(item)) + 1
        except TypeError:  # one that is no JSON must not end the sending of all others
            _log.exception("a live message cannot be sent", topic=item[0])
            continue
        if size + length > INLINE_LIMIT:
            batches.append([])
            size = 100
        batches[-1].append(item)
        size += length
    return batches
