"""Waiting for a run to get on."""

import asyncio
import contextlib
from uuid import UUID

from openclaw.domains.tasks.events import changed_topic
from openclaw.domains.tasks.schemas import TaskRun
from openclaw.domains.tasks.service import runs, views
from openclaw.infra.bus import EventBus
from openclaw.infra.db import Database
from openclaw.infra.scope import Actor


async def watch_run(
    database: Database, bus: EventBus, actor: Actor, run_id: UUID, *, seconds: float, after: int
) -> TaskRun:
    """The run once its log has entries after that one, once it has ended, or after so many seconds.

    Raises TaskNotFoundError.
    """

    async def look() -> TaskRun:
        async with database.transaction(actor, is_quiet=True) as scope:
            return (await views.view_runs(scope, [await runs.access_run(scope, run_id)]))[0]

    async with bus.wakeups(changed_topic(run_id)) as woken:
        found = await look()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while found.finished_at is None and found.event_seq <= after:
                    await woken.wait()
                    woken.clear()
                    found = await look()
    return found
