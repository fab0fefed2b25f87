"""Every query on workflows, versions, secrets, runs and steps."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import orjson
from sqlalchemy import Table, delete, func, or_, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.orm import defer

from openclaw.domains.workflows.models import (
    WorkflowRow,
    WorkflowRunRow,
    WorkflowRunStepRow,
    WorkflowSecretRow,
    WorkflowVersionRow,
)
from openclaw.infra.scope import Scope
from openclaw.kit.ids import new_id

DELETED = "deleted"  # a run or a workflow that others still need parts of, and that nobody is shown
PUT_AWAY = ("archived", DELETED)
_STEPS = WorkflowRunStepRow.__table__
# Runs and steps of many runs as one JSON text each: a hundred rows are then one statement with one parameter.
_UPDATE_ENTERED = text(
    """
    UPDATE workflow_runs AS run SET state = new.state, output = new.output, error = new.error,
        working = new.working, finished_at = new.finished_at
    FROM jsonb_to_recordset(CAST(:runs AS jsonb)) AS new
        (id uuid, epoch integer, state text, output jsonb, error jsonb, working jsonb,
        finished_at timestamptz)
    WHERE run.id = new.id AND run.epoch = new.epoch AND run.finished_at IS NULL
    RETURNING run.id
    """
)
_WRITE_STEPS = text(
    """
    INSERT INTO workflow_run_steps AS kept (id, workspace_id, user_id, run_id, path, step_id, type, state, seq, input,
        output, error, attempts, logs, is_reused, started_at, due_at, finished_at)
    SELECT id, :workspace_id, :user_id, run_id, path, step_id, type, state, seq, input,
        output, error, attempts, logs, is_reused, started_at, due_at, finished_at
    FROM jsonb_to_recordset(CAST(:steps AS jsonb)) AS new
        (id uuid, run_id uuid, path text, step_id text, type text, state text, seq integer, input jsonb,
        output jsonb, error jsonb, attempts jsonb, logs jsonb, is_reused boolean, started_at timestamptz,
        due_at timestamptz, finished_at timestamptz)
    ON CONFLICT (run_id, path) DO UPDATE SET state = excluded.state, seq = excluded.seq, input = excluded.input,
        output = excluded.output, error = excluded.error, attempts = excluded.attempts,
        logs = excluded.logs, is_reused = excluded.is_reused, due_at = excluded.due_at,
        finished_at = excluded.finished_at
    WHERE kept.finished_at IS NULL
    """
)

WITHOUT_BODIES = [
    defer(column, raiseload=True)
    for column in (
        WorkflowRunRow.input,
        WorkflowRunRow.output,
        WorkflowRunRow.recorded,
        WorkflowRunRow.edited,
        WorkflowRunRow.working,
    )
]


async def add(
    scope: Scope, *rows: WorkflowRow | WorkflowVersionRow | WorkflowRunRow | WorkflowRunStepRow
) -> None:
    """Insert rows."""
    scope.session.add_all(rows)
    await scope.session.flush()


# Workflows


async def find_workflow(
    scope: Scope, workflow_id: UUID, *, lock: bool = False, use: bool = False
) -> WorkflowRow | None:
    """A workflow of the scope's workspace. ``use``: until the transaction ends nobody deletes it."""
    query = select(WorkflowRow).where(
        WorkflowRow.id == workflow_id,
        WorkflowRow.workspace_id == scope.workspace_id,
        WorkflowRow.status != DELETED,
    )
    if lock or use:
        query = query.with_for_update(read=use, key_share=use).execution_options(populate_existing=True)
    return await scope.session.scalar(query)


async def find_by_name(scope: Scope, name: str) -> WorkflowRow | None:
    """The workspace's workflow of that name, the last changed if there are several; no archived one."""
    return await scope.session.scalar(
        select(WorkflowRow)
        .where(
            WorkflowRow.workspace_id == scope.workspace_id,
            WorkflowRow.name == name,
            WorkflowRow.status.not_in(PUT_AWAY),
        )
        .order_by(WorkflowRow.updated_at.desc())
        .limit(1)
    )


async def list_workflows(
    scope: Scope, *, status: str | None, words: str | None, before: tuple[datetime, UUID] | None, limit: int
) -> list[WorkflowRow]:
    """The workspace's workflows, the last changed first; archived ones only when asked for."""
    query = select(WorkflowRow).where(WorkflowRow.workspace_id == scope.workspace_id)
    query = query.where(WorkflowRow.status == status if status else WorkflowRow.status.not_in(PUT_AWAY))
    if words:
        query = query.where(
            or_(
                WorkflowRow.name.icontains(words, autoescape=True),
                WorkflowRow.description.icontains(words, autoescape=True),
            )
        )
    if before is not None:
        query = query.where(tuple_(WorkflowRow.updated_at, WorkflowRow.id) < before)
    query = query.order_by(WorkflowRow.updated_at.desc(), WorkflowRow.id.desc()).limit(limit)
    return list(await scope.session.scalars(query))


async def list_active(scope: Scope, *, limit: int) -> list[tuple[WorkflowRow, dict[str, Any]]]:
    """The workspace's active workflows with the definition that runs, the first made first."""
    query = (
        select(WorkflowRow, WorkflowVersionRow.definition)
        .join(
            WorkflowVersionRow,
            (WorkflowVersionRow.workflow_id == WorkflowRow.id)
            & (WorkflowVersionRow.version == WorkflowRow.active_version),
        )
        .where(WorkflowRow.workspace_id == scope.workspace_id, WorkflowRow.status == "active")
        .order_by(WorkflowRow.created_at, WorkflowRow.id)
        .limit(limit)
    )
    return [(row, definition) for row, definition in await scope.session.execute(query)]


async def find_version(scope: Scope, workflow_id: UUID, version: int) -> WorkflowVersionRow | None:
    """A version of a workflow of the scope's workspace."""
    return await scope.session.scalar(
        select(WorkflowVersionRow).where(
            WorkflowVersionRow.workflow_id == workflow_id,
            WorkflowVersionRow.version == version,
            WorkflowVersionRow.workspace_id == scope.workspace_id,
        )
    )


async def list_versions(scope: Scope, workflow_id: UUID) -> list[WorkflowVersionRow]:
    """Versions, the newest first."""
    return list(
        await scope.session.scalars(
            select(WorkflowVersionRow)
            .where(
                WorkflowVersionRow.workflow_id == workflow_id,
                WorkflowVersionRow.workspace_id == scope.workspace_id,
            )
            .order_by(WorkflowVersionRow.version.desc())
            .limit(200)
        )
    )


# Secrets


async def put_secret(scope: Scope, name: str, sealed: bytes) -> None:
    """Keep a secret, in place of one of that name."""
    values = {
        "sealed": sealed,
        "last_updated_by_user_id": scope.user_id,
        "updated_at": scope.now(),
    }
    statement = insert(WorkflowSecretRow).values(workspace_id=scope.workspace_id, name=name, **values)
    await scope.session.execute(
        statement.on_conflict_do_update(index_elements=["workspace_id", "name"], set_=values)
    )


async def list_secrets(scope: Scope, names: Sequence[str] | None = None) -> list[WorkflowSecretRow]:
    """The workspace's secrets, sealed, by name; all of them or those named."""
    query = select(WorkflowSecretRow).where(WorkflowSecretRow.workspace_id == scope.workspace_id)
    if names is not None:
        query = query.where(WorkflowSecretRow.name.in_(names))
    return list(await scope.session.scalars(query.order_by(WorkflowSecretRow.name)))


async def delete_secret(scope: Scope, name: str) -> bool:
    """Forget a secret; False when there is none."""
    found = await scope.session.scalar(
        delete(WorkflowSecretRow)
        .where(WorkflowSecretRow.workspace_id == scope.workspace_id, WorkflowSecretRow.name == name)
        .returning(WorkflowSecretRow.name)
    )
    return found is not None


# Runs


async def find_run(
    scope: Scope, run_id: UUID, *, lock: bool = False, with_deleted: bool = False
) -> WorkflowRunRow | None:
    """A run of the scope's user."""
    query = (
        select(WorkflowRunRow)
        .where(
            WorkflowRunRow.id == run_id,
            WorkflowRunRow.user_id == scope.user_id,
            WorkflowRunRow.workspace_id == scope.workspace_id,
        )
        .execution_options(populate_existing=True)
    )
    if not with_deleted:
        query = query.where(WorkflowRunRow.state != DELETED)
    return await scope.session.scalar(query.with_for_update() if lock else query)


async def find_run_by_key(scope: Scope, key: str) -> WorkflowRunRow | None:
    """The user's run that was started under that idempotency key."""
    return await scope.session.scalar(
        select(WorkflowRunRow).where(
            WorkflowRunRow.user_id == scope.user_id,
            WorkflowRunRow.workspace_id == scope.workspace_id,
            WorkflowRunRow.idempotency_key == key,
        )
    )


async def list_runs(
    scope: Scope,
    *,
    workflow_id: UUID | None,
    state: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    before: tuple[datetime, UUID] | None,
    limit: int,
) -> list[WorkflowRunRow]:
    """The user's runs that were started in [``since``, ``until``), the newest first, without their large columns."""
    query = select(WorkflowRunRow).where(
        WorkflowRunRow.user_id == scope.user_id,
        WorkflowRunRow.workspace_id == scope.workspace_id,
        WorkflowRunRow.state != DELETED,
    )
    if workflow_id is not None:
        query = query.where(WorkflowRunRow.workflow_id == workflow_id)
    if state is not None:
        query = query.where(WorkflowRunRow.state == state)
    if since is not None:
        query = query.where(WorkflowRunRow.created_at >= since)
    if until is not None:
        query = query.where(WorkflowRunRow.created_at < until)
    if before is not None:
        query = query.where(tuple_(WorkflowRunRow.created_at, WorkflowRunRow.id) < before)
    query = query.order_by(WorkflowRunRow.created_at.desc(), WorkflowRunRow.id.desc()).limit(limit)
    return list(await scope.session.scalars(query.options(*WITHOUT_BODIES)))


async def last_runs(scope: Scope, workflow_ids: Sequence[UUID]) -> dict[UUID, WorkflowRunRow]:
    """The user's newest run of each of those workflows, by workflow, without their large columns."""
    query = (
        select(WorkflowRunRow)
        .where(
            WorkflowRunRow.user_id == scope.user_id,
            WorkflowRunRow.workspace_id == scope.workspace_id,
            WorkflowRunRow.workflow_id.in_(workflow_ids),
            WorkflowRunRow.state != DELETED,
        )
        .ext(distinct_on(WorkflowRunRow.workflow_id))
        .order_by(WorkflowRunRow.workflow_id, WorkflowRunRow.created_at.desc(), WorkflowRunRow.id.desc())
        .options(*WITHOUT_BODIES)
    )
    return {row.workflow_id: row for row in await scope.session.scalars(query)}


async def enter_runs(scope: Scope, run_ids: Sequence[UUID]) -> list[WorkflowRunRow]:
    """Begin or begin again: raises the epochs, so that earlier entries can write no more. Without those that ended."""
    if not run_ids:
        return []
    return list(
        await scope.session.scalars(
            update(WorkflowRunRow)
            .where(WorkflowRunRow.id.in_(run_ids), WorkflowRunRow.finished_at.is_(None))
            .values(
                epoch=WorkflowRunRow.epoch + 1,
                state="running",
                started_at=func.coalesce(WorkflowRunRow.started_at, scope.now()),
            )
            .returning(WorkflowRunRow)
            .execution_options(populate_existing=True, synchronize_session=False)
        )
    )


async def update_entered(scope: Scope, values: Sequence[dict[str, Any]]) -> set[UUID]:
    """Change runs (``id state output error working finished_at``) as their entries ``epoch``.

    Without those that a later entry has taken over, or that have ended.
    """
    if not values:
        return set()
    found = await scope.session.execute(_UPDATE_ENTERED, {"runs": _as_json(values)})
    return set(found.scalars())


# Steps


async def list_steps(
    scope: Scope, run_id: UUID, *, after_seq: int = -1, limit: int | None = None
) -> list[WorkflowRunStepRow]:
    """The steps of a run, in the order in which they got to where they are; all of them or a page."""
    return list(
        await scope.session.scalars(
            select(WorkflowRunStepRow)
            .where(WorkflowRunStepRow.run_id == run_id, WorkflowRunStepRow.seq > after_seq)
            .order_by(WorkflowRunStepRow.seq)
            .limit(limit)
            .execution_options(populate_existing=True)
        )
    )


async def list_steps_of(scope: Scope, run_ids: Sequence[UUID]) -> list[WorkflowRunStepRow]:
    """All steps of runs, each run's in the order in which they got to where they are."""
    if not run_ids:
        return []
    query = select(WorkflowRunStepRow).where(WorkflowRunStepRow.run_id.in_(run_ids))
    query = query.order_by(WorkflowRunStepRow.seq).execution_options(populate_existing=True)
    return list(await scope.session.scalars(query))


async def count_steps(scope: Scope, run_id: UUID) -> int:
    """How many rows a run has."""
    query = select(func.count()).select_from(WorkflowRunStepRow).where(WorkflowRunStepRow.run_id == run_id)
    return await scope.session.scalar(query) or 0


async def find_step(
    scope: Scope, run_id: UUID, step_row_id: UUID, *, lock: bool = False
) -> WorkflowRunStepRow | None:
    """A step of a run of the scope's user."""
    query = select(WorkflowRunStepRow).where(
        WorkflowRunStepRow.id == step_row_id,
        WorkflowRunStepRow.run_id == run_id,
        WorkflowRunStepRow.user_id == scope.user_id,
        WorkflowRunStepRow.workspace_id == scope.workspace_id,
    )
    return await scope.session.scalar(query.with_for_update() if lock else query)


async def write_steps(scope: Scope, values: Sequence[dict[str, Any]]) -> None:
    """Write where steps have got to. A step that has ended is never written again."""
    if values:
        owner = {"workspace_id": scope.workspace_id, "user_id": scope.user_id}
        await scope.session.execute(_WRITE_STEPS, {"steps": _as_json(values), **owner})


async def list_answers(scope: Scope, run_id: UUID) -> dict[str, dict[str, Any]]:
    """Answers that came and were not taken yet, by path."""
    rows = await scope.session.execute(
        select(WorkflowRunStepRow.path, WorkflowRunStepRow.answer).where(
            WorkflowRunStepRow.run_id == run_id,
            WorkflowRunStepRow.answer.is_not(None),
            WorkflowRunStepRow.finished_at.is_(None),
        )
    )
    return {path: answer for path, answer in rows if answer is not None}


async def copy_steps(scope: Scope, run_id: UUID, steps: Sequence[WorkflowRunStepRow]) -> None:
    """Steps of another run as steps of this one, which are not carried out again."""
    columns = [column.key for column in _STEPS.columns]
    values = [
        {name: getattr(step, name) for name in columns}
        | {"id": new_id(), "run_id": run_id, "is_reused": True}
        for step in steps
    ]
    if values:
        await scope.session.execute(insert(cast("Table", _STEPS)), values)


def _as_json(values: Sequence[dict[str, Any]]) -> str:
    return orjson.dumps(values, default=_id_text).decode()


def _id_text(value: Any) -> str:
    """The driver reads ids as a class of its own, which only its base class is JSON for."""
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(type(value).__name__)
