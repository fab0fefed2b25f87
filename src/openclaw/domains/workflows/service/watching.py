"""Waiting for a run to get on."""

import asyncio
import contextlib
from collections.abc import Callable
from uuid import UUID

from openclaw.domains.workflows.events import run_changed_topic
from openclaw.domains.workflows.schemas import WorkflowRun
from openclaw.domains.workflows.service import runs
from openclaw.infra.bus import EventBus
from openclaw.infra.db import Database
from openclaw.infra.scope import Actor


async def watch_run(
    database: Database,
    bus: EventBus,
    actor: Actor,
    run_id: UUID,
    *,
    seconds: float,
    is_enough: Callable[[WorkflowRun, int], bool],
) -> WorkflowRun:
    """The run once ``is_enough`` says so of it and its number of steps, once it has ended, or after so many seconds.

    Raises WorkflowNotFoundError.
    """

    async def look() -> tuple[WorkflowRun, bool]:
        async with database.transaction(actor, is_quiet=True) as scope:
            found = runs.view(await runs.access_run(scope, run_id), actor.language)
            count = await runs.count_steps(scope, run_id)
        return found, found.finished_at is not None or is_enough(found, count)

    async with bus.wakeups(run_changed_topic(run_id)) as woken:
        found, is_done = await look()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not is_done:
                    await woken.wait()
                    woken.clear()
                    found, is_done = await look()
    return found
