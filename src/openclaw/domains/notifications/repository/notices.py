"""Notifications and what was done with them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import CursorResult, and_, case, delete, func, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from openclaw.domains.notifications.models import NotificationRow
from openclaw.infra.scope import Scope

_KEPT = timedelta(days=90)
Mark = Literal["seen_at", "read_at", "dismissed_at"]


async def add(scope: Scope, values: dict[str, Any]) -> bool:
    """Insert a notification; False when there is one of that id."""
    statement = insert(NotificationRow).values(values).on_conflict_do_nothing(index_elements=["id"])
    return (await scope.session.scalar(statement.returning(NotificationRow.id))) is not None


async def find(scope: Scope, notification_id: UUID, *, lock: bool = False) -> NotificationRow | None:
    """One of the user's in the workspace."""
    query = _mine(scope, select(NotificationRow)).where(NotificationRow.id == notification_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return await scope.session.scalar(query)


async def get_any(scope: Scope, notification_id: UUID) -> NotificationRow | None:
    """Anybody's; needs a system scope."""
    return await scope.session.get(NotificationRow, notification_id)


async def list_by_id(scope: Scope, notification_ids: Sequence[UUID]) -> Sequence[NotificationRow]:
    """Those of the user's."""
    if not notification_ids:
        return []
    query = _mine(scope, select(NotificationRow)).where(NotificationRow.id.in_(notification_ids))
    return (await scope.session.scalars(query)).all()


async def list_page(
    scope: Scope, *, is_unread: bool, before: tuple[datetime, UUID] | None, limit: int
) -> Sequence[NotificationRow]:
    """The user's, the newest first, without the dismissed ones."""
    query = _mine(scope, select(NotificationRow)).where(NotificationRow.dismissed_at.is_(None))
    if is_unread:
        query = query.where(NotificationRow.read_at.is_(None))
    if before is not None:
        query = query.where(tuple_(NotificationRow.created_at, NotificationRow.id) < before)
    query = query.order_by(NotificationRow.created_at.desc(), NotificationRow.id.desc()).limit(limit)
    return (await scope.session.scalars(query)).all()


async def list_needed(scope: Scope, *, kinds: Sequence[str], limit: int) -> Sequence[NotificationRow]:
    """The user's that are not done with: sticky ones that nobody has read, and questions of ``kinds``."""
    is_wanted = or_(
        and_(NotificationRow.is_sticky, NotificationRow.read_at.is_(None)), NotificationRow.kind.in_(kinds)
    )
    query = _mine(scope, select(NotificationRow)).where(
        NotificationRow.dismissed_at.is_(None), NotificationRow.settled_at.is_(None), is_wanted
    )
    query = query.order_by(NotificationRow.created_at.desc(), NotificationRow.id.desc()).limit(limit)
    return (await scope.session.scalars(query)).all()


async def count_open(scope: Scope) -> tuple[int, int, int]:
    """How many of the user's are unread, how many of these nobody has seen, how many of those are sticky."""
    is_unseen = NotificationRow.seen_at.is_(None)
    counts: Any = select(
        func.count(),
        func.count().filter(is_unseen),
        func.count().filter(is_unseen, NotificationRow.is_sticky),
    ).select_from(NotificationRow)
    is_open = (NotificationRow.read_at.is_(None), NotificationRow.dismissed_at.is_(None))
    found = tuple((await scope.session.execute(_mine(scope, counts).where(*is_open))).one())
    return found[0], found[1], found[2]


async def mark(scope: Scope, mark: Mark, *, ids: Sequence[UUID] | None, until: datetime | None = None) -> int:
    """Say of the user's notifications that they were seen, read or dismissed: those, or all told by ``until``.

    What is read is seen; what is sticky and was not seen is not dismissed. How many it changed.
    """
    now = scope.now()
    column = NotificationRow.__table__.c[mark]
    query = _mine(scope, update(NotificationRow)).where(
        column.is_(None), NotificationRow.dismissed_at.is_(None)
    )
    if ids is not None:
        query = query.where(NotificationRow.id.in_(ids))
    if until is not None:
        query = query.where(NotificationRow.created_at <= until)
    values: dict[str, Any] = {mark: now}
    if mark == "dismissed_at":
        query = query.where(or_(NotificationRow.is_sticky.is_(False), NotificationRow.seen_at.is_not(None)))
    elif mark == "read_at":
        values["seen_at"] = func.coalesce(NotificationRow.seen_at, now)
    result = await scope.session.execute(query.values(values))
    assert isinstance(result, CursorResult)
    return result.rowcount


async def unread(scope: Scope, notification_id: UUID) -> None:
    """Say that one was not read after all."""
    query = _mine(scope, update(NotificationRow)).where(NotificationRow.id == notification_id)
    await scope.session.execute(query.values(read_at=None))


async def reload(scope: Scope, row: NotificationRow) -> NotificationRow:
    """The row as it is now."""
    await scope.session.refresh(row)
    return row


async def settle(scope: Scope, subject: str, *, by: UUID | None) -> Sequence[NotificationRow]:
    """There is nothing to do about ``subject`` any more; the notifications that said there was.

    In a user's scope those of the user, in a system's everybody's. ``by`` did it, and so has read it.
    """
    now, is_theirs = scope.now(), NotificationRow.user_id == by
    query = (
        update(NotificationRow)
        .where(NotificationRow.subject == subject, NotificationRow.settled_at.is_(None))
        .values(
            settled_at=now,
            seen_at=case(
                (is_theirs, func.coalesce(NotificationRow.seen_at, now)), else_=NotificationRow.seen_at
            ),
            read_at=case(
                (is_theirs, func.coalesce(NotificationRow.read_at, now)), else_=NotificationRow.read_at
            ),
        )
        .returning(NotificationRow)
        .execution_options(synchronize_session=False)
    )
    return (await scope.session.scalars(query)).all()


async def forget_old(scope: Scope) -> None:
    """A chore: what was seen and is old. What is sticky stays until it was seen. Needs a system scope."""
    is_old = NotificationRow.created_at < scope.now() - _KEPT
    is_done = or_(NotificationRow.is_sticky.is_(False), NotificationRow.seen_at.is_not(None))
    await scope.session.execute(delete(NotificationRow).where(is_old, is_done))


def _mine(scope: Scope, query: Any) -> Any:
    return query.where(
        NotificationRow.user_id == scope.user_id, NotificationRow.workspace_id == scope.workspace_id
    )
