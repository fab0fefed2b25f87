"""Copies of what was read: quick, never another's, and gone with what changes them."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from openclaw.apps.gateway.recent import RecentReads
from openclaw.infra.scope import Actor, Role
from openclaw.kit.clock import ManualClock
from openclaw.kit.errors import UnavailableError
from tests.support.accounts import register
from tests.support.devices import link
from tests.support.gateway_client import operator
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")

ANN, BOB = (Actor(user_id=uuid4(), workspace_id=uuid4(), role=Role.MEMBER) for _ in range(2))


class Source:
    """Counts how often it is read; a gate holds a read."""

    def __init__(self) -> None:
        self.reads = 0
        self.began: asyncio.Queue[int] = asyncio.Queue()
        self.gate = asyncio.Event()
        self.gate.set()

    async def read(self) -> int:
        self.reads += 1
        reads = self.reads
        self.began.put_nowait(reads)
        await self.gate.wait()
        return reads


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 11, 27, tzinfo=UTC))


@pytest.fixture
def recent(clock: ManualClock) -> RecentReads:
    return RecentReads(clock)


async def test_a_copy_is_its_members_and_lives_a_second(recent: RecentReads, clock: ManualClock) -> None:
    source = Source()
    assert recent.find(ANN, "x") is None
    assert [await recent.read(ANN, "x", source.read) for _ in range(2)] == [1, 1]
    assert recent.find(ANN, "x") == 1
    assert recent.find(BOB, "x") is None
    assert await recent.read(BOB, "x", source.read) == 2
    assert await recent.read(ANN, "y", source.read) == 3
    clock.advance(timedelta(seconds=1))
    assert recent.find(ANN, "x") is None
    assert await recent.read(ANN, "x", source.read) == 4


async def test_what_may_have_changed_is_read_again(recent: RecentReads) -> None:
    source = Source()

    async def both() -> tuple[int, int]:
        return await recent.read(ANN, "x", source.read), await recent.read(BOB, "x", source.read)

    assert await both() == (1, 2)
    recent.forget(ANN)
    assert await both() == (3, 2)
    recent.on_event(BOB.user_id, BOB.workspace_id, "device.changed", {})
    assert await both() == (3, 4)
    recent.on_event(BOB.user_id, BOB.workspace_id, "chat", {"state": "delta"})
    assert await both() == (3, 4), "text that streams changes nothing yet"
    recent.on_event(BOB.user_id, BOB.workspace_id, "chat", {"state": "final"})
    assert await both() == (3, 5)
    recent.forget(None)
    assert await both() == (6, 7)


async def test_those_who_come_together_share_a_read_but_not_one_from_before_a_change(
    recent: RecentReads,
) -> None:
    source = Source()
    source.gate.clear()
    first = [asyncio.ensure_future(recent.read(ANN, "x", source.read)) for _ in range(3)]
    await source.began.get()
    recent.forget(ANN)
    later = asyncio.ensure_future(recent.read(ANN, "x", source.read))
    await source.began.get()
    first[0].cancel()  # one who leaves does not end it for the others
    source.gate.set()
    assert [await asyncio.gather(*first[1:]), await later] == [[1, 1], 2]
    assert recent.find(ANN, "x") == 2, "the earlier one is not kept"


async def test_a_client_that_asks_in_many_ways_fills_no_memory(recent: RecentReads) -> None:
    source = Source()
    for number in range(1000):
        await recent.read(ANN, number, source.read)
    assert sum(recent.find(ANN, number) is not None for number in range(1000)) <= 64
    assert recent.find(ANN, 999) == 1000


async def test_a_failure_is_told_to_all_and_not_kept(recent: RecentReads) -> None:
    async def fail() -> int:
        raise UnavailableError(part="database")

    outcomes = await asyncio.gather(*(recent.read(ANN, "x", fail) for _ in range(2)), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [UnavailableError] * 2
    assert await recent.read(ANN, "x", Source().read) == 1


async def test_who_changes_something_and_asks_again_sees_it(server: Server) -> None:
    ann = await register(server)
    machine = await link(ann)
    path = (await ann.get("/devices"))["items"][0]["id"]
    async with operator(ann) as page:
        for number in range(5):  # the clock stands still: a copy would live for ever
            name = f"laptop {number}"
            await page.call("node.rename", {"nodeId": machine.node_id, "displayName": name})
            assert (await page.call("node.list"))["nodes"][0]["displayName"] == name
            await ann.patch(f"/devices/{path}", {"name": f"{name}!"})
            assert (await page.call("node.list"))["nodes"][0]["displayName"] == f"{name}!"
            assert (await page.call("status"))["sessions"]["count"] == number
            assert (await page.call("health"))["sessions"]["count"] == number
            await ann.post("/conversations", {})
        await ann.delete(f"/devices/{path}")
        assert (await page.call("node.list"))["nodes"] == []
