"""Several processes on one queue: none takes what is another's, each goes on with what the dead had begun."""

import asyncio
from collections import Counter
from datetime import timedelta

import asyncpg
from sqlalchemy import text

from openclaw.durable import store
from openclaw.durable.jobs import TOPIC, JobSpec
from openclaw.durable.models import JobRow
from openclaw.infra.bus import publish
from openclaw.infra.db import as_libpq
from openclaw.kit.tasks import spawn
from tests.durable.queues import Office, Work
from tests.durable.test_queue_order import enter_lane, names, queue_many
from tests.support.server import START


async def lose(office: Office, job: JobRow, to: str) -> None:
    """As if this process had hung, and another one had taken the job over."""
    async with office.database.system() as scope:
        change = text("UPDATE jobs SET executor_id = :name, epoch = epoch + 1 WHERE id = :id")
        await scope.session.execute(change, {"name": to, "id": job.id})


async def test_two_processes_never_begin_one_job_twice(office: Office) -> None:
    work, tenants = Work(), [await office.tenant() for _ in range(4)]
    for tenant in tenants:
        await queue_many(office, tenant, 20)
    async with office.process(work, slots=3), office.process(work, name="two", slots=3):
        begun = [await work.begun.get() for _ in range(80)]
        for _ in range(80):
            assert await work.ended.get() == "done"
    assert max(Counter(job.id for job in begun).values()) == 1
    assert {job.epoch for job in begun} == {1}
    assert work.begun.empty()


async def test_both_have_work_when_there_is_room_in_both(office: Office) -> None:
    one, two, ann = Work(is_open=False), Work(is_open=False), await office.tenant()
    async with office.process(one, slots=2), office.process(two, name="two", slots=2):
        await queue_many(office, ann, 4)
        async with office.database.transaction(ann) as scope:
            await publish(scope, TOPIC, {})
        assert await names(one, 2) + await names(two, 2) == ["A"] * 4


async def test_a_dead_process_leaves_its_jobs_to_others(office: Office) -> None:
    """Also those that only waited; each is the other's now, and its try is the same one."""
    dead, work, ann = Work(is_open=False), Work(), await office.tenant()
    async with office.process(work, at_once=2) as there:
        async with office.process(dead, name="dead", at_once=2, is_stuck=True) as queue:
            queue._has_joined = True  # it accepts as if it ran, and does not
            accepted = [await office.submit(queue, ann, n) for n in range(2)]
            assert [job.executor_id for job in accepted] == ["dead", "dead"]
            waiting = await office.submit(queue, ann, "queued")
            assert waiting.state == "pending"
            await there.take_over("dead")
            begun = [await work.begun.get() for _ in range(3)]
            assert [(job.attempt, job.epoch) for job in begun] == [(1, 2), (1, 2), (1, 1)]
            for job in (*accepted, waiting):
                await office.until(job, "completed")


async def test_who_lost_a_job_stops_and_writes_nothing(office: Office) -> None:
    work, ann = Work(is_open=False), await office.tenant()
    async with office.process(work) as queue:
        job = await office.submit(queue, ann)
        await work.next()
        await lose(office, job, "two")
        assert await office.passing(timedelta(seconds=1), work.ended) == "cut off"
        now = await office.row(job)
    assert (now.state, now.executor_id, now.epoch) == ("running", "two", 2)


async def test_the_end_of_a_try_that_was_lost_counts_for_nothing(office: Office) -> None:
    work, ann = Work(is_open=False), await office.tenant()
    async with office.process(work) as queue:
        job = await office.submit(queue, ann)
        await work.next()
        await lose(office, job, "two")
        work.gate.set()
        assert await work.ended.get() == "done"
    assert (await office.row(job)).result is None


async def test_who_stops_in_good_order_leaves_its_jobs_begun(office: Office) -> None:
    work, ann = Work(is_open=False), await office.tenant()
    async with office.process(work) as queue:
        job = await office.submit(queue, ann)
        await work.next()
    assert await work.ended.get() == "cut off"
    assert ((await office.row(job)).state, (await office.row(job)).executor_id) == ("running", "one")
    work.gate.set()
    async with office.process(work):  # it comes back under its name
        await office.until(job, "completed")


_HELD = """
CREATE FUNCTION wait_for_us() RETURNS trigger LANGUAGE plpgsql
  AS 'BEGIN PERFORM pg_advisory_xact_lock(7); RETURN NULL; END';
CREATE CONSTRAINT TRIGGER held AFTER UPDATE ON jobs DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION wait_for_us()
"""
_WAITING = """
SELECT EXISTS (SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = database
  WHERE datname = current_database() AND locktype = 'advisory' AND objid = 7 AND NOT granted)
"""


async def test_what_is_taken_over_begins_once_it_is_committed(office: Office) -> None:
    """Else the end of a quick one finds a row that is not its own yet, and the job is done once more."""
    before, work, ann = Work(is_open=False), Work(), await office.tenant()
    async with office.process(before) as queue:
        job = await office.submit(queue, ann)
        await before.next()

    async def come_back() -> None:
        async with office.process(work):
            await office.until(job, "completed")

    owner = await asyncpg.connect(as_libpq(office.url))
    try:
        await owner.execute(_HELD)
        async with owner.transaction():
            await owner.execute("SELECT pg_advisory_xact_lock(7)")
            back = spawn(come_back(), name="back")
            while not await owner.fetchval(_WAITING):
                pass
            assert work.begun.empty()
        await back
    finally:
        await owner.close()


async def test_a_job_that_was_accepted_and_not_begun_is_begun_by_its_process(office: Office) -> None:
    work, ann = Work(), await office.tenant()
    async with office.process(work) as queue:
        job = await office.submit(queue, ann, start_at=START + timedelta(days=1))
        await lose(office, job, "one")
        change = text("UPDATE jobs SET state = 'running' WHERE id = :id")
        async with office.database.system() as scope:
            await scope.session.execute(change, {"id": job.id})
        assert (await office.passing(timedelta(seconds=1), work.begun)).id == job.id


async def test_a_process_leaves_alone_what_it_does_not_know(office: Office) -> None:
    """During an upgrade the older process has no handler for a newer kind."""
    work, ann = Work(), await office.tenant()
    async with office.process(work, name="newer", is_stuck=True) as newer:
        async with office.database.transaction(ann) as scope:
            (unknown,) = await newer.submit(scope, "newer.kind", JobSpec(payload={"n": 1}, title="New"))
        async with office.process(work) as queue:
            await office.submit(queue, ann, "known")
            assert await work.next() == "known"
            assert await work.ended.get() == "done"
        assert (await office.row(unknown)).state == "pending"


async def test_strangers_are_processes_with_begun_jobs_and_no_heartbeat(office: Office) -> None:
    work, ann = Work(is_open=False), await office.tenant()
    async with office.process(work) as queue:
        await office.submit(queue, ann)
        async with office.database.system() as scope:
            assert await store.list_strangers(scope) == []
            await store.forget(scope, "one")
            assert await store.list_strangers(scope) == ["one"]


async def test_a_lane_that_somebody_holds_is_looked_at_again_when_it_is_free(office: Office) -> None:
    """Nobody else waits for it meanwhile."""
    work, ann, bob = Work(), await office.tenant(), await office.tenant()
    await queue_many(office, ann, 1)
    held, free = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        async with office.database.transaction(ann) as scope:
            await enter_lane(scope)
            held.set()
            await free.wait()

    async with asyncio.TaskGroup() as group:
        group.create_task(hold())
        await held.wait()
        async with office.process(work) as queue:
            await office.submit(queue, bob, "B")
            assert await work.next() == "B"
            free.set()
            assert await work.next() == "A"
