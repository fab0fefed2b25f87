"""Time as a dependency, so that tests need not wait."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What code may know of time: aware UTC instants, and waiting."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...

    async def sleep(self, duration: timedelta) -> None:
        """Wait for ``duration``."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        return datetime.now(UTC)

    async def sleep(self, duration: timedelta) -> None:
        """Wait for ``duration``."""
        await asyncio.sleep(duration.total_seconds())


class ManualClock:
    """A clock that a test moves by hand; sleepers wake when their instant is passed."""

    def __init__(self, start: datetime) -> None:
        self._now = start
        self._sleepers: list[tuple[datetime, asyncio.Event]] = []

    def now(self) -> datetime:
        """The instant that the test has set."""
        return self._now

    async def sleep(self, duration: timedelta) -> None:
        """Wait until ``advance`` has passed ``duration``."""
        if duration <= timedelta():
            return
        woken = asyncio.Event()
        self._sleepers.append((self._now + duration, woken))
        await woken.wait()

    def advance(self, duration: timedelta) -> None:
        """Move time forward and wake who is due."""
        self._now += duration
        due = [s for s in self._sleepers if s[0] <= self._now]
        self._sleepers = [s for s in self._sleepers if s[0] > self._now]
        for _, woken in due:
            woken.set()
