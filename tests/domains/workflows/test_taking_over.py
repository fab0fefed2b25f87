"""A process ends with runs in hand: who takes over goes on where it was, and does nothing twice."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.domains.workflows.peers import Peer, running_peer
from tests.domains.workflows.running import definition, ended, save, start, step, steps_of
from tests.domains.workflows.test_agent_tools import WRITTEN, asking
from tests.domains.workflows.test_carriers import get
from tests.domains.workflows.test_signals import send, waiting
from tests.support.accounts import Person, register, sign_in
from tests.support.devices import link, online
from tests.support.server import running_server


@pytest.fixture
async def peer() -> AsyncIterator[Peer]:
    async with running_peer() as peer:
        yield peer


async def test_who_takes_over_asks_the_model_and_the_person_nothing_twice(
    database_url: str, tmp_path: Path
) -> None:
    async with running_server(database_url, tmp_path, executor_id="one") as server:
        ann = await register(server)
        machine = await link(ann, "laptop")
        workflow = await save(ann, asking("create b.txt with one line in /home/ann", "fs.write"))
        async with online(machine, {}):
            with server.watching(ann.topic) as watch:
                run_id = await start(ann, workflow)
                asked = (await watch.event("exec.approval.requested"))["approval"]
    done: list[Any] = []
    async with running_server(database_url, tmp_path, executor_id="one") as server:
        ann = await sign_in(server, Person(server, server.client(), ann.session, ann.workspace))
        machine.server = server
        async with online(machine, {"fs.write": lambda parameters: done.append(parameters) or WRITTEN}):
            with server.watching(ann.topic) as watch:
                await ann.post(f"/approvals/{asked['id']}/decision", {"decision": "allow_once"})
                await ended(watch, run_id)
        async with server.owner() as owner:
            turns = await owner.fetchval("SELECT count(*) FROM workflow_agent_turns")
        assert len((await ann.get("/approvals"))["items"]) == 1
    assert (len(done), turns) == (1, 1)


async def test_who_takes_over_runs_no_finished_step_again(
    database_url: str, tmp_path: Path, peer: Peer
) -> None:
    """The process goes in the middle of a step: another goes on with that step, and repeats none before it."""
    first = get(peer, method="POST") | {"id": "first", "next_steps": ["get"]}
    raw = definition(
        first, get(peer, method="POST") | {"next_steps": ["ask"]}, step("approval", "ask", {"message": "?"})
    )
    peer.allow(1)
    async with running_server(database_url, tmp_path, executor_id="one") as server:
        ann = await register(server)
        workflow = await save(ann, raw)
        run_id = await start(ann, workflow)
        await peer.until_asked(2)
    peer.allow(2)  # one for the connection that has ended
    async with running_server(database_url, tmp_path, executor_id="one") as server:
        ann = await sign_in(server, Person(server, server.client(), ann.session, ann.workspace))
        while (await ann.get(f"/workflow-runs/{run_id}"))["state"] != "waiting":
            pass
        row = (await steps_of(ann, run_id))["ask"]
        with server.watching(ann.topic) as watch:
            await ann.post(f"/workflow-runs/{run_id}/steps/{row['id']}/answer", {"approved": True})
            await ended(watch, run_id)
        steps = await steps_of(ann, run_id)
        assert [s["state"] for s in steps.values()] == ["completed"] * 3
        assert list(steps) == ["first", "get", "ask"]
    assert len(peer.asked) == 3, "the step in flight again, the one before it not"
    keys = peer.keys
    assert (keys[1] == keys[2], keys[0] == keys[1]) == (True, False)


async def test_a_paused_run_stays_so_whoever_takes_over(
    database_url: str, tmp_path: Path, peer: Peer
) -> None:
    async with running_server(database_url, tmp_path, executor_id="one") as server:
        ann = await register(server)
        workflow = await save(ann, definition(get(peer, method="POST")))
        run_id = await start(ann, workflow)
        await peer.until_asked(1)
        await ann.post(f"/workflow-runs/{run_id}/pause")
    async with running_server(database_url, tmp_path, executor_id="one") as server:
        ann = await sign_in(server, Person(server, server.client(), ann.session, ann.workspace))
        while (await ann.get(f"/workflow-runs/{run_id}"))["state"] != "waiting":
            pass
        await start(ann, workflow)
        await peer.until_asked(2)
        assert len(set(peer.keys)) == 2, "of the paused run nothing has come before what was begun after it"
        peer.allow(5)
        with server.watching(ann.topic) as watch:
            await ann.post(f"/workflow-runs/{run_id}/resume")
            await ended(watch, run_id)
        assert (await ann.get(f"/workflow-runs/{run_id}"))["state"] == "completed"
    assert len(peer.asked) == 3


async def test_who_takes_over_goes_on_waiting_and_takes_what_was_sent(
    database_url: str, tmp_path: Path
) -> None:
    async with running_server(database_url, tmp_path, executor_id="one") as server:
        ann = await register(server)
        workflow = await save(ann, definition(waiting(next_steps=["last"]), waiting("last")))
        with server.watching(ann.topic) as watch:
            run_id = await start(ann, workflow)
            await watch.event("workflow.changed", runId=run_id, state="waiting")
            await send(ann, run_id, {"amount": 1})
            while "last" not in await steps_of(ann, run_id):
                await watch.event("workflow.changed")
    async with running_server(database_url, tmp_path, executor_id="one") as server:
        ann = await sign_in(server, Person(server, server.client(), ann.session, ann.workspace))
        with server.watching(ann.topic) as watch:
            await send(ann, run_id, {"amount": 2})
            await ended(watch, run_id)
        assert (await ann.get(f"/workflow-runs/{run_id}"))["output"]["data"] == {"amount": 2}


async def test_001_a_worker_can_stop(database_url: str, tmp_path: Path) -> None:
    """The sample's workers looked at no flag: here a process that has runs in hand ends, and leaves them to others."""
    async with running_server(database_url, tmp_path) as server:
        ann = await register(server)
        workflow = await save(ann, definition(step("delay", "d", {"for": 300})))
        with server.watching(ann.topic) as watch:
            run_id = await start(ann, workflow)
            await watch.event("workflow.changed", runId=run_id, state="delayed")
    async with running_server(database_url, tmp_path) as server:
        again = await sign_in(server, Person(server, server.client(), ann.session, ann.workspace))
        assert (await again.get(f"/workflow-runs/{run_id}"))["state"] in ("delayed", "running")
