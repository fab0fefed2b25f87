"""Time as a dependency."""

import asyncio
from datetime import UTC, datetime, timedelta

from openclaw.kit.clock import ManualClock, SystemClock
from openclaw.kit.tasks import spawn

START = datetime(2026, 1, 1, tzinfo=UTC)


async def test_a_manual_clock_wakes_who_is_due() -> None:
    clock, woken = ManualClock(START), list[int]()

    async def sleep(seconds: int) -> None:
        await clock.sleep(timedelta(seconds=seconds))
        woken.append(seconds)

    tasks = [spawn(sleep(seconds), name="sleeper") for seconds in (10, 20, 0)]
    await tasks[2]
    assert woken == [0], "no time is no wait"
    clock.advance(timedelta(seconds=9))
    assert not tasks[0].done()
    clock.advance(timedelta(seconds=1))
    await tasks[0]
    clock.advance(timedelta(hours=1))
    await tasks[1]
    assert woken == [0, 10, 20]
    assert clock.now() == START + timedelta(hours=1, seconds=10)


async def test_the_systems_clock_is_aware_and_waits() -> None:
    clock = SystemClock()
    assert clock.now().utcoffset() == timedelta()
    before = asyncio.get_running_loop().time()
    await clock.sleep(timedelta(milliseconds=1))
    assert asyncio.get_running_loop().time() > before
