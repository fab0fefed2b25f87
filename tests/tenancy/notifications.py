"""One of everything about notifications."""

from openclaw.domains.notifications.models import AnswerTokenRow
from openclaw.domains.notifications.repository import deliveries, reaching
from openclaw.domains.notifications.service.notices import Action, Notice, notify
from openclaw.infra.secrets import digest
from openclaw.kit import ids
from tests.support.accounts import Person
from tests.support.push_service import Browser


async def furnish_notifications(person: Person, secret: str, found: dict[str, list[str]]) -> None:
    """A notification, a mail that failed, settings, a browser, a token that answers, and what was sent in the hour."""
    notification_id, delivery_id = ids.new_id(), ids.new_id()
    session_id = ids.from_wire("sess", found["session_id"][0])
    notice = Notice(
        "plugin.notice",
        {"title": secret},
        f"/{secret}",
        actions=(Action("allow", f"/{secret}"),),
        subject=secret,
    )
    async with person.scope() as scope:
        await notify(scope, person.user_id, notice, notification_id=notification_id)
        values = {
            "id": delivery_id,
            "workspace_id": scope.workspace_id,
            "user_id": scope.user_id,
            "origin": "plugin email",
            "channel": "mail",
            "target": {"to": [f"{secret}@example.com"]},
            "content": {"subject": secret, "text": secret, "html": None, "replyTo": None},
            "is_urgent": False,
            "state": "failed",
            "attempts": 1,
            "due_at": scope.now(),
            "created_at": scope.now(),
        }
        await deliveries.add(scope, values)
        await deliveries.take_quota(scope, scope.workspace_id, "mail", wanted=1, limit=1)
        token = AnswerTokenRow(
            hash=digest(secret),
            workspace_id=scope.workspace_id,
            user_id=scope.user_id,
            session_id=session_id,
            subject=secret,
            expires_at=scope.now(),
            used_at=None,
        )
        await reaching.add_token(scope, token)
    wishes = {"kinds": [], "timeZone": "UTC", "quietHours": None, "escalateMinutes": 0}
    await person.put("/notifications/settings", wishes)
    await person.server.settle()  # so that nothing is pushed to the browser, which there is not
    browser = Browser("https://push.example.invalid/1").subscription(secret)
    subscription = await person.post("/notifications/push-subscriptions", browser)
    found["notification_id"] = [ids.to_wire("noti", notification_id)]
    found["delivery_id"] = [ids.to_wire("dlv", delivery_id)]
    found["subscription_id"] = [subscription["id"]]
