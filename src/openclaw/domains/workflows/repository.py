"""Every query on workflows, versions, secrets, runs and steps."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, delete, func, or_, select, tuple_, update
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

_STEPS = WorkflowRunStepRow.__table__
_NEW_STEP = insert(cast("Table", _STEPS))
# One statement for every row, made once: with all rows in one text, making the text takes longer than the writing.
_WRITE_STEP = _NEW_STEP.on_conflict_do_update(
    index_elements=["run_id", "path"],
    set_={
        name: _NEW_STEP.excluded[name]
        for name in "state seq input output error attempts is_reused due_at finished_at".split()
    },
    where=_STEPS.c.finished_at.is_(None),
)

_WITHOUT_BODIES = [
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


async def find_workflow(scope: Scope, workflow_id: UUID, *, lock: bool = False) -> WorkflowRow | None:
    """A workflow of the scope's workspace."""
    query = select(WorkflowRow).where(
        WorkflowRow.id == workflow_id, WorkflowRow.workspace_id == scope.workspace_id
    )
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return await scope.session.scalar(query)


async def find_by_name(scope: Scope, name: str) -> WorkflowRow | None:
    """The workspace's workflow of that name, the last changed if there are several; no archived one."""
    return await scope.session.scalar(
        select(WorkflowRow)
        .where(
            WorkflowRow.workspace_id == scope.workspace_id,
            WorkflowRow.name == name,
            WorkflowRow.status != "archived",
        )
        .order_by(WorkflowRow.updated_at.desc())
        .limit(1)
    )


async def list_workflows(
    scope: Scope, *, status: str | None, words: str | None, before: tuple[datetime, UUID] | None, limit: int
) -> list[WorkflowRow]:
    """The workspace's workflows, the last changed first; archived ones only when asked for."""
    query = select(WorkflowRow).where(WorkflowRow.workspace_id == scope.workspace_id)
    query = query.where(WorkflowRow.status == status if status else WorkflowRow.status != "archived")
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


async def find_run(scope: Scope, run_id: UUID, *, lock: bool = False) -> WorkflowRunRow | None:
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
        WorkflowRunRow.user_id == scope.user_id, WorkflowRunRow.workspace_id == scope.workspace_id
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
    return list(await scope.session.scalars(query.options(*_WITHOUT_BODIES)))


async def last_runs(scope: Scope, workflow_ids: Sequence[UUID]) -> dict[UUID, WorkflowRunRow]:
    """The user's newest run of each of those workflows, by workflow, without their large columns."""
    query = (
        select(WorkflowRunRow)
        .where(
            WorkflowRunRow.user_id == scope.user_id,
            WorkflowRunRow.workspace_id == scope.workspace_id,
            WorkflowRunRow.workflow_id.in_(workflow_ids),
        )
        .ext(distinct_on(WorkflowRunRow.workflow_id))
        .order_by(WorkflowRunRow.workflow_id, WorkflowRunRow.created_at.desc(), WorkflowRunRow.id.desc())
        .options(*_WITHOUT_BODIES)
    )
    return {row.workflow_id: row for row in await scope.session.scalars(query)}


async def count_open_runs(scope: Scope) -> int:
    """The user's unfinished runs in the workspace; until the transaction ends nobody else starts one for them."""
    lock = func.pg_advisory_xact_lock(func.hashtextextended(f"workflow-runs:{scope.user_id}", 0))
    await scope.session.execute(select(lock))
    query = (
        select(func.count())
        .select_from(WorkflowRunRow)
        .where(
            WorkflowRunRow.workspace_id == scope.workspace_id,
            WorkflowRunRow.user_id == scope.user_id,
            WorkflowRunRow.finished_at.is_(None),
        )
    )
    return await scope.session.scalar(query) or 0


async def is_open(scope: Scope, run_id: UUID) -> bool:
    """Whether the run is there and has not ended. Needs a system scope."""
    query = select(WorkflowRunRow.id).where(WorkflowRunRow.id == run_id, WorkflowRunRow.finished_at.is_(None))
    return await scope.session.scalar(query) is not None


async def enter_run(scope: Scope, run_id: UUID) -> WorkflowRunRow | None:
    """Begin or begin again: raises the epoch, so that an earlier entry can write no more. None when it has ended."""
    return await scope.session.scalar(
        update(WorkflowRunRow)
        .where(WorkflowRunRow.id == run_id, WorkflowRunRow.finished_at.is_(None))
        .values(
            epoch=WorkflowRunRow.epoch + 1,
            state="running",
            started_at=func.coalesce(WorkflowRunRow.started_at, scope.now()),
        )
        .returning(WorkflowRunRow)
        .execution_options(populate_existing=True)
    )


async def update_entered(scope: Scope, run_id: UUID, *, epoch: int, **values: Any) -> bool:
    """Change a run as its entry ``epoch``; False when a later entry has taken over or it has ended."""
    found = await scope.session.scalar(
        update(WorkflowRunRow)
        .where(
            WorkflowRunRow.id == run_id, WorkflowRunRow.epoch == epoch, WorkflowRunRow.finished_at.is_(None)
        )
        .values(**values)
        .returning(WorkflowRunRow.id)
    )
    return found is not None


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
        await scope.session.execute(_WRITE_STEP, list(values))


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
        await scope.session.execute(_NEW_STEP, values)
