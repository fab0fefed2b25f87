"""Which database a role works on: the configured one, or the embedded one; always up to date."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from openclaw.durable import engine
from openclaw.infra import migrate
from openclaw.infra.config import Config
from openclaw.infra.postgres import EmbeddedPostgres
from openclaw.kit.clock import SystemClock
from openclaw.kit.tasks import cancel_and_wait, spawn


@contextlib.asynccontextmanager
async def database_url(config: Config) -> AsyncIterator[str]:
    """The URL of a migrated database. The embedded server is started, kept running, and stopped with its last user."""
    if config.database_url is not None:
        url = config.database_url.get_secret_value()
        await upgrade(url)
        yield url
        return
    embedded = EmbeddedPostgres(config.home / "postgres")
    url = await asyncio.to_thread(embedded.start)
    keeper = spawn(embedded.keep_running(SystemClock()), name="embedded database")
    try:
        await upgrade(url)
        yield url
    finally:
        await cancel_and_wait(keeper)
        await asyncio.to_thread(embedded.stop)


async def upgrade(url: str) -> None:
    """Bring our tables and the durable engine's up to date, as the owner role."""
    await migrate.upgrade(url)
    await asyncio.to_thread(engine.migrate, url)
