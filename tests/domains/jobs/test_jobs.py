"""Jobs by the API: runs that queue, wait for their time, and are stopped or done again wherever they are."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
import pytest_asyncio

from tests.domains.jobs.conftest import AT_ONCE, QUEUED
from tests.domains.workflows.peers import Peer, running_peer
from tests.domains.workflows.running import definition, ended, expr, save, start, step, transform
from tests.support.accounts import Person, refused

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def peer() -> AsyncIterator[Peer]:
    async with running_peer() as peer:
        yield peer


def job_of(run_id: str) -> str:
    return run_id.replace("wrun_", "job_")


async def state_of(person: Person, run_id: str) -> str:
    return (await person.get(f"/jobs/{job_of(run_id)}"))["state"]


async def held_up(person: Person, peer: Peer) -> tuple[str, list[str]]:
    """A workflow, and as many runs of it at work as there may be: each at a step that nobody answers."""
    request = {"url": peer.url, "method": "GET"}
    slow = await save(person, definition(step("http", "get", request, timeout=3600)))
    return slow, [await start(person, slow) for _ in range(AT_ONCE)]


async def free(person: Person, runs: list[str]) -> None:
    with person.server.watching(person.topic) as watch:
        for run_id in runs:
            await person.post(f"/workflow-runs/{run_id}/cancel")
            await ended(watch, run_id)


async def test_what_is_over_the_limit_queues_by_priority(ann: Person, peer: Peer) -> None:
    quick = await save(ann, definition(transform("a", 1)))
    _, slow = await held_up(ann, peer)
    with ann.server.watching(ann.topic) as watch:
        low = await start(ann, quick, priority=1)
        high = await start(ann, quick, priority=4)
        assert [await state_of(ann, run_id) for run_id in (*slow, low, high)] == [
            *["running"] * AT_ONCE,
            *["pending"] * 2,
        ]
        stats = await ann.get("/jobs/stats")
        assert (stats["states"]["running"], stats["states"]["pending"]) == (AT_ONCE, 2)
        await free(ann, slow[:1])
        await ended(watch, low)
        ends = [e["runId"] for e in watch.events("workflow.changed") if e["state"] == "completed"]
    assert ends == [high, low]
    await free(ann, slow[1:])


async def test_a_run_with_a_time_begins_then(ann: Person) -> None:
    workflow = await save(ann, definition(transform("a", expr("input.n"))))
    at = ann.server.clock.now() + timedelta(minutes=6)
    run_id = await start(ann, workflow, {"n": 1}, startAt=at.isoformat())
    assert (await ann.get(f"/workflow-runs/{run_id}"))["state"] == "delayed"
    job = await ann.get(f"/jobs/{job_of(run_id)}")
    assert (job["state"], datetime.fromisoformat(job["dueAt"])) == ("delayed", at)
    with ann.server.watching(ann.topic) as watch:
        ann.server.manual.advance(timedelta(minutes=7))
        await ended(watch, run_id)
    done = await ann.get(f"/workflow-runs/{run_id}")
    assert (done["output"], datetime.fromisoformat(done["startedAt"])) == (1, at + timedelta(minutes=1))


async def test_a_priority_is_one_to_four_and_a_time_has_an_offset(ann: Person) -> None:
    workflow = await save(ann, definition(transform("a", 1)))
    for wrong in (
        {"priority": 0},
        {"priority": 5},
        {"startAt": "tomorrow"},
        {"startAt": "2026-12-01T00:00:00"},
        {"startAt": "2999-01-01T00:00:00Z"},
        {"startAt": "1800000000"},
        {"startAt": 1},
    ):
        answer = await ann.api.post(f"/workflows/{workflow}/runs", json=wrong)
        assert refused(answer) == (422, "request.invalid"), wrong
    assert (await ann.get("/jobs"))["items"] == []


async def test_a_queued_run_is_cancelled_at_once_by_either_name(ann: Person, peer: Peer) -> None:
    workflow, slow = await held_up(ann, peer)
    time = (ann.server.clock.now() + timedelta(days=1)).isoformat()
    runs = [await start(ann, workflow) for _ in range(2)]
    runs += [await start(ann, workflow, startAt=time), *slow]
    for number, run_id in enumerate(runs):
        path = f"/jobs/{job_of(run_id)}" if number % 2 else f"/workflow-runs/{run_id}"
        with ann.server.watching(ann.topic) as watch:
            await ann.post(f"{path}/cancel")
            await ended(watch, run_id)
        assert (await ann.get(f"/workflow-runs/{run_id}"))["state"] == "cancelled"
        assert await state_of(ann, run_id) == "cancelled"
    stats = await ann.get("/jobs/stats")
    assert (stats["states"]["cancelled"], stats["endedLastHour"]) == (5, 5)


async def test_a_run_that_waits_for_a_person_leaves_its_place_to_others(ann: Person) -> None:
    asks = await save(ann, definition(step("approval", "ask", {"message": "?"})))
    with ann.server.watching(ann.topic) as watch:
        waiting = [await start(ann, asks) for _ in range(AT_ONCE + 2)]
        for run_id in waiting:
            await watch.event("workflow.changed", runId=run_id, state="waiting")
        assert {await state_of(ann, run_id) for run_id in waiting} == {"waiting"}
        row = (await ann.get(f"/workflow-runs/{waiting[0]}/steps"))["items"][0]
        await ann.post(f"/workflow-runs/{waiting[0]}/steps/{row['id']}/answer", {"approved": True})
        await ended(watch, waiting[0])
    assert await state_of(ann, waiting[0]) == "completed"


async def test_a_child_does_not_wait_for_its_parents_place(ann: Person) -> None:
    """Else as many parents as there are places would wait for children that never begin."""
    child = await save(ann, definition(transform("a", 5)))
    calls = definition(step("subworkflow", "call", {"workflow": child}), name="Parent")
    parent = await save(ann, calls)
    with ann.server.watching(ann.topic) as watch:
        runs = [await start(ann, parent) for _ in range(AT_ONCE)]
        for run_id in runs:
            await ended(watch, run_id)
    assert [(await ann.get(f"/workflow-runs/{r}"))["output"] for r in runs] == [5, 5]


async def test_a_failed_run_is_a_dead_letter_and_done_again_as_a_run(ann: Person) -> None:
    workflow = await save(ann, definition(transform("a", expr("input.nothing"))))
    with ann.server.watching(ann.topic) as watch:
        run_id = await start(ann, workflow)
        await ended(watch, run_id)
        failed = (await ann.get("/jobs?state=failed"))["items"]
        assert [job["id"] for job in failed] == [job_of(run_id)]
        assert failed[0]["error"]["code"] == "workflows.step_failed"
        again = await ann.post(f"/jobs/{job_of(run_id)}/requeue")
        assert (await ann.post(f"/jobs/{job_of(run_id)}/requeue"))["id"] == again["id"]
        await ended(watch, again["id"].replace("job_", "wrun_"))
    origin = (await ann.get(f"/workflow-runs/{again['id'].replace('job_', 'wrun_')}"))["originRunId"]
    assert origin == run_id
    slow = await save(ann, definition(step("approval", "ask", {"message": "?"})))
    waits = await start(ann, slow)
    answer = await ann.api.post(f"/jobs/{job_of(waits)}/requeue")
    assert refused(answer) == (409, "jobs.wrong_state")


async def test_a_full_queue_refuses_with_words_and_keeps_nothing(ann: Person, peer: Peer) -> None:
    workflow, slow = await held_up(ann, peer)
    queued = [await start(ann, workflow) for _ in range(QUEUED)]
    answer = await ann.api.post(f"/workflows/{workflow}/runs", json={})
    assert refused(answer) == (429, "jobs.queue_full")
    assert len((await ann.get("/workflow-runs"))["items"]) == len(queued) + AT_ONCE
    await free(ann, [*queued, *slow])


async def test_jobs_come_in_pages(ann: Person) -> None:
    workflow = await save(ann, definition(transform("a", 1)))
    with ann.server.watching(ann.topic) as watch:
        for _ in range(3):
            await ended(watch, await start(ann, workflow))
    first = await ann.get("/jobs?limit=2&state=completed")
    second = await ann.get(f"/jobs?limit=2&state=completed&cursor={first['nextCursor']}")
    assert [len(page["items"]) for page in (first, second)] == [2, 1]
    assert second["nextCursor"] is None
    for wrong in ("cursor=nonsense", "state=nonsense"):
        assert refused(await ann.api.get(f"/jobs?{wrong}")) == (422, "request.invalid")
