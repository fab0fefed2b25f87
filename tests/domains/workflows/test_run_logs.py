"""What was done for each step, kept with it: requests, tries, machines, questions, models, other runs."""

import re
from typing import Any

import pytest

from openclaw.domains.workflows.jobs.entry import MOST_LOGS, Entry
from openclaw.kit import ids
from tests.domains.workflows.driving import START
from tests.domains.workflows.peers import running_peer
from tests.domains.workflows.running import definition, ended, run, save, start, step, steps_of, transform
from tests.support.accounts import register
from tests.support.devices import link, online
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")

WRITTEN = {"path": "/home/ann/b", "bytes": 1, "created": True, "diff": ""}


def lines(found: dict[str, Any]) -> list[str]:
    """A step's log, with numbers and names that differ from run to run as signs."""
    texts = [line["text"] for line in found["logs"]]
    return [re.sub(r"\b(wrun|appr|user)_\w+", r"\1", re.sub(r"\d+ ms", "# ms", text)) for text in texts]


async def test_requests_and_tries_are_told_without_secrets(server: Server) -> None:
    ann = await register(server)
    await ann.put("/workflow-secrets", {"name": "KEY", "value": "s3cret"})
    async with running_peer() as peer:
        peer.allow(2)
        peer.status = "503 Busy"
        config = {"url": {"$text": f"{peer.url}?q=1"}, "query": {"key": {"$secret": "KEY"}}}
        retries = {"max": 1, "delay": 0, "jitter": 0}
        done = await run(ann, definition(step("http", "get", config, retries=retries), secrets=["KEY"]))
        found = (await steps_of(ann, done["id"]))["get"]
        now = found["attempts"][0]["at"][:19] + "+00:00"
        assert lines(found) == [
            f"GET {peer.url}: 503 after # ms",
            f"Try 1 failed (http_status: the server answered 503); the next is at {now}.",
            f"GET {peer.url}: 503 after # ms",
        ]


async def test_machines_questions_models_and_other_runs_are_told(server: Server) -> None:
    ann = await register(server)
    await save(ann, definition(transform("said", 1), name="Inner"))
    write = {"tool": "fs.write", "arguments": {"path": "/home/ann/b", "content": "b"}}
    workflow = await save(
        ann,
        definition(
            step("device", "write", write, next_steps=["ask"]),
            step("approval", "ask", {"message": "Go on?"}, next_steps=["think"]),
            step("agent", "think", {"prompt": "hello"}, next_steps=["sub"]),
            step("subworkflow", "sub", {"workflow": "Inner"}),
        ),
    )
    async with online(await link(ann, "laptop"), {"fs.write": lambda _: WRITTEN}):
        with server.watching(ann.topic) as watch:
            run_id = await start(ann, workflow)
            asked = (await watch.event("exec.approval.requested"))["approval"]
            await ann.post(f"/approvals/{asked['id']}/decision", {"decision": "allow_once"})
            while "ask" not in (steps := await steps_of(ann, run_id)):
                await watch.event("workflow.changed")
            await ann.post(f"/workflow-runs/{run_id}/steps/{steps['ask']['id']}/answer", {"approved": True})
            await ended(watch, run_id)
    found = {path: lines(each) for path, each in (await steps_of(ann, run_id)).items()}
    assert found["write"] == [
        "Waits for an answer to appr.",
        "The question is settled.",
        "fs.write on laptop",
        "laptop answered: done",
    ]
    assert found["ask"] == ["Asked.", "user said yes."]
    assert [re.sub(r"\d+", "#", line) for line in found["think"]] == ["Asked demo: # tokens in, # out"]
    assert found["sub"] == ["Started wrun, version 1.", "It ended: completed."]


async def test_a_log_has_an_end() -> None:
    entry = Entry(None, ids.new_id(), 1, 0, False, None)  # type: ignore[arg-type]
    for number in range(MOST_LOGS * 2):
        entry.log("a", START, f"{number}" * 500)
    assert len(entry.logs["a"]) == MOST_LOGS + 1
    assert entry.logs["a"][-1]["text"] == "… and more, which is not kept"
    assert max(len(line["text"]) for line in entry.logs["a"]) == 400
