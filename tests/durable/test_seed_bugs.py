"""What the sample scheduler of seed 001 gets wrong (its reading: domain notes C4, items 3 to 10), each as a test."""

from datetime import timedelta

from openclaw.durable import jobs
from openclaw.durable.jobs import JobSpec, Priority
from tests.durable.queues import Office, Work
from tests.durable.test_queue_order import names
from tests.support.server import START

HOUR = timedelta(hours=1)


async def test_bug_3_a_job_that_says_no_time_has_the_one_at_which_it_was_accepted(office: Office) -> None:
    """The sample's hook names its parameter wrongly and would crash."""
    work, ann = Work(), await office.tenant()
    async with office.process(work) as queue:
        job = await office.submit(queue, ann)
    assert (job.created_at, job.due_at) == (START, START)
    assert job.created_at.tzinfo is not None


async def test_bug_4_a_handler_is_told_whose_job_it_is_and_which_try(office: Office) -> None:
    """The sample calls a plugin without its context."""
    work, ann = Work(), await office.tenant()
    async with office.process(work) as queue:
        row = await office.submit(queue, ann, 5)
        job = await work.begun.get()
    assert (job.id, job.workspace_id, job.user_id) == (row.id, ann.workspace_id, ann.user_id)
    assert (job.payload, job.attempt, job.max_attempts) == ({"n": 5}, 1, 3)


async def test_bug_5_what_is_tried_again_is_delayed_and_not_failed(office: Office) -> None:
    work, ann = Work(), await office.tenant()
    work.failures = [RuntimeError("a defect")]
    async with office.process(work) as queue:
        job = await office.submit(queue, ann)
        await office.until(job, "delayed")
        async with office.database.transaction(ann) as scope:
            states = (await jobs.count_jobs(scope)).states
    assert {state: n for state, n in states.items() if n} == {"delayed": 1}


async def test_bug_6_what_was_delayed_keeps_its_priority(office: Office) -> None:
    work, ann = Work(), await office.tenant()
    async with office.process(work, name="accepting", is_stuck=True) as queue:
        for priority in (Priority.LOW, Priority.CRITICAL):
            await office.submit(queue, ann, priority.name, priority=priority, start_at=START + HOUR)
        await office.submit(queue, ann, "NORMAL")
    office.clock.advance(2 * HOUR)
    async with office.process(work, at_once=1):
        assert await names(work, 3) == ["CRITICAL", "NORMAL", "LOW"]


async def test_bug_7_a_job_that_cannot_be_read_fails_by_itself(office: Office) -> None:
    """The sample's failure handler uses a variable that is not there, and the worker ends."""
    work, ann = Work(), await office.tenant()
    async with office.process(work) as queue:
        async with office.database.transaction(ann) as scope:
            (broken,) = await queue.submit(
                scope, "test", JobSpec(payload={"no": "n"}, title="Broken", tries=1)
            )
        assert (await office.until(broken, "failed")).error is not None
        job = await office.submit(queue, ann, "next")
        await office.until(job, "completed")


async def test_bug_8_cancel_finds_a_job_in_any_queue_and_at_work(office: Office) -> None:
    work, ann = Work(is_open=False), await office.tenant()
    async with office.process(work, at_once=1) as queue:
        running = await office.submit(queue, ann)
        pending = await office.submit(queue, ann)
        delayed = await office.submit(queue, ann, start_at=START + HOUR)
        await work.next()
        for job in (running, pending, delayed):
            async with office.database.transaction(ann) as scope:
                await jobs.cancel_job(scope, job.id)
        assert await work.ended.get() == "cut off"
        for job in (running, pending, delayed):
            await office.until(job, "cancelled")


async def test_bug_9_a_worker_stops_when_it_is_told_to_and_another_does_its_job(office: Office) -> None:
    work, ann = Work(is_open=False), await office.tenant()
    async with office.process(work) as queue:
        job = await office.submit(queue, ann)
        await work.next()
    assert await work.ended.get() == "cut off"
    work.gate.set()
    async with office.process(work, name="two") as other:
        await other.take_over("one")
        await office.until(job, "completed")


async def test_bug_10_the_higher_number_is_the_more_urgent(office: Office) -> None:
    assert [priority.value for priority in sorted(Priority)] == [1, 2, 3, 4]
    work, ann = Work(is_open=False), await office.tenant()
    async with office.process(work, at_once=1) as queue:
        await office.submit(queue, ann, "in the way")
        for number in (1, 3, 2, 4):
            await office.submit(queue, ann, number, priority=number)
        work.gate.set()
        assert await names(work, 5) == ["in the way", 4, 3, 2, 1]
