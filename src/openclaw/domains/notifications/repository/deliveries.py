"""Deliveries, and how much a workspace has sent."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import case, delete, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from openclaw.domains.notifications.models import DeliveryRow, NotificationQuotaRow
from openclaw.infra.scope import Scope

_WINDOW = timedelta(hours=1)
_KEPT = timedelta(days=30)
_SHOWN = timedelta(days=7)


async def add(scope: Scope, values: dict[str, Any]) -> bool:
    """Insert a delivery; False when there is one of that id."""
    statement = insert(DeliveryRow).values(values).on_conflict_do_nothing(index_elements=["id"])
    return (await scope.session.scalar(statement.returning(DeliveryRow.id))) is not None


async def find(scope: Scope, delivery_id: UUID, *, lock: bool = False) -> DeliveryRow | None:
    """One of the user's in the workspace."""
    query = _mine(scope).where(DeliveryRow.id == delivery_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return await scope.session.scalar(query)


async def list_page(
    scope: Scope,
    *,
    state: str | None = None,
    notification_id: UUID | None = None,
    before: tuple[datetime, UUID] | None = None,
    limit: int,
) -> Sequence[DeliveryRow]:
    """The user's, the newest first."""
    query = _mine(scope)
    if state is not None:
        query = query.where(DeliveryRow.state == state)
    if notification_id is not None:
        query = query.where(DeliveryRow.notification_id == notification_id)
    if before is not None:
        query = query.where(tuple_(DeliveryRow.created_at, DeliveryRow.id) < before)
    query = query.order_by(DeliveryRow.created_at.desc(), DeliveryRow.id.desc()).limit(limit)
    return (await scope.session.scalars(query)).all()


async def count_failed(scope: Scope) -> int:
    """How many of the user's have failed in the last week."""
    found = await scope.session.scalar(
        select(func.count())
        .select_from(DeliveryRow)
        .where(
            DeliveryRow.user_id == scope.user_id,
            DeliveryRow.workspace_id == scope.workspace_id,
            DeliveryRow.state == "failed",
            DeliveryRow.created_at > scope.now() - _SHOWN,
        )
    )
    return found or 0


async def claim(scope: Scope, *, channel: str, lease: timedelta, limit: int) -> Sequence[DeliveryRow]:
    """Take what is due by one channel, for as long as ``lease``: whoever takes it and dies leaves it to the next.

    Needs a system scope.
    """
    now = scope.now()
    due = (
        select(DeliveryRow.id)
        .where(DeliveryRow.state == "queued", DeliveryRow.due_at <= now, DeliveryRow.channel == channel)
        .order_by(DeliveryRow.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    query = (
        update(DeliveryRow)
        .where(DeliveryRow.id.in_(due))
        .values(due_at=now + lease, attempts=DeliveryRow.attempts + 1)
        .returning(DeliveryRow)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    return (await scope.session.scalars(query)).all()


async def find_next_due(scope: Scope, channel: str) -> datetime | None:
    """When the next one of a channel is due. Needs a system scope."""
    return await scope.session.scalar(
        select(func.min(DeliveryRow.due_at)).where(
            DeliveryRow.state == "queued", DeliveryRow.channel == channel
        )
    )


async def put_down(scope: Scope, row: DeliveryRow, **values: Any) -> None:
    """Write how a try went, unless another has begun the next. Needs a system scope."""
    await scope.session.execute(
        update(DeliveryRow)
        .where(DeliveryRow.id == row.id, DeliveryRow.attempts == row.attempts, DeliveryRow.state == "queued")
        .values(**values)
    )


async def cancel(scope: Scope, notification_ids: Sequence[UUID], *, but_urgent: bool = False) -> None:
    """Let go of what is queued for notifications that need no delivery any more, ``but_urgent`` ones if so wished."""
    query = update(DeliveryRow).where(
        DeliveryRow.notification_id.in_(notification_ids), DeliveryRow.state == "queued"
    )
    if but_urgent:
        query = query.where(DeliveryRow.is_urgent.is_(False))
    await scope.session.execute(query.values(state="cancelled", finished_at=scope.now()))


async def take_quota(scope: Scope, workspace_id: UUID, what: str, *, wanted: int, limit: int) -> bool:
    """Count ``wanted`` more of the workspace's hour; False when they are too many, and then they do not count."""
    now = scope.now()
    table = NotificationQuotaRow
    is_over = table.window_at <= now - _WINDOW
    statement = insert(table).values(workspace_id=workspace_id, what=what, window_at=now, used=wanted)
    statement = statement.on_conflict_do_update(
        index_elements=["workspace_id", "what"],
        set_={
            "window_at": case((is_over, now), else_=table.window_at),
            "used": case((is_over, wanted), else_=table.used + wanted),
        },
        where=is_over | (table.used + wanted <= limit),
    )
    return wanted <= limit and (await scope.session.scalar(statement.returning(table.used))) is not None


async def find_window_end(scope: Scope, workspace_id: UUID, what: str) -> datetime:
    """When the workspace's running hour is over."""
    began = await scope.session.scalar(
        select(NotificationQuotaRow.window_at).where(
            NotificationQuotaRow.workspace_id == workspace_id, NotificationQuotaRow.what == what
        )
    )
    return (began or scope.now()) + _WINDOW


async def forget_ended(scope: Scope) -> None:
    """A chore: deliveries that ended a month ago. Needs a system scope."""
    await scope.session.execute(delete(DeliveryRow).where(DeliveryRow.finished_at < scope.now() - _KEPT))


def _mine(scope: Scope) -> Any:
    return select(DeliveryRow).where(
        DeliveryRow.user_id == scope.user_id, DeliveryRow.workspace_id == scope.workspace_id
    )
