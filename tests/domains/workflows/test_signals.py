"""Steps that wait for signals: sent before or after, each taken by one, kept for whoever goes on with the run."""

from datetime import timedelta
from typing import Any

import pytest

from openclaw.domains.workflows.language.checks import find_problems
from openclaw.kit import ids
from tests.domains.workflows.running import definition, ended, save, start, step, steps_of, transform
from tests.support.accounts import Person, refused, register, sign_in
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")

AMOUNT = {"type": "object", "properties": {"amount": {"type": "integer"}}, "required": ["amount"]}
SIGNALS = "SELECT count(*) FROM workflow_signals WHERE run_id = $1"
PAID = {"name": "order.paid", "data_schema": AMOUNT}


def waiting(name: str = "wait", **more: Any) -> dict[str, Any]:
    return step("signal", name, PAID, **more)


async def send(person: Person, run_id: str, data: Any, **more: Any) -> None:
    await person.post(f"/workflow-runs/{run_id}/signals", {"name": "order.paid", "data": data, **more})


async def test_a_run_waits_for_a_signal_and_goes_on_with_its_data(server: Server) -> None:
    ann = await register(server)
    after = transform("after", {"$expr": "steps.wait.output.data.amount + 1"})
    workflow = await save(ann, definition(waiting(next_steps=["after"]), after))
    with server.watching(ann.topic) as watch:
        run_id = await start(ann, workflow)
        await watch.event("workflow.changed", runId=run_id, state="waiting")
        assert (await steps_of(ann, run_id))["wait"]["state"] == "waiting"
        server.manual.advance(timedelta(days=3))
        ann = await sign_in(server, ann)
        await send(ann, run_id, {"amount": 41})
        await ended(watch, run_id)
    done = await ann.get(f"/workflow-runs/{run_id}")
    assert (done["state"], done["output"]) == ("completed", 42)
    found = (await steps_of(ann, run_id))["wait"]
    me = (await ann.get("/users/me"))["user"]["id"]
    assert found["output"] == {"data": {"amount": 41}, "by": me}
    assert [line["text"].partition(" at ")[0] for line in found["logs"]] == [
        "Waits for the signal order.paid.",
        f"It was sent by {me}",
    ]


async def test_each_signal_is_taken_once_in_the_order_of_sending(server: Server) -> None:
    """Two that wait at the same time, then one that comes to wait for what was sent long before."""
    ann = await register(server)
    branches = [{"id": name, "steps": [waiting(f"w{name}")]} for name in ("a", "b")]
    both = step("parallel", "both", {"branches": branches}, next_steps=["last"])
    workflow = await save(ann, definition(both, waiting("last")))
    with server.watching(ann.topic) as watch:
        run_id = await start(ann, workflow)
        await watch.event("workflow.changed", runId=run_id, state="waiting")
        for amount in (1, 2, 3):
            await send(ann, run_id, {"amount": amount}, idempotencyKey=f"k{amount}")
            await send(ann, run_id, {"amount": amount}, idempotencyKey=f"k{amount}")
        await ended(watch, run_id)
    steps = await steps_of(ann, run_id)
    taken = [steps[path]["output"]["data"]["amount"] for path in ("both/a/wa", "both/b/wb", "last")]
    assert taken == [1, 2, 3]
    async with server.owner() as owner:
        assert await owner.fetchval(SIGNALS, ids.from_wire("wrun", run_id)) == 3
    answer = await ann.api.post(f"/workflow-runs/{run_id}/signals", json={"name": "order.paid"})
    assert refused(answer) == (409, "workflows.wrong_state")


async def test_what_no_step_waits_for_is_refused(server: Server) -> None:
    ann, bob = await register(server), await register(server)
    workflow = await save(ann, definition(waiting(timeout=60)))
    with server.watching(ann.topic) as watch:
        run_id = await start(ann, workflow)
        await watch.event("workflow.changed", runId=run_id, state="waiting")
    path = f"/workflow-runs/{run_id}/signals"
    for person, body, said in (
        (ann, {"name": "order.lost"}, (422, "workflows.no_such_signal")),
        (ann, {"name": "order.paid", "data": {"amount": "much"}}, (422, "workflows.invalid_input")),
        (ann, {"name": "order.paid", "data": {"amount": 1, "x": "x" * 300_000}}, (422, "request.too_large")),
        (bob, {"name": "order.paid", "data": {"amount": 1}}, (404, "workflows.not_found")),
    ):
        assert refused(await person.api.post(path, json=body)) == said
    async with server.owner() as owner:
        assert await owner.fetchval(SIGNALS, ids.from_wire("wrun", run_id)) == 0
    with server.watching(ann.topic) as watch:
        server.manual.advance(timedelta(seconds=61))
        await ended(watch, run_id)
    assert (await steps_of(ann, run_id))["wait"]["error"]["code"] == "timeout"


async def test_a_dry_run_takes_what_was_recorded(server: Server) -> None:
    ann = await register(server)
    workflow = await save(ann, definition(waiting()))
    recorded = {"wait": {"data": {"amount": 5}, "by": "x"}}
    with server.watching(ann.topic) as watch:
        run_id = await start(ann, workflow, dry=True, recorded=recorded)
        await ended(watch, run_id)
    assert (await ann.get(f"/workflow-runs/{run_id}"))["output"] == recorded["wait"]


@pytest.mark.parametrize(
    ("config", "more", "path"),
    [
        ({"name": "a b"}, {}, "$.steps[0].config.name"),
        ({}, {}, "$.steps[0].config.name"),
        ({"name": "a", "data_schema": {"type": 5}}, {}, "$.steps[0].config.data_schema"),
        ({"name": "a"}, {"retries": {"max": 1}}, "$.steps[0].retries"),
    ],
)
async def test_a_wrong_signal_step_is_told(config: dict[str, Any], more: dict[str, Any], path: str) -> None:
    found = find_problems(definition(step("signal", "wait", config, **more)))
    assert [problem.path for problem in found] == [path]
