"""A clock that never waits, and models that use it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from openclaw.runtime.streaming import Models


class ImpatientClock:
    """Returns from every wait at once and remembers what was asked."""

    def __init__(self) -> None:
        self.waits: list[timedelta] = []

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC)

    async def sleep(self, duration: timedelta) -> None:
        self.waits.append(duration)


@pytest.fixture
def clock() -> ImpatientClock:
    return ImpatientClock()


@pytest.fixture
async def models(clock: ImpatientClock) -> AsyncIterator[Models]:
    asked = Models(clock)
    yield asked
    await asked.aclose()
