"""Runs that begin at the same time."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event

from openclaw.domains.tasks import repository
from openclaw.domains.tasks.jobs import lead
from openclaw.domains.tasks.schemas import SaveTask
from openclaw.domains.tasks.service import runs, tasks
from openclaw.domains.tasks.service.places import Slot
from openclaw.infra.scope import Actor, Role, Scope
from openclaw.kit import ids
from tests.support.accounts import Person

pytestmark = pytest.mark.asyncio(loop_scope="module")


class Nowhere:
    """No hosts."""

    async def claim_slot(
        self, scope: Scope, *, run_id: UUID, host_id: UUID | None = None, labels: Sequence[str] = ()
    ) -> Slot | None:
        return None

    async def find_slot(self, scope: Scope, run_id: UUID) -> Slot | None:
        return None

    async def release_slot(self, scope: Scope, *, run_id: UUID, epoch: int | None = None) -> bool:
        return False


class Undone(Exception):
    """Nothing of this is kept."""


async def begin(person: Person, count: int) -> int:
    """Statements that so many runs take to begin."""
    platform = person.server.platform
    actor = Actor(ids.from_wire("user", person.id), person.workspace_id, Role.OWNER)
    said: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        said.append(statement)

    with pytest.raises(Undone):
        async with platform.database.transaction(actor) as scope:
            task = await tasks.make_task(scope, SaveTask.model_validate({"text": "work"}))
            queued = [(await runs.launch(scope, task.id, platform.queue)).id for _ in range(count)]
            here = (await scope.session.connection()).sync_connection
            event.listen(here, "before_cursor_execute", note)
            entered = await repository.enter_runs(scope, queued)
            found = await lead.look_first(scope, entered, slots=Nowhere())
            await scope.session.flush()
            event.remove(here, "before_cursor_execute", note)
            assert {run.state for run in entered} == {"running"}
            assert len({each.agent_run_id for each in found}) == count
            logs = [await repository.list_events(scope, run, after=0, limit=9) for run in queued]
            assert {tuple(entry.seq for entry in log) for log in logs} == {(1, 2, 3, 4)}
            raise Undone
    return len(said)


async def test_many_runs_begin_in_as_many_statements_as_one(bea: Person) -> None:
    assert await begin(bea, 12) == await begin(bea, 1)
