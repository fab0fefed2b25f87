"""Runs that begin at the same time."""

from typing import Any

import pytest
from sqlalchemy import event

from openclaw.domains.devices.service import hosts
from openclaw.domains.tasks import repository
from openclaw.domains.tasks.jobs import lead
from openclaw.domains.tasks.schemas import SaveTask
from openclaw.domains.tasks.service import runs, tasks
from openclaw.infra.scope import Actor, Role
from openclaw.kit import ids
from tests.support.accounts import Person
from tests.support.devices import enrol, online_host

pytestmark = pytest.mark.asyncio(loop_scope="module")


class Undone(Exception):
    """Nothing of this is kept."""


async def begin(person: Person, count: int, *, room: int | None = None) -> int:
    """Statements that so many runs take to begin; on a host that has ``room`` for some of them only."""
    platform = person.server.platform
    actor = Actor(ids.from_wire("user", person.id), person.workspace_id, Role.OWNER)
    said: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        said.append(statement)

    with pytest.raises(Undone):
        async with platform.database.transaction(actor) as scope:
            task = await tasks.make_task(
                scope,
                SaveTask.model_validate(
                    {"text": "work", "target": {"kind": "server" if room is None else "host"}}
                ),
            )
            queued = [(await runs.launch(scope, task.id, platform.queue)).id for _ in range(count)]
            here = (await scope.session.connection()).sync_connection
            event.listen(here, "before_cursor_execute", note)
            entered = await repository.enter_runs(scope, queued)
            found = await lead.look_first(scope, entered, slots=hosts)
            await scope.session.flush()
            event.remove(here, "before_cursor_execute", note)
            begun = [run for run in entered if run.state == "running"]
            assert len(begun) == (count if room is None else room)
            assert {run.state for run in entered if run not in begun} <= {"queued"}
            assert {each.agent_run_id for each in found} - {None} == {run.agent_run_id for run in begun}
            assert len({run.slot_epoch for run in begun}) == (1 if room is None else room)
            logs = [await repository.list_events(scope, run.id, after=0, limit=9) for run in begun]
            assert {tuple(entry.seq for entry in log) for log in logs} == {(1, 2, 3, 4)}
            raise Undone
    return len(said)


async def test_many_runs_begin_in_as_many_statements_as_one(bea: Person) -> None:
    assert await begin(bea, 12) == await begin(bea, 1)


async def test_on_hosts_as_many_as_there_is_room_for(bea: Person) -> None:
    host = await enrol(bea, capacity=3)
    async with online_host(host):
        assert await begin(bea, 7, room=3) == await begin(bea, 4, room=3)
