"""Rows of many runs in one transaction: each is kept or refused by itself, and in the order that a run wrote them."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from openclaw.domains.workflows.jobs.entry import RunSuperseded
from openclaw.domains.workflows.jobs.ledger import Ledger, Write
from openclaw.domains.workflows.schemas import StartRun
from openclaw.domains.workflows.service import starting
from openclaw.domains.workspaces.errors import NotAllowedError
from openclaw.infra.scope import Actor, Role
from openclaw.kit import ids
from openclaw.kit.clock import Clock
from openclaw.kit.ids import new_id
from openclaw.kit.tasks import cancel_and_wait, spawn
from tests.domains.workflows.running import definition, save, transform
from tests.support.accounts import Person, register
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")

Begun = Callable[[int], Any]


def row(run_id: UUID, path: str, at: Any, output: Any = None) -> dict[str, Any]:
    return {
        "id": new_id(),
        "run_id": run_id,
        "path": path,
        "step_id": path,
        "type": "http",
        "state": "completed",
        "seq": 1,
        "input": None,
        "output": output,
        "error": None,
        "attempts": [],
        "is_reused": False,
        "started_at": at,
        "due_at": None,
        "finished_at": at,
    }


class Runs:
    """Accepted runs of one person that nobody has started, and a ledger of one's own."""

    def __init__(self, person: Person) -> None:
        self.person = person
        platform = person.server.platform
        self.clock: Clock = platform.clock
        self.ledger = Ledger(platform.database, platform.bus)
        self.actor = Actor(ids.from_wire("user", person.id), person.workspace_id, Role.MEMBER)

    async def entered(self, count: int) -> list[tuple[UUID, int]]:
        """Runs that the ledger has entered, with their epochs."""
        workflow = ids.from_wire("wf", await save(self.person, definition(transform("a"))))
        platform = self.person.server.platform
        made: list[UUID] = []
        due = self.clock.now() + timedelta(days=1)
        later = StartRun.model_validate({"startAt": due.isoformat()})  # nobody else begins them
        for _ in range(count):
            async with platform.database.transaction(self.actor) as scope:
                run = await starting.start_run(scope, workflow, later, platform.blobs, platform.queue)
                made.append(run.id)
        found = await asyncio.gather(*(self.ledger.enter(self.actor, run) for run in made))
        return [(entered.run.id, entered.run.epoch) for entered in found if entered]

    def write(self, run: UUID, epoch: int, path: str, output: Any = None, **more: Any) -> Any:
        steps = [row(run, path, self.clock.now(), output)]
        return self.ledger.write(self.actor, Write(run, epoch, "running", steps, **more))

    async def paths(self) -> list[str]:
        async with self.person.server.owner() as owner:
            paths = "SELECT path FROM workflow_run_steps WHERE workspace_id = $1 ORDER BY path"
            found = await owner.fetch(paths, self.person.workspace_id)
        return [step["path"] for step in found]


@pytest_asyncio.fixture(loop_scope="module")
async def runs(server: Server) -> Runs:
    return Runs(await register(server))


async def test_many_are_written_at_once_and_none_for_another(runs: Runs) -> None:
    """One is superseded, one cannot be stored: the others are kept all the same."""
    (one, epoch_1), (two, epoch_2), (three, epoch_3), (four, epoch_4) = await runs.entered(4)
    answers = await asyncio.gather(
        runs.write(one, epoch_1, "first"),
        runs.write(two, epoch_2 - 1, "late"),
        runs.write(three, epoch_3, "x" * 1_001),
        runs.write(four, epoch_4, "last"),
        return_exceptions=True,
    )
    assert (answers[0], answers[3]) == (None, None)
    assert isinstance(answers[1], RunSuperseded)
    assert isinstance(answers[2], Exception)
    assert await runs.paths() == ["first", "last"]


async def test_a_run_that_is_entered_again_writes_no_more_as_it_was(runs: Runs) -> None:
    [(run, epoch)] = await runs.entered(1)
    earlier, entered, later = await asyncio.gather(
        runs.write(run, epoch, "a"),
        runs.ledger.enter(runs.actor, run),
        runs.write(run, epoch, "b"),
        return_exceptions=True,
    )
    assert earlier is None
    assert not isinstance(entered, BaseException)
    assert entered is not None
    assert isinstance(later, RunSuperseded)
    assert await runs.paths() == ["a"]


async def test_whose_writer_is_cancelled_takes_nothing_from_others(runs: Runs) -> None:
    (one, epoch_1), (two, epoch_2) = await runs.entered(2)
    async with runs.person.server.owner() as owner, owner.transaction():
        await owner.execute("SELECT 1 FROM workflow_runs WHERE id = $1 FOR UPDATE", one)
        first = spawn(runs.write(one, epoch_1, "first"), name="first")
        second = spawn(runs.write(two, epoch_2, "second"), name="second")
        while not await owner.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
            pass  # until the first, which carries for both, waits for that row
        await cancel_and_wait(first)
    await second
    assert await runs.paths() == ["second"]


async def test_nothing_is_begun_for_who_has_left(runs: Runs) -> None:
    (one, epoch_1), (two, epoch_2) = await runs.entered(2)
    async with runs.person.server.owner() as owner:
        demote = "UPDATE memberships SET role = 'viewer' WHERE user_id = $1"
        await owner.execute(demote, runs.person.user_id)
    answers = await asyncio.gather(
        runs.write(one, epoch_1, "begins", begins_work=True),
        runs.write(two, epoch_2, "ends"),
        return_exceptions=True,
    )
    assert isinstance(answers[0], NotAllowedError)
    assert await runs.paths() == ["ends"]
