"""Deliveries: planned for what was told, shown with what became of them, tried again when somebody asks."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

from openclaw.domains.notifications.errors import DeliveryNotFailedError, DeliveryNotFoundError
from openclaw.domains.notifications.events import CHANGED, DELIVERIES_TOPIC
from openclaw.domains.notifications.models import DeliveryRow, NotificationRow
from openclaw.domains.notifications.policy.kinds import words_of
from openclaw.domains.notifications.policy.plans import Planned, plan
from openclaw.domains.notifications.repository import deliveries, notices, reaching
from openclaw.domains.notifications.schemas import Delivery, DeliveryFailure
from openclaw.domains.notifications.service.mails import MAIL_QUOTA
from openclaw.domains.notifications.service.reaching import wishes_in
from openclaw.infra.bus import publish
from openclaw.infra.feed import tell
from openclaw.infra.mail import MailNotConfiguredError, MailServer
from openclaw.infra.scope import Scope
from openclaw.kit import ids
from openclaw.kit.errors import OpenClawError
from openclaw.kit.pagination import Page, cursor_of, position_of

NOTIFICATION = "notification"


async def plan_deliveries(scope: Scope, notification_id: UUID, *, mail: MailServer) -> None:
    """Note down how a notification is to be delivered, and when. Twice is once. Needs a system scope."""
    row = await notices.get_any(scope, notification_id)
    if row is None or row.settled_at or row.dismissed_at:
        return
    user = await reaching.find_recipient(scope, user_id=row.user_id, workspace_id=row.workspace_id)
    if user is None:
        return
    wishes = wishes_in(await reaching.find_settings(scope, row.user_id))
    browsers = await reaching.list_subscriptions(scope, row.user_id)
    for planned in plan(row.kind, wishes, scope.now()):
        if row.read_at and not planned.is_urgent:
            continue
        if planned.channel == "push":
            for browser in browsers:
                target = {"subscription": browser.id.hex, "name": browser.name}
                await _add(scope, row, planned, key=browser.id.hex, target=target)
        else:
            values = await _mail_values(scope, row, planned, mail=mail)
            await _add(scope, row, planned, key="mail", target={"to": [user.email]}, **values)
    await publish(scope, DELIVERIES_TOPIC, {})
    payload = {"reason": "planned", "id": ids.to_wire("noti", row.id)}
    await tell(scope, row.user_id, row.workspace_id, {"event": CHANGED, "payload": payload})


async def list_deliveries(
    scope: Scope, *, state: str | None, notification_id: UUID | None, cursor: str | None, limit: int
) -> Page[Delivery]:
    """A page of the user's, the newest first. Raises InvalidInputError."""
    rows = await deliveries.list_page(
        scope, state=state, notification_id=notification_id, before=position_of(cursor), limit=limit + 1
    )
    shown = rows[:limit]
    following = cursor_of(shown[-1].created_at, shown[-1].id) if len(rows) > limit else None
    return Page(await _views(scope, shown), following)


async def retry(scope: Scope, delivery_id: UUID) -> Delivery:
    """Try a failed one again, with all its tries. Raises DeliveryNotFoundError, DeliveryNotFailedError."""
    row = await deliveries.find(scope, delivery_id, lock=True)
    if row is None:
        raise DeliveryNotFoundError
    if row.state not in ("failed", "skipped"):
        raise DeliveryNotFailedError(state=row.state)
    row.state, row.attempts, row.due_at = "queued", 0, scope.now()
    row.error = row.finished_at = None
    await publish(scope, DELIVERIES_TOPIC, {})
    return (await _views(scope, [row]))[0]


async def _mail_values(
    scope: Scope, row: NotificationRow, planned: Planned, *, mail: MailServer
) -> dict[str, Any]:
    if not mail.is_configured:
        return {"state": "skipped", "error": MailNotConfiguredError().to_wire(), "finished_at": scope.now()}
    if await deliveries.take_quota(scope, row.workspace_id, MAIL_QUOTA, wanted=1, limit=mail.per_hour):
        return {}
    # Over what the workspace may send in an hour: it waits for the next, for nothing is dropped.
    return {
        "due_at": max(planned.due_at, await deliveries.find_window_end(scope, row.workspace_id, MAIL_QUOTA))
    }


async def _add(
    scope: Scope, row: NotificationRow, planned: Planned, *, key: str, target: dict[str, Any], **values: Any
) -> None:
    told = "urgent" if planned.is_urgent else "first"
    fixed = {
        "id": uuid5(row.id, f"{planned.channel}:{key}:{told}"),
        "workspace_id": row.workspace_id,
        "user_id": row.user_id,
        "notification_id": row.id,
        "origin": NOTIFICATION,
        "channel": planned.channel,
        "target": target,
        "content": {},
        "is_urgent": planned.is_urgent,
        "state": "queued",
        "attempts": 0,
        "due_at": planned.due_at,
        "created_at": scope.now(),
    }
    await deliveries.add(scope, fixed | values)


async def _views(scope: Scope, rows: Sequence[DeliveryRow]) -> list[Delivery]:
    language = scope.who.language
    told = {
        row.id: words_of(row.kind, row.data, language)[0]
        for row in await notices.list_by_id(
            scope, [row.notification_id for row in rows if row.notification_id]
        )
    }
    return [_view(row, told, language) for row in rows]


def _view(row: DeliveryRow, told: dict[UUID, str], language: str) -> Delivery:
    error = None
    if row.error is not None:
        failure = OpenClawError.from_wire(row.error)
        error = DeliveryFailure(code=failure.code, title=failure.words(language))
    subject = told.get(row.notification_id, "") if row.notification_id else row.content["subject"]
    return Delivery(
        id=row.id,
        notification_id=row.notification_id,
        origin=row.origin,
        channel=row.channel,  # type: ignore[arg-type]
        to=row.target["to"] if row.channel == "mail" else [row.target["name"]],
        subject=subject,
        state=row.state,  # type: ignore[arg-type]
        urgent=row.is_urgent,
        attempts=row.attempts,
        error=error,
        created_at=row.created_at,
        due_at=row.due_at,
        finished_at=row.finished_at,
    )


def wait_after(attempts: int, *, asked: int = 0) -> timedelta:
    """How long to wait after so many tries: a minute, two, four … an hour; or for as long as the other side asks."""
    return timedelta(seconds=max(asked, min(3600, 60 * 2 ** (attempts - 1))))
