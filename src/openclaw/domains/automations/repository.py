"""Every query on automations, their runs and refused deliveries."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import delete, func, or_, select, text, tuple_

from openclaw.domains.automations.models import AutomationRow, AutomationRunRow, RefusedDeliveryRow
from openclaw.durable.models import JobRow, ScheduleRow
from openclaw.infra.scope import Scope

_RUNS_KEPT = timedelta(days=90)
_REFUSALS_KEPT = timedelta(days=7)
SAMPLES = 20
_ADD_RUNS = text(
    "INSERT INTO automation_runs (id, workspace_id, user_id, automation_id, state, reason, key, input, depth,"
    " is_parked, job_id, created_at, finished_at)"
    " SELECT id, workspace_id, user_id, automation_id, state, reason, key, input, depth, false, id, :at,"
    " CASE WHEN state = 'queued' THEN NULL ELSE CAST(:at AS timestamptz) END"
    " FROM jsonb_to_recordset(CAST(:runs AS jsonb)) AS new(id uuid, workspace_id uuid, user_id uuid,"
    " automation_id uuid, state text, reason jsonb, key text, input jsonb, depth integer)"
    " ON CONFLICT (automation_id, key) DO NOTHING RETURNING id"
)


def _mine(scope: Scope) -> tuple[Any, ...]:
    return AutomationRow.user_id == scope.user_id, AutomationRow.workspace_id == scope.workspace_id


def _my_runs(scope: Scope) -> tuple[Any, ...]:
    return AutomationRunRow.user_id == scope.user_id, AutomationRunRow.workspace_id == scope.workspace_id


async def add(scope: Scope, row: AutomationRow | RefusedDeliveryRow) -> None:
    """Insert a row."""
    scope.session.add(row)
    await scope.session.flush()


async def find(scope: Scope, automation_id: UUID, *, lock: bool = False) -> AutomationRow | None:
    """An automation of the scope's user."""
    query = select(AutomationRow).where(AutomationRow.id == automation_id, *_mine(scope))
    if lock:
        # Without holding up who adds runs to it.
        query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    return await scope.session.scalar(query)


async def find_by_key(scope: Scope, key: str) -> AutomationRow | None:
    """The user's automation that was made under that idempotency key."""
    return await scope.session.scalar(
        select(AutomationRow).where(AutomationRow.idempotency_key == key, *_mine(scope))
    )


async def count(scope: Scope) -> int:
    """How many the user has in the workspace."""
    return (
        await scope.session.scalar(select(func.count()).select_from(AutomationRow).where(*_mine(scope)))
    ) or 0


async def remove(scope: Scope, automation_id: UUID) -> None:
    """Delete an automation with its runs."""
    await scope.session.execute(delete(AutomationRow).where(AutomationRow.id == automation_id, *_mine(scope)))


async def find_next(scope: Scope, schedule_id: UUID) -> datetime | None:
    """When a schedule is due next."""
    return await scope.session.scalar(select(ScheduleRow.due_at).where(ScheduleRow.id == schedule_id))


async def list_page(
    scope: Scope,
    *,
    enabled: bool | None,
    words: str | None,
    before: tuple[datetime, UUID] | None,
    limit: int,
) -> list[tuple[AutomationRow, datetime | None]]:
    """The user's automations, the last changed first, each with when it is due next."""
    query = (
        select(AutomationRow, ScheduleRow.due_at)
        .outerjoin(ScheduleRow, ScheduleRow.id == AutomationRow.schedule_id)
        .where(*_mine(scope))
    )
    if enabled is not None:
        query = query.where(AutomationRow.is_enabled.is_(enabled))
    if words:
        found = [
            column.icontains(words, autoescape=True)
            for column in (AutomationRow.name, AutomationRow.description)
        ]
        query = query.where(or_(*found))
    if before is not None:
        query = query.where(tuple_(AutomationRow.updated_at, AutomationRow.id) < before)
    query = query.order_by(AutomationRow.updated_at.desc(), AutomationRow.id.desc()).limit(limit)
    return [(row, due_at) for row, due_at in await scope.session.execute(query)]


async def list_triggers(scope: Scope) -> Sequence[dict[str, Any]]:
    """What sets the user's automations off."""
    return list(await scope.session.scalars(select(AutomationRow.trigger).where(*_mine(scope))))


async def list_all_of(scope: Scope) -> Sequence[AutomationRow]:
    """All of the user's that are switched on, locked."""
    query = select(AutomationRow).where(AutomationRow.is_enabled, *_mine(scope)).order_by(AutomationRow.id)
    return list(await scope.session.scalars(query.with_for_update(key_share=True)))


# For whoever sets automations off. Each needs a system scope.


async def list_by_id(scope: Scope, ids: Collection[UUID]) -> dict[UUID, AutomationRow]:
    """Automations of anybody."""
    rows = await scope.session.scalars(
        select(AutomationRow).where(AutomationRow.id.in_(ids)).execution_options(populate_existing=True)
    )
    return {row.id: row for row in rows}


async def list_on_event(
    scope: Scope, event: str, *, user_id: UUID, workspace_id: UUID
) -> Sequence[AutomationRow]:
    """The automations of a user that an event sets off."""
    query = select(AutomationRow).where(
        AutomationRow.user_id == user_id,
        AutomationRow.workspace_id == workspace_id,
        AutomationRow.is_enabled,
        AutomationRow.trigger["kind"].astext == "event",
        AutomationRow.trigger["event"].astext == event,
    )
    return list(await scope.session.scalars(query.order_by(AutomationRow.id)))


async def add_runs(scope: Scope, runs: Sequence[dict[str, Any]]) -> set[UUID]:
    """Insert runs; the ids of those whose automation had none under their key."""
    if not runs:
        return set()
    values = {"runs": orjson.dumps(runs).decode(), "at": scope.now()}
    return set(await scope.session.scalars(_ADD_RUNS, values))


async def remove_runs(scope: Scope, ids: Collection[UUID]) -> None:
    """Take back runs that were not accepted after all."""
    await scope.session.execute(delete(AutomationRunRow).where(AutomationRunRow.id.in_(ids)))


async def find_run_id(scope: Scope, automation_id: UUID, key: str) -> UUID | None:
    """The id of the automation's run under that key."""
    return await scope.session.scalar(
        select(AutomationRunRow.id).where(
            AutomationRunRow.automation_id == automation_id, AutomationRunRow.key == key
        )
    )


async def find_run_by_target(scope: Scope, target_id: str) -> AutomationRunRow | None:
    """The run, of anybody, that has set that going."""
    return await scope.session.scalar(
        select(AutomationRunRow).where(
            AutomationRunRow.target.is_not(None), AutomationRunRow.target["id"].astext == target_id
        )
    )


async def list_orphans(scope: Scope, *, limit: int) -> Sequence[AutomationRunRow]:
    """Runs, of anybody, whose job has ended without them."""
    query = (
        select(AutomationRunRow)
        .join(JobRow, JobRow.id == AutomationRunRow.job_id)
        .where(
            AutomationRunRow.finished_at.is_(None),
            AutomationRunRow.target.is_(None),
            ~AutomationRunRow.is_parked,
            JobRow.finished_at < scope.now() - timedelta(minutes=1),
        )
        .limit(limit)
    )
    return list(await scope.session.scalars(query))


# Runs


async def find_run(scope: Scope, run_id: UUID, *, lock: bool = False) -> AutomationRunRow | None:
    """A run of the scope's user."""
    query = select(AutomationRunRow).where(AutomationRunRow.id == run_id, *_my_runs(scope))
    if lock:
        query = query.with_for_update(key_share=True)
    return await scope.session.scalar(query.execution_options(populate_existing=True))


async def list_runs(
    scope: Scope,
    *,
    automation_id: UUID | None,
    state: str | None,
    before: tuple[datetime, UUID] | None,
    limit: int,
) -> list[tuple[AutomationRunRow, str]]:
    """The user's runs, the newest first, each with its automation's name."""
    query = (
        select(AutomationRunRow, AutomationRow.name)
        .join(AutomationRow, AutomationRow.id == AutomationRunRow.automation_id)
        .where(*_my_runs(scope))
    )
    if automation_id is not None:
        query = query.where(AutomationRunRow.automation_id == automation_id)
    if state is not None:
        query = query.where(AutomationRunRow.state == state)
    if before is not None:
        query = query.where(tuple_(AutomationRunRow.created_at, AutomationRunRow.id) < before)
    query = query.order_by(AutomationRunRow.created_at.desc(), AutomationRunRow.id.desc()).limit(limit)
    return [(row, name) for row, name in await scope.session.execute(query)]


async def list_running(scope: Scope, automation_id: UUID, *, but: UUID) -> Sequence[AutomationRunRow]:
    """The automation's runs that are at work, without one, locked."""
    query = (
        select(AutomationRunRow)
        .where(
            AutomationRunRow.automation_id == automation_id,
            AutomationRunRow.state == "running",
            AutomationRunRow.id != but,
        )
        .order_by(AutomationRunRow.id)
    )
    return list(await scope.session.scalars(query.with_for_update(key_share=True)))


async def has_earlier(scope: Scope, run: AutomationRunRow) -> bool:
    """Whether a run of the same automation that is older has not ended."""
    query = select(AutomationRunRow.id).where(
        AutomationRunRow.automation_id == run.automation_id,
        AutomationRunRow.finished_at.is_(None),
        AutomationRunRow.id < run.id,
    )
    return await scope.session.scalar(query.limit(1)) is not None


async def find_parked(scope: Scope, automation_id: UUID) -> AutomationRunRow | None:
    """The oldest run that waits for the ones before it, locked."""
    query = (
        select(AutomationRunRow)
        .where(
            AutomationRunRow.automation_id == automation_id,
            AutomationRunRow.is_parked,
            AutomationRunRow.finished_at.is_(None),
        )
        .order_by(AutomationRunRow.id)
        .limit(1)
    )
    return await scope.session.scalar(query.with_for_update(key_share=True))


# Deliveries


async def list_deliveries(scope: Scope, automation_id: UUID) -> Sequence[AutomationRunRow]:
    """The last runs that a webhook set off."""
    query = select(AutomationRunRow).where(
        AutomationRunRow.automation_id == automation_id,
        AutomationRunRow.reason["kind"].astext == "webhook",
        *_my_runs(scope),
    )
    query = query.order_by(AutomationRunRow.created_at.desc(), AutomationRunRow.id.desc()).limit(SAMPLES)
    return list(await scope.session.scalars(query))


async def list_refusals(scope: Scope, automation_id: UUID) -> Sequence[RefusedDeliveryRow]:
    """The last deliveries that were refused."""
    query = select(RefusedDeliveryRow).where(
        RefusedDeliveryRow.automation_id == automation_id,
        RefusedDeliveryRow.user_id == scope.user_id,
        RefusedDeliveryRow.workspace_id == scope.workspace_id,
    )
    query = query.order_by(RefusedDeliveryRow.created_at.desc(), RefusedDeliveryRow.id.desc()).limit(SAMPLES)
    return list(await scope.session.scalars(query))


async def keep_last_refusals(scope: Scope, automation_id: UUID) -> None:
    """Forget all but the last refused deliveries of an automation."""
    kept = (
        select(RefusedDeliveryRow.id)
        .where(RefusedDeliveryRow.automation_id == automation_id)
        .order_by(RefusedDeliveryRow.created_at.desc(), RefusedDeliveryRow.id.desc())
        .limit(SAMPLES)
    )
    await scope.session.execute(
        delete(RefusedDeliveryRow).where(
            RefusedDeliveryRow.automation_id == automation_id, RefusedDeliveryRow.id.not_in(kept)
        )
    )


async def forget_old(scope: Scope) -> None:
    """A chore: runs that ended three months ago, refused deliveries of a week ago. Needs a system scope."""
    now = scope.now()
    await scope.session.execute(
        delete(AutomationRunRow).where(AutomationRunRow.finished_at < now - _RUNS_KEPT)
    )
    await scope.session.execute(
        delete(RefusedDeliveryRow).where(RefusedDeliveryRow.created_at < now - _REFUSALS_KEPT)
    )
