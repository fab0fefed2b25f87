"""What many ask for at a time, done for all of a lane in one transaction: who comes while it goes on is in the next.

A lane is a user mostly. Nobody waits longer than for one transaction of their lane, and a hundred cost hardly more
statements than one.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar
from weakref import WeakValueDictionary

from openclaw.kit.errors import UnavailableError

_MOST_AT_ONCE = 100
LaneT = TypeVar("LaneT", bound=Hashable)
WantedT = TypeVar("WantedT")
ResultT = TypeVar("ResultT")


@dataclass(eq=False)
class _Asked(Generic[WantedT, ResultT]):
    """What is wanted, and what became of it: one result, or why there is none."""

    what: WantedT
    became: Sequence[ResultT | BaseException] = ()


@dataclass(eq=False)
class _Lane(Generic[WantedT, ResultT]):
    """What waits in a lane. Who holds the lock carries all of it."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: list[_Asked[WantedT, ResultT]] = field(default_factory=list[_Asked[WantedT, ResultT]])


class Together(Generic[LaneT, WantedT, ResultT]):
    """``carry`` does what is wanted in one transaction of the lane, and answers each with its result or its error.

    Raised, an error is that of the transaction: when the database is away everybody hears it, else each is carried
    alone. ``subject_of``: of one subject only one thing is carried at a time, in the order of asking.
    """

    def __init__(
        self,
        carry: Callable[[LaneT, Sequence[WantedT]], Awaitable[Sequence[ResultT | BaseException]]],
        *,
        subject_of: Callable[[WantedT], Hashable],
    ) -> None:
        self._carry = carry
        self._subject_of = subject_of
        self._lanes: WeakValueDictionary[LaneT, _Lane[WantedT, ResultT]] = WeakValueDictionary()

    async def ask(self, of: LaneT, what: WantedT) -> ResultT:
        """The result, once it is kept. Raises what ``carry`` answers with, and UnavailableError."""
        lane = self._lanes.setdefault(of, _Lane())
        asked = _Asked[WantedT, ResultT](what)
        lane.waiting.append(asked)
        try:
            async with lane.lock:
                while not asked.became:  # else who had the lock before has taken it along
                    await self._take(of, lane)
        finally:
            if not asked.became:
                lane.waiting.remove(asked)
        (became,) = asked.became
        if isinstance(became, BaseException):
            raise became
        return became

    async def _take(self, of: LaneT, lane: _Lane[WantedT, ResultT]) -> None:
        """What waits stays in the lane until it is done: one whose carrier is cancelled is carried by the next."""
        by_subject: dict[Hashable, _Asked[WantedT, ResultT]] = {}
        for asked in lane.waiting[:_MOST_AT_ONCE]:
            by_subject.setdefault(self._subject_of(asked.what), asked)
        batch = list(by_subject.values())
        results: Sequence[ResultT | BaseException]
        try:
            results = await self._carry(of, [asked.what for asked in batch])
        except UnavailableError as error:
            results = [error] * len(batch)
        except Exception:  # noqa: BLE001  (what cannot be stored must not stand in the way of others)
            results = [await self._take_alone(of, asked.what) for asked in batch]
        for asked, result in zip(batch, results, strict=True):
            asked.became = (result,)
        lane.waiting = [asked for asked in lane.waiting if not asked.became]

    async def _take_alone(self, of: LaneT, what: WantedT) -> ResultT | BaseException:
        try:
            (result,) = await self._carry(of, [what])
        except Exception as error:  # noqa: BLE001  (raised where it was asked)
            return error
        return result
