"""Every query on tasks, their runs and logs."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Table, and_, exists, func, insert, select, tuple_, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased

from openclaw.domains.tasks.models import TaskRow, TaskRunEventRow, TaskRunRow
from openclaw.infra.scope import Scope


def _mine(scope: Scope, table: type[TaskRow] | type[TaskRunRow]) -> ColumnElement[bool]:
    return and_(table.user_id == scope.user_id, table.workspace_id == scope.workspace_id)


async def add(scope: Scope, row: TaskRow | TaskRunRow) -> None:
    """Insert a task or a run."""
    scope.session.add(row)
    await scope.session.flush()


# Tasks


async def find_task(scope: Scope, task_id: UUID, *, lock: bool = False) -> TaskRow | None:
    """A task of the user."""
    query = select(TaskRow).where(TaskRow.id == task_id, _mine(scope, TaskRow))
    query = query.execution_options(populate_existing=True)
    return await scope.session.scalar(query.with_for_update() if lock else query)


async def find_task_by_key(scope: Scope, key: str) -> TaskRow | None:
    """The user's task that was made under that idempotency key."""
    return await scope.session.scalar(
        select(TaskRow).where(_mine(scope, TaskRow), TaskRow.idempotency_key == key)
    )


async def list_tasks(
    scope: Scope,
    *,
    archived: bool,
    states: Collection[str] = (),
    system_id: UUID | None,
    words: Sequence[str] = (),
    before: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[TaskRow]:
    """The user's tasks, the newest first; latest run in one of ``states``, all ``words`` in the title."""
    at = TaskRow.archived_at
    query = select(TaskRow).where(_mine(scope, TaskRow), at.is_not(None) if archived else at.is_(None))
    if system_id is not None:
        query = query.where(TaskRow.system_id == system_id)
    query = query.where(*(TaskRow.title.icontains(word, autoescape=True) for word in words))
    if states:
        latest = (
            select(TaskRunRow.state)
            .where(TaskRunRow.task_id == TaskRow.id)
            .order_by(TaskRunRow.created_at.desc(), TaskRunRow.id.desc())
            .limit(1)
        )
        query = query.where(latest.scalar_subquery().in_(states))
    if before is not None:
        query = query.where(tuple_(TaskRow.created_at, TaskRow.id) < before)
    query = query.order_by(TaskRow.created_at.desc(), TaskRow.id.desc()).limit(limit)
    return list(await scope.session.scalars(query))


async def latest_runs(scope: Scope, task_ids: Sequence[UUID]) -> Sequence[TaskRunRow]:
    """The newest run of each of those tasks."""
    if not task_ids:
        return ()
    query = (
        select(TaskRunRow)
        .ext(distinct_on(TaskRunRow.task_id))
        .where(TaskRunRow.task_id.in_(task_ids))
        .order_by(TaskRunRow.task_id, TaskRunRow.created_at.desc(), TaskRunRow.id.desc())
    )
    return list(await scope.session.scalars(query))


# Runs


async def find_run(scope: Scope, run_id: UUID, *, lock: bool = False) -> TaskRunRow | None:
    """A run of the user."""
    query = select(TaskRunRow).where(TaskRunRow.id == run_id, _mine(scope, TaskRunRow))
    query = query.execution_options(populate_existing=True)
    return await scope.session.scalar(query.with_for_update() if lock else query)


async def find_run_by_key(scope: Scope, key: str) -> TaskRunRow | None:
    """The user's run that was launched under that idempotency key."""
    return await scope.session.scalar(
        select(TaskRunRow).where(_mine(scope, TaskRunRow), TaskRunRow.idempotency_key == key)
    )


async def find_open_run_in(scope: Scope, conversation_id: UUID) -> TaskRunRow | None:
    """The user's run that goes on in a conversation, or waits to."""
    query = select(TaskRunRow).where(
        _mine(scope, TaskRunRow),
        TaskRunRow.conversation_id == conversation_id,
        TaskRunRow.finished_at.is_(None),
    )
    return await scope.session.scalar(query.limit(1))


async def list_runs(
    scope: Scope,
    *,
    task_id: UUID | None,
    system_id: UUID | None,
    state: str | None,
    is_open: bool | None,
    device_id: UUID | None,
    words: Sequence[str] = (),
    before: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[TaskRunRow]:
    """The user's runs, the newest first; with all ``words`` in the title."""
    query = select(TaskRunRow).where(_mine(scope, TaskRunRow))
    if task_id is not None:
        query = query.where(TaskRunRow.task_id == task_id)
    if system_id is not None:
        query = query.where(TaskRunRow.system_id == system_id)
    if state is not None:
        query = query.where(TaskRunRow.state == state)
    if is_open is not None:
        at = TaskRunRow.finished_at
        query = query.where(at.is_(None) if is_open else at.is_not(None))
    if device_id is not None:
        query = query.where(TaskRunRow.device_id == device_id)
    query = query.where(*(TaskRunRow.title.icontains(word, autoescape=True) for word in words))
    if before is not None:
        query = query.where(tuple_(TaskRunRow.created_at, TaskRunRow.id) < before)
    query = query.order_by(TaskRunRow.created_at.desc(), TaskRunRow.id.desc()).limit(limit)
    return list(await scope.session.scalars(query))


async def list_open(scope: Scope, *, limit: int) -> tuple[Sequence[TaskRunRow], int]:
    """The user's newest runs that go on, and how many go on."""
    query = (
        select(TaskRunRow, func.count().over())
        .where(_mine(scope, TaskRunRow), TaskRunRow.finished_at.is_(None))
        .order_by(TaskRunRow.created_at.desc(), TaskRunRow.id.desc())
        .limit(limit)
    )
    rows = (await scope.session.execute(query)).all()
    return [row[0] for row in rows], rows[0][1] if rows else 0


async def list_last(
    scope: Scope, *, states: Collection[str], since: datetime, limit: int
) -> Sequence[TaskRunRow]:
    """The user's runs since then in one of ``states``, of tasks in use, that no later run of the task has followed."""
    later = aliased(TaskRunRow)
    is_followed = exists().where(
        later.task_id == TaskRunRow.task_id,
        tuple_(later.created_at, later.id) > tuple_(TaskRunRow.created_at, TaskRunRow.id),
    )
    query = (
        select(TaskRunRow)
        .join(TaskRow, TaskRow.id == TaskRunRow.task_id)
        .where(
            _mine(scope, TaskRunRow),
            TaskRunRow.created_at >= since,
            TaskRunRow.state.in_(states),
            TaskRow.archived_at.is_(None),
            ~is_followed,
        )
        .order_by(TaskRunRow.created_at.desc(), TaskRunRow.id.desc())
        .limit(limit)
    )
    return list(await scope.session.scalars(query))


async def enter_runs(scope: Scope, run_ids: Sequence[UUID]) -> list[TaskRunRow]:
    """Lead those runs from now on: an earlier leader can write no more. One that has ended is not among them."""
    return list(
        await scope.session.scalars(
            update(TaskRunRow)
            .where(TaskRunRow.id.in_(run_ids), TaskRunRow.finished_at.is_(None))
            .values(epoch=TaskRunRow.epoch + 1)
            .returning(TaskRunRow)
            .execution_options(populate_existing=True)
        )
    )


async def lock_led_run(scope: Scope, run_id: UUID, *, epoch: int) -> TaskRunRow | None:
    """The run, locked for its leader ``epoch``; None when a later one has taken over or it has ended."""
    return await scope.session.scalar(
        select(TaskRunRow)
        .where(TaskRunRow.id == run_id, TaskRunRow.epoch == epoch, TaskRunRow.finished_at.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    )


async def note_lost(scope: Scope, run_id: UUID, *, epoch: int) -> bool:
    """The host of that dispatch is gone; False when the run is elsewhere by now, or over. Needs a system scope."""
    found = await scope.session.scalar(
        update(TaskRunRow)
        .where(TaskRunRow.id == run_id, TaskRunRow.slot_epoch == epoch, TaskRunRow.finished_at.is_(None))
        .values(lost_epoch=epoch)
        .returning(TaskRunRow.id)
    )
    return found is not None


# Logs


async def add_events(scope: Scope, values: Sequence[dict[str, Any]]) -> None:
    """Insert entries of a log, in order. The database refuses what does not follow on what is there."""
    await scope.session.execute(insert(cast("Table", TaskRunEventRow.__table__)), list(values))


async def list_events(scope: Scope, run_id: UUID, *, after: int, limit: int) -> Sequence[TaskRunEventRow]:
    """A run's log after an entry, in order."""
    return list(
        await scope.session.scalars(
            select(TaskRunEventRow)
            .where(TaskRunEventRow.run_id == run_id, TaskRunEventRow.seq > after)
            .order_by(TaskRunEventRow.seq)
            .limit(limit)
        )
    )
