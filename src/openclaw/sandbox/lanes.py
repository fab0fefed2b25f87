"""Who may run next: calls wait by lane (a tenant, say) and lanes take turns, so that none starves another."""

import asyncio
import contextlib
from collections import Counter, OrderedDict, deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from openclaw.sandbox.errors import SandboxBusyError


@dataclass
class Lanes:
    """``room`` calls run at once. ``spare``: so many more, for lanes of which none runs, past calls that only sleep."""

    room: int
    spare: int
    most_waiting: int  # in one lane
    _running: Counter[str] = field(default_factory=Counter[str])
    _waiting: OrderedDict[str, deque[asyncio.Future[None]]] = field(default_factory=OrderedDict)

    @contextlib.asynccontextmanager
    async def turn(self, lane: str) -> AsyncIterator[None]:
        """Hold a place in ``lane``, waiting for it.

        :raises SandboxBusyError: too many wait in this lane already.
        """
        if lane in self._waiting or not self._is_free(lane):
            await self._wait(lane)
        else:
            self._running[lane] += 1
        try:
            yield
        finally:
            self._leave(lane)

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
