"""Runs: accepted, for oneself, as part of another run, or again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from openclaw.domains.workflows import events, repository
from openclaw.domains.workflows.errors import WorkflowNotFoundError, WrongStateError
from openclaw.domains.workflows.language.definition import Definition
from openclaw.domains.workflows.language.limits import MAX_INPUT_BYTES
from openclaw.domains.workflows.machine.paths import Redone
from openclaw.domains.workflows.models import WorkflowRow, WorkflowRunRow, WorkflowRunStepRow
from openclaw.domains.workflows.repository import to_run
from openclaw.domains.workflows.schemas import RepeatRun, StartRun
from openclaw.domains.workflows.service import bodies
from openclaw.domains.workflows.service.definitions import access_version, access_workflow
from openclaw.domains.workflows.service.edited import complete_input
from openclaw.domains.workflows.service.runs import access_run, check_data, payload_of
from openclaw.domains.workspaces.policy import check_role
from openclaw.durable.jobs import JobSpec, Priority
from openclaw.durable.queue import JobQueue
from openclaw.durable.together import Together
from openclaw.infra.blobs import BlobStore
from openclaw.infra.db import Database
from openclaw.infra.json_schema import with_defaults
from openclaw.infra.jsonb import storable
from openclaw.infra.keys import lock_key
from openclaw.infra.scope import Actor, Role, Scope
from openclaw.kit import ids
from openclaw.kit.errors import InvalidInputError, TooLargeError

MAX_NESTED_RUNS = 8
MAX_DELAY = timedelta(days=366)


@dataclass(frozen=True, eq=False)
class Wanted:
    """A run that somebody wants."""

    workflow_id: UUID
    data: StartRun


class RunStarts:
    """One per process: runs that a user wants at a time are accepted together."""

    def __init__(self, database: Database, blobs: BlobStore, queue: JobQueue) -> None:
        self._database = database
        self._blobs = blobs
        self._queue = queue
        self._together = Together[Actor, Wanted, WorkflowRunRow](
            self._carry, subject_of=lambda wanted: wanted.data.idempotency_key or id(wanted)
        )

    async def start(self, actor: Actor, workflow_id: UUID, data: StartRun) -> WorkflowRunRow:
        """Accept a run in a transaction of its user's. Raises as `start_run`, UnavailableError."""
        return await self._together.ask(actor, Wanted(workflow_id, data))

    async def _carry(self, actor: Actor, batch: Sequence[Wanted]) -> Sequence[WorkflowRunRow]:
        async with self._database.transaction(actor) as scope:
            return await _start_runs(scope, batch, self._blobs, self._queue)


async def start_run(
    scope: Scope, workflow_id: UUID, data: StartRun, blobs: BlobStore, queue: JobQueue
) -> WorkflowRunRow:
    """Accept a run: it is in the database, and somebody starts it whatever happens to this process.

    Raises WorkflowNotFoundError, WrongStateError, InvalidInputDataError, TooManyJobsError, NotAllowedError.
    """
    (row,) = await _start_runs(scope, [Wanted(workflow_id, data)], blobs, queue)
    return row


async def start_child(
    scope: Scope,
    parent_id: UUID,
    workflow_id: UUID,
    queue: JobQueue,
    *,
    version: int | None,
    data: dict[str, Any],
    key: str,
) -> WorkflowRunRow:
    """The run of a subworkflow step; the same key is the same run. Raises as `start_run`, InvalidInputError."""
    if (known := await repository.find_run_by_key(scope, key)) is not None:
        return known
    parent = await access_run(scope, parent_id)
    if parent.depth + 1 >= MAX_NESTED_RUNS:
        raise TooLargeError(field="workflows inside one another", limit=MAX_NESTED_RUNS)
    at = (await _find_versions(scope, {(workflow_id, version)}))[workflow_id, version]
    new = _new_run(
        scope,
        at,
        data,
        idempotency_key=key,
        is_dry=parent.is_dry,
        parent_run_id=parent.id,
        depth=parent.depth + 1,
    )
    await _add(scope, queue, [new], is_part=True)
    return new.row


async def repeat_run(scope: Scope, run_id: UUID, data: RepeatRun, queue: JobQueue) -> WorkflowRunRow:
    """Run again, from a step on (by default the one that failed, else all); what came before is not run again. The same
    key is the same run.

    Raises WorkflowNotFoundError, WrongStateError, InvalidInputError, TooManyJobsError, NotAllowedError.
    """
    check_role(scope.who, Role.MEMBER)
    origin = await access_run(scope, run_id, lock=True)
    if origin.finished_at is None:
        raise WrongStateError(state=origin.state)
    if data.idempotency_key:
        await lock_key(scope, "workflow-run", data.idempotency_key)
        if known := await repository.find_run_by_key(scope, data.idempotency_key):
            if known.origin_run_id != run_id:
                raise InvalidInputError(field="idempotencyKey", reason="it was given for another run")
            return known
    path = data.from_path or (origin.error or {}).get("path")
    if data.input is not None and path is None:
        raise InvalidInputError(field="fromPath", reason="say which step the input is for")
    workflow = await access_workflow(scope, origin.workflow_id, use=True)
    number = data.version or origin.version
    at = _Version(workflow, number, (await access_version(scope, workflow.id, number)).definition)
    reused: list[WorkflowRunStepRow] = []
    edited: dict[str, Any] | None = None
    if path is not None:
        definition = Definition.model_validate(at.definition)
        try:
            redone = Redone(definition, path)
        except ValueError as error:
            raise InvalidInputError(field="fromPath", reason=str(error)) from None
        if data.input is not None:
            edited = {path: complete_input(definition, path, data.input)}
        steps = await repository.list_steps(scope, run_id)
        reused = [s for s in steps if s.path not in redone and s.state in ("completed", "failed")]
    new = _new_run(
        scope,
        at,
        origin.input,
        is_dry=origin.is_dry,
        recorded=storable(origin.recorded),
        edited=storable(edited),
        idempotency_key=data.idempotency_key,
        origin_run_id=run_id,
        from_path=path,
    )
    await _add(scope, queue, [new])
    await repository.copy_steps(scope, new.row.id, reused)
    return new.row


@dataclass(frozen=True)
class _Version:
    """A workflow with the version of it that is to be run."""

    workflow: WorkflowRow
    number: int
    definition: dict[str, Any]


@dataclass(frozen=True)
class _New:
    """A run that is to be accepted, and how its job is queued."""

    row: WorkflowRunRow
    title: str
    priority: int = Priority.NORMAL
    start_at: datetime | None = None


async def _start_runs(
    scope: Scope, wanted: Sequence[Wanted], blobs: BlobStore, queue: JobQueue
) -> list[WorkflowRunRow]:
    """All of them, or the error of one."""
    check_role(scope.who, Role.MEMBER)
    known = await _known(scope, wanted)
    asked = {(each.workflow_id, each.data.version) for each in wanted if each not in known}
    at = await _find_versions(scope, asked)
    new = {
        each: await _wanted_run(scope, at[each.workflow_id, each.data.version], each.data, blobs)
        for each in wanted
        if each not in known
    }
    await _add(scope, queue, list(new.values()))
    return [new[each].row if each in new else known[each] for each in wanted]


async def _known(scope: Scope, wanted: Sequence[Wanted]) -> dict[Wanted, WorkflowRunRow]:
    """What was accepted before under its key. Keys are locked in an order, so that two batches never wait in a ring."""
    known: dict[Wanted, WorkflowRunRow] = {}
    for each in sorted(wanted, key=lambda each: each.data.idempotency_key or ""):
        if not each.data.idempotency_key:
            continue
        await lock_key(scope, "workflow-run", each.data.idempotency_key)
        if row := await repository.find_run_by_key(scope, each.data.idempotency_key):
            if row.workflow_id != each.workflow_id:
                raise WorkflowNotFoundError
            known[each] = row
    return known


async def _wanted_run(scope: Scope, at: _Version, data: StartRun, blobs: BlobStore) -> _New:
    recorded = dict(data.recorded or {})
    if data.recorded_from is not None:
        recorded = await _outputs_of(scope, data.recorded_from, blobs) | recorded
    return _new_run(
        scope,
        at,
        data.input,
        is_dry=data.dry,
        recorded=storable(recorded) if data.dry else None,
        idempotency_key=data.idempotency_key,
        priority=data.priority,
        start_at=data.start_at,
    )


def _new_run(
    scope: Scope,
    at: _Version,
    data: dict[str, Any],
    *,
    priority: int = Priority.NORMAL,
    start_at: datetime | None = None,
    **more: Any,
) -> _New:
    """A run with that input; ``more`` are columns. Raises InvalidInputDataError, InvalidInputError, TooLargeError."""
    data = storable(with_defaults(at.definition.get("input") or {}, data))
    if len(orjson.dumps(data)) > MAX_INPUT_BYTES:
        raise TooLargeError(field="input", limit=MAX_INPUT_BYTES)
    check_data(at.definition.get("input"), data)
    if start_at is not None and start_at > scope.now() + MAX_DELAY:
        raise InvalidInputError(field="startAt", reason=f"lies more than {MAX_DELAY.days} days ahead")
    columns = {"is_dry": False, "depth": 0} | more
    row = WorkflowRunRow(
        id=ids.new_id(),
        workspace_id=scope.workspace_id,
        user_id=scope.user_id,
        workflow_id=at.workflow.id,
        version=at.number,
        state="pending",
        epoch=0,
        input=data,
        created_at=scope.now(),
        **columns,
    )
    return _New(row, at.workflow.name, priority, start_at)


async def _outputs_of(scope: Scope, run_id: UUID, blobs: BlobStore) -> dict[str, Any]:
    await access_run(scope, run_id)
    steps = await repository.list_steps(scope, run_id)
    return {
        step.path: await bodies.unpack(scope, blobs, step.output)
        for step in steps
        if step.state == "completed" and step.type not in bodies.OWN_TYPES
    }


async def _find_versions(
    scope: Scope, wanted: set[tuple[UUID, int | None]]
) -> dict[tuple[UUID, int | None], _Version]:
    """Workflows that nobody deletes until the transaction ends, each with that version or the active one.

    Raises WorkflowNotFoundError, WrongStateError.
    """
    workflows = {
        row.id: row for row in await to_run.list_workflows(scope, {workflow_id for workflow_id, _ in wanted})
    }
    numbers: dict[tuple[UUID, int | None], int] = {}
    for workflow_id, version in wanted:
        workflow = workflows.get(workflow_id)
        if workflow is None:
            raise WorkflowNotFoundError
        number = version or workflow.active_version
        if workflow.status == "archived" or number is None:
            raise WrongStateError(state=workflow.status)
        numbers[workflow_id, version] = number
    exact = {(workflow_id, number) for (workflow_id, _), number in numbers.items()}
    found = {(row.workflow_id, row.version): row for row in await to_run.list_versions(scope, exact)}
    if exact - found.keys():
        raise WorkflowNotFoundError
    return {
        each: _Version(workflows[each[0]], number, found[each[0], number].definition)
        for each, number in numbers.items()
    }


async def _add(scope: Scope, queue: JobQueue, new: Sequence[_New], *, is_part: bool = False) -> None:
    """Insert runs with their jobs. Raises TooManyJobsError."""
    if not new:
        return
    await repository.add(scope, *(each.row for each in new))
    specs = [
        JobSpec(
            payload=payload_of(each.row),
            title=each.title,
            id=each.row.id,
            priority=each.priority,
            start_at=each.start_at,
            tries=1,
            timeout=None,
        )
        for each in new
    ]
    jobs = await queue.submit(scope, events.RUN_KIND, *specs, is_part=is_part)
    for each, job in zip(new, jobs, strict=True):
        if job.state == "delayed":
            each.row.state = job.state
