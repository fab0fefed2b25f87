"""One job's life: begun, delayed, failed and tried again, timed out, cancelled in any state, queued again."""

from datetime import timedelta
from typing import Any

import pytest

from openclaw.durable import jobs
from openclaw.durable.errors import (
    JobInterruptedError,
    JobNotFoundError,
    TooManyJobsError,
    WrongJobStateError,
)
from openclaw.durable.jobs import JobSpec
from openclaw.durable.models import JobRow
from openclaw.durable.queue import JITTER, MAX_ENTRIES
from openclaw.infra.scope import Actor
from openclaw.kit.errors import InvalidInputError, OpenClawError, UnavailableError
from tests.durable.queues import KIND, Office, Work
from tests.support.server import START

MINUTE = timedelta(minutes=1)


async def cancel(office: Office, who: Actor, job: JobRow) -> str:
    async with office.database.transaction(who) as scope:
        return (await jobs.cancel_job(scope, job.id)).state


async def test_a_job_begins_where_it_was_accepted_and_keeps_its_result(office: Office) -> None:
    work, ann = Work(), await office.tenant()
    async with office.process(work) as queue:
        job = await office.submit(queue, ann, {"deep": [1]})
        assert (job.state, job.executor_id, job.attempt) == ("running", "one", 1)
        done = await office.until(job, "completed")
    assert done.result == {"n": {"deep": [1]}}
    assert (done.executor_id, done.error, done.finished_at) == (None, None, START)


async def test_a_transaction_that_fails_has_submitted_nothing(office: Office) -> None:
    work, ann = Work(), await office.tenant()
    async with office.process(work) as queue:
        with pytest.raises(RuntimeError, match="after all"):
            async with office.database.transaction(ann) as scope:
                await queue.submit(scope, "test", JobSpec(payload={"n": 1}, title="Never"))
                raise RuntimeError("not after all")
        await office.submit(queue, ann, 2)
        assert await work.next() == 2
        assert await work.ended.get() == "done"
    assert work.begun.empty()


async def test_a_delayed_job_begins_when_it_is_due(office: Office) -> None:
    work, ann = Work(), await office.tenant()
    async with office.process(work) as queue:
        later = await office.submit(queue, ann, "later", start_at=START + timedelta(days=3))
        sooner = await office.submit(queue, ann, "sooner", start_at=START + timedelta(days=2))
        assert (later.state, sooner.state) == ("delayed", "delayed")
        assert (await office.passing(timedelta(hours=1), work.begun)).payload["n"] == "sooner"
        assert (await office.row(later)).state == "delayed"
        assert (await office.passing(timedelta(hours=1), work.begun)).payload["n"] == "later"
        assert office.clock.now() >= START + timedelta(days=3)


async def test_what_fails_is_tried_three_times_each_later_than_the_one_before(office: Office) -> None:
    work, ann = Work(), await office.tenant()
    work.failures = [RuntimeError("a defect")] * 3
    async with office.process(work) as queue:
        job = await office.submit(queue, ann)
        for tries in (1, 2):
            assert (await work.begun.get()).attempt == tries
            put_off = await office.until(job, "delayed")
            assert put_off.error is not None
            wait = put_off.due_at - office.clock.now()
            assert tries * MINUTE <= wait <= tries * MINUTE * (1 + JITTER)
            office.clock.advance(wait)
        assert (await work.begun.get()).attempt == 3
        dead = await office.until(job, "failed")
        assert dead.error is not None
        assert dead.error["code"] == "internal"
        async with office.database.transaction(ann) as scope:
            assert [row.id for row in await jobs.list_jobs(scope, state="failed", before=None, limit=9)] == [
                job.id
            ]


async def test_what_cannot_get_better_is_not_tried_again(office: Office) -> None:
    work, ann = Work(), await office.tenant()
    work.failures = [InvalidInputError(field="url", reason="is none")]
    async with office.process(work) as queue:
        dead = await office.until(await office.submit(queue, ann), "failed")
    assert (dead.attempt, dead.error) == (
        1,
        {"code": "request.invalid", "data": {"field": "url", "reason": "is none"}},
    )


async def test_what_is_unavailable_costs_no_try(office: Office) -> None:
    work, ann = Work(), await office.tenant()
    work.failures = [UnavailableError(part="database")] * 4
    async with office.process(work) as queue:
        job = await office.submit(queue, ann)
        assert await office.passing(timedelta(seconds=1), work.ended) == "done"
        assert (await office.until(job, "completed")).attempt == 1


async def test_a_dead_letter_is_queued_again_with_all_its_tries(office: Office) -> None:
    work, ann = Work(), await office.tenant()
    work.failures = [RuntimeError("a defect")]
    async with office.process(work) as queue:
        job = await office.submit(queue, ann, tries=1)
        await office.until(job, "failed")
        async with office.database.transaction(ann) as scope:
            assert (await jobs.requeue_job(scope, job.id)).state == "pending"
        done = await office.until(job, "completed")
        assert (done.attempt, done.error, done.result) == (1, None, {"n": 1})
        async with office.database.transaction(ann) as scope:
            with pytest.raises(WrongJobStateError):
                await jobs.requeue_job(scope, job.id)


async def test_a_job_that_takes_too_long_is_stopped(office: Office) -> None:
    work, ann = Work(is_open=False), await office.tenant()
    async with office.process(work) as queue:
        job = await office.submit(queue, ann, timeout=timedelta(seconds=300), tries=1)
        assert await work.next() == 1
        assert await office.passing(timedelta(seconds=30), work.ended) == "cut off"
        late = await office.until(job, "failed")
        assert office.clock.now() >= START + timedelta(seconds=300)
    assert late.error == {"code": "jobs.timed_out", "data": {"seconds": 300}}


@pytest.mark.parametrize("state", ["pending", "delayed", "tried again", "running", "waiting", "completed"])
async def test_cancelled_in_any_state(office: Office, state: str) -> None:
    work, ann = Work(is_open=state == "completed"), await office.tenant()
    async with office.process(work, at_once=1) as queue:
        if state == "pending":
            await office.submit(queue, ann, "in the way")
        elif state == "tried again":
            work.failures = [RuntimeError("a defect")]
        due: dict[str, Any] = {"start_at": START + MINUTE} if state == "delayed" else {}
        job = await office.submit(queue, ann, **due)
        if state == "waiting":
            async with office.database.transaction(ann) as scope:
                await jobs.set_waiting(scope, job.id, waiting=True)
        await office.until(job, "delayed" if state == "tried again" else state)
        said = await cancel(office, ann, job)
        if state in ("running", "waiting"):
            assert await work.ended.get() == "cut off"
        if state == "completed":
            assert said == "completed"
            return
        await office.until(job, "cancelled")
        office.clock.advance(timedelta(hours=1))
        work.gate.set()
        await office.submit(queue, ann, "after")
        while await work.next() != "after":
            pass
        assert (await office.row(job)).state == "cancelled"


async def test_a_cancellation_whose_message_is_lost_is_found_in_the_row(office: Office) -> None:
    work, ann = Work(is_open=False), await office.tenant()
    async with office.process(work) as queue:
        job = await office.submit(queue, ann)
        await work.next()
        async with office.database.transaction(ann) as scope:
            (await jobs.access_job(scope, job.id)).cancel_requested_at = START
        assert await office.passing(timedelta(seconds=1), work.ended) == "cut off"
        await office.until(job, "cancelled")


async def test_the_same_key_is_the_same_job(office: Office) -> None:
    work, ann, bob = Work(), await office.tenant(), await office.tenant()
    async with office.process(work) as queue:
        first = await office.submit(queue, ann, idempotency_key="once")
        await office.until(first, "completed")
        again = await office.submit(queue, ann, 2, idempotency_key="once")
        others = await office.submit(queue, bob, 3, idempotency_key="once")
        await office.until(others, "completed")
    assert again.id == first.id != others.id
    assert work.begun.qsize() == 2


async def test_a_job_is_unknown_to_everybody_else(office: Office) -> None:
    work, ann, bob = Work(is_open=False), await office.tenant(), await office.tenant()
    colleague = Actor(user_id=bob.user_id, workspace_id=ann.workspace_id, role=ann.role)
    async with office.process(work) as queue:
        job = await office.submit(queue, ann)
        for other in (bob, colleague):
            async with office.database.transaction(other) as scope:
                for call in (jobs.access_job, jobs.cancel_job, jobs.requeue_job):
                    with pytest.raises(JobNotFoundError):
                        await call(scope, job.id)
                assert await jobs.end_queued(scope, job.id) is False
                await jobs.set_waiting(scope, job.id, waiting=True)
                assert await jobs.end_jobs(scope, jobs.End(job.id, "completed")) == []
                assert list(await jobs.list_jobs(scope, state=None, before=None, limit=9)) == []
                assert set((await jobs.count_jobs(scope)).states.values()) == {0}
        assert (await office.row(job)).state == "running"


async def test_a_full_queue_says_so(office: Office) -> None:
    work, ann, bob = Work(is_open=False), await office.tenant(), await office.tenant()
    async with office.process(work, at_once=1, queued=3) as queue:
        queued = [await office.submit(queue, ann, n) for n in range(4)]
        with pytest.raises(TooManyJobsError) as refused:
            await office.submit(queue, ann)
        assert refused.value.limit == 3
        assert "3" in refused.value.words("zh")
        assert (await office.submit(queue, bob)).state == "running"
        assert await cancel(office, ann, queued[2]) == "cancelled"
        assert (await office.submit(queue, ann)).state == "pending"


async def test_many_are_accepted_together_or_none(office: Office) -> None:
    """The urgent ones first for the places there are, what is later in its time; what is too many takes all along."""
    work, ann = Work(is_open=False), await office.tenant()
    later = JobSpec(payload={"n": "later"}, title="Later", start_at=START + MINUTE)
    jobs_of = [JobSpec(payload={"n": n}, title="Job", priority=1 + n // 3) for n in range(4)]
    async with office.process(work, at_once=2, queued=6) as queue:
        async with office.database.transaction(ann) as scope:
            rows = await queue.submit(scope, KIND, later, *jobs_of)
        assert [row.state for row in rows] == ["delayed", "running", "pending", "pending", "running"]
        assert {await work.next(), await work.next()} == {0, 3}
        with pytest.raises(TooManyJobsError):
            async with office.database.transaction(ann) as scope:
                await queue.submit(scope, KIND, *(JobSpec(payload={"n": n}, title="Job") for n in range(4)))
        async with office.database.transaction(ann) as scope:
            assert sum((await jobs.count_jobs(scope)).states.values()) == 5
        for row, given in zip(rows, [later, *jobs_of], strict=True):
            kept = await office.row(row)
            assert (kept.id, kept.state, kept.payload) == (given.id, row.state, given.payload)
            assert (kept.executor_id, kept.attempt, kept.due_at) == (row.executor_id, row.attempt, row.due_at)
        work.gate.set()
        assert {await work.next(), await work.next()} == {1, 2}


async def test_jobs_are_counted_for_their_owner(office: Office) -> None:
    work, ann, bob = Work(is_open=False), await office.tenant(), await office.tenant()
    async with office.process(work, at_once=1) as queue:
        for n in range(3):
            await office.submit(queue, ann, n)
        await office.submit(queue, ann, start_at=START + timedelta(days=1))
        await office.submit(queue, bob)
        office.clock.advance(timedelta(seconds=90))
        async with office.database.transaction(ann) as scope:
            stats = await jobs.count_jobs(scope)
    assert {s: n for s, n in stats.states.items() if n} == {"running": 1, "pending": 2, "delayed": 1}
    assert (stats.oldest_pending_seconds, stats.ended_last_hour) == (90, 0)


async def test_what_kills_every_process_ends_with_words(office: Office) -> None:
    work, ann = Work(), await office.tenant()
    async with office.process(work, is_stuck=True, name="gone") as queue:
        job = await office.submit(queue, ann)
    async with office.database.system() as scope:
        row = await scope.session.get(JobRow, job.id)
        assert row is not None
        row.state, row.executor_id, row.attempt, row.epoch = "running", "gone", 1, MAX_ENTRIES + 1
    async with office.process(work) as queue:
        await queue.take_over("gone")
        dead = await office.until(job, "failed")
    assert dead.error is not None
    assert isinstance(OpenClawError.from_wire(dead.error), JobInterruptedError)
    assert work.begun.empty()
