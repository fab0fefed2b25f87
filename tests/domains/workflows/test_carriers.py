"""Steps that are carried out elsewhere: HTTP, other workflows, the model, machines; secrets, death and return."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from openclaw.domains.workflows.jobs.carriers.http_step import HttpCarrier
from openclaw.domains.workflows.jobs.carrying import StepCall
from openclaw.domains.workflows.language.definition import HttpStep
from openclaw.domains.workflows.language.failures import StepError
from openclaw.domains.workflows.machine.messages import Work
from openclaw.kit import ids
from tests.domains.workflows.driving import START
from tests.domains.workflows.peers import Peer, running_peer
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
from tests.support.accounts import register
from tests.support.devices import link, online
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def peer() -> AsyncIterator[Peer]:
    async with running_peer() as peer:
        yield peer


def get(peer: Peer, **config: Any) -> dict[str, Any]:
    return step("http", "get", {"url": peer.url, **config})


async def test_http_with_a_secret_that_is_nowhere_in_the_history(server: Server, peer: Peer) -> None:
    peer.allow(10)
    ann = await register(server)
    await ann.put("/workflow-secrets", {"name": "KEY", "value": "s3cret"})
    headers = {"Authorization": {"$secret": "KEY"}, "Host": "elsewhere"}
    done = await run(
        ann, definition(get(peer, method="POST", headers=headers, body={"a": 1}), secrets=["KEY"])
    )
    assert done["state"] == "completed", done
    assert done["output"]["body"] == {"n": 5, "echo": "Bearer [KEY]"}
    assert "Authorization: s3cret" in peer.asked[0]
    assert f"Host: 127.0.0.1:{peer.port}" in peer.asked[0]
    assert "Idempotency-Key: " in peer.asked[0]
    async with server.owner() as owner:
        rows = await owner.fetch(
            "SELECT t::text FROM workflow_run_steps t UNION ALL SELECT r::text FROM workflow_runs r"
        )
    assert "s3cret" not in str(rows)
    assert "s3cret" not in str(await ann.get("/workflow-secrets"))


async def test_what_looks_like_a_reference_in_data_leads_to_no_secret(server: Server, peer: Peer) -> None:
    """Else whoever sends a workflow its input could have it send any secret of the workspace."""
    peer.allow(10)
    ann = await register(server)
    await ann.put("/workflow-secrets", {"name": "KEY", "value": "s3cret"})
    raw = definition(get(peer, headers=expr("input.headers")))
    done = await run(ann, raw, {"headers": {"X-Data": {"$secret": "KEY"}}})
    assert done["state"] == "completed", done
    assert 'X-Data: {"$secret":"KEY"}' in peer.asked[0]
    odd = await run(ann, raw, {"headers": {"X-Data": "a\nb"}})
    assert "the header X-Data" in odd["error"]["title"]
    assert len(peer.asked) == 1


async def test_http_that_fails_is_tried_again_when_that_may_help(server: Server, peer: Peer) -> None:
    peer.allow(10)
    peer.status = "404 Not Found"
    ann = await register(server)
    done = await run(ann, definition(get(peer) | {"retries": {"max": 3}}))
    assert (done["state"], len(peer.asked)) == ("failed", 1), "a 404 stays one"
    peer.status = "503 Busy"
    with pytest.raises(StepError) as caught:
        await HttpCarrier(may_be_private=True).carry(call_of(peer))
    assert not caught.value.is_final


def call_of(peer: Peer) -> StepCall:
    raw = get(peer)
    made = HttpStep.model_validate(raw)
    inputs = made.config.model_dump(by_alias=True)
    return StepCall(None, ids.new_id(), Work("get", made, 1, inputs, START), inputs, 0)  # type: ignore[arg-type]


async def test_a_server_that_others_reach_knocks_at_no_inner_door(peer: Peer) -> None:
    with pytest.raises(StepError, match="public"):
        await HttpCarrier(may_be_private=False).carry(call_of(peer))
    assert peer.asked == []


async def test_a_workflow_in_a_workflow(server: Server) -> None:
    ann = await register(server)
    inner = await save(ann, definition(transform("double", expr("input.n * 2"))))
    outer = definition(step("subworkflow", "sub", {"workflow": inner, "input": {"n": expr("input.n")}}))
    done = await run(ann, outer, {"n": 21})
    assert (done["state"], done["output"]) == ("completed", 42)
    missing = definition(step("subworkflow", "sub", {"workflow": f"wf_{'0' * 32}"}))
    assert (await run(ann, missing))["state"] == "failed"


async def test_a_workflow_that_calls_itself_ends(server: Server) -> None:
    ann = await register(server)
    workflow = await save(ann, definition(transform("a")))
    raw = definition(step("subworkflow", "again", {"workflow": workflow}))
    await ann.put(f"/workflows/{workflow}", {"definition": raw})
    await ann.post(f"/workflows/{workflow}/activate")
    with server.watching(ann.topic) as watch:
        run_id = await start(ann, workflow)
        await ended(watch, run_id)
    assert (await ann.get(f"/workflow-runs/{run_id}"))["state"] == "failed"
    assert len((await ann.get("/workflow-runs"))["items"]) == 8


async def test_the_assistant_is_asked(server: Server) -> None:
    ann = await register(server)
    done = await run(
        ann, definition(step("agent", "say", {"prompt": "Say hello to {{ input.name }}."})), {"name": "Bo"}
    )
    assert done["state"] == "completed", done
    assert done["output"]["model"] == "demo"
    assert done["output"]["text"]


async def test_a_machine_reads_at_once_and_writes_when_its_user_lets_it(server: Server) -> None:
    ann = await register(server)
    machine = await link(ann, "laptop")
    raw = definition(
        step(
            "device", "read", {"tool": "fs.read", "arguments": {"path": "/home/ann/a"}}, next_steps=["write"]
        ),
        step(
            "device",
            "write",
            {"device": "laptop", "tool": "fs.write", "arguments": {"path": "/home/ann/b", "content": "x"}},
        ),
    )
    answers = {
        "fs.read": lambda _: {"content": "hello"},
        "fs.write": lambda p: {"path": p["path"], "bytes": 1, "created": True, "diff": ""},
    }
    workflow = await save(ann, raw)
    async with online(machine, answers):
        with server.watching(ann.topic) as watch:
            run_id = await start(ann, workflow)
            asked = (await watch.event("exec.approval.requested"))["approval"]
            await watch.event("workflow.changed", state="waiting")
            waiting = await ann.get(f"/workflow-runs/{run_id}")
            assert [step["approvalId"] for step in waiting["working"]] == [asked["id"]]
            await ann.post(f"/approvals/{asked['id']}/decision", {"decision": "allow_once"})
            await ended(watch, run_id)
    assert "running" in [body["state"] for body in watch.events("workflow.changed")][-3:]
    done = await ann.get(f"/workflow-runs/{run_id}")
    steps = await steps_of(ann, run_id)
    assert done["state"] == "completed", steps
    assert steps["read"]["output"]["content"] == "hello"
    assert steps["write"]["output"]["created"]
