"""The rows of runs, of many runs at a time. What a run writes is kept when ``write`` returns, before it begins anything
that follows.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

from openclaw.domains.workflows import repository
from openclaw.domains.workflows.events import RUN_ENDED, ended_fact, run_changed_topic
from openclaw.domains.workflows.jobs.entry import RunSuperseded
from openclaw.domains.workflows.jobs.telling import tell_failed, tell_questions
from openclaw.domains.workflows.language.definition import Definition
from openclaw.domains.workflows.models import WorkflowRunRow, WorkflowRunStepRow
from openclaw.domains.workspaces import service as workspaces
from openclaw.domains.workspaces.errors import NotAllowedError
from openclaw.durable import jobs
from openclaw.durable.together import Together
from openclaw.infra.bus import EventBus, publish
from openclaw.infra.db import Database
from openclaw.infra.feed import tell, user_topic
from openclaw.infra.metrics import WORKFLOW_SECONDS
from openclaw.infra.outbox import record_wanted
from openclaw.infra.scope import Actor, Role, Scope
from openclaw.kit import ids

_KNOWN_DEFINITIONS = 256
_TOLD_STEPS = 50


@dataclass(frozen=True)
class Entered:
    """A run that this process goes on with, the steps that it has, and what its user is in the workspace."""

    run: WorkflowRunRow
    definition: Definition
    steps: Sequence[WorkflowRunStepRow]
    role: Role | None


@dataclass(frozen=True)
class Write:
    """What a run's entry has to keep. ``steps`` are rows; ``begins_work``: its user must still be a member.

    ``seq`` is the newest row's, so that a page knows what it has missed; ``working``: what is being carried out then.
    ``parks``: from now on the run waits and takes up no room among the workspace's, or no longer; None: as before.
    """

    run_id: UUID
    epoch: int
    state: str
    steps: Sequence[dict[str, Any]] = ()
    begins_work: bool = False
    changes_state: bool = False
    parks: bool | None = None
    seq: int | None = None
    working: list[dict[str, Any]] | None = None
    finished_at: datetime | None = None
    output: dict[str, Any] | None = None
    error: dict[str, Any] | None = None

    @property
    def is_fact(self) -> bool:
        """Whether people must be told of it even when they look later: not of a step's end, which its row shows."""
        return self.changes_state or any(step["finished_at"] is None for step in self.steps)

    def told(self) -> dict[str, Any]:
        """What clients hear."""
        steps = [{"path": step["path"], "state": step["state"]} for step in self.steps[-_TOLD_STEPS:]]
        steps += [{"path": step["path"], "state": "running"} for step in (self.working or ())[:_TOLD_STEPS]]
        run_id = ids.to_wire("wrun", self.run_id)
        payload = {"runId": run_id, "state": self.state, "seq": self.seq, "steps": steps}
        return {"event": "workflow.changed", "payload": payload}

    def of_run(self) -> dict[str, Any]:
        """What changes in the run's row."""
        return {
            "id": self.run_id,
            "epoch": self.epoch,
            "state": self.state,
            "output": self.output,
            "error": self.error,
            "working": self.working,
            "finished_at": self.finished_at,
        }


_Wanted: TypeAlias = UUID | Write
"""An entry (the id of a run) or a write."""


class Ledger:
    """One per process."""

    def __init__(self, database: Database, bus: EventBus) -> None:
        self._database = database
        self._bus = bus
        self._together = Together[Actor, _Wanted, Entered | None](self._carry, subject_of=_run_of)
        self._definitions: dict[tuple[UUID, int], Definition] = {}

    async def enter(self, actor: Actor, run_id: UUID) -> Entered | None:
        """Begin or begin again with a run: earlier entries write no more. None when it has ended.

        Raises UnavailableError.
        """
        return await self._together.ask(actor, run_id)

    async def write(self, actor: Actor, write: Write) -> None:
        """Keep it, and tell who watches. Raises RunSuperseded, NotAllowedError, UnavailableError: nothing is kept."""
        await self._together.ask(actor, write)
        if not write.is_fact:
            self._tell_live(actor, write)

    async def _carry(
        self, actor: Actor, batch: Sequence[_Wanted]
    ) -> Sequence[Entered | BaseException | None]:
        async with self._database.transaction(actor) as scope:
            role = await workspaces.find_role(scope)
            failures = await self._write(scope, [each for each in batch if isinstance(each, Write)], role)
            entries = await self._enter(scope, [each for each in batch if isinstance(each, UUID)], role)
        entered = {each.run.id: each for each in entries}
        return [failures.get(each.run_id) if isinstance(each, Write) else entered.get(each) for each in batch]

    async def _write(
        self, scope: Scope, writes: Sequence[Write], role: Role | None
    ) -> dict[UUID, BaseException]:
        """Keep them; those of which nothing is kept, by their runs."""
        is_out = role in (None, Role.VIEWER)  # nothing is done any more for somebody who has left
        failures: dict[UUID, BaseException] = {
            write.run_id: NotAllowedError(role=role or "–")
            for write in writes
            if write.begins_work and is_out
        }
        wanted = [write for write in writes if write.run_id not in failures]
        ours = await repository.update_entered(scope, [write.of_run() for write in wanted])
        failures |= {write.run_id: RunSuperseded() for write in wanted if write.run_id not in ours}
        kept = [write for write in wanted if write.run_id in ours]
        await repository.write_steps(scope, [step for write in kept for step in write.steps])
        await self._note_jobs(scope, kept)
        await tell_questions(scope, (step for write in kept for step in write.steps))
        await tell_failed(scope, {write.run_id: write.error for write in kept if write.error is not None})
        for write in kept:
            if write.is_fact:
                await publish(scope, run_changed_topic(write.run_id), {"state": write.state})
                await tell(scope, scope.user_id, scope.workspace_id, write.told())
        return failures

    async def _note_jobs(self, scope: Scope, kept: Sequence[Write]) -> None:
        """What the runs' writes mean for the jobs that carry them."""
        ended = [
            jobs.End(write.run_id, write.state, write.error)
            for write in kept
            if write.finished_at is not None
        ]
        await record_wanted(scope, RUN_ENDED, *(ended_fact(scope, end.job_id, end.state) for end in ended))
        for took in await jobs.end_jobs(scope, *ended) if ended else ():
            WORKFLOW_SECONDS.observe(took.total_seconds())
        for waiting in (True, False):
            if parked := [write.run_id for write in kept if write.parks is waiting]:
                await jobs.set_waiting(scope, *parked, waiting=waiting)

    def _tell_live(self, actor: Actor, write: Write) -> None:
        self._bus.publish_live(run_changed_topic(write.run_id), {"state": write.state})
        self._bus.publish_live(user_topic(actor.user_id, actor.workspace_id), write.told())

    async def _enter(self, scope: Scope, run_ids: Sequence[UUID], role: Role | None) -> Iterable[Entered]:
        found = await repository.enter_runs(scope, run_ids)
        steps: dict[UUID, list[WorkflowRunStepRow]] = {run.id: [] for run in found}
        with_steps = [run.id for run in found if run.epoch > 1 or run.origin_run_id is not None]
        for step in await repository.list_steps_of(scope, with_steps):
            steps[step.run_id].append(step)
        return [Entered(run, await self._definition(scope, run), steps[run.id], role) for run in found]

    async def _definition(self, scope: Scope, run: WorkflowRunRow) -> Definition:
        key = run.workflow_id, run.version
        if (known := self._definitions.get(key)) is not None:
            return known
        version = await repository.find_version(scope, *key)
        assert version is not None, "a run keeps its version"
        if len(self._definitions) >= _KNOWN_DEFINITIONS:
            del self._definitions[next(iter(self._definitions))]
        made = self._definitions[key] = Definition.model_validate(version.definition)
        return made


def _run_of(wanted: _Wanted) -> UUID:
    return wanted.run_id if isinstance(wanted, Write) else wanted
