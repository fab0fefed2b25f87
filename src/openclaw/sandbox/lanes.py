"""Who may run next: calls wait by lane (a tenant, say) and lanes take turns, so that none starves another."""

import asyncio
import contextlib
from collections import Counter, OrderedDict, deque
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field

from openclaw.sandbox.errors import SandboxBusyError


@dataclass
class Place:
    """What a call holds while it runs."""

    lanes: "Lanes"
    lane: str
    _waits: int = 0
    _is_aside: bool = False

    @contextlib.contextmanager
    def aside(self) -> Iterator[None]:
        """Inside, the call waits for somebody: it gives its place up, and needs no turn to go on after that."""
        self._waits += 1
        if self._waits == 1:
            self._is_aside = self.lanes.step_aside(self.lane)
        try:
            yield
        finally:
            self._waits -= 1
            if not self._waits and self._is_aside:
                self._is_aside = False
                self.lanes.step_back(self.lane)


@dataclass
class Lanes:
    """``room`` calls run at once. ``spare``: so many more, for lanes of which none runs, past calls that only sleep.

    ``most_aside``: so many may have given up their place, half of them of one lane; others keep it while they wait.
    """

    room: int
    spare: int
    most_waiting: int  # in one lane
    most_aside: int = 0
    _running: Counter[str] = field(default_factory=Counter[str])
    _aside: Counter[str] = field(default_factory=Counter[str])
    _waiting: OrderedDict[str, deque[asyncio.Future[None]]] = field(default_factory=OrderedDict)

    @contextlib.asynccontextmanager
    async def turn(self, lane: str) -> AsyncIterator[Place]:
        """Hold a place in ``lane``, waiting for it.

        :raises SandboxBusyError: too many wait in this lane already.
        """
        if lane in self._waiting or not self._is_free(lane):
            await self._wait(lane)
        else:
            self._running[lane] += 1
        try:
            yield Place(self, lane)
        finally:
            self._leave(lane)

    def step_aside(self, lane: str) -> bool:
        """Give a held place up while its call waits; False when too many have, and it keeps it."""
        if self._aside.total() >= self.most_aside or self._aside[lane] >= (self.most_aside + 1) // 2:
            return False
        self._aside[lane] += 1
        self._leave(lane)
        return True

    def step_back(self, lane: str) -> None:
        """Go on with a call that had stepped aside, whether there is room or not."""
        self._aside[lane] -= 1
        if not self._aside[lane]:
            del self._aside[lane]
        self._running[lane] += 1

    def _is_free(self, lane: str) -> bool:
        held = self._running.total()
        return held < self.room or (held < self.room + self.spare and not self._running[lane])

    async def _wait(self, lane: str) -> None:
        line = self._waiting.get(lane, deque())
        if len(line) >= self.most_waiting:
            raise SandboxBusyError(limit=self.most_waiting)
        self._waiting[lane] = line
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        line.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # it came meanwhile: the next one's
                self._leave(lane)
            else:
                self._forget(lane, turn)
            raise

    def _forget(self, lane: str, turn: asyncio.Future[None]) -> None:
        line = self._waiting[lane]
        line.remove(turn)
        if not line:
            del self._waiting[lane]

    def _leave(self, lane: str) -> None:
        self._running[lane] -= 1
        if not self._running[lane]:
            del self._running[lane]
        while (lane_next := next(filter(self._is_free, self._waiting), None)) is not None:
            turn = self._waiting[lane_next][0]
            self._forget(lane_next, turn)
            if lane_next in self._waiting:
                self._waiting.move_to_end(lane_next)  # behind the others
            self._running[lane_next] += 1
            turn.set_result(None)
