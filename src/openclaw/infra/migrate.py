"""Bring a database up to date: the application role, our tables, and the grants that keep the role small."""

import asyncio
from pathlib import Path

from alembic import command
from alembic.config import Config as AlembicConfig
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


async def upgrade(url: str | URL) -> None:
    """Run the migrations that the database has not seen, as the owner role. Several processes may ask at once."""
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
            exists = await connection.scalar(text("SELECT to_regclass('alembic_version')"))
            return (
                await connection.scalar(text("SELECT version_num FROM alembic_version")) if exists else None
            )
    finally:
        await engine.dispose()


def _upgrade(connection: Connection) -> None:
    config = AlembicConfig()
    config.set_main_option("script_location", str(scripts_folder()))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def upgrade_blocking(url: str | URL) -> None:
    """`upgrade` for a process that has no event loop yet."""
    asyncio.run(upgrade(url))
