"""The dashboard: what is on it, for whom, and that it asks the database as often however much there is."""

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from sqlalchemy import event

from openclaw.domains.dashboard.service import SHOWN, month_of
from openclaw.domains.notifications.service import notices
from tests.domains.agents.chatting import CREATE, WRITTEN
from tests.domains.tasks.launching import launch
from tests.domains.workflows.running import definition, expr, save, step, transform
from tests.support.accounts import Person, refused, register
from tests.support.devices import enrol, link, online, online_host
from tests.support.server import START, Server

pytestmark = pytest.mark.asyncio(loop_scope="module")

MANY = 30
_is_counted: ContextVar[bool] = ContextVar("is_counted", default=False)
# Copies of rows that are there already: what must differ, differs.
_COPY = """
INSERT INTO {table} SELECT (jsonb_populate_record(kept, jsonb_build_object('id', gen_random_uuid()) || $1::jsonb)).*
FROM {table} kept, generate_series(1, {count}) WHERE workspace_id = $2
"""


@pytest_asyncio.fixture(loop_scope="module")
async def ann(shared: Server) -> Person:
    """Somebody new for each test."""
    return await register(shared)


@contextlib.contextmanager
def counted(server: Server) -> Iterator[list[str]]:
    """The statements of requests that are made inside the block; others' work goes on beside them."""
    said: list[str] = []
    engine = server.platform.database._engine.sync_engine

    def note(*args: Any) -> None:
        if _is_counted.get():
            said.append(args[2])

    event.listen(engine, "before_cursor_execute", note)
    token = _is_counted.set(True)
    try:
        yield said
    finally:
        _is_counted.reset(token)
        event.remove(engine, "before_cursor_execute", note)


async def furnish(person: Person) -> None:
    """One of everything: a run that asks, one that was done, one that failed; workflows, a result, what is told."""
    machine = await link(person)
    target = {"kind": "device", "deviceId": machine.session["deviceId"]}
    async with online(machine, WRITTEN):
        with person.server.watching(person.topic) as watch:
            done = await launch(person, watch, CREATE, target=target, budget={"calls": 20})
            await done.answer()
            await done.ended()
        with person.server.watching(person.topic) as watch:
            await (await launch(person, watch, CREATE, target=target)).until("waiting_approval")
    with person.server.watching(person.topic) as watch:
        failed = await launch(person, watch, "help", budget={"calls": 1, "tokens": 1})
        assert (await failed.ended())["state"] == "failed"
        for name, steps, state in (
            ("Asks", [step("approval", "ask", {"message": "Go on?"})], "waiting"),
            ("Done", [transform("end", "done")], "completed"),
            ("Broken", [transform("end", expr("1 / 0"))], "failed"),
        ):
            flow = await save(person, {**definition(*steps), "name": name})
            run = (await person.post(f"/workflows/{flow}/runs", {"input": {}}))["id"]
            await watch.event("workflow.changed", runId=run, state=state)
    await person.post("/artifacts", {"title": "Report", "kind": "markdown", "content": "# Done"})
    async with person.scope() as scope:
        notice = notices.Notice("notification.test", {}, is_sticky=True)
        await notices.notify(scope, scope.user_id, notice)


async def test_it_shows_what_there_is_in_as_many_statements_however_much(ann: Person) -> None:
    await furnish(ann)
    async with online_host(await enrol(ann)):
        with counted(ann.server) as few:
            seen = await ann.get("/dashboard?timeZone=Asia/Shanghai")
        needs, running, finished = seen["needs"], seen["running"], seen["finished"]
        assert [one["tool"] for one in needs["approvals"]] == ["fs.write"]
        told = {one["kind"] for one in needs["notifications"]}
        assert told == {"notification.test", "workflow.waiting"}
        assert [one["title"] for one in needs["tasks"]] == ["help"]
        assert [one["name"] for one in needs["workflows"]] == ["Broken"]
        assert [one["state"] for one in running["tasks"]] == ["waiting_approval"]
        assert [one["name"] for one in running["workflows"]] == ["Asks"]
        assert (running["taskCount"], running["workflowCount"]) == (1, 1)
        assert [one["state"] for one in finished["tasks"]] == ["succeeded"]
        assert [one["name"] for one in finished["workflows"]] == ["Done"]
        assert [one["title"] for one in finished["results"]] == ["Report"]
        assert [(one["kind"], one["state"]) for one in seen["machines"]] == [
            ("device", "offline"),
            ("host", "online"),
        ]
        assert seen["cost"]["runs"] == 2
        assert seen["cost"]["inputTokens"] > 0
        assert seen["cost"]["since"] == "2026-10-31T16:00:00Z"

        async with ann.server.owner() as connection:
            await connection.execute("SET session_replication_role = replica")  # a run may begin at its end
            for table, changes in (
                ("task_runs", '{"idempotency_key": null}'),
                ("workflow_runs", '{"idempotency_key": null}'),
                ("artifacts", '{"idempotency_key": null}'),
                ("notifications", "{}"),
            ):
                query = _COPY.format(table=table, count=MANY)
                await connection.execute(query, changes, ann.workspace_id)
        with counted(ann.server) as many:
            more = await ann.get("/dashboard?timeZone=Asia/Shanghai")
    assert more["running"]["taskCount"] == MANY + 1
    assert [len(more["finished"][what]) for what in ("tasks", "workflows", "results")] == [SHOWN] * 3
    assert 0 < len(few) == len(many), "\n".join(many)


async def test_a_failed_run_counts_until_it_is_done_again_or_put_away(ann: Person) -> None:
    async def failed() -> list[str]:
        return [run["id"] for run in (await ann.get("/dashboard"))["needs"]["tasks"]]

    with ann.server.watching(ann.topic) as watch:
        run = await launch(ann, watch, "help", budget={"calls": 1, "tokens": 1})
        await run.ended()
        assert await failed() == [run.id]
        again = await run.do("retry")
        await watch.until(
            lambda b: (
                b.get("event") == "task.changed"
                and b["payload"]["state"] == "failed"
                and b["payload"]["id"] == again["id"]
            )
        )
    assert await failed() == [again["id"]]
    await ann.delete(f"/tasks/{again['taskId']}")
    assert await failed() == []
    await ann.post(f"/tasks/{again['taskId']}/unarchive")
    assert await failed() == [again["id"]]
    async with ann.server.owner() as connection:
        earlier = "UPDATE task_runs SET created_at = created_at - interval '15 days' WHERE workspace_id = $1"
        await connection.execute(earlier, ann.workspace_id)
    assert await failed() == []


async def test_tasks_are_listed_by_how_their_latest_run_stands(ann: Person) -> None:
    async def listed(state: str) -> list[str]:
        return [task["title"] for task in (await ann.get(f"/tasks?state={state}"))["items"]]

    machine = await link(ann)
    target = {"kind": "device", "deviceId": machine.session["deviceId"]}
    await ann.post("/tasks", {"text": "never launched"})
    with ann.server.watching(ann.topic) as watch:
        await (await launch(ann, watch, "help")).ended()
        broken = await launch(ann, watch, "help me", budget={"calls": 1, "tokens": 1})
        await broken.ended()
        async with online(machine):
            await (await launch(ann, watch, CREATE, title="Ask", target=target)).until("waiting_approval")
    assert await listed("running") == await listed("needs_me") == ["Ask"]
    assert await listed("finished") == ["help"]
    assert await listed("failed") == ["help me"]
    assert len((await ann.get("/tasks"))["items"]) == 4


async def test_nothing_of_others_is_on_it_and_a_zone_that_is_none_is_refused(ann: Person) -> None:
    with ann.server.watching(ann.topic) as watch:
        await (await launch(ann, watch, "help")).ended()
    bob = await register(ann.server)
    seen = await bob.get("/dashboard")
    assert seen["needs"] == {"approvals": [], "notifications": [], "tasks": [], "workflows": []}
    assert seen["running"] == {"tasks": [], "taskCount": 0, "workflows": [], "workflowCount": 0}
    assert seen["finished"] == {"tasks": [], "workflows": [], "results": []}
    assert (seen["machines"], seen["cost"]["runs"]) == ([], 0)
    response = await ann.api.get("/dashboard?timeZone=Mars/Olympus")
    assert refused(response)[0] == 422


async def test_a_month_begins_where_its_reader_is() -> None:
    at = datetime(2026, 3, 31, 23, 30, tzinfo=UTC)
    assert month_of(at, ZoneInfo("UTC")) == datetime(2026, 3, 1, tzinfo=UTC)
    assert month_of(at, ZoneInfo("Asia/Shanghai")) == datetime(2026, 3, 31, 16, tzinfo=UTC)
    assert month_of(START, ZoneInfo("America/New_York")) == datetime(2026, 11, 1, 4, tzinfo=UTC)
