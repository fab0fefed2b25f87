"""Whose turn it is: workspaces one after the other, the urgent first, no more at once than there may be."""

import asyncio
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from openclaw.durable import jobs
from openclaw.durable.claims import Limits
from openclaw.durable.jobs import Priority
from openclaw.infra.scope import Actor, Scope
from tests.durable.queues import KIND, Office, Work
from tests.support.server import START

_ENTER = text("SELECT enter_job_lane(:lane, 1, :at_most)")
_MANY = text(
    "INSERT INTO jobs (id, workspace_id, user_id, kind, title, payload, state, priority, due_at, attempt, max_attempts,"
    " retry_seconds, epoch, created_at) SELECT gen_random_uuid(), :workspace, :user, :kind, 'Job',"
    " jsonb_build_object('n', 'A'), 'pending', 2, :at, 0, 3, 60, 0, :at FROM generate_series(1, :count)"
)


async def enter_lane(scope: Scope) -> None:
    """Hold the workspace's lane until the transaction ends, as whoever submits does."""
    await scope.session.execute(_ENTER, {"lane": scope.workspace_id, "at_most": Limits.queued})


async def queue_many(office: Office, who: Actor, count: int) -> None:
    """As if ``who`` had submitted that many, all earlier than anything that comes now."""
    async with office.database.transaction(who) as scope:
        await enter_lane(scope)
        values = {"workspace": who.workspace_id, "user": who.user_id, "kind": KIND, "count": count}
        await scope.session.execute(_MANY, values | {"at": START - timedelta(days=1)})


async def names(work: Work, count: int) -> list[Any]:
    return [await work.next() for _ in range(count)]


async def test_one_of_another_workspace_does_not_wait_behind_twenty_thousand(office: Office) -> None:
    """One place only, and all of theirs are older: hers has the second turn."""
    work, a, b = Work(), await office.tenant(), await office.tenant()
    await queue_many(office, a, 20_000)
    begun = asyncio.Event()
    hold = work.gate
    hold.clear()
    async with office.process(work, slots=1, at_once=1) as queue:
        assert await work.next() == "A"
        await office.submit(queue, b, "B")
        begun.set()
        hold.set()
        before = 0
        while await work.next() != "B":
            before += 1
    assert before <= 2, "of 20,000 that came before"


async def test_who_has_nothing_at_work_does_not_wait_for_the_long_work_of_others(office: Office) -> None:
    """Every place is taken by work that does not end."""
    work, a, b = Work(is_open=False), await office.tenant(), await office.tenant()
    await queue_many(office, a, 50)
    async with office.process(work, slots=4) as queue:
        assert await names(work, 4) == ["A"] * 4
        await office.submit(queue, b, "B")
        assert await work.next() == "B"
        assert work.begun.empty()


async def test_workspaces_take_turns(office: Office) -> None:
    work, tenants = Work(is_open=False), [await office.tenant() for _ in range(3)]
    for tenant in tenants:
        await queue_many(office, tenant, 5)
    async with office.process(work, slots=6):
        begun = [await work.begun.get() for _ in range(6)]
        ours = [[j.workspace_id for j in begun].count(t.workspace_id) for t in tenants]
        assert ours == [2, 2, 2]


async def test_the_urgent_come_first_and_equals_in_their_order(office: Office) -> None:
    work, ann = Work(is_open=False), await office.tenant()
    async with office.process(work, at_once=1) as queue:
        await office.submit(queue, ann, "in the way")
        for n, priority in enumerate((Priority.LOW, Priority.HIGH, Priority.NORMAL, Priority.CRITICAL)):
            await office.submit(queue, ann, f"{priority.name} {n}", priority=priority)
        office.clock.advance(timedelta(seconds=1))
        await office.submit(queue, ann, "HIGH later", priority=Priority.HIGH)
        work.gate.set()
        order = ["in the way", "CRITICAL 3", "HIGH 1", "HIGH later", "NORMAL 2", "LOW 0"]
        assert await names(work, 6) == order


async def test_a_workspace_has_no_more_at_once_than_it_may_whoever_begins_it(office: Office) -> None:
    work, ann = Work(is_open=False), await office.tenant()
    async with office.process(work, at_once=3) as one, office.process(work, name="two", at_once=3) as two:
        accepted = await asyncio.gather(*(office.submit(q, ann, n) for n in range(5) for q in (one, two)))
        assert [job.state for job in accepted].count("running") == 3
        await names(work, 3)
        async with office.database.transaction(ann) as scope:
            assert (await jobs.count_jobs(scope)).states["running"] == 3
        assert work.begun.empty()
        work.gate.set()
        await names(work, 7)


async def test_who_waits_for_something_outside_takes_up_no_room(office: Office) -> None:
    """And it goes on when that has come, without another turn: its beginning was its turn."""
    work, ann = Work(is_open=False), await office.tenant()
    async with office.process(work, slots=1, at_once=1) as queue:
        first = await office.submit(queue, ann, "waits for days")
        second = await office.submit(queue, ann, "next")
        assert (first.state, second.state) == ("running", "pending")
        assert await work.next() == "waits for days"
        async with office.database.transaction(ann) as scope:
            await jobs.set_waiting(scope, first.id, waiting=True)
        assert await work.next() == "next"
        async with office.database.transaction(ann) as scope:
            await jobs.set_waiting(scope, first.id, waiting=False)
        third = await office.submit(queue, ann, "after")
        assert third.state == "pending"
        assert (await office.row(first)).state == "running"
        work.gate.set()
        assert await work.next() == "after"


async def test_no_more_begin_in_a_minute_than_may(office: Office) -> None:
    work, ann, bob = Work(), await office.tenant(), await office.tenant()
    async with office.process(work, per_minute=2) as queue:
        for n in range(5):
            await office.submit(queue, ann, n)
        assert await names(work, 2) == [0, 1]
        for following in ([2, 3], [4]):
            office.clock.advance(timedelta(seconds=59))
            await office.submit(queue, bob, "another's")
            assert await work.next() == "another's"
            assert work.begun.empty()
            office.clock.advance(timedelta(seconds=1))
            assert await names(work, len(following)) == following


async def test_a_part_of_what_has_begun_does_not_queue(office: Office) -> None:
    work, ann = Work(is_open=False), await office.tenant()
    async with office.process(work, slots=1, at_once=1) as queue:
        await office.submit(queue, ann, "whole")
        assert (await office.submit(queue, ann, "other")).state == "pending"
        assert (await office.submit(queue, ann, "part", is_part=True)).state == "running"
        assert await names(work, 2) == ["whole", "part"]
