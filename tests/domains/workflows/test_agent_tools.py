"""Agent steps that act on machines: judged and asked about like any call, done once, whoever carries the run."""

from typing import Any

import pytest

from tests.domains.workflows.running import definition, ended, save, start, step
from tests.support.accounts import Person, register
from tests.support.devices import link, online
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")

LISTING = {
    "path": "/home/ann",
    "entries": [{"name": "a.txt", "kind": "file", "bytes": 3}],
    "truncated": False,
}
WRITTEN = {"path": "/home/ann/b", "bytes": 1, "created": True, "diff": ""}


def asking(prompt: str, *tools: str) -> dict[str, Any]:
    return definition(step("agent", "do", {"prompt": prompt, "tools": list(tools)}))


async def decided(person: Person, run_id: str, watch: Any, decision: dict[str, Any]) -> Any:
    """The output of a run whose one question was answered so."""
    asked = (await watch.event("exec.approval.requested"))["approval"]
    await person.post(f"/approvals/{asked['id']}/decision", decision)
    await ended(watch, run_id)
    return (await person.get(f"/workflow-runs/{run_id}"))["output"]


async def test_what_only_reads_is_done_and_told(server: Server) -> None:
    ann = await register(server)
    workflow = await save(ann, asking("list the files in /home/ann", "fs.list"))
    async with online(await link(ann, "laptop"), {"fs.list": lambda _: LISTING}):
        with server.watching(ann.topic) as watch:
            run_id = await start(ann, workflow)
            await ended(watch, run_id)
    output = (await ann.get(f"/workflow-runs/{run_id}"))["output"]
    assert output["calls"] == [{"tool": "fs.list", "arguments": {"path": "/home/ann"}, "failed": False}]
    assert "a.txt" in output["text"]


@pytest.mark.parametrize(
    ("decision", "said"),
    [({"decision": "allow_once"}, "Created"), ({"decision": "deny", "reason": "not now"}, "not now")],
)
async def test_what_changes_something_is_asked_about(
    server: Server, decision: dict[str, Any], said: str
) -> None:
    ann = await register(server)
    workflow = await save(ann, asking("create b.txt with one line in /home/ann", "fs.write"))
    done: list[Any] = []
    answers = {"fs.write": lambda parameters: done.append(parameters) or WRITTEN}
    async with online(await link(ann, "laptop"), answers):
        with server.watching(ann.topic) as watch:
            run_id = await start(ann, workflow)
            output = await decided(ann, run_id, watch, decision)
    assert said in output["text"], "the model goes on with what became of its call"
    assert output["calls"][0]["failed"] is (decision["decision"] == "deny")
    assert len(done) == (decision["decision"] != "deny")


async def test_a_tool_that_the_step_does_not_name_is_none(server: Server) -> None:
    ann = await register(server)
    workflow = await save(ann, asking("run uname -a", "fs.list"))
    async with online(await link(ann, "laptop"), {}):
        with server.watching(ann.topic) as watch:
            run_id = await start(ann, workflow)
            await ended(watch, run_id)
    output = (await ann.get(f"/workflow-runs/{run_id}"))["output"]
    assert "There is no tool exec" in output["text"]
    assert (await ann.get("/approvals"))["items"] == []
    wrong = await ann.api.post("/workflows", json={"definition": asking("x", "fs.list", "fs.burn")})
    assert wrong.json()["data"]["problems"][0]["path"] == "$.steps[0].config.tools[1]"


async def test_a_run_that_ends_leaves_no_question(server: Server) -> None:
    ann = await register(server)
    workflow = await save(ann, asking("create b.txt with one line in /home/ann", "fs.write"))
    async with online(await link(ann, "laptop"), {}):
        with server.watching(ann.topic) as watch:
            run_id = await start(ann, workflow)
            await watch.event("exec.approval.requested")
            await ann.post(f"/workflow-runs/{run_id}/cancel")
            await ended(watch, run_id)
            await watch.event("exec.approval.resolved")
    assert [a["state"] for a in (await ann.get("/approvals"))["items"]] == ["expired"]
