"""Waiting for something that the bus tells of, for a while."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

from openclaw.infra.bus import EventBus

T = TypeVar("T")


async def wait_for(
    bus: EventBus, topic: str, look: Callable[[], Awaitable[T | None]], *, timeout: timedelta | None
) -> T | None:
    """What ``look`` finds, asked again whenever ``topic`` says something; None after ``timeout`` (None: no limit)."""
    limit = None if timeout is None else asyncio.get_running_loop().time() + timeout.total_seconds()
    async with bus.wakeups(topic) as woken:
        while True:
            woken.clear()
            found = await look()
            if found is not None:
                return found
            try:
                async with asyncio.timeout_at(limit):
                    await woken.wait()
            except TimeoutError:
                return await look()
