"""Runs: started, looked at, paused, cancelled, answered, repeated."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from openclaw.domains.workflows import events, repository
from openclaw.domains.workflows.errors import (
    InvalidInputDataError,
    WorkflowNotFoundError,
    WrongStateError,
)
from openclaw.domains.workflows.language.definition import Definition
from openclaw.domains.workflows.language.limits import MAX_INPUT_BYTES
from openclaw.domains.workflows.machine.paths import Redone
from openclaw.domains.workflows.models import WorkflowRow, WorkflowRunRow, WorkflowRunStepRow
from openclaw.domains.workflows.schemas import (
    Answer,
    RepeatRun,
    RunFailure,
    RunSummary,
    StartRun,
    WorkflowRun,
    WorkingStep,
)
from openclaw.domains.workflows.service import bodies
from openclaw.domains.workflows.service.definitions import access_version, access_workflow
from openclaw.domains.workflows.service.edited import complete_input
from openclaw.domains.workspaces.policy import check_role
from openclaw.durable import jobs
from openclaw.durable.jobs import Priority
from openclaw.durable.queue import JobQueue
from openclaw.infra.blobs import BlobStore
from openclaw.infra.bus import publish
from openclaw.infra.feed import tell
from openclaw.infra.json_schema import data_errors, with_defaults
from openclaw.infra.jsonb import storable
from openclaw.infra.keys import lock_key
from openclaw.infra.outbox import record_wanted
from openclaw.infra.scope import Role, Scope
from openclaw.kit import ids
from openclaw.kit.errors import InvalidInputError, OpenClawError, TooLargeError
from openclaw.kit.pagination import Page, cursor_of, position_of

MAX_NESTED_RUNS = 8
MAX_DELAY = timedelta(days=366)


async def start_run(
    scope: Scope, workflow_id: UUID, data: StartRun, blobs: BlobStore, queue: JobQueue
) -> WorkflowRunRow:
    """Accept a run: it is in the database, and somebody starts it whatever happens to this process.

    Raises WorkflowNotFoundError, WrongStateError, InvalidInputDataError, TooManyJobsError, NotAllowedError.
    """
    check_role(scope.who, Role.MEMBER)
    if data.idempotency_key:
        await lock_key(scope, "workflow-run", data.idempotency_key)
        if known := await repository.find_run_by_key(scope, data.idempotency_key):
            if known.workflow_id != workflow_id:
                raise WorkflowNotFoundError
            return known
    workflow = await access_workflow(scope, workflow_id, use=True)
    version = _version_to_run(workflow, data.version)
    recorded = dict(data.recorded or {})
    if data.recorded_from is not None:
        recorded = await _outputs_of(scope, data.recorded_from, blobs) | recorded
    return await _add_run(
        scope,
        queue,
        workflow,
        version,
        data.input,
        is_dry=data.dry,
        recorded=recorded if data.dry else None,
        idempotency_key=data.idempotency_key,
        priority=data.priority,
        start_at=data.start_at,
    )


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
    workflow = await access_workflow(scope, workflow_id, use=True)
    wanted = _version_to_run(workflow, version)
    return await _add_run(scope, queue, workflow, wanted, data, idempotency_key=key, parent=parent)


async def repeat_run(scope: Scope, run_id: UUID, data: RepeatRun, queue: JobQueue) -> WorkflowRunRow:
    """Run again, from a step on (by default the one that failed, else all); what came before is not run again.

    Raises WorkflowNotFoundError, WrongStateError, InvalidInputError, TooManyJobsError, NotAllowedError.
    """
    check_role(scope.who, Role.MEMBER)
    origin = await access_run(scope, run_id, lock=True)
    if origin.finished_at is None:
        raise WrongStateError(state=origin.state)
    path = data.from_path or (origin.error or {}).get("path")
    if data.input is not None and path is None:
        raise InvalidInputError(field="fromPath", reason="say which step the input is for")
    wanted = data.version or origin.version
    version = await access_version(scope, origin.workflow_id, wanted)
    steps = await repository.list_steps(scope, run_id)
    reused: list[WorkflowRunStepRow] = []
    edited: dict[str, Any] | None = None
    if path is not None:
        definition = Definition.model_validate(version.definition)
        try:
            redone = Redone(definition, path)
        except ValueError as error:
            raise InvalidInputError(field="fromPath", reason=str(error)) from None
        if data.input is not None:
            edited = {path: complete_input(definition, path, data.input)}
        reused = [s for s in steps if s.path not in redone and s.state in ("completed", "failed")]
    run = await _add_run(
        scope,
        queue,
        await access_workflow(scope, origin.workflow_id, use=True),
        wanted,
        origin.input,
        is_dry=origin.is_dry,
        recorded=origin.recorded,
        edited=edited,
        idempotency_key=data.idempotency_key,
        origin_run_id=run_id,
        from_path=path,
    )
    await repository.copy_steps(scope, run.id, reused)
    return run


async def access_run(scope: Scope, run_id: UUID, *, lock: bool = False) -> WorkflowRunRow:
    """A run of the user. Raises WorkflowNotFoundError."""
    row = await repository.find_run(scope, run_id, lock=lock)
    if row is None:
        raise WorkflowNotFoundError
    return row


async def count_steps(scope: Scope, run_id: UUID) -> int:
    """How many steps of the run there are in its history."""
    return await repository.count_steps(scope, run_id)


async def list_runs(
    scope: Scope,
    *,
    workflow_id: UUID | None = None,
    state: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    cursor: str | None,
    limit: int,
) -> Page[RunSummary]:
    """A page of the user's runs, the newest first. Raises WorkflowNotFoundError, InvalidInputError."""
    if workflow_id is not None:
        await access_workflow(scope, workflow_id)
    rows = await repository.list_runs(
        scope,
        workflow_id=workflow_id,
        state=state,
        since=since,
        until=until,
        before=position_of(cursor),
        limit=limit + 1,
    )
    shown = rows[:limit]
    following = cursor_of(shown[-1].created_at, shown[-1].id) if len(rows) > limit else None
    return Page([summary(row, scope.who.language) for row in shown], following)


async def cancel_run(scope: Scope, run_id: UUID) -> WorkflowRunRow:
    """Stop a run wherever it is. Nothing happens when it has ended. Raises WorkflowNotFoundError."""
    row = await access_run(scope, run_id, lock=True)
    if row.finished_at is not None:
        return row
    if await jobs.end_queued(scope, run_id):  # it has not begun, so there is nobody to stop
        row.state, row.finished_at = "cancelled", scope.now()
        await record_wanted(scope, events.RUN_ENDED, events.ended_fact(scope, run_id, row.state))
        await tell_changed(scope, run_id, row.state)
        return row
    row.cancel_requested_at = scope.now()
    await publish(scope, events.run_topic(run_id), {"kind": "cancel"})
    return row


async def set_paused(scope: Scope, run_id: UUID, *, paused: bool) -> WorkflowRunRow:
    """Begin no further step until resumed. Raises WorkflowNotFoundError, WrongStateError."""
    row = await access_run(scope, run_id, lock=True)
    if row.finished_at is not None:
        raise WrongStateError(state=row.state)
    row.paused_at = scope.now() if paused else None
    await publish(scope, events.run_topic(run_id), {"kind": "pause" if paused else "resume"})
    return row


async def answer(scope: Scope, run_id: UUID, step_row_id: UUID, data: Answer, blobs: BlobStore) -> None:
    """Answer an approval step; the first answer counts.

    Raises WorkflowNotFoundError, WrongStateError, InvalidInputDataError.
    """
    await access_run(scope, run_id)
    step = await repository.find_step(scope, run_id, step_row_id, lock=True)
    if step is None or step.type != "approval":
        raise WorkflowNotFoundError
    if step.state != "waiting" or step.answer is not None:
        raise WrongStateError(state="answered" if step.answer is not None else step.state)
    asked = await bodies.unpack(scope, blobs, step.input) or {}
    if data.approved and asked.get("form") is not None:
        check_data(asked["form"], data.data)
    step.answer = storable(
        {
            "approved": data.approved,
            "data": data.data,
            "reason": data.reason,
            "by": ids.to_wire("user", scope.user_id),
        }
    )
    await publish(scope, events.run_topic(run_id), {"kind": "answer"})


def view(row: WorkflowRunRow, language: str) -> WorkflowRun:
    """A run as it travels."""
    listed = summary(row, language)
    working = [WorkingStep.model_validate(step) for step in row.working or ()]
    output = (row.output or {}).get("value")
    return WorkflowRun(**dict(listed), input=row.input, output=output, working=working)


def summary(row: WorkflowRunRow, language: str) -> RunSummary:
    """A run as lists show it."""
    error: RunFailure | None = None
    if row.error is not None:
        words = OpenClawError.from_wire(row.error)
        error = RunFailure(code=words.code, title=words.words(language), path=row.error.get("path"))
    return RunSummary(
        id=row.id,
        workflow_id=row.workflow_id,
        version=row.version,
        state=row.state,  # type: ignore[arg-type]
        dry=row.is_dry,
        paused=row.paused_at is not None and row.finished_at is None,
        error=error,
        origin_run_id=row.origin_run_id,
        from_path=row.from_path,
        parent_run_id=row.parent_run_id,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
    )


async def tell_changed(scope: Scope, run_id: UUID, state: str) -> None:
    """Tell whoever looks at the run, and its user, that it is in another state."""
    await publish(scope, events.run_changed_topic(run_id), {"state": state})
    payload = {"runId": ids.to_wire("wrun", run_id), "state": state, "steps": []}
    body = {"event": "workflow.changed", "payload": payload}
    await tell(scope, scope.user_id, scope.workspace_id, body)


def payload_of(row: WorkflowRunRow) -> dict[str, str]:
    """What the durable engine is given of a run: names only, the rest is in rows."""
    return {"runId": row.id.hex, "workspaceId": row.workspace_id.hex, "userId": row.user_id.hex}


async def _outputs_of(scope: Scope, run_id: UUID, blobs: BlobStore) -> dict[str, Any]:
    await access_run(scope, run_id)
    steps = await repository.list_steps(scope, run_id)
    return {
        step.path: await bodies.unpack(scope, blobs, step.output)
        for step in steps
        if step.state == "completed" and step.type not in bodies.OWN_TYPES
    }


def _version_to_run(workflow: WorkflowRow, wanted: int | None) -> int:
    if workflow.status == "archived":
        raise WrongStateError(state=workflow.status)
    version = wanted or workflow.active_version
    if version is None:
        raise WrongStateError(state=workflow.status)
    return version


def check_data(schema: dict[str, Any] | None, data: Any) -> None:
    """Raise InvalidInputDataError unless the data fits the schema, if there is one."""
    if schema is not None and (wrong := data_errors(schema, data)):
        path, reason = wrong[0]
        raise InvalidInputDataError(path=path, reason=reason)


async def _add_run(
    scope: Scope,
    queue: JobQueue,
    workflow: WorkflowRow,
    version: int,
    data: dict[str, Any],
    *,
    is_dry: bool = False,
    recorded: dict[str, Any] | None = None,
    edited: dict[str, Any] | None = None,
    idempotency_key: str | None = None,
    origin_run_id: UUID | None = None,
    from_path: str | None = None,
    parent: WorkflowRunRow | None = None,
    priority: int = Priority.NORMAL,
    start_at: datetime | None = None,
) -> WorkflowRunRow:
    definition = (await access_version(scope, workflow.id, version)).definition
    data = with_defaults(definition.get("input") or {}, data)
    if len(orjson.dumps(data)) > MAX_INPUT_BYTES:
        raise TooLargeError(field="input", limit=MAX_INPUT_BYTES)
    check_data(definition.get("input"), data)
    if start_at is not None and start_at > scope.now() + MAX_DELAY:
        raise InvalidInputError(field="startAt", reason=f"lies more than {MAX_DELAY.days} days ahead")
    row = WorkflowRunRow(
        id=ids.new_id(),
        workspace_id=scope.workspace_id,
        user_id=scope.user_id,
        workflow_id=workflow.id,
        version=version,
        state="pending",
        is_dry=is_dry or (parent is not None and parent.is_dry),
        epoch=0,
        input=storable(data),
        edited=storable(edited),
        recorded=storable(recorded),
        origin_run_id=origin_run_id,
        from_path=from_path,
        parent_run_id=parent.id if parent else None,
        depth=parent.depth + 1 if parent else 0,
        idempotency_key=idempotency_key,
        created_at=scope.now(),
    )
    await repository.add(scope, row)
    job = await queue.submit(
        scope,
        events.RUN_KIND,
        payload_of(row),
        title=workflow.name,
        job_id=row.id,
        priority=priority,
        start_at=start_at,
        tries=1,
        timeout=None,
        is_part=parent is not None,
    )
    if job.state == "delayed":
        row.state = job.state
    return row
