"""Messages between processes by PostgreSQL's LISTEN/NOTIFY: a fact is announced by the commit itself, in its order."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import asyncpg
import orjson
import structlog
from sqlalchemy.engine import URL

from openclaw.infra.bus import Listener, Message
from openclaw.infra.db import APPLICATION_ROLE, CONNECTION_ENDED, INLINE_LIMIT, as_libpq
from openclaw.kit.clock import Clock
from openclaw.kit.ids import new_id
from openclaw.kit.tasks import cancel_and_wait, spawn

_log = structlog.get_logger(__name__)
CHANNEL = "openclaw_bus"
_STATEMENT_SECONDS = 5
_PROBE_SECONDS = 15


class PostgresTransport:
    """Listens on one connection of its own. Bodies that are too large for NOTIFY go by reference."""

    largest = INLINE_LIMIT

    def __init__(self, url: str | URL, clock: Clock) -> None:
        self._dsn = as_libpq(url)
        self._clock = clock
        self._origin = new_id().hex
        self._connection: asyncpg.Connection | None = None
        self._connected = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        # Messages by reference, and what came after them: each topic's order is the order of the commits.
        self._queue: asyncio.Queue[tuple[str, dict[str, Any] | None, str | None]] = asyncio.Queue()
        self._queued = 0
        self._using = asyncio.Lock()  # a connection runs one statement at a time

    @property
    def is_connected(self) -> bool:
        """True while messages of other processes arrive."""
        return self._connected.is_set()

    async def start(self, deliver: Listener, tell_gap: Callable[[], None]) -> None:
        """Connect and listen; returns when the first connection stands."""
        self._deliver, self._tell_gap = deliver, tell_gap
        self._tasks = [
            spawn(self._stay_connected(), name="bus connection"),
            spawn(self._deliver_queued(), name="bus references"),
        ]
        await self._connected.wait()

    async def stop(self) -> None:
        """Stop listening and close the connection."""
        await cancel_and_wait(*self._tasks)
        if self._connection is not None and not self._connection.is_closed():
            await self._connection.close(timeout=2)

    async def send_live(self, batch: Sequence[Message]) -> None:
        """One NOTIFY for a batch; an item that is too large for one goes by reference."""
        assert self._connection is not None
        body = orjson.dumps({"o": self._origin, "l": batch}).decode()
        with contextlib.suppress(asyncpg.PostgresError, *CONNECTION_ENDED, TimeoutError):
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

    async def _stay_connected(self) -> None:
        wait = 0.1
        while True:
            lost = asyncio.Event()
            try:
                connection = await self._listen(lost)
            except (asyncpg.PostgresError, *CONNECTION_ENDED) as error:
                _log.warning("the event bus is not connected", error=str(error))
                await self._clock.sleep(timedelta(seconds=wait))
                wait = min(wait * 2, 5.0)
                continue
            self._connection, wait = connection, 0.1
            self._connected.set()
            self._tell_gap()
            await self._until_lost(connection, lost)
            self._connected.clear()

    async def _listen(self, lost: asyncio.Event) -> asyncpg.Connection:
        """A connection that hears what is told, and sets ``lost`` at its end."""
        connection = await asyncpg.connect(
            self._dsn,
            timeout=5,
            server_settings={"role": APPLICATION_ROLE, "application_name": "openclaw bus"},
        )
        try:
            connection.add_termination_listener(lambda _connection: lost.set())
            await connection.add_listener(CHANNEL, self._on_notify)
            await connection.execute("SELECT set_config('app.is_system', 'on', false)")
        except BaseException:  # also when it is stopped by now: nobody else knows of it yet
            connection.terminate()
            raise
        return connection

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
            except (asyncpg.PostgresError, *CONNECTION_ENDED, TimeoutError):
                connection.terminate()
                return
