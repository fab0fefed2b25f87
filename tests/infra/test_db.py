"""Transactions: committed at the end of the block, undone by any error, and said when the database is away."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import make_url, text

from openclaw.infra.db import Database, as_asyncpg, as_libpq
from openclaw.kit.clock import SystemClock
from openclaw.kit.errors import InvalidInputError, UnavailableError
from openclaw.kit.tasks import spawn
from tests.support.server import Server


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url, SystemClock())
    yield database
    await database.close()


async def count(database: Database) -> int:
    async with database.system() as scope:
        return await scope.session.scalar(text("SELECT count(*) FROM durable_executors")) or 0


async def add(database: Database, name: str) -> None:
    async with database.system() as scope:
        await scope.session.execute(text("INSERT INTO durable_executors VALUES (:n, now())"), {"n": name})


async def test_a_block_is_all_or_nothing(database: Database) -> None:
    await add(database, "a")
    with pytest.raises(RuntimeError):
        async with database.system() as scope:
            await scope.session.execute(text("DELETE FROM durable_executors"))
            raise RuntimeError
    assert await count(database) == 1


async def test_the_application_is_not_the_owner(database: Database) -> None:
    async with database.system() as scope:
        assert await scope.session.scalar(text("SELECT current_user")) == "openclaw_app"


@pytest.mark.parametrize("value", ["a\0b", "\ud800"])
async def test_what_cannot_be_stored_is_the_callers_fault(database: Database, value: str) -> None:
    with pytest.raises(InvalidInputError):
        await add(database, value)


async def test_connections_that_died_in_the_pool_are_not_noticed(server: Server) -> None:
    database = server.platform.database
    async with server.owner() as owner:
        for _ in range(10):  # whether the end of a connection or only its farewell has come is chance
            assert await count(database) >= 0
            await owner.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'openclaw' AND datname = current_database()"
            )
    for _ in range(4):
        assert await count(database) >= 0


async def test_connections_in_use_stay_the_pools_when_no_other_can_be_made(database_url: str) -> None:
    """Else nobody closes them: they go back to a pool that is no more."""
    url = make_url(database_url)
    place = f"{url.query['host']}/.s.PGSQL.{url.query.get('port', 5432)}"
    passing: list[asyncio.Task[None]] = []

    async def carry(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while data := await source.read(65_536):
            sink.write(data)
        sink.close()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_unix_connection(place)
        for source, sink in ((reader, back), (there, writer)):
            passing.append(spawn(carry(source, sink), name="relay"))

    relay = await asyncio.start_server(accept, "127.0.0.1", 0)
    port = relay.sockets[0].getsockname()[1]
    database = Database(url.set(host="127.0.0.1", port=port, query={}), SystemClock())
    async with database.system() as scope:
        raw = await (await scope.session.connection()).get_raw_connection()
        kept = raw.driver_connection
        relay.close()
        with pytest.raises(UnavailableError):
            await database.ping()
        assert await scope.session.scalar(text("SELECT 1")) == 1
    assert kept is not None
    await database.close()
    assert kept.is_closed()
    await asyncio.gather(*passing)


async def test_a_connection_that_dies_in_the_middle_is_said(database: Database, server: Server) -> None:
    with pytest.raises(UnavailableError):
        async with server.platform.database.system() as scope:
            pid = await scope.session.scalar(text("SELECT pg_backend_pid()"))
            async with server.owner() as owner:
                await owner.execute("SELECT pg_terminate_backend($1)", pid)
            await scope.session.execute(text("SELECT 1"))
    await server.platform.database.ping()


async def test_a_database_that_is_not_there_is_said() -> None:
    database = Database("postgresql://nobody@127.0.0.1:9/none", SystemClock())
    with pytest.raises(UnavailableError):
        await database.ping()
    await database.close()


@pytest.mark.parametrize(
    ("url", "asyncpg_url", "libpq_url"),
    [
        ("postgresql://u:p@h:1/d", "postgresql+asyncpg://u:p@h:1/d", "postgresql://u:p@h:1/d"),
        ("postgres://h/d", "postgresql+asyncpg://h/d", "postgresql://h/d"),
        (
            "postgresql://h/d?sslmode=require",
            "postgresql+asyncpg://h/d?ssl=require",
            "postgresql://h/d?sslmode=require",
        ),
        ("postgresql+asyncpg://u:p%40@h/d", "postgresql+asyncpg://u:p%40@h/d", "postgresql://u:p%40@h/d"),
    ],
)
def test_urls_for_each_driver(url: str, asyncpg_url: str, libpq_url: str) -> None:
    assert as_asyncpg(url).render_as_string(hide_password=False) == asyncpg_url
    if not url.startswith("postgresql+"):
        assert as_libpq(url) == libpq_url.replace("postgres://", "postgresql://")
    assert "role" in as_libpq(url, role="r")
