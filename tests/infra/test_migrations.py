"""Migrations: from nothing to exactly what the models say, once, whoever asks."""

import asyncio

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from openclaw.apps.process import parts
from openclaw.infra import migrate
from openclaw.infra.db import Base, as_asyncpg, as_libpq
from tests.support.database import Cluster

# Written by a function of the database alone, so it has no model.
WITHOUT_MODEL = {"bus_payloads"}


def differences(connection: Connection) -> list[str]:
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": False})
    found = compare_metadata(context, Base.metadata)
    return [str(d) for d in found if not any(name in str(d) for name in WITHOUT_MODEL)]


async def tables(url: str) -> set[str]:
    connection = await asyncpg.connect(as_libpq(url))
    try:
        return {row[0] for row in await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}
    finally:
        await connection.close()


async def test_an_empty_database_becomes_what_the_models_say(cluster: Cluster) -> None:
    assert parts, "its imports are all the models that there are"
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


async def test_several_processes_may_ask_at_once(cluster: Cluster) -> None:
    with cluster.database(empty=True) as url:
        await asyncio.gather(*(migrate.upgrade(url) for _ in range(4)))
        assert await migrate.current_revision(url) == migrate.newest_revision()


async def test_two_databases_of_one_server_share_the_role(cluster: Cluster) -> None:
    with cluster.database(empty=True) as first, cluster.database(empty=True) as second:
        await asyncio.gather(migrate.upgrade(first), migrate.upgrade(second))
        assert await tables(first) == await tables(second)


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
