"""Runs that one person wants at the same time are accepted together, and each is answered by itself."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from openclaw.domains.workflows.schemas import StartRun
from openclaw.domains.workflows.service.starting import RunStarts
from openclaw.infra.scope import Actor, Role
from openclaw.kit import ids
from tests.domains.workflows.running import definition, ended, expr, save, transform
from tests.support.accounts import Person, refused, register
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")

NUMBER = {"type": "object", "properties": {"n": {"type": "integer", "default": 7}}}


async def post(person: Person, workflow: str, n: Any = None, **more: Any) -> Any:
    body = {"input": {} if n is None else {"n": n}, **more}
    return await person.api.post(f"/workflows/{workflow}/runs", json=body)


async def test_each_is_answered_by_itself(server: Server) -> None:
    ann, bob = await register(server, "ann"), await register(server, "bob")
    twice = definition(transform("twice", expr("input.n * 2")), input=NUMBER)
    workflow, other, of_bob = await save(ann, twice), await save(ann, twice), await save(bob, twice)
    unknown = ids.to_wire("wf", ids.new_id())
    with server.watching(ann.topic) as watch:
        *answers, first, second, elsewhere, foreign, gone, wrong = await asyncio.gather(
            *(post(ann, workflow if n % 2 else other, n) for n in range(20)),
            post(ann, workflow, idempotencyKey="once"),
            post(ann, workflow, idempotencyKey="once"),
            post(ann, other, idempotencyKey="once"),
            post(ann, of_bob),
            post(ann, unknown),
            post(ann, workflow, "seven"),
        )
        assert [answer.status_code for answer in answers] == [202] * 20
        runs = [answer.json() for answer in answers]
        for run in runs:
            await ended(watch, run["id"])
    assert {refused(answer) for answer in (foreign, gone)} == {(404, "workflows.not_found")}
    assert refused(wrong) == (422, "workflows.invalid_input")
    accepted = [a.json()["id"] for a in (first, second, elsewhere) if a.is_success]
    assert len(accepted) in (1, 2), "whichever workflow's came first has the key"
    assert len(set(accepted)) == 1
    for n, run in enumerate(runs):
        assert run["workflowId"] == (workflow if n % 2 else other)
        assert (await ann.get(f"/workflow-runs/{run['id']}"))["output"] == 2 * n
    assert len((await ann.get("/workflow-runs?limit=100"))["items"]) == 21


async def test_a_burst_is_two_transactions(server: Server) -> None:
    """Whoever comes while the first is accepted is in the next with all others."""
    ann, platform = await register(server), server.platform
    workflow = ids.from_wire("wf", await save(ann, definition(transform("a", 1))))
    actor = Actor(ids.from_wire("user", ann.id), ann.workspace_id, Role.MEMBER)
    tomorrow = (platform.clock.now() + timedelta(days=1)).isoformat()
    later = StartRun.model_validate({"startAt": tomorrow})  # nobody begins them meanwhile
    starts = RunStarts(platform.database, platform.blobs, platform.queue)
    committed: list[Actor | None] = []
    end = platform.database.on_commit(committed.append)
    rows = await asyncio.gather(*(starts.start(actor, workflow, later) for _ in range(32)))
    end()
    assert len({row.id for row in rows}) == 32
    assert committed.count(actor) == 2
