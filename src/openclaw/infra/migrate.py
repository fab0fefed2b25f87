"""Bring a database up to date: the application role, our tables, and the grants that keep the role small."""

from pathlib import Path

from sqlalchemy import Connection, text
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import create_async_engine

from openclaw.infra.db import as_asyncpg

_LOCK = 7_000


def scripts_folder() -> Path:
    """The migrations: inside the wheel, or beside ``src`` in a checkout."""
    package = Path(__file__).resolve().parents[1]
    packaged = package / "migrations"
    return packaged if packaged.is_dir() else package.parents[1] / "migrations"


def newest_revision() -> str:
    """The last migration that this release knows; files are named ``<revision>_<words>.py``."""
    return max(path.name.partition("_")[0] for path in (scripts_folder() / "versions").glob("[0-9]*.py"))


async def upgrade(url: str | URL) -> None:
    """Run the migrations that the database has not seen, as the owner role. Several processes may ask at once."""
    if await current_revision(url) == newest_revision():
        return
    engine = create_async_engine(as_asyncpg(url))
    try:
        async with engine.connect() as connection:
            await connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK})
            await connection.commit()
            try:
                await connection.run_sync(_upgrade)
                await connection.commit()
            finally:
                await connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _LOCK})
    finally:
        await engine.dispose()


async def current_revision(url: str | URL) -> str | None:
    """The newest migration that the database has seen; None for an empty one."""
    engine = create_async_engine(as_asyncpg(url))
    try:
        async with engine.connect() as connection:
            if await connection.scalar(text("SELECT to_regclass('alembic_version')")) is None:
                return None
            return await connection.scalar(text("SELECT version_num FROM alembic_version"))
    finally:
        await engine.dispose()


def _upgrade(connection: Connection) -> None:
    # A third of a second to import: only when there is something to migrate.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config as AlembicConfig  # noqa: PLC0415

    config = AlembicConfig()
    config.set_main_option("script_location", str(scripts_folder()))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
