"""What a page that watches runs is told: which steps are being done, what has changed since, which runs there were."""

from datetime import timedelta

import pytest

from tests.domains.workflows.peers import running_peer
from tests.domains.workflows.running import definition, ended, run, save, start, step, steps_of, transform
from tests.support.accounts import refused, register, sign_in
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_step_that_is_being_carried_out_is_seen_before_it_ends(server: Server) -> None:
    ann = await register(server)
    async with running_peer() as peer:
        raw = definition(
            transform("first", 1, next_steps=["get"]),
            step("http", "get", {"url": peer.url}, next_steps=["ask"]),
            step("approval", "ask", {"message": "Well?"}),
        )
        workflow = await save(ann, raw)
        with server.watching(ann.topic) as watch:
            run_id = await start(ann, workflow)
            await peer.until_asked(1)
            told = watch.events("workflow.changed")[-1]
            assert told["steps"] == [
                {"path": "first", "state": "completed"},
                {"path": "get", "state": "running"},
            ]
            running = await ann.get(f"/workflow-runs/{run_id}")
            assert [(s["path"], s["stepId"], s["type"], s["attempt"]) for s in running["working"]] == [
                ("get", "get", "http", 1)
            ]
            assert running["working"][0]["startedAt"] == running["startedAt"]
            seen = told["seq"]
            peer.allow(1)
            await watch.event("workflow.changed", runId=run_id, state="waiting")
            since = await ann.get(f"/workflow-runs/{run_id}/steps?after={seen}")
            assert [(s["path"], s["state"]) for s in since["items"]] == [
                ("get", "completed"),
                ("ask", "waiting"),
            ]
            assert (await ann.get(f"/workflow-runs/{run_id}"))["working"] == []
            ask = since["items"][-1]
            await ann.post(f"/workflow-runs/{run_id}/steps/{ask['id']}/answer", {"approved": True})
            await ended(watch, run_id)
    after = (await ann.get(f"/workflow-runs/{run_id}/steps?after={ask['seq']}"))["items"]
    assert [(s["path"], s["state"]) for s in after] == [("ask", "completed")], "changed again: a newer number"
    assert after[0]["seq"] == watch.events("workflow.changed")[-1]["seq"]


async def test_large_bodies_say_how_large_they_are(server: Server) -> None:
    ann = await register(server)
    done = await run(
        ann, definition(transform("a", {"$expr": "input.text + input.text"})), {"text": "x" * 20_000}
    )
    row = (await steps_of(ann, done["id"]))["a"]
    assert (row["inputBytes"], row["outputBytes"]) == (row["inputBytes"], 40_002)
    assert row["large"]


async def test_runs_are_found_by_day_and_state(server: Server) -> None:
    ann = await register(server)
    workflow = await save(ann, definition(transform("a")))
    failing = await save(ann, definition(transform("a", {"$expr": "input.none"}), name="Never works"))
    with server.watching(ann.topic) as watch:
        old = await start(ann, workflow)
        await ended(watch, old)
        server.manual.advance(timedelta(days=1))
        ann = await sign_in(server, ann)
        new = await start(ann, failing)
        await ended(watch, new)

    async def found(**query: str) -> list[str]:
        return [item["id"] for item in (await ann.get("/workflow-runs", params=query))["items"]]

    midnight = (server.clock.now() - timedelta(hours=12)).isoformat()
    assert await found(until=midnight) == [old]
    assert await found(since=midnight) == [new]
    assert await found(state="failed") == [new]
    assert await found(state="completed", since=midnight) == []
    naive = await ann.api.get("/workflow-runs?since=2026-11-22T00:00:00")
    assert refused(naive) == (422, "request.invalid"), "midnight of which place?"
    listed = {item["name"]: item["lastRun"] for item in (await ann.get("/workflows"))["items"]}
    assert (listed["A workflow"]["id"], listed["A workflow"]["state"]) == (old, "completed")
    assert (listed["Never works"]["id"], listed["Never works"]["state"]) == (new, "failed")
    assert [item["name"] for item in (await ann.get("/workflows?q=NEVER"))["items"]] == ["Never works"]
    assert (await ann.get("/workflows?q=%25"))["items"] == [], "no pattern of the database"


async def test_the_last_run_is_the_callers_own(server: Server) -> None:
    ann = await (await register(server)).create_workspace()
    bo = await ann.invite(await register(server))
    workflow = await save(ann, definition(transform("a")))
    await start(ann, workflow)
    assert (await ann.get("/workflows"))["items"][0]["lastRun"] is not None
    assert (await bo.get("/workflows"))["items"][0]["lastRun"] is None


async def test_another_input_for_a_step_is_completed_or_refused_before_anything_begins(
    server: Server,
) -> None:
    """What was left out is as the type of the step has it; a shape that the step cannot take is no run that breaks."""
    ann = await register(server)
    async with running_peer() as peer:
        peer.allow(2)
        loop = step("loop", "each", {"items": [1], "steps": [transform("n", 1)]}, next_steps=["fork"])
        fork = step("condition", "fork", {"cases": [{"when": "true", "next_steps": ["get"]}]})
        raw = definition(loop, fork, step("http", "get", {"url": "http://127.0.0.1:9/"}))
        failed = await run(ann, raw)
        path = f"/workflow-runs/{failed['id']}/repeat"
        for step_path, wrong in (
            ("get", {"url": peer.url, "method": "SING"}),
            ("get", {"adress": peer.url}),
            ("each", {}),
            ("each", {"items": 5}),
            ("fork", {"cases": []}),
        ):
            answer = await ann.api.post(path, json={"fromPath": step_path, "input": wrong})
            assert refused(answer) == (422, "request.invalid"), wrong
        with server.watching(ann.topic) as watch:
            again = await ann.post(path, {"input": {"url": peer.url}})
            await ended(watch, again["id"])
        assert (await ann.get(f"/workflow-runs/{again['id']}"))["state"] == "completed"
        with server.watching(ann.topic) as watch:
            again = await ann.post(path, {"fromPath": "each", "input": {"items": [1, 2, 3]}})
            await ended(watch, again["id"])
        assert (await steps_of(ann, again["id"]))["each"]["output"] == [1, 1, 1]
