"""What becomes of a run: conditions, overlap, success, failures in a row, what it has set going."""

import pytest
import pytest_asyncio

from tests.domains.automations.setting_off import (
    MANUAL,
    asking,
    automation,
    echo,
    fire,
    history,
    runs,
    told,
    until,
)
from tests.domains.workflows.running import definition, expr, finished, save, step
from tests.support.accounts import Person, register
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def ann(shared: Server) -> Person:
    return await register(shared)


async def test_a_run_ends_with_what_it_has_set_going(ann: Person) -> None:
    made = await automation(ann, MANUAL, runs(await echo(ann), {"n": expr("input.n + 1")}))
    run = await until(ann, await fire(ann, made, {"n": 1}))
    assert run["state"] == "succeeded", run
    assert run["result"]["output"] == {"said": {"n": 2}}
    assert run["target"] == {"kind": "run_workflow", "id": run["result"]["workflowRunId"]}
    assert (run["reason"]["kind"], run["automationName"]) == ("manual", "An automation")
    after = await ann.get(f"/automations/{made['id']}")
    assert (after["lastRunState"], after["consecutiveFailures"]) == ("succeeded", 0)


async def test_conditions_and_success_are_formulas(ann: Person) -> None:
    conditions = {"condition": "input.n > 1", "success": "result.output.said.n < 3"}
    made = await automation(ann, MANUAL, runs(await echo(ann), {"n": expr("input.n")}), **conditions)
    ends = [await until(ann, await fire(ann, made, {"n": n})) for n in (1, 2, 3)]
    assert [(run["state"], run["skippedFor"]) for run in ends] == [
        ("skipped", "condition"),
        ("succeeded", None),
        ("failed", None),
    ]
    assert ends[2]["error"]["code"] == "automations.criteria_not_met"
    broken = await until(ann, await fire(ann, made, {"m": 1}))
    assert broken["error"]["code"] == "workflows.invalid_input"


async def test_the_same_key_is_the_same_run(ann: Person) -> None:
    made = await automation(ann, MANUAL, runs(await echo(ann)))
    path, key = f"/automations/{made['id']}/fire", {"Idempotency-Key": "k"}
    first, second = [(await ann.post(path, {}, headers=key))["id"] for _ in range(2)]
    assert first == second
    assert len(await history(ann, made)) == 1
    body = {"name": "Once", "trigger": MANUAL, "action": runs(await echo(ann))}
    again = [(await ann.post("/automations", body, headers=key))["id"] for _ in range(2)]
    assert len(set(again)) == 1


async def test_overlap_skip_leaves_the_one_at_work_alone(ann: Person) -> None:
    made = await automation(ann, MANUAL, runs(await asking(ann)), overlap="skip")
    first = await fire(ann, made)
    await until(ann, first, "running")
    second = await until(ann, await fire(ann, made))
    assert (second["state"], second["skippedFor"]) == ("skipped", "overlap")
    cancelled = await ann.post(f"/automation-runs/{first}/cancel")
    assert cancelled["state"] == "cancelled"
    assert (await finished(ann, cancelled["target"]["id"]))["state"] == "cancelled"


async def test_overlap_queue_runs_one_after_another(ann: Person) -> None:
    made = await automation(ann, MANUAL, runs(await asking(ann)), overlap="queue")
    ids = [await fire(ann, made, {"n": n}) for n in range(3)]
    for number, run_id in enumerate(ids):
        await until(ann, run_id, "running")
        states = [run["state"] for run in await history(ann, made)]
        assert states.count("running") == 1
        assert states[number + 1 :] == ["queued"] * (2 - number)
        await ann.post(f"/automation-runs/{run_id}/cancel")


async def test_overlap_cancel_old_stops_the_one_at_work(ann: Person) -> None:
    made = await automation(ann, MANUAL, runs(await asking(ann)), overlap="cancel_old")
    first = await fire(ann, made)
    await until(ann, first, "running")
    second = await fire(ann, made)
    await until(ann, second, "running")
    old = await ann.get(f"/automation-runs/{first}")
    assert old["state"] == "cancelled"
    assert (await finished(ann, old["target"]["id"]))["state"] == "cancelled"


async def test_overlap_allow_runs_side_by_side(ann: Person) -> None:
    made = await automation(ann, MANUAL, runs(await asking(ann)), overlap="allow")
    ids = [await fire(ann, made) for _ in range(2)]
    for run_id in ids:
        await until(ann, run_id, "running")
    assert [run["state"] for run in await history(ann, made)] == ["running"] * 2


async def test_after_failures_in_a_row_it_is_switched_off_until_somebody_looks(ann: Person) -> None:
    failing = await save(ann, definition(step("http", "get", {"url": "ftp://nowhere"})))
    made = await automation(ann, MANUAL, runs(failing), maxConsecutiveFailures=2)
    for _ in range(2):
        assert (await until(ann, await fire(ann, made)))["state"] == "failed"
    off = await ann.get(f"/automations/{made['id']}")
    assert (off["enabled"], off["disabledReason"], off["consecutiveFailures"]) == (False, "failures", 2)
    refused = await ann.api.post(f"/automations/{made['id']}/fire", json={})
    assert (refused.status_code, refused.json()["code"]) == (409, "automations.disabled")
    on = await ann.post(f"/automations/{made['id']}/enable")
    assert (on["enabled"], on["consecutiveFailures"]) == (True, 0)
    assert (await until(ann, await fire(ann, made)))["state"] == "failed"
    assert await told(ann) == [("automation.disabled", True)]


async def test_an_end_sets_others_off_and_never_itself(ann: Person) -> None:
    """A chain of automations that set one another off comes to an end."""
    workflow = await echo(ann)
    event = {"kind": "event", "event": "workflow.run_ended"}
    one = await automation(ann, event, runs(workflow), overlap="allow")
    two = await automation(ann, event, runs(workflow), overlap="allow")
    await ann.post(f"/workflows/{workflow}/runs", {"input": {"from": "outside"}})
    with ann.server.watching(ann.topic) as watch:
        while not any(r["skippedFor"] == "chain" for r in await history(ann, one) + await history(ann, two)):
            await watch.event("automation.changed")
            watch.messages.clear()
    found = await history(ann, one) + await history(ann, two)
    assert {run["skippedFor"] for run in found} <= {None, "own_work", "chain"}
    assert any(run["skippedFor"] == "own_work" for run in found)
    assert found[0]["input"]["input"] == {"from": "outside"}
    assert found[0]["reason"]["event"] == "workflow.run_ended"
