"""Runs by the API: what they become, what their history shows, how people steer them."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from openclaw.domains.workflows.schemas import StartRun
from openclaw.domains.workflows.service import starting
from openclaw.durable.claims import Limits
from openclaw.durable.queue import JobQueue
from openclaw.kit import ids
from tests.domains.workflows.running import (
    definition,
    ended,
    expr,
    run,
    save,
    start,
    step,
    steps_of,
    transform,
)
from tests.support.accounts import Person, refused, register
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def ann(server: Server) -> Person:
    return await register(server)


def approval(name: str = "ask", **more: Any) -> dict[str, Any]:
    form = {"type": "object", "required": ["amount"], "properties": {"amount": {"type": "integer"}}}
    return step("approval", name, {"message": "Pay {{ input.n }}?", "form": form}, **more)


async def test_two_steps_saved_run_and_read(ann: Person) -> None:
    raw = definition(
        transform("add", {"sum": expr("input.a + input.b")}, next_steps=["large"]),
        step("condition", "large", {"cases": [{"when": "steps.add.output.sum > 3", "next_steps": ["yes"]}]}),
        transform("yes", {"$text": "{{ steps.add.output.sum }} is large"}),
    )
    done = await run(ann, raw, {"a": 1, "b": 4})
    assert (done["state"], done["output"], done["error"]) == ("completed", "5 is large", None)
    steps = await steps_of(ann, done["id"])
    assert list(steps) == ["add", "large", "yes"]
    assert steps["add"]["output"] == {"sum": 5}
    assert steps["large"]["output"] == {"case": 0, "taken": ["yes"]}
    assert {s["state"] for s in steps.values()} == {"completed"}


async def test_a_run_that_fails_says_where_and_why(ann: Person) -> None:
    done = await run(ann, definition(transform("a", expr("input.nothing"), next_steps=["b"]), transform("b")))
    assert (done["state"], done["output"]) == ("failed", None)
    assert done["error"]["path"] == "a"
    assert "nothing" in done["error"]["title"]
    assert (await steps_of(ann, done["id"]))["a"]["error"]["code"] == "expression_failed"


async def test_history_and_runs_come_in_pages(ann: Person) -> None:
    body = [transform("n", expr("index"))]
    raw = definition(step("loop", "l", {"items": list(range(30)), "steps": body}))
    done = await run(ann, raw)
    await start(ann, done["workflowId"])
    path = f"/workflow-runs/{done['id']}/steps?limit=20"
    first = await ann.get(path)
    second = await ann.get(f"{path}&cursor={first['nextCursor']}")
    assert [s["path"] for s in (first["items"] + second["items"])] == [f"l/{n}/n" for n in range(30)] + ["l"]
    assert second["nextCursor"] is None
    runs_of = f"/workflow-runs?workflow={done['workflowId']}&limit=1"
    newest = await ann.get(runs_of)
    oldest = await ann.get(f"{runs_of}&cursor={newest['nextCursor']}")
    assert oldest["items"][0]["id"] == done["id"]
    assert "output" not in oldest["items"][0]
    assert oldest["nextCursor"] is None


async def test_input_is_checked_before_anything_runs(ann: Person) -> None:
    raw = definition(transform("a"), input={"type": "object", "required": ["n"]})
    workflow = await save(ann, raw)
    answer = await ann.api.post(f"/workflows/{workflow}/runs", json={"input": {}})
    assert refused(answer) == (422, "workflows.invalid_input")
    assert (await ann.get("/workflow-runs"))["items"] == []


async def test_large_bodies_are_kept_elsewhere_and_found(ann: Person) -> None:
    done = await run(ann, definition(transform("a", expr("input.text + input.text"))), {"text": "x" * 50_000})
    row = (await steps_of(ann, done["id"]))["a"]
    assert (row["large"], row["output"]) == (True, None)
    whole = await ann.get(f"/workflow-runs/{done['id']}/steps/{row['id']}")
    assert len(whole["output"]) == 100_000
    async with ann.server.owner() as owner:
        output = "SELECT output FROM workflow_run_steps WHERE run_id = $1 AND path = 'a'"
        kept = await owner.fetchval(output, ids.from_wire("wrun", done["id"]))
    assert len(str(kept)) < 1000


async def test_a_delay_waits_in_the_rows(ann: Person) -> None:
    workflow = await save(
        ann, definition(step("delay", "wait", {"for": 300}, next_steps=["b"]), transform("b", 1))
    )
    with ann.server.watching(ann.topic) as watch:
        run_id = await start(ann, workflow)
        await watch.event("workflow.changed", runId=run_id, state="delayed")
        assert (await steps_of(ann, run_id))["wait"]["state"] == "waiting"
        ann.server.manual.advance(timedelta(minutes=4))
        assert (await ann.get(f"/workflow-runs/{run_id}"))["state"] == "delayed"
        ann.server.manual.advance(timedelta(minutes=1))
        await ended(watch, run_id)
    assert (await ann.get(f"/workflow-runs/{run_id}"))["output"] == 1


async def test_a_person_answers(ann: Person) -> None:
    workflow = await save(
        ann, definition(approval(next_steps=["b"]), transform("b", expr("steps.ask.output.data.amount")))
    )
    with ann.server.watching(ann.topic) as watch:
        run_id = await start(ann, workflow, {"n": 5})
        await watch.event("workflow.changed", runId=run_id, state="waiting")
        row = (await steps_of(ann, run_id))["ask"]
        assert row["input"]["message"] == "Pay 5?"
        path = f"/workflow-runs/{run_id}/steps/{row['id']}/answer"
        wrong = await ann.api.post(path, json={"approved": True, "data": {"amount": "much"}})
        assert refused(wrong) == (422, "workflows.invalid_input")
        await ann.post(path, {"approved": True, "data": {"amount": 7}})
        again = await ann.api.post(path, json={"approved": False})
        assert refused(again) == (409, "workflows.wrong_state")
        await ended(watch, run_id)
    assert (await ann.get(f"/workflow-runs/{run_id}"))["output"] == 7


async def test_no_answer_in_time_is_a_no(ann: Person) -> None:
    workflow = await save(ann, definition(step("approval", "ask", {"message": "Well?", "expires": 300})))
    with ann.server.watching(ann.topic) as watch:
        run_id = await start(ann, workflow, {"n": 5})
        await watch.event("workflow.changed", runId=run_id, state="waiting")
        ann.server.manual.advance(timedelta(minutes=5))
        await ended(watch, run_id)
    assert (await ann.get(f"/workflow-runs/{run_id}"))["state"] == "failed"


async def test_pause_resume_and_cancel(ann: Person) -> None:
    raw = definition(step("delay", "d", {"for": 60}, next_steps=["ask"]), approval())
    workflow = await save(ann, raw)
    with ann.server.watching(ann.topic) as watch:
        run_id = await start(ann, workflow, {"n": 1})
        await watch.event("workflow.changed", runId=run_id, state="delayed")
        assert (await ann.post(f"/workflow-runs/{run_id}/pause"))["paused"]
        await watch.event("workflow.changed", runId=run_id, state="waiting")
        await ann.post(f"/workflow-runs/{run_id}/resume")
        ann.server.manual.advance(timedelta(minutes=1))
        while "ask" not in await steps_of(ann, run_id):
            pass
        await ann.post(f"/workflow-runs/{run_id}/cancel")
        await ended(watch, run_id)
    assert (await ann.get(f"/workflow-runs/{run_id}"))["state"] == "cancelled"
    assert (await steps_of(ann, run_id))["ask"]["state"] == "cancelled"
    for end in ("pause", "resume"):
        assert refused(await ann.api.post(f"/workflow-runs/{run_id}/{end}")) == (409, "workflows.wrong_state")


async def test_run_again_from_any_step_with_another_input(ann: Person) -> None:
    raw = definition(
        transform("a", expr("input.n"), next_steps=["b"]),
        transform("b", {"n": expr("steps.a.output")}, next_steps=["c"]),
        transform("c", expr("steps.b.output.n * 10")),
    )
    done = await run(ann, raw, {"n": 1})
    body = {"fromPath": "b", "input": {"set": {"n": 5}, "variables": {}}}
    with ann.server.watching(ann.topic) as watch:
        again = await ann.post(f"/workflow-runs/{done['id']}/repeat", body)
        await ended(watch, again["id"])
    assert (await ann.get(f"/workflow-runs/{again['id']}"))["output"] == 50
    steps = await steps_of(ann, again["id"])
    assert {path: s["reused"] for path, s in steps.items()} == {"a": True, "b": False, "c": False}
    assert (await ann.get(f"/workflow-runs/{done['id']}"))["output"] == 10, "what was stays"
    unknown = await ann.api.post(f"/workflow-runs/{done['id']}/repeat", json={"fromPath": "nowhere"})
    assert refused(unknown) == (422, "request.invalid")


async def test_run_again_under_one_key_is_one_run(ann: Person) -> None:
    first, second = [await run(ann, definition(transform("a", n))) for n in (1, 2)]
    with ann.server.watching(ann.topic) as watch:
        made = [
            await ann.post(f"/workflow-runs/{first['id']}/repeat", {"idempotencyKey": "again"})
            for _ in range(2)
        ]
        await ended(watch, made[0]["id"])
    assert made[0]["id"] == made[1]["id"]
    other = await ann.api.post(f"/workflow-runs/{second['id']}/repeat", json={"idempotencyKey": "again"})
    assert refused(other) == (422, "request.invalid")


async def test_a_failed_run_is_mended_and_goes_on_from_there(ann: Person) -> None:
    raw = definition(transform("a", 1, next_steps=["b"]), transform("b", expr("steps.a.output.wrong")))
    failed = await run(ann, raw)
    raw["steps"][1] = transform("b", expr("steps.a.output + 1"))
    saved = await ann.put(f"/workflows/{failed['workflowId']}", {"definition": raw, "baseVersion": 1})
    with ann.server.watching(ann.topic) as watch:
        again = await ann.post(f"/workflow-runs/{failed['id']}/repeat", {"version": saved["version"]})
        await ended(watch, again["id"])
    done = await ann.get(f"/workflow-runs/{again['id']}")
    assert (done["state"], done["output"], done["fromPath"]) == ("completed", 2, "b")
    assert (await steps_of(ann, again["id"]))["a"]["reused"]


async def test_001_a_run_has_the_time_at_which_it_was_made(ann: Person) -> None:
    """The sample's ``__post_init__`` named its parameter wrongly and could not be called."""
    done = await run(ann, definition(transform("a")))
    assert done["createdAt"] == done["startedAt"]
    assert datetime.fromisoformat(done["createdAt"]) == ann.server.clock.now()


async def test_a_dry_run_has_recorded_outputs_and_touches_nothing(ann: Person) -> None:
    raw = definition(
        step("http", "get", {"url": "http://127.0.0.1:9/"}, next_steps=["wait"]),
        step("delay", "wait", {"for": 86_400}, next_steps=["use"]),
        transform("use", expr("steps.get.output.status")),
    )
    done = await run(ann, raw, dry=True, recorded={"get": {"status": 204}})
    assert (done["state"], done["output"], done["dry"]) == ("completed", 204, True)
    missing = await run(ann, raw, dry=True)
    assert (await steps_of(ann, missing["id"]))["get"]["error"]["code"] == "no_recorded_output"
    with ann.server.watching(ann.topic) as watch:
        body = {"dry": True, "recordedFrom": done["id"]}
        again = await ann.post(f"/workflows/{done['workflowId']}/runs", body)
        await ended(watch, again["id"])
    assert (await ann.get(f"/workflow-runs/{again['id']}"))["output"] == 204


async def test_the_same_key_is_the_same_run(ann: Person) -> None:
    workflow = await save(ann, definition(transform("a")))
    started = [await start(ann, workflow, idempotencyKey="once") for _ in range(3)]
    assert len(set(started)) == 1
    assert len((await ann.get("/workflow-runs"))["items"]) == 1


async def test_what_one_process_accepted_and_cannot_begin_is_begun_by_another(ann: Person) -> None:
    workflow, there = await save(ann, definition(transform("a", 1))), ann.server.platform
    other = JobQueue(there.database, there.bus, there.clock, name="starting", slots=1, limits=Limits())
    with ann.server.watching(ann.topic) as watch:
        async with ann.scope() as scope:
            row = await starting.start_run(
                scope, ids.from_wire("wf", workflow), StartRun(), there.blobs, other
            )
            assert row.state == "pending"
        await ended(watch, ids.to_wire("wrun", row.id))
