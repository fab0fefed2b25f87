"""Forget what has had its time: each slice says what, one process at a time does it."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

import structlog
from sqlalchemy import text

from openclaw.infra.db import Database
from openclaw.infra.scope import Scope
from openclaw.kit.clock import Clock
from openclaw.kit.errors import UnavailableError

_log = structlog.get_logger(__name__)
_EVERY = timedelta(hours=1)
_LOCK = 7_002

Chore = Callable[[Scope], Awaitable[None]]


async def keep_house(database: Database, clock: Clock, chores: Sequence[Chore]) -> None:
    """Every hour, for ever."""
    while True:
        await clock.sleep(_EVERY)
        try:
            await do_chores(database, chores)
        except UnavailableError:
            _log.warning("housekeeping waits for the database")
        except Exception:  # noqa: BLE001  (a chore's defect must not end the others for ever)
            _log.exception("housekeeping failed")


async def do_chores(database: Database, chores: Sequence[Chore]) -> None:
    """Once, unless another process is at it."""
    async with database.system() as scope:
        if await scope.session.scalar(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": _LOCK}):
            for chore in chores:
                await chore(scope)
