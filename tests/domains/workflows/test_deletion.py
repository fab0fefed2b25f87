"""Runs and workflows deleted: all that is theirs goes, nothing that another run still shares."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from openclaw.domains.workflows.manifest import chores
from openclaw.domains.workflows.service import files
from openclaw.kit import ids
from tests.domains.workflows.running import definition, ended, expr, run, save, start, step, transform
from tests.support.accounts import Person, refused, register, sign_in
from tests.support.server import Server, do_chores

pytestmark = pytest.mark.asyncio(loop_scope="module")

LARGE = "x" * 40_000
_OF_RUNS = (
    "workflow_run_steps WHERE run_id",
    "workflow_run_files WHERE run_id",
    "workflow_agent_turns WHERE run_id",
    "plugin_calls WHERE run_id",
    "workflow_runs WHERE id",
    "jobs WHERE id",
)


def objects(person: Person) -> list[str]:
    """What object storage holds of runs in the person's workspace."""
    folder = Path(person.server.platform.config.home) / "blobs/workspaces" / person.workspace_id.hex
    found = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return sorted(name.partition("workflow-runs/")[2] for name in found if "workflow-runs/" in name)


async def rows(server: Server, run_id: str) -> dict[str, int]:
    """How many rows of each kind a run has, where it has any."""
    async with server.owner() as owner:
        counts = {
            table.split()[0]: await owner.fetchval(
                f"SELECT count(*) FROM {table} = $1", ids.from_wire("wrun", run_id)
            )
            for table in _OF_RUNS
        }
    return {table: count for table, count in counts.items() if count}


async def give_file(person: Person, run_id: str, path: str, body: bytes) -> str:
    """A file, as a plugin's step at ``path`` gives one back; its id."""
    async with person.scope() as scope:
        given = await files.put_files(
            scope,
            person.server.platform.blobs,
            run_id=ids.from_wire("wrun", run_id),
            path=path,
            attempt_id=ids.new_id(),
            files=[("a.txt", "text/plain", body)],
        )
    return given[0]["$file"]["id"]


def two_steps(name: str = "Two") -> dict[str, Any]:
    first = transform("first", expr("input.text"), next_steps=["second"])
    return definition(first, transform("second", {"size": expr("size(steps.first.output)")}), name=name)


async def test_a_run_goes_with_all_that_is_its_own(server: Server) -> None:
    ann, bob = await register(server), await register(server)
    await save(ann, two_steps("Inner"))
    sub = step("subworkflow", "sub", {"workflow": "Inner", "input": {"text": LARGE}})
    done = await run(ann, definition(sub))
    await give_file(ann, done["id"], "sub", b"of the run")
    other = await run(ann, two_steps("Other"), {"text": LARGE})
    child = next(
        each["id"] for each in (await ann.get("/workflow-runs"))["items"] if each["parentRunId"] == done["id"]
    )
    path = f"/workflow-runs/{done['id']}"
    assert refused(await ann.api.delete(f"/workflow-runs/{child}")) == (409, "workflows.part_of_another_run")
    assert refused(await bob.api.delete(path))[0] == 404
    with server.watching(ann.topic) as watch:
        await ann.delete(path)
        await watch.event("workflow.changed", runId=done["id"], state="deleted")
    await server.settle()
    assert refused(await ann.api.get(path))[0] == 404
    assert refused(await ann.api.delete(path))[0] == 404
    assert await rows(server, done["id"]) == await rows(server, child) == {}
    left = {name.partition("/")[0] for name in objects(ann)}
    assert left == {other["id"].removeprefix("wrun_")}, "and nothing of another run"
    assert [each["id"] for each in (await ann.get("/workflow-runs"))["items"]] == [other["id"]]
    logged = (await ann.get("/audit"))["items"]
    assert [e["subject"] for e in logged if e["action"] == "workflows.run_deleted"] == [done["id"]]


async def test_what_a_later_run_shares_stays_as_long_as_that_one(server: Server) -> None:
    ann = await register(server)
    first = await run(ann, two_steps(), {"text": LARGE})
    origin = first["id"].removeprefix("wrun_")
    shared = await give_file(ann, first["id"], "first", b"shared")
    alone = await give_file(ann, first["id"], "second", b"alone")
    again = await repeated(ann, first["id"])
    last = await repeated(ann, again)
    for run_id in (first["id"], again):
        await ann.delete(f"/workflow-runs/{run_id}")
    await server.settle()
    steps = (await ann.get(f"/workflow-runs/{last}/steps"))["items"]
    whole = await ann.get(f"/workflow-runs/{last}/steps/{steps[0]['id']}")
    assert (whole["path"], whole["reused"], whole["output"]) == ("first", True, LARGE)
    assert (await ann.api.get(f"/workflow-runs/{last}/files/{shared}")).content == b"shared"
    assert refused(await ann.api.get(f"/workflow-runs/{last}/files/{alone}"))[0] == 404
    assert await rows(server, first["id"]) == {"workflow_run_files": 1, "workflow_runs": 1}
    for gone in (first["id"], again):
        assert refused(await ann.api.get(f"/workflow-runs/{gone}"))[0] == 404
        assert refused(await ann.api.get(f"/workflow-runs/{gone}/files/{shared}"))[0] == 404
    async with server.owner() as owner:
        assert LARGE[:100] not in str(
            await owner.fetch("SELECT * FROM workflow_runs WHERE state = 'deleted'")
        )
    kept = [name for name in objects(ann) if name.startswith(origin)]
    assert len(kept) == 3, "what went into the shared step and came out, and its file"
    await ann.delete(f"/workflow-runs/{last}")
    await server.settle()
    assert objects(ann) == []
    assert await rows(server, first["id"]) == await rows(server, again) == {}


async def repeated(person: Person, run_id: str) -> str:
    """The run from its second step on, at its end."""
    with person.server.watching(person.topic) as watch:
        again = await person.post(f"/workflow-runs/{run_id}/repeat", {"fromPath": "second"})
        await ended(watch, again["id"])
    return again["id"]


async def test_a_run_that_goes_on_is_not_deleted_before_it_is_cancelled(server: Server) -> None:
    ann = await register(server)
    workflow = await save(ann, definition(step("approval", "ask", {"message": "Go on?"})))
    with server.watching(ann.topic) as watch:
        run_id = await start(ann, workflow)
        for path in (f"/workflow-runs/{run_id}", f"/workflows/{workflow}"):
            assert refused(await ann.api.delete(path)) == (409, "workflows.wrong_state")
        await ann.post(f"/workflow-runs/{run_id}/cancel")
        await ended(watch, run_id)
    await ann.delete(f"/workflow-runs/{run_id}")
    assert await rows(server, run_id) == {}


async def test_a_workflow_goes_with_everybodys_runs_by_its_owner_or_an_admin(server: Server) -> None:
    ann = await (await register(server)).create_workspace("Team")
    bob = await ann.invite(await register(server))
    workflow = await save(ann, two_steps("Inner"))
    with server.watching(bob.topic) as watch:
        of_bob = await start(bob, workflow, {"text": LARGE})
        await ended(watch, of_bob)
    outer = await run(
        ann,
        definition(step("subworkflow", "sub", {"workflow": "Inner", "input": {"text": "a"}}), name="Outer"),
    )
    assert refused(await bob.api.delete(f"/workflows/{workflow}")) == (403, "workspaces.not_allowed")
    await ann.delete(f"/workflows/{workflow}")
    await server.settle()
    assert refused(await ann.api.get(f"/workflows/{workflow}"))[0] == 404
    assert [each["name"] for each in (await ann.get("/workflows"))["items"]] == ["Outer"]
    assert refused(await bob.api.get(f"/workflow-runs/{of_bob}"))[0] == 404
    assert (await rows(server, of_bob), objects(ann)) == ({}, [])
    child = next(each for each in (await ann.get("/workflow-runs"))["items"] if each["parentRunId"])
    assert child["workflowId"] == workflow, "what is part of another workflow's run stays with that"
    await ann.delete(f"/workflow-runs/{outer['id']}")
    await do_chores(server, chores(None))
    async with server.owner() as owner:
        left = "SELECT count(*) FROM workflows WHERE workspace_id = $1"
        assert await owner.fetchval(left, ann.workspace_id) == 1
    again = await save(ann, two_steps("Inner"))
    assert (await ann.get(f"/workflows/{again}"))["name"] == "Inner"


async def test_old_runs_go_where_that_is_set(server: Server) -> None:
    ann = await register(server)
    old = await run(ann, two_steps(), {"text": LARGE})
    sub = step("subworkflow", "sub", {"workflow": "Two", "input": {"text": "a"}})
    outer = await run(ann, definition(sub, name="Outer"))
    async with server.owner() as owner:  # what it has started goes on, as when a process could not stop it
        begun = "UPDATE workflow_runs SET finished_at = NULL WHERE parent_run_id IS NOT NULL AND user_id = $1"
        await owner.execute(begun, ann.user_id)
    server.manual.advance(timedelta(days=31))
    ann = await sign_in(server, ann)
    new = await run(ann, two_steps("New"), {"text": "a"})
    await do_chores(server, chores(None))
    assert len((await ann.get("/workflow-runs"))["items"]) == 4, "by default nothing goes by itself"
    await do_chores(server, chores(30))
    await server.settle()
    left = [each for each in (await ann.get("/workflow-runs"))["items"] if each["parentRunId"] is None]
    assert [each["id"] for each in left] == [new["id"], outer["id"]]
    assert (await rows(server, old["id"]), objects(ann)) == ({}, [])
