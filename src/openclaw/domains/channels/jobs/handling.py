"""The job that acts on what came in, and stays until the answer is on its way."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from openclaw.domains.agents.events import run_ended_topic
from openclaw.domains.agents.service import runs
from openclaw.domains.channels.service import conversing
from openclaw.domains.channels.service.registry import Channels
from openclaw.durable.jobs import Job, set_waiting
from openclaw.infra.bus import EventBus
from openclaw.infra.db import Database
from openclaw.infra.scope import Actor, Role
from openclaw.kit.clock import Clock
from openclaw.kit.errors import OpenClawError, UnavailableError
from openclaw.kit.tasks import cancel_and_wait, spawn

_PATIENCE = timedelta(seconds=60)
_LOOK = timedelta(seconds=5)


class HandleUpdate:
    """Handles updates. The same job again goes on with what it finds. ``start_run`` begins a run that was accepted."""

    def __init__(
        self,
        database: Database,
        bus: EventBus,
        clock: Clock,
        channels: Channels,
        start_run: Callable[[dict[str, str]], Awaitable[None]],
    ) -> None:
        self._database = database
        self._bus = bus
        self._clock = clock
        self._channels = channels
        self._start_run = start_run

    async def __call__(self, job: Job) -> dict[str, Any] | None:
        """Bring what came to its end."""
        actor = Actor(user_id=job.user_id, workspace_id=job.workspace_id, role=Role.MEMBER)
        update_id, channel_id = UUID(hex=job.payload["updateId"]), UUID(hex=job.payload["channelId"])
        try:
            run_id = await self._begin(actor, job, update_id, channel_id)
        except UnavailableError:
            raise
        except OpenClawError as error:
            async with self._database.transaction(actor) as scope:
                await conversing.fail(scope, self._channels, update_id, error)
            return None
        if run_id is not None:
            await self._follow(actor, job, update_id, run_id)
        return None

    async def _begin(self, actor: Actor, job: Job, update_id: UUID, channel_id: UUID) -> UUID | None:
        """The agent's run, once what came before in that conversation is done with; None when there is none."""
        async with self._bus.wakeups(conversing.channel_topic(channel_id)) as woken:
            while True:
                woken.clear()
                async with self._database.transaction(actor) as scope:
                    begun = await conversing.begin(scope, self._channels, update_id)
                    payload = runs.run_payload(scope, begun.run_id) if begun and begun.run_id else None
                    if begun is not None:
                        await set_waiting(scope, job.id, waiting=True)  # from here on for somebody else
                if begun is None or begun.run_id is not None:
                    if begun is not None and begun.starts and payload is not None:
                        await self._start_run(payload)
                    return begun.run_id if begun else None
                await self._wait(woken, _LOOK)

    async def _follow(self, actor: Actor, job: Job, update_id: UUID, run_id: UUID) -> None:
        patience: timedelta = _PATIENCE
        async with self._bus.wakeups(run_ended_topic(run_id)) as woken:
            while True:
                woken.clear()
                async with self._database.transaction(actor) as scope:
                    if await conversing.conclude(scope, self._channels, update_id):
                        return
                if not await self._wait(woken, patience):
                    async with self._database.transaction(actor) as scope:
                        await conversing.say_that_it_goes_on(scope, self._channels, update_id)

    async def _wait(self, woken: asyncio.Event, most: timedelta) -> bool:
        """Wait to be woken; False when nobody did in that time."""
        timer = spawn(self._clock.sleep(most), name="channel wait")
        waiter = spawn(_until(woken), name="channel wakeup")
        try:
            await asyncio.wait([timer, waiter], return_when=asyncio.FIRST_COMPLETED)
            return woken.is_set()
        finally:
            await cancel_and_wait(timer, waiter)


async def _until(woken: asyncio.Event) -> None:
    await woken.wait()
