"""Runs: looked at, paused, cancelled, answered."""

from datetime import datetime
from typing import Any
from uuid import UUID

from openclaw.domains.workflows import events, repository
from openclaw.domains.workflows.errors import (
    InvalidInputDataError,
    WorkflowNotFoundError,
    WrongStateError,
)
from openclaw.domains.workflows.models import WorkflowRunRow
from openclaw.domains.workflows.schemas import (
    Answer,
    RunFailure,
    RunSummary,
    WorkflowRun,
    WorkingStep,
)
from openclaw.domains.workflows.service import bodies
from openclaw.domains.workflows.service.definitions import access_workflow
from openclaw.durable import jobs
from openclaw.infra.blobs import BlobStore
from openclaw.infra.bus import publish
from openclaw.infra.feed import tell
from openclaw.infra.json_schema import data_errors
from openclaw.infra.jsonb import storable
from openclaw.infra.outbox import record_wanted
from openclaw.infra.scope import Scope
from openclaw.kit import ids
from openclaw.kit.errors import OpenClawError
from openclaw.kit.pagination import Page, cursor_of, position_of


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


def check_data(schema: dict[str, Any] | None, data: Any) -> None:
    """Raise InvalidInputDataError unless the data fits the schema, if there is one."""
    if schema is not None and (wrong := data_errors(schema, data)):
        path, reason = wrong[0]
        raise InvalidInputDataError(path=path, reason=reason)
