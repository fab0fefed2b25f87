"""The whole server in this process: the real parts on a database of their own, REST without sockets, a real gateway."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import httpx2
import structlog
from fastapi import FastAPI

from openclaw.apps.gateway.main import gateway
from openclaw.apps.gateway.server import GatewayServer
from openclaw.apps.process.parts import Process, open_process
from openclaw.apps.server.app import build_app
from openclaw.infra.config import Config
from openclaw.infra.db import as_libpq
from openclaw.infra.housekeeping import Chore
from openclaw.infra.web.context import Platform
from openclaw.kit.clock import Clock, ManualClock

START = datetime(2026, 11, 21, 5, 0, tzinfo=UTC)
ORIGIN = "http://127.0.0.1:3000"
SECRET = "5e" * 32


@dataclass
class Watch:
    """What the bus said on some topics, in order."""

    messages: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def note(self, topic: str, body: dict[str, Any]) -> None:
        self.messages.append((topic, body))
        self._changed.set()

    def events(self, name: str) -> list[dict[str, Any]]:
        """The payloads of the gateway events of that name so far."""
        return [body["payload"] for _, body in self.messages if body.get("event") == name]

    async def until(self, matches: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The first message that matches; waits for it."""
        seen = 0
        while True:
            for _, body in self.messages[seen:]:
                if matches(body):
                    return body
            seen = len(self.messages)
            self._changed.clear()
            await self._changed.wait()

    async def event(self, name: str, **wanted: Any) -> dict[str, Any]:
        """The payload of the first gateway event of that name with these fields; waits for it."""

        def matches(body: dict[str, Any]) -> bool:
            payload = body.get("payload", {})
            return body.get("event") == name and all(payload.get(k) == v for k, v in wanted.items())

        return (await self.until(matches))["payload"]


@dataclass
class Server:
    """A running server and what a test steers it by."""

    process: Process
    app: FastAPI
    gateway: GatewayServer
    clock: Clock
    owner_url: str
    _clients: list[httpx2.AsyncClient] = field(default_factory=list)

    @property
    def platform(self) -> Platform:
        return self.process.platform

    @property
    def manual(self) -> ManualClock:
        """The clock, which this test moves by hand."""
        assert isinstance(self.clock, ManualClock)
        return self.clock

    def client(
        self, *, address: str = "127.0.0.1", base: str = "/api/v2", **options: Any
    ) -> httpx2.AsyncClient:
        """A client at ``address``; a defect in a route is raised here, not hidden in a 500."""
        transport = httpx2.ASGITransport(app=self.app, client=(address, 40_000))
        client = httpx2.AsyncClient(transport=transport, base_url=f"{ORIGIN}{base}", **options)
        self._clients.append(client)
        return client

    @contextlib.asynccontextmanager
    async def owner(self) -> AsyncIterator[asyncpg.Connection]:
        """A connection as the database's owner, whom row-level security does not bind when it is a superuser."""
        connection = await asyncpg.connect(as_libpq(self.owner_url))
        try:
            yield connection
        finally:
            await connection.close()

    async def settle(self) -> None:
        """Wait until every recorded fact that is due has reached its subscribers."""
        async with self.owner() as connection:
            while True:
                # The lock waits for the relay's transaction, so that a fact being carried counts as not there yet.
                async with connection.transaction():
                    await connection.execute("LOCK TABLE outbox IN EXCLUSIVE MODE")
                    due = await connection.fetchval(
                        "SELECT count(*) FROM outbox WHERE due_at <= $1 AND attempts = 0", self.clock.now()
                    )
                if not due:
                    return

    @contextlib.contextmanager
    def watching(self, topic: str = "*") -> Any:
        """What the bus says on ``topic`` inside the block, as a `Watch`."""
        watch = Watch()
        self.platform.bus.subscribe(topic, watch.note)
        try:
            yield watch
        finally:
            self.platform.bus.unsubscribe(topic, watch.note)

    async def close(self) -> None:
        for client in self._clients:
            await client.aclose()


async def do_chores(server: Server, chores: Sequence[Chore]) -> None:
    """All of them, here: the server's own round, which the moved clock has begun, may be at it as well."""
    async with server.platform.database.system() as scope:
        for chore in chores:
            await chore(scope)


def config_of(home: Path, **settings: Any) -> Config:
    """Settings that no environment variable changes."""
    fixed: dict[str, Any] = {
        "home": home,
        "database_url": None,
        "blob_url": None,
        "secret_key": SECRET,
        "host": "127.0.0.1",
        "port": 3000,
        "gateway_port": 0,
        "public_url": None,
        "gateway_url": None,
        "allowed_origins": (),
        "registration": "open",
        "executor_id": None,
        "approval_minutes": 60,
        "device_wait_minutes": 1440,
    }
    return Config(**fixed | settings)


def log_to_pytest() -> None:
    """Our log lines as records of the standard library, which pytest shows with a test that fails."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(key_order=["event"]),
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
    )


@contextlib.asynccontextmanager
async def running_server(
    url: str, home: Path, *, clock: Clock | None = None, **settings: Any
) -> AsyncIterator[Server]:
    """A server on the database at ``url`` for the length of the block; its clock stands still unless one is given."""
    log_to_pytest()
    clock = clock or ManualClock(START)
    async with open_process(config_of(home, **settings), url, clock=clock) as process:
        async with gateway(process.platform) as listener:
            server = Server(process, build_app(process.platform), listener, clock, url)
            try:
                yield server
            finally:
                await server.close()
