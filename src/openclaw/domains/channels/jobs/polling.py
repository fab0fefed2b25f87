"""Polls providers: each channel by one process at a time, under a lease that the next one takes when that one dies."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import structlog

from openclaw.domains.channels import repository
from openclaw.domains.channels.errors import ProviderFailedError
from openclaw.domains.channels.events import POLL_TOPIC
from openclaw.domains.channels.service.channels import link_of, tell_changed
from openclaw.domains.channels.service.receiving import Receiver, acting
from openclaw.domains.channels.service.registry import Channels, Incoming
from openclaw.infra.bus import EventBus
from openclaw.infra.db import Database
from openclaw.kit.clock import Clock
from openclaw.kit.errors import Kind, OpenClawError, UnavailableError
from openclaw.kit.tasks import cancel_and_wait, spawn, to_its_end

_log = structlog.get_logger(__name__)
_LEASE = timedelta(minutes=3)  # longer than the longest poll with the longest pause after it
_LOOK = timedelta(seconds=15)
_LONGEST_PAUSE = 60


class Poller:
    """One per process that does work for others. ``name`` is the process's."""

    def __init__(
        self,
        database: Database,
        bus: EventBus,
        clock: Clock,
        channels: Channels,
        receiver: Receiver,
        *,
        name: str,
    ) -> None:
        self._database = database
        self._bus = bus
        self._clock = clock
        self._channels = channels
        self._receiver = receiver
        self._name = name
        self._kinds = [kind for kind, each in channels.providers.items() if each.is_polled]
        self._polls: dict[UUID, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Poll for ever: what nobody polls is taken at each change of a channel, and every 15 s."""
        async with self._bus.wakeups(POLL_TOPIC) as woken:
            try:
                while True:
                    woken.clear()
                    try:
                        await self._take()
                    except UnavailableError:
                        _log.warning("polling waits for the database")
                    except Exception:  # noqa: BLE001  (the loop must outlive whatever it meets)
                        _log.exception("channels could not be taken; it tries again")
                    timer = spawn(self._ring(woken), name="channels timer")
                    try:
                        await woken.wait()
                    finally:
                        await cancel_and_wait(timer)
            finally:
                await cancel_and_wait(*self._polls.values())
                await to_its_end(self._leave(), name="channels left")

    async def _ring(self, woken: asyncio.Event) -> None:
        await self._clock.sleep(_LOOK)
        woken.set()

    async def _leave(self) -> None:
        try:
            async with self._database.system(is_quiet=True) as scope:
                await repository.give_leases_back(scope, self._name)
        except UnavailableError:
            return  # then they end by themselves

    async def _take(self) -> None:
        async with self._database.system(is_quiet=True) as scope:
            held = await repository.take_leases(scope, self._kinds, holder=self._name, lease=_LEASE)
        gone = [task for channel_id, task in self._polls.items() if channel_id not in held]
        await cancel_and_wait(*gone)
        self._polls = {i: task for i, task in self._polls.items() if i in held and not task.done()}
        for channel_id in held:
            if channel_id not in self._polls:
                self._polls[channel_id] = spawn(self._poll(channel_id), name="channel poll")

    async def _poll(self, channel_id: UUID) -> None:
        failures = 0
        while True:
            try:
                if not await self._round(channel_id):
                    return
                failures = 0
            except OpenClawError as error:
                if error.kind == Kind.INVALID:
                    await to_its_end(self._give_up(channel_id, error), name="channel failed")
                    return
                failures += 1
                asked = error.seconds if isinstance(error, ProviderFailedError) else 0
                _log.warning("a channel cannot be polled", channel=channel_id.hex, error=error.code)
                pause = max(asked, 2 ** min(failures, 6))
                await self._clock.sleep(timedelta(seconds=min(pause, _LONGEST_PAUSE)))

    async def _round(self, channel_id: UUID) -> bool:
        """Ask once, and keep what came with its place; False when the channel is another process's, or gone."""
        async with self._database.system(is_quiet=True) as scope:
            row = await repository.renew_lease(scope, channel_id, holder=self._name, lease=_LEASE)
            if row is None:
                return False
            provider, link = self._channels.providers[row.kind], link_of(row, self._channels.keys)
            offset, account = row.poll_offset, row.account_key
        items, following = await provider.poll(link, offset)
        if following == offset:
            return True
        # To its end: what is being kept is not torn apart by a pause.
        return await to_its_end(self._keep(channel_id, account, items, following), name="channel kept")

    async def _keep(
        self, channel_id: UUID, account: str | None, items: Sequence[Incoming], following: int
    ) -> bool:
        async with self._database.system() as scope:
            row = await repository.find_any(scope, channel_id, lock=True)
            if row is None or row.lease_of != self._name or row.account_key != account:
                return False
            if row.is_paused or row.state not in ("pairing", "connected"):
                return False
            await self._receiver.take_in(scope, row, items)
            row.poll_offset = following
        return True

    async def _give_up(self, channel_id: UUID, error: OpenClawError) -> None:
        """The provider refuses for good: the person has to look."""
        async with self._database.system() as scope:
            row = await repository.find_any(scope, channel_id, lock=True)
            if row is not None and row.lease_of == self._name:
                row.state, row.error = "failed", error.to_wire()
                row.lease_of = row.lease_until = None
                await tell_changed(acting(scope, row), row)
