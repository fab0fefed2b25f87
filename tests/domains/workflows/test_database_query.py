"""The host call ``database.query``: reads unless the connection may write, goes nowhere inside, tells no secret."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy.engine import make_url

from openclaw.domains.workflows.jobs.carriers.database_query import query
from tests.support.database import Cluster

PASSWORD = "not-asked-for"
HERE = ("localhost",)


@contextlib.asynccontextmanager
async def on_loopback(cluster: Cluster) -> AsyncIterator[str]:
    """A database of its own as others have theirs: at ``localhost`` and a port."""
    with cluster.database(empty=True) as url:
        parsed = make_url(url)
        folder = parsed.query["host"]
        path = f"{folder}/.s.PGSQL.{parsed.port or 5432}"

        async def pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with contextlib.suppress(ConnectionError):
                while data := await reader.read(1 << 16):
                    writer.write(data)
                    await writer.drain()
            writer.close()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            inner_reader, inner_writer = await asyncio.open_unix_connection(path)
            async with asyncio.TaskGroup() as both:
                both.create_task(pipe(reader, inner_writer))
                both.create_task(pipe(inner_reader, writer))
            for each in (writer, inner_writer):
                with contextlib.suppress(ConnectionError):
                    await each.wait_closed()
            served.release()

        served = asyncio.Semaphore(0)
        connections = 0

        def count(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Any:
            nonlocal connections
            connections += 1
            return serve(reader, writer)

        listener = await asyncio.start_server(count, "127.0.0.1", 0)
        port = listener.sockets[0].getsockname()[1]
        try:
            yield f"postgresql://{parsed.username}:{PASSWORD}@localhost:{port}/{parsed.database}?sslmode=disable"
        finally:
            listener.close()
            for _ in range(connections):
                await served.acquire()


async def ask(dsn: str, sql: str, *parameters: Any, internal: tuple[str, ...] = HERE) -> list[list[Any]]:
    return (await query(dsn, {"sql": sql, "parameters": list(parameters)}, internal=internal))["rows"]


async def refusal(dsn: str, sql: str, *parameters: Any, internal: tuple[str, ...] = HERE) -> str:
    with pytest.raises(ValueError) as failed:  # noqa: PT011  (what plugins are told is words)
        await ask(dsn, sql, *parameters, internal=internal)
    assert PASSWORD not in str(failed.value)
    return str(failed.value)


async def test_values_and_parameters_as_json_has_them(cluster: Cluster) -> None:
    sql = (
        "SELECT 1, 1.50::numeric, 12345678901234567890::numeric, 3.0::numeric, true, '\\x00ff'::bytea, ARRAY[1, 2],"
        " $1::timestamptz, $2::jsonb ->> 'a', $3::numeric * 2, 'NaN'::float8, NULL, 9007199254740993, $4::text,"
        " interval '1 hour', '{\"a\": 1}'::jsonb, ROW(1, 'x'), gen_random_uuid() IS NULL"
    )
    async with on_loopback(cluster) as dsn:
        (row,) = await ask(dsn, sql, "2026-11-21T05:00:00+00:00", {"a": "b"}, 1.25, 7)
        assert row == [
            1, 1.5, "12345678901234567890", 3, True, "00ff", [1, 2], "2026-11-21T05:00:00+00:00", "b", 2.5, "nan", None,
            "9007199254740993", "7", 3600.0, '{"a": 1}', [1, "x"], False,
        ]  # fmt: skip


async def test_it_only_reads_unless_the_connection_may_write(cluster: Cluster) -> None:
    async with on_loopback(cluster) as dsn:
        writes = f"{dsn}&access=read-write"
        assert await ask(writes, "CREATE TABLE kept (n int)") == []
        assert await ask(writes, "INSERT INTO kept VALUES (1), (2) RETURNING n") == [[1], [2]]
        for sql, words in (
            ("INSERT INTO kept VALUES (3)", "read-only transaction"),
            ("WITH a AS (DELETE FROM kept RETURNING n) SELECT n FROM a", "read-only transaction"),
            ("SELECT set_config('transaction_read_only', 'off', false)", "before any query"),
            ("SELECT 1; SELECT 2", "multiple commands"),
            ("COMMIT; DELETE FROM kept", "multiple commands"),
            ("SELEC 1", "syntax error"),
            ("SELECT $1::int", "takes 1 parameters, not 0"),
            ("SELECT generate_series(1, 20000)", "more than 10,000 rows"),
            ("SELECT repeat('x', 9000000)", "8 MiB"),
            ("  ", "sql is a text"),
        ):
            assert words in await refusal(dsn, sql), sql
        assert "no date" in await refusal(dsn, "SELECT $1::date", "tomorrow")
        assert await ask(dsn, "SELECT count(*) FROM kept") == [[2]]


async def test_connections_that_are_refused(cluster: Cluster) -> None:
    async with on_loopback(cluster) as dsn:
        inside = dsn.replace("localhost", "127.0.0.1")
        for wrong, words in (
            (inside, "not on the public internet"),
            (inside.replace("127.0.0.1", "[::ffff:127.0.0.1]"), "not on the public internet"),
            (inside.replace("127.0.0.1", "2130706433"), "not on the public internet"),
            (dsn.replace("localhost", "/var/run/postgresql"), "is not postgresql://"),
            (dsn.replace("localhost", "localhost,127.0.0.1"), "not"),
            (dsn.replace("postgresql://", "http://"), "is not postgresql://"),
            (f"{dsn}&host=/var/run/postgresql", "only sslmode"),
            (f"{dsn}&options=-crole%3Dpostgres", "only sslmode"),
            (f"{dsn}&access=everything", "only sslmode"),
            (dsn.replace(f":{PASSWORD}", ""), "names no user, password"),
            (dsn.replace("sslmode=disable", "sslmode=require"), "cannot be reached"),
            ("postgresql://a:b@nowhere.invalid/c", "is not known"),
            ("a secret of another kind", "is not postgresql://"),
        ):
            assert words in await refusal(wrong, "SELECT 1"), wrong
        assert "not on the public internet" in await refusal(dsn, "SELECT 1", internal=())
