"""Mail of notifications: sent, tried again while it is not taken, shown when it failed."""

from datetime import timedelta
from typing import Any

import pytest

from openclaw.domains.notifications.service.mails import send_mail
from openclaw.domains.notifications.service.notices import Notice, notify
from openclaw.infra.mail import Mail
from openclaw.kit import ids
from tests.support.accounts import Person, refused, register
from tests.support.server import Server
from tests.support.smtp import ScriptedSmtp

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def send(person: Person, *to: str, delivery_id: Any = None, **more: Any) -> bool:
    server = person.server.platform.mail
    mail = Mail(**{"to": to, "subject": "Done", "text": "It is done."} | more)
    async with person.scope() as scope:
        return await send_mail(scope, mail, server=server, origin="plugin email", delivery_id=delivery_id)


async def delivery(person: Person, **wanted: Any) -> dict[str, Any]:
    """The person's newest delivery, once it is so. Each look is one more commit to wait for, so nothing is timed."""
    while True:
        items = (await person.get("/notifications/deliveries"))["items"]
        error = (items[0]["error"] or {}).get("code") if items else None
        if items and all(({**items[0], "code": error})[key] == value for key, value in wanted.items()):
            return items[0]
        await person.server.platform.database.ping()


async def test_a_mail_is_sent_once_and_said_to_be(server: Server, smtp: ScriptedSmtp) -> None:
    ann = await register(server)
    one = ids.new_id()
    assert await send(ann, "bo@example.com", delivery_id=one)
    taken = await smtp.until(lambda mail: mail.to == ["bo@example.com"])
    assert taken.message["Message-ID"] == f"<{one.hex}@example.com>"
    found = await delivery(ann, state="sent")
    assert (found["to"], found["subject"], found["origin"]) == (["bo@example.com"], "Done", "plugin email")
    assert not await send(ann, "bo@example.com", delivery_id=one), "the same work again"
    assert len((await ann.get("/notifications/deliveries"))["items"]) == 1


async def test_it_is_tried_again_for_those_who_have_not_got_it(server: Server, smtp: ScriptedSmtp) -> None:
    ann = await register(server)
    smtp.answers["RCPT TO:<late@"] = ["450 greylisted"]
    await send(ann, "first@example.com", "late@example.com")
    await smtp.until(lambda mail: mail.to == ["first@example.com"])
    waiting = await delivery(ann, state="queued", attempts=1, code="mail.deferred")
    assert waiting["to"] == ["late@example.com"]
    assert "450 greylisted" in waiting["error"]["title"]
    server.manual.advance(timedelta(minutes=1))
    await smtp.until(lambda mail: mail.to == ["late@example.com"])
    assert (await delivery(ann, state="sent"))["attempts"] == 2
    assert sum("first@example.com" in mail.to for mail in smtp.taken) == 1


async def test_what_is_refused_is_shown_and_can_be_tried_again(server: Server, smtp: ScriptedSmtp) -> None:
    ann, bo = await register(server), await register(server)
    smtp.answers["RCPT TO:<gone@"] = ["550 no such user"]
    with server.watching(ann.topic) as watch:
        await send(ann, "gone@example.com")
        await watch.event("notifications.changed", reason="failed")
    found = await delivery(ann, state="failed")
    assert found["error"]["title"] == "The mail server refused it: gone@example.com: 550 no such user"
    assert (await ann.get("/notifications/count"))["failedDeliveries"] == 1
    path = f"/notifications/deliveries/{found['id']}/retry"
    assert refused(await bo.api.post(path)) == (404, "notifications.delivery_not_found")
    await ann.post(path)
    await smtp.until(lambda mail: mail.to == ["gone@example.com"])
    await delivery(ann, state="sent")
    assert refused(await ann.api.post(path)) == (409, "notifications.delivery_not_failed")


async def test_a_workspace_sends_so_much_in_an_hour(server: Server, smtp: ScriptedSmtp) -> None:
    ann, bo = await register(server), await register(server)
    await send(ann, "a@example.com", "b@example.com", "c@example.com")
    from openclaw.domains.notifications.errors import MailQuotaError

    with pytest.raises(MailQuotaError):
        await send(ann, "d@example.com", "e@example.com")
    assert len((await ann.get("/notifications/deliveries"))["items"]) == 1, "nothing was accepted"
    await send(bo, "f@example.com")  # another workspace's hour is its own
    await send(ann, "d@example.com")
    async with ann.scope() as scope:
        await notify(scope, ann.user_id, Notice("notification.test", {}))
    await server.settle()
    waiting = await delivery(ann, origin="notification")
    assert (waiting["state"], waiting["attempts"]) == ("queued", 0), (
        "it waits for the next hour and is not lost"
    )
    server.manual.advance(timedelta(hours=1))
    taken = await smtp.until(lambda mail: mail.to == [ann.email])
    assert taken.message["Subject"] == "This is a test"
    assert "http://127.0.0.1:3000/settings/notifications" in taken.text()
    await send(ann, "g@example.com")


async def test_words_of_a_notification_are_no_markup(server: Server, smtp: ScriptedSmtp) -> None:
    ann = await register(server)
    settings = await ann.get("/notifications/settings")
    kinds = [{"kind": each["kind"], "push": each["push"], "mail": True} for each in settings["kinds"]]
    body = {"kinds": kinds, "timeZone": "Asia/Shanghai", "quietHours": None, "escalateMinutes": 10}
    await ann.put("/notifications/settings", body)
    await ann.patch("/users/me", {"language": "zh"})
    data = {"title": "a\r\nBcc: x@example.com", "body": "<script>alert(1)</script>"}
    async with ann.scope() as scope:
        await notify(scope, ann.user_id, Notice("plugin.notice", data, '/x"><b>'))
    taken = await smtp.until(lambda mail: mail.to == [ann.email])
    assert taken.message["Subject"] == "a Bcc: x@example.com"
    assert taken.message["Bcc"] is None
    page = taken.text("html")
    assert "<script>" not in page
    assert '"><b>' not in page
    assert "在 OpenClaw 中打开" in page
