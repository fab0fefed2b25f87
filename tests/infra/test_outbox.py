"""The outbox: what is recorded with a change reaches its subscribers, however often they fail, and counts once."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from openclaw.infra.bus import EventBus
from openclaw.infra.db import Database
from openclaw.infra.notify import PostgresTransport
from openclaw.infra.outbox import OutboxRelay, Subscriber, record
from openclaw.infra.scope import Scope
from openclaw.kit.clock import ManualClock
from openclaw.kit.tasks import cancel_and_wait, spawn
from tests.support.server import START


class Relays:
    """A number of processes that carry facts, and what their subscribers did."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.clock = ManualClock(START)
        self.database = Database(url, self.clock)
        self.seen: list[Any] = []
        self.arrived = asyncio.Queue[Any]()
        self.failures = 0

    async def subscriber(self, scope: Scope, body: dict[str, Any]) -> None:
        """Leaves a row, so that an effect can be counted."""
        await scope.session.execute(
            text("INSERT INTO durable_executors VALUES (:n, now())"), {"n": str(body["n"])}
        )
        if self.failures > 0:
            self.failures -= 1
            self.arrived.put_nowait("failed")
            raise RuntimeError("not now")
        self.seen.append(body["n"])
        self.arrived.put_nowait(body["n"])

    @contextlib.asynccontextmanager
    async def running(
        self, subscribers: dict[str, Sequence[Subscriber]], count: int = 1
    ) -> AsyncIterator[EventBus]:
        buses = [EventBus(PostgresTransport(self._url, self.clock), self.clock) for _ in range(count)]
        for bus in buses:
            await bus.start()
        tasks = [
            spawn(OutboxRelay(self.database, bus, self.clock, subscribers).run(), name="relay")
            for bus in buses
        ]
        try:
            yield buses[0]
        finally:
            await cancel_and_wait(*tasks)
            for bus in buses:
                await bus.stop()

    async def record(
        self, *numbers: int, event: str = "tests.happened", delay: timedelta = timedelta()
    ) -> None:
        async with self.database.system() as scope:
            for number in numbers:
                await record(scope, event, {"n": number}, delay=delay)

    async def rows(self) -> list[tuple[Any, ...]]:
        async with self.database.system() as scope:
            return [
                tuple(row) for row in await scope.session.execute(text("SELECT event, attempts FROM outbox"))
            ]

    async def empty(self) -> None:
        """Wait until nothing is left; the last transaction may still be about to commit."""
        while await self.rows():
            pass


@pytest.fixture
async def relays(database_url: str) -> AsyncIterator[Relays]:
    relays = Relays(database_url)
    yield relays
    await relays.database.close()


async def test_facts_arrive_when_they_are_committed(relays: Relays) -> None:
    async with relays.running({"tests.happened": [relays.subscriber]}):
        await relays.record(1)
        assert await relays.arrived.get() == 1
        with pytest.raises(RuntimeError):
            async with relays.database.system() as scope:
                await record(scope, "tests.happened", {"n": 2})
                raise RuntimeError
        await relays.record(3)
        assert await relays.arrived.get() == 3
        await relays.empty()


async def test_what_was_recorded_while_nobody_listened_is_carried(relays: Relays) -> None:
    await relays.record(1, 2, 3)
    async with relays.running({"tests.happened": [relays.subscriber]}):
        assert sorted([await relays.arrived.get() for _ in range(3)]) == [1, 2, 3]
        await relays.empty()


async def test_each_fact_is_taken_by_one_of_many(relays: Relays) -> None:
    async with relays.running({"tests.happened": [relays.subscriber]}, count=4):
        await asyncio.gather(*(relays.record(*range(start, start + 5)) for start in range(0, 50, 5)))
        assert sorted([await relays.arrived.get() for _ in range(50)]) == list(range(50))
        await relays.empty()
    assert sorted(relays.seen) == list(range(50))


async def test_a_failure_delays_its_fact_and_leaves_nothing(relays: Relays) -> None:
    relays.failures = 2
    async with relays.running({"tests.happened": [relays.subscriber]}) as bus:
        await relays.record(1)
        for attempts in (1, 2):
            assert await relays.arrived.get() == "failed"
            while (await relays.rows()) != [("tests.happened", attempts)]:
                pass  # until its transaction is over
            relays.clock.advance(timedelta(seconds=2**attempts))
            bus.publish_live("outbox", {})
        assert await relays.arrived.get() == 1
        await relays.empty()
    async with relays.database.system() as scope:
        effects = await scope.session.scalar(text("SELECT count(*) FROM durable_executors"))
    assert effects == 1, "what failed was undone with it"


async def test_a_fact_that_fails_holds_up_no_other(relays: Relays) -> None:
    async def broken(_scope: Scope, _body: dict[str, Any]) -> None:
        relays.arrived.put_nowait("failed")
        raise RuntimeError("never")

    subscribers = {"tests.broken": [broken], "tests.happened": [relays.subscriber]}
    async with relays.running(subscribers):
        await relays.record(1, event="tests.broken")
        assert await relays.arrived.get() == "failed"
        await relays.record(2, 3)
        assert [await relays.arrived.get() for _ in range(2)] == [2, 3]
        while len(await relays.rows()) != 1:
            pass
    assert (await relays.rows())[0][0] == "tests.broken"


async def test_several_subscribers_are_all_or_none(relays: Relays) -> None:
    calls: list[str] = []

    async def second(_scope: Scope, _body: dict[str, Any]) -> None:
        calls.append("second")
        if len(calls) == 1:
            raise RuntimeError("the second fails")
        relays.arrived.put_nowait("second")

    async with relays.running({"tests.happened": [relays.subscriber, second]}) as bus:
        await relays.record(1)
        assert await relays.arrived.get() == 1
        while (await relays.rows()) != [("tests.happened", 1)]:
            pass
        relays.clock.advance(timedelta(seconds=2))
        bus.publish_live("outbox", {})
        assert [await relays.arrived.get() for _ in range(2)] == [1, "second"]
        await relays.empty()
    async with relays.database.system() as scope:
        assert await scope.session.scalar(text("SELECT count(*) FROM durable_executors")) == 1


async def test_a_delayed_fact_waits_for_its_time(relays: Relays) -> None:
    async with relays.running({"tests.happened": [relays.subscriber]}) as bus:
        await relays.record(1, delay=timedelta(seconds=30))
        await relays.record(2)
        assert await relays.arrived.get() == 2
        relays.clock.advance(timedelta(seconds=30))
        bus.publish_live("outbox", {})
        assert await relays.arrived.get() == 1


async def test_facts_that_nobody_wants_go(relays: Relays) -> None:
    async with relays.running({}):
        await relays.record(1)
        await relays.empty()


async def test_of_many_that_are_due_at_once_only_what_fails_waits(relays: Relays) -> None:
    async def broken(_scope: Scope, _body: dict[str, Any]) -> None:
        raise RuntimeError("never")

    await relays.record(1, 2)
    await relays.record(0, event="tests.broken")
    await relays.record(3)
    async with relays.running({"tests.broken": [broken], "tests.happened": [relays.subscriber]}):
        seen: list[Any] = []
        while len(await relays.rows()) != 1:
            pass
        while not relays.arrived.empty():
            seen.append(relays.arrived.get_nowait())
    assert sorted(set(seen)) == [1, 2, 3]
    assert await relays.rows() == [("tests.broken", 1)]
