"""The embedded PostgreSQL: real, on a socket, for this user only, and back after a kill."""

import asyncio
import os
import signal
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import asyncpg
import psutil
import pytest

from openclaw.infra.db import as_libpq
from openclaw.infra.postgres import EmbeddedPostgres
from openclaw.kit.clock import ManualClock
from openclaw.kit.tasks import cancel_and_wait, spawn
from tests.support.server import START


@pytest.fixture
def folder() -> Iterator[Path]:
    """Not below pytest's own folder: a socket's path has to be short."""
    with tempfile.TemporaryDirectory(prefix="openclaw-pg-", ignore_cleanup_errors=True) as folder:
        yield Path(folder) / "data"


async def ask(url: str, question: str = "SELECT 1") -> object:
    connection = await asyncpg.connect(as_libpq(url), timeout=60)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


async def test_from_the_first_start_to_the_last_stop(folder: Path) -> None:
    postgres = EmbeddedPostgres(folder)
    assert not postgres.is_running()
    url = postgres.start()
    try:
        assert postgres.is_running()
        assert int(str(await ask(url, "SHOW server_version_num"))) >= 150_000
        assert await ask(url, "SHOW listen_addresses") == "", "no port is open"
        assert await ask(url, "SHOW shared_buffers") == "64MB"
        rules = (folder / "pg_hba.conf").read_text()
        assert "trust" not in rules
        assert "peer" in rules
        pid = int((folder / "postmaster.pid").read_text().split()[0])
        clock = ManualClock(START)
        keeper = spawn(postgres.keep_running(clock), name="keeper")
        os.kill(pid, signal.SIGKILL)
        psutil.wait_procs([psutil.Process(pid)] if psutil.pid_exists(pid) else [], timeout=60)
        while not postgres.is_running():
            clock.advance(timedelta(seconds=1))
            await asyncio.to_thread(psutil.pid_exists, pid)  # others get their turn
        await cancel_and_wait(keeper)
        assert await ask(url) == 1
    finally:
        postgres.stop()
    assert not postgres.is_running()
    again = postgres.start()
    try:
        assert await ask(again) == 1
    finally:
        postgres.stop()
