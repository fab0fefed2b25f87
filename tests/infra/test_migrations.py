"""Migrations: from nothing to exactly what the models say, once, whoever asks."""

import asyncio
import sys

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from openclaw.apps.server import app
from openclaw.infra import migrate
from openclaw.infra.db import Base, as_asyncpg, as_libpq
from tests.support.database import Cluster

# Written by a function of the database alone, so it has no model.
WITHOUT_MODEL = {"bus_payloads", "bus_facts"}


def differences(connection: Connection) -> list[str]:
    context = MigrationContext.configure(
        connection, opts={"compare_type": True, "compare_server_default": False}
    )
    found = compare_metadata(context, Base.metadata)
    return [str(d) for d in found if not any(name in str(d) for name in WITHOUT_MODEL)]


async def tables(url: str) -> set[str]:
    connection = await asyncpg.connect(as_libpq(url))
    try:
        return {
            row[0]
            for row in await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        }
    finally:
        await connection.close()


async def test_an_empty_database_becomes_what_the_models_say(cluster: Cluster) -> None:
    assert app, "its imports are all the models that there are"
    with cluster.database(empty=True) as url:
        assert await migrate.current_revision(url) is None
        await migrate.upgrade(url)
        assert await migrate.current_revision(url) == migrate.newest_revision()
        engine = create_async_engine(as_asyncpg(url))
        async with engine.connect() as connection:
            assert await connection.run_sync(differences) == []
        await engine.dispose()
        assert await tables(url) == {*Base.metadata.tables, *WITHOUT_MODEL, "alembic_version"}
        await migrate.upgrade(url)  # and again, which does nothing


async def upgraded_by_a_process(url: str) -> str:
    """What another process says that does nothing but this."""
    work = f"import asyncio; from openclaw.infra import migrate; asyncio.run(migrate.upgrade({url!r}))"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", work, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await process.communicate()
    return "" if process.returncode == 0 else said.decode()


async def test_several_processes_may_ask_at_once(cluster: Cluster) -> None:
    """Also for two databases of one server, which share the role."""
    with cluster.database(empty=True) as first, cluster.database(empty=True) as second:
        said = await asyncio.gather(*(upgraded_by_a_process(url) for url in (first, first, second)))
        assert said == ["", "", ""]
        assert await tables(first) == await tables(second)
        assert await migrate.current_revision(first) == migrate.newest_revision()


async def test_what_fails_half_way_leaves_nothing(cluster: Cluster) -> None:
    with cluster.database(empty=True) as url:
        connection = await asyncpg.connect(as_libpq(url))
        await connection.execute("CREATE TABLE messages (in_the_way integer)")
        await connection.close()
        with pytest.raises(Exception, match="messages"):
            await migrate.upgrade(url)
        assert await tables(url) <= {"messages", "alembic_version"}
        assert await migrate.current_revision(url) is None
        connection = await asyncpg.connect(as_libpq(url))
        await connection.execute("DROP TABLE messages")
        await connection.close()
        await migrate.upgrade(url)
