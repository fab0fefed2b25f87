"""Warm jails: as many as calls may run at once, each for one set of code folders, the least recently used given up."""

import asyncio
import contextlib
from collections import deque
from dataclasses import dataclass, field

from openclaw.kit.tasks import spawn
from openclaw.sandbox.calls import Limits
from openclaw.sandbox.frames import Settings
from openclaw.sandbox.supervisor.slot import JailError, Place, Slot, Verdict
from openclaw.sandbox.supervisor.watch import Watch


@dataclass
class Pool:
    """Runs calls in jails of namespaces. ``first_user``: of the users that jails run as; None to stay who we are."""

    place: Place
    settings: Settings
    first_user: int | None
    name: str
    recycled: int = 0
    _idle: list[Slot] = field(default_factory=list)  # least recently used first
    _count: int = 0
    _made: int = 0
    _waiting: deque[asyncio.Future[None]] = field(default_factory=deque)
    _born: dict[Slot, float] = field(default_factory=dict)
    _users: set[int] = field(default_factory=set)

    async def run(
        self, watch: Watch, code: tuple[str, ...], job: bytes, limits: Limits, *, network: bool
    ) -> Verdict:
        """One call, as soon as a jail is free.

        :raises JailError: none comes up.
        """
        slot = await self._acquire(code)
        try:
            return await slot.run(watch, job, limits, network=network)
        except BaseException:
            slot.is_spent = True
            raise
        finally:
            self._release(slot)

    async def close(self) -> None:
        """End the idle jails."""
        for slot in self._idle:
            await self._end(slot)
        self._idle.clear()

    async def _acquire(self, code: tuple[str, ...]) -> Slot:
        while True:
            for slot in reversed(self._idle):
                if slot.code == code:
                    self._idle.remove(slot)
                    return slot
            if self._count < self.settings.slots:
                return await self._start(code)
            if self._idle:
                await self._end(self._idle.pop(0))
                continue
            turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            try:
                await turn
            finally:
                if turn in self._waiting:
                    self._waiting.remove(turn)

    def _release(self, slot: Slot) -> None:
        age = asyncio.get_running_loop().time() - self._born[slot]
        if (
            slot.is_spent
            or slot.calls >= self.settings.calls_per_slot
            or age > self.settings.seconds_per_slot
        ):
            self.recycled += 1
            spawn(self._replace(slot), name="sandbox slot")
        else:
            self._idle.append(slot)
            self._next()

    async def _replace(self, slot: Slot) -> None:
        """A fresh jail for the same code, before anybody asks; or room for those who wait."""
        await self._end(slot)
        if not self._waiting and self._count < self.settings.slots:
            with contextlib.suppress(JailError):  # whoever needs it next hears why
                self._idle.append(await self._start(slot.code))
        self._next()

    def _next(self) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return

    async def _start(self, code: tuple[str, ...]) -> Slot:
        self._count += 1
        self._made += 1
        user = None
        if self.first_user is not None:
            user = next(n for n in range(self.first_user, self.first_user + 4096) if n not in self._users)
            self._users.add(user)
        slot = Slot(self.place, code, user=user, name=f"{self.name}-{self._made}")
        self._born[slot] = asyncio.get_running_loop().time()
        try:
            await slot.start()
        except BaseException:
            await self._end(slot)
            raise
        return slot

    async def _end(self, slot: Slot) -> None:
        try:
            await slot.close()
        finally:
            self._born.pop(slot, None)
            self._users.discard(slot.user or -1)
            self._count -= 1
            self._next()
