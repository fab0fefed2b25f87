"""Which database a role works on: the configured one, or the embedded one; always up to date."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator

from openclaw.infra import migrate
from openclaw.infra.config import Config
from openclaw.infra.postgres import EmbeddedPostgres
from openclaw.kit.clock import SystemClock
from openclaw.kit.tasks import cancel_and_wait, spawn


@contextlib.asynccontextmanager
async def database_url(config: Config, embedded: EmbeddedPostgres | None = None) -> AsyncGenerator[str]:
    """The URL of a migrated database: the configured one, else the embedded server's.

    The embedded server (``embedded``, if its start was begun before) is kept running, and stopped with its last user.
    """
    if config.database_url is not None:
        url = config.database_url.get_secret_value()
        await migrate.upgrade(url)
        yield url
        return
    embedded = embedded or EmbeddedPostgres(config.home / "postgres")
    url = await asyncio.to_thread(embedded.start)
    keeper = spawn(embedded.keep_running(SystemClock()), name="embedded database")
    try:
        await migrate.upgrade(url)
        yield url
    finally:
        await cancel_and_wait(keeper)
        await asyncio.to_thread(embedded.stop)
