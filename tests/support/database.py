"""A PostgreSQL for the test session, with a migrated template that each test's own database is copied from."""

import contextlib
import itertools
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL, make_url

from openclaw.durable import engine
from openclaw.infra import migrate
from openclaw.infra.db import as_libpq
from openclaw.infra.postgres import EmbeddedPostgres
from tests.support.memory import memory_folder

CONFIGURED = "OPENCLAW_TEST_DATABASE_URL"
_DROP = "DROP DATABASE IF EXISTS {} WITH (FORCE)"


class Cluster:
    """A running PostgreSQL (as its superuser, or at least a role that may create databases and roles)."""

    def __init__(self, url: str, prefix: str) -> None:
        self._url = make_url(url)
        self._prefix = prefix
        self._numbers = itertools.count(1)
        self._template = ""
        self._ended: list[str] = []
        self._connection = psycopg.connect(as_libpq(url), autocommit=True)

    def template(self) -> str:
        """The name of the database with every migration and the durable engine's tables, made at first use."""
        if not self._template:
            name = self.create()
            url = self._at(name)
            _run(migrate.upgrade(url))
            engine.migrate(url)
            self._template = name
        return self._template

    def create(self, template: str = "template0") -> str:
        """A new database, empty or a copy of ``template``; its name."""
        name = f"{self._prefix}_{next(self._numbers)}"
        # Copying files is several times faster than logging every page, and nothing here has to survive a crash.
        self._execute("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8' STRATEGY FILE_COPY", name, template)
        return name

    @contextlib.contextmanager
    def database(self, *, empty: bool = False) -> Iterator[str]:
        """The URL of a database of one's own, as its owner, until the end of the block."""
        # Not at the block's end: connections that are ending there would hold the drop up by a tenth of a second.
        self._drop_ended()
        name = self.create() if empty else self.create(self.template())
        try:
            yield self._at(name).render_as_string(hide_password=False)
        finally:
            self._ended.append(name)

    def close(self) -> None:
        """Drop what is left, and the template."""
        self._drop_ended()
        if self._template:
            self._execute(_DROP, self._template)
        self._connection.close()

    def _drop_ended(self) -> None:
        while self._ended:
            self._execute(_DROP, self._ended.pop())

    def _at(self, name: str) -> URL:
        return self._url.set(database=name)

    def _execute(self, statement: str, *names: str) -> None:
        self._connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))  # pyright: ignore[reportArgumentType]


@contextlib.contextmanager
def running_cluster(worker: str) -> Iterator[Cluster]:
    """The server at ``OPENCLAW_TEST_DATABASE_URL``, else an embedded one of our own."""
    prefix = f"openclaw_test_{os.getpid()}_{worker}"
    with contextlib.ExitStack() as stack:
        url = os.environ.get(CONFIGURED) or stack.enter_context(_embedded())
        cluster = Cluster(url, prefix)
        stack.callback(cluster.close)
        yield cluster


@contextlib.contextmanager
def _embedded() -> Iterator[str]:
    with tempfile.TemporaryDirectory(
        prefix="openclaw-pg-", dir=memory_folder(), ignore_cleanup_errors=True
    ) as folder:
        postgres = EmbeddedPostgres(Path(folder) / "data")
        url = postgres.start()
        with psycopg.connect(as_libpq(url), autocommit=True) as connection:
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                connection.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
            connection.execute("SELECT pg_reload_conf()")
        try:
            yield url
        finally:
            postgres.stop()


def _run(work: object) -> None:
    """Run a coroutine from a fixture, whatever loop the thread has."""
    import asyncio
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()  # pyright: ignore[reportArgumentType]
