"""Notify people; list, mark and settle what they were told. Words are found when somebody reads."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from openclaw.domains.notifications.errors import NotificationNotFoundError, StickyError
from openclaw.domains.notifications.events import ASKED, CHANGED, GIVEN
from openclaw.domains.notifications.models import NotificationRow
from openclaw.domains.notifications.policy.kinds import ACTIONS, KINDS, words_of
from openclaw.domains.notifications.repository import deliveries, notices
from openclaw.domains.notifications.schemas import (
    Mark,
    Notification,
    NotificationAction,
    NotificationCount,
)
from openclaw.infra.feed import tell
from openclaw.infra.jsonb import storable
from openclaw.infra.outbox import record
from openclaw.infra.scope import Scope
from openclaw.kit import ids
from openclaw.kit.pagination import Page, cursor_of, position_of

_COLUMNS: dict[str, notices.Mark] = {"seen": "seen_at", "read": "read_at", "dismissed": "dismissed_at"}


@dataclass(frozen=True)
class Action:
    """To do about it: a POST of ``body`` to ``path`` of the API. ``name`` is one of `policy.kinds.ACTIONS`."""

    name: str
    path: str
    body: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True)
class Notice:
    """What to tell: a kind of `policy.kinds.KINDS` with the data of its words, and a page of the console.

    ``is_sticky``: it stays until it was seen. ``subject``: what it is about, for `settle`.
    """

    kind: str
    data: Mapping[str, Any]
    link: str | None = None
    is_sticky: bool = False
    actions: tuple[Action, ...] = ()
    subject: str | None = None


async def notify(
    scope: Scope,
    user_id: UUID,
    notice: Notice,
    *,
    workspace_id: UUID | None = None,
    notification_id: UUID | None = None,
) -> None:
    """Tell ``user_id`` in a workspace (the scope's, unless it is given), with the transaction of ``scope``.

    The same ``notification_id`` again tells nothing again. How it is delivered besides the centre is planned after the
    commit.
    """
    assert notice.kind in KINDS, f"{notice.kind} has no words"
    workspace_id = workspace_id or scope.workspace_id
    values = {
        "id": (notification_id or ids.new_id()).hex,
        "kind": notice.kind,
        "data": storable(dict(notice.data)),
        "link": notice.link,
        "actions": [
            {"name": each.name, "path": each.path, "body": dict(each.body)} for each in notice.actions
        ],
        "is_sticky": notice.is_sticky,
        "subject": notice.subject,
    }
    if scope.actor is None or (scope.user_id, scope.workspace_id) == (user_id, workspace_id):
        await _give(scope, user_id, workspace_id, values)
    else:
        # Rows of somebody else are not this transaction's to write: a system's does it, as soon as this one commits.
        await record(scope, ASKED, {"userId": user_id.hex, "workspaceId": workspace_id.hex, "values": values})


async def give_asked(scope: Scope, body: dict[str, Any]) -> None:
    """What `notify` could not write. Needs a system scope."""
    await _give(scope, UUID(hex=body["userId"]), UUID(hex=body["workspaceId"]), body["values"])


async def settle(scope: Scope, subject: str, *, by: UUID | None = None) -> None:
    """There is nothing to do about ``subject`` any more: actions go, and what was not delivered yet is not needed.

    Whoever did it (``by``) need not be told of it: theirs are read.
    """
    rows = await notices.settle(scope, subject, by=by)
    if not rows:
        return
    await deliveries.cancel(scope, [row.id for row in rows])
    for row in rows:
        await _tell(scope, row.user_id, row.workspace_id, "settled", row.id)


async def list_notifications(
    scope: Scope, *, is_unread: bool, cursor: str | None, limit: int
) -> Page[Notification]:
    """A page of the user's, the newest first. Raises InvalidInputError."""
    rows = await notices.list_page(scope, is_unread=is_unread, before=position_of(cursor), limit=limit + 1)
    shown = rows[:limit]
    following = cursor_of(shown[-1].created_at, shown[-1].id) if len(rows) > limit else None
    return Page([view(row, scope.who.language) for row in shown], following)


async def list_needed(scope: Scope, *, limit: int) -> list[Notification]:
    """The user's that are not done with, the newest first: sticky ones that nobody has read, and open questions.

    Approvals are not among them: they are known by themselves.
    """
    kinds = [name for name, kind in KINDS.items() if kind.escalates and name != "approval.asked"]
    rows = await notices.list_needed(scope, kinds=kinds, limit=limit)
    return [view(row, scope.who.language) for row in rows]


async def count(scope: Scope) -> NotificationCount:
    """What the bell shows."""
    unread, unseen, sticky = await notices.count_open(scope)
    failed = await deliveries.count_failed(scope)
    return NotificationCount(unread=unread, unseen=unseen, sticky=sticky, failed_deliveries=failed)


async def access_notification(scope: Scope, notification_id: UUID) -> NotificationRow:
    """One of the user's. Raises NotificationNotFoundError."""
    row = await notices.find(scope, notification_id)
    if row is None:
        raise NotificationNotFoundError
    return row


async def mark(scope: Scope, notification_id: UUID, how: Mark) -> Notification:
    """Say of one that it was seen, read, not read after all, or put away.

    Raises NotificationNotFoundError, StickyError (put away before it was seen).
    """
    row = await access_notification(scope, notification_id)
    if how == "dismissed" and row.is_sticky and row.seen_at is None:
        raise StickyError
    if how == "unread":
        await notices.unread(scope, row.id)
    else:
        await notices.mark(scope, _COLUMNS[how], ids=[row.id])
    if how in ("read", "dismissed"):
        # Who has read a question has not answered it: what is for that still comes.
        await deliveries.cancel(scope, [row.id], but_urgent=how == "read")
    await _tell(scope, scope.user_id, scope.workspace_id, "read" if how != "seen" else "seen", row.id)
    return view(await notices.reload(scope, row), scope.who.language)


async def mark_all(scope: Scope, how: Literal["seen", "read", "dismissed"], until: datetime | None) -> int:
    """Say it of all that were told by ``until``; how many it changed. Sticky ones are not put away unseen."""
    changed = await notices.mark(scope, _COLUMNS[how], ids=None, until=until)
    if changed:
        await _tell(scope, scope.user_id, scope.workspace_id, "read" if how != "seen" else "seen", None)
    return changed


def view(row: NotificationRow, language: str) -> Notification:
    """A notification in ``language``."""
    title, body = words_of(row.kind, row.data, language)
    actions = [] if row.settled_at else row.actions
    return Notification(
        id=row.id,
        kind=row.kind,
        title=title,
        body=body,
        link=row.link,
        actions=[NotificationAction(label=ACTIONS[each["name"]].of(language), **each) for each in actions],
        sticky=row.is_sticky,
        created_at=row.created_at,
        seen_at=row.seen_at,
        read_at=row.read_at,
        settled_at=row.settled_at,
    )


async def _give(scope: Scope, user_id: UUID, workspace_id: UUID, values: dict[str, Any]) -> None:
    notification_id = UUID(hex=values["id"])
    owner = {"id": notification_id, "user_id": user_id, "workspace_id": workspace_id}
    if not await notices.add(scope, {**values, **owner, "created_at": scope.now()}):
        return
    await record(scope, GIVEN, {"id": notification_id.hex})
    await _tell(scope, user_id, workspace_id, "told", notification_id)


async def _tell(
    scope: Scope, user_id: UUID, workspace_id: UUID, reason: str, notification_id: UUID | None
) -> None:
    payload = {"reason": reason, "id": ids.to_wire("noti", notification_id) if notification_id else None}
    await tell(scope, user_id, workspace_id, {"event": CHANGED, "payload": payload})
