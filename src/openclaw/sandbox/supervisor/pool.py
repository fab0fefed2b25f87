"""Warm jails: as many as calls may run at once, any of them for any call."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Protocol

from openclaw.kit.tasks import cancel_and_wait, spawn
from openclaw.sandbox.calls import Limits
from openclaw.sandbox.frames import Settings
from openclaw.sandbox.supervisor.slot import JailError, Verdict
from openclaw.sandbox.supervisor.watch import Watch


class Jail(Protocol):
    """One jail. Not to be used again once ``is_spent``."""

    calls: int
    is_spent: bool
    user: int | None

    async def start(self) -> None:
        """Bring it up; JailError if that fails."""
        ...

    async def run(
        self, watch: Watch, code: tuple[str, ...], job: bytes, limits: Limits, *, network: bool
    ) -> Verdict:
        """One call."""
        ...

    async def close(self) -> None:
        """End it and clean up behind it."""
        ...


@dataclass
class Pool:
    """Runs calls in jails. ``make``: one that runs as a user and has a name.

    ``first_user``: of the users that jails run as; None to stay who we are.
    """

    make: Callable[[int | None, str], Jail]
    settings: Settings
    first_user: int | None
    name: str
    recycled: int = 0
    _idle: list[Jail] = field(default_factory=list[Jail])
    _count: int = 0
    _made: int = 0
    _waiting: deque[asyncio.Future[None]] = field(default_factory=deque[asyncio.Future[None]])
    _born: dict[Jail, float] = field(default_factory=dict[Jail, float])
    _users: set[int] = field(default_factory=set[int])
    _replacing: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])

    async def run(
        self, watch: Watch, code: tuple[str, ...], job: bytes, limits: Limits, *, network: bool
    ) -> Verdict:
        """One call, as soon as a jail is free.

        :raises JailError: none comes up.
        """
        jail = await self._acquire()
        try:
            return await jail.run(watch, code, job, limits, network=network)
        except BaseException:
            jail.is_spent = True
            raise
        finally:
            self._release(jail)

    def warm(self) -> None:
        """Start jails, in the background, before anybody asks."""
        for _ in range(self.settings.slots - self._count):
            self._in_background(self._add())

    async def close(self) -> None:
        """End the jails that run nothing."""
        await cancel_and_wait(*self._replacing)
        for jail in self._idle:
            await self._end(jail)
        self._idle.clear()

    async def _acquire(self) -> Jail:
        while not self._idle:
            if self._count < self._room + self.settings.aside_slots:
                return await self._start()
            turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            try:
                await turn
            finally:
                if turn in self._waiting:
                    self._waiting.remove(turn)
        return self._idle.pop()

    def _release(self, jail: Jail) -> None:
        age = asyncio.get_running_loop().time() - self._born[jail]
        old = jail.calls >= self.settings.calls_per_slot or age > self.settings.seconds_per_slot
        if jail.is_spent or old or self._count > self._room:
            self.recycled += 1
            self._in_background(self._replace(jail))
        else:
            self._idle.append(jail)
            self._next()

    @property
    def _room(self) -> int:
        """Jails that are kept for more than a call."""
        return self.settings.slots + self.settings.spare_slots

    def _in_background(self, work: Coroutine[Any, Any, None]) -> None:
        task = spawn(work, name="sandbox slot")
        self._replacing.add(task)
        task.add_done_callback(self._replacing.discard)

    async def _replace(self, jail: Jail) -> None:
        """A fresh one, before anybody asks."""
        await self._end(jail)
        if self._count < self.settings.slots:
            await self._add()

    async def _add(self) -> None:
        with contextlib.suppress(JailError, OSError):  # whoever needs it next hears why
            self._idle.append(await self._start())
            self._next()

    def _next(self) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return

    async def _start(self) -> Jail:
        self._count += 1
        self._made += 1
        user = None
        if self.first_user is not None:
            user = next(n for n in range(self.first_user, self.first_user + 4096) if n not in self._users)
            self._users.add(user)
        jail = self.make(user, f"{self.name}-{self._made}")
        self._born[jail] = asyncio.get_running_loop().time()
        try:
            await jail.start()
        except BaseException:
            await self._end(jail)
            raise
        return jail

    async def _end(self, jail: Jail) -> None:
        try:
            await jail.close()
        finally:
            self._born.pop(jail, None)
            self._users.discard(jail.user or -1)
            self._count -= 1
            self._next()
