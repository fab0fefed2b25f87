"""A notification as a push: what a service worker shows of it, with a token that answers a question once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from openclaw.domains.identity.models import UserRow
from openclaw.domains.notifications.models import AnswerTokenRow, NotificationRow, PushSubscriptionRow
from openclaw.domains.notifications.policy.kinds import ACTIONS, KINDS, words_of
from openclaw.domains.notifications.repository import reaching
from openclaw.domains.notifications.service.mails import page_of
from openclaw.infra.scope import Scope
from openclaw.infra.secrets import digest, new_token
from openclaw.infra.web_push import MOST_BYTES, PushSender, Subscription
from openclaw.kit import ids

_KEPT = timedelta(hours=12)
_LONGEST_BODY = 600
ANSWERS = frozenset({"allow", "deny"})


@dataclass(frozen=True)
class Push:
    """A message for one browser."""

    browser_id: UUID
    to: Subscription
    payload: dict[str, Any]
    topic: str

    async def send(self, sender: PushSender, *, now: datetime, is_urgent: bool) -> None:
        """Raises as `PushSender.send`."""
        await sender.send(self.to, self.payload, now=now, keep=_KEPT, topic=self.topic, is_urgent=is_urgent)


async def push_of(
    scope: Scope, notification: NotificationRow, user: UserRow, browser: PushSubscriptionRow
) -> Push:
    """The push of a notification. A question's answers come with a new token. Needs a system scope."""
    language = user.language
    title, body = words_of(notification.kind, notification.data, language)
    kind = KINDS.get(notification.kind)
    answers = kind.answers if kind else None
    names = [each["name"] for each in notification.actions if each["name"] in ANSWERS] if answers else []
    payload: dict[str, Any] = {
        "id": ids.to_wire("noti", notification.id),
        "title": title,
        "body": body[:_LONGEST_BODY],
        "link": page_of(notification),
        "language": language,
        "sticky": notification.is_sticky or bool(names),
        "actions": [{"name": name, "label": ACTIONS[name].of(language)} for name in names],
    }
    if names and notification.subject:
        token = new_token("oca")
        await reaching.add_token(
            scope,
            AnswerTokenRow(
                hash=digest(token),
                workspace_id=notification.workspace_id,
                user_id=notification.user_id,
                session_id=browser.session_id,
                subject=notification.subject,
                expires_at=scope.now() + _KEPT,
                used_at=None,
            ),
        )
        payload |= {"token": token, "answers": answers}
    while len(str(payload).encode()) > MOST_BYTES and payload["body"]:
        payload["body"] = payload["body"][: len(payload["body"]) // 2]
    to = Subscription(browser.endpoint, browser.p256dh, browser.auth)
    return Push(browser.id, to, payload, topic=notification.id.hex)
