"""Web Push: what a browser gets is for it alone, answers one question once, comes at its user's hours, or is shown."""

import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from openclaw.domains.notifications.service.notices import Notice, notify
from openclaw.infra.web_push import MOST_BYTES, Subscription, encrypt
from tests.domains.notifications.test_deliveries import delivery
from tests.support.accounts import Person, refused, register, sign_in
from tests.support.devices import link, online
from tests.support.push_service import Browser, PushService
from tests.support.server import Server
from tests.support.smtp import ScriptedSmtp

pytestmark = pytest.mark.asyncio(loop_scope="module")
ANSWER = "/approvals/answer"


async def subscribed(person: Person, service: PushService, name: str = "one") -> Browser:
    browser = service.browser(name)
    await person.post("/notifications/push-subscriptions", browser.subscription())
    return browser


@contextlib.asynccontextmanager
async def asking(
    person: Person, text: str = "create a.txt with one line in ~/notes"
) -> AsyncIterator[dict[str, Any]]:
    """An approval that a run of the person's waits for."""
    machine = await link(person, "laptop")
    answers = {"fs.write": lambda p: {"path": p["path"], "bytes": 1, "created": True, "diff": ""}}
    async with online(machine, answers):
        conversation = await person.post("/conversations", {"title": "Notes"})
        with person.server.watching(person.topic) as watch:
            await person.post(f"/conversations/{conversation['id']}/messages", {"text": text})
            yield (await watch.event("exec.approval.requested"))["approval"]


async def test_a_question_is_pushed_and_answered_once(server: Server) -> None:
    ann, bo = await register(server), await register(server)
    async with PushService() as service:
        browser = await subscribed(ann, service)
        async with asking(ann) as approval:
            pushed = await service.until()
            claims = pushed.claims()
            assert (claims["aud"], claims["sub"]) == (service.url, "mailto:openclaw@example.com")
            assert (pushed.headers["content-encoding"], pushed.headers["ttl"]) == ("aes128gcm", "43200")
            assert b"a.txt" not in pushed.body
            message = browser.open(pushed.body)
            assert message["title"] == "OpenClaw asks to use fs.write"
            assert "a.txt" in message["body"]
            assert message["link"] == f"/approvals/{approval['id']}?workspace={ann.workspace['id']}"
            assert [each["label"] for each in message["actions"]] == ["Allow", "Deny"]
            assert message["answers"] == f"/api/v2{ANSWER}"

            stranger = server.client()
            for wrong in ("x", message["token"][:-1], message["token"] + "x", message["token"].upper()):
                answer = await stranger.post(ANSWER, json={"token": wrong, "decision": "allow"})
                assert refused(answer) == (404, "agents.answer_token")
            body = {"token": message["token"], "decision": "allow"}
            assert refused(await stranger.post(ANSWER, json=body | {"decision": "allow_always"}))[0] == 422
            answered = await stranger.post(ANSWER, json=body)
            assert answered.json() == {"state": "allowed"}
            assert refused(await stranger.post(ANSWER, json=body)) == (404, "agents.answer_token")
            found = await ann.get(f"/approvals/{approval['id']}")
            assert (found["state"], found["decision"]) == ("allowed", "allow_once")
        (item,) = (await ann.get("/notifications"))["items"]
        assert item["settledAt"]
        states = [each["state"] for each in (await ann.get(f"/notifications/{item['id']}"))["deliveries"]]
        assert sorted(states) == ["cancelled", "sent"], "the mail is not needed any more"
        assert (await bo.get("/notifications"))["items"] == []
        entries = (await ann.get("/audit"))["items"]
        assert "agents.approval_decided" in [each["action"] for each in entries]


async def test_what_is_dangerous_is_not_allowed_from_a_push(server: Server) -> None:
    ann = await register(server)
    async with PushService() as service:
        browser = await subscribed(ann, service)
        async with asking(ann, "run rm -r build") as approval:
            message = browser.open((await service.until()).body)
            assert approval["grade"] == "high"
            assert [each["name"] for each in message["actions"]] == ["deny"]
            allow = {"token": message["token"], "decision": "allow"}
            stranger = server.client()
            assert refused(await stranger.post(ANSWER, json=allow)) == (409, "agents.confirmation_needed")
            denied = await stranger.post(ANSWER, json=allow | {"decision": "deny"})
            assert denied.json() == {"state": "denied"}, "what was refused has not used it up"


async def test_a_signed_out_browser_gets_and_answers_nothing(server: Server) -> None:
    ann = await register(server)
    other = await sign_in(server, ann)
    async with PushService() as service:
        browser = await subscribed(other, service)
        async with asking(ann) as approval:
            token = browser.open((await service.until()).body)["token"]
            await other.post("/auth/logout")
            answer = await server.client().post(ANSWER, json={"token": token, "decision": "allow"})
            assert refused(answer) == (404, "agents.answer_token")
            assert (await ann.get(f"/approvals/{approval['id']}"))["state"] == "pending"
        await ann.post("/notifications/test")
        await server.settle()
        found = (await ann.get("/notifications/deliveries"))["items"]
        assert [
            each for each in found if each["channel"] == "push" and each["subject"] == "This is a test"
        ] == []


async def test_escalation_and_quiet_hours(server: Server, smtp: ScriptedSmtp) -> None:
    """At 05:00 UTC it is quiet: what can wait does, a question passes once nobody has answered for ten minutes."""
    ann = await register(server)
    body = {"kinds": [], "timeZone": "UTC", "quietHours": {"begin": 0, "end": 1439}, "escalateMinutes": 10}
    await ann.put("/notifications/settings", body)
    async with PushService() as service:
        browser = await subscribed(ann, service)
        async with ann.scope() as scope:
            await notify(scope, ann.user_id, Notice("device.revoked", {"device": "Box"}))
        async with asking(ann):
            await server.settle()
            waiting = (await ann.get("/notifications/deliveries"))["items"]
            assert {(each["channel"], each["urgent"], each["state"]) for each in waiting} == {
                ("push", False, "queued"), ("push", True, "queued"), ("mail", True, "queued"),
            }  # fmt: skip
            question, other = (await ann.get("/notifications"))["items"]
            assert (question["kind"], other["kind"]) == ("approval.asked", "device.revoked"), (
                "it has no hours"
            )
            await ann.patch(f"/notifications/{question['id']}", {"state": "read"})  # and that is no answer
            server.manual.advance(timedelta(minutes=10))
            message = browser.open((await service.until()).body)
            assert message["title"].endswith("asks to use fs.write")
            mail = await smtp.until(lambda mail: mail.to == [ann.email])
            assert "a.txt" in mail.text()
        assert len(service.pushed) == 1
        server.manual.advance(timedelta(days=1))
        await service.until(times=2)


async def test_what_the_push_service_says(server: Server) -> None:
    ann = await register(server)
    async with PushService(statuses=[503, 201, 410, 400]) as service:
        await subscribed(ann, service, "one")

        async def told() -> None:
            server.manual.advance(timedelta(seconds=1))  # the newest is the one told last
            async with ann.scope() as scope:
                await notify(scope, ann.user_id, Notice("device.revoked", {"device": "Box"}))

        await told()
        assert (await delivery(ann, state="queued", code="push.deferred"))["attempts"] == 1
        server.manual.advance(timedelta(minutes=1))
        assert (await delivery(ann, state="sent"))["to"] == ["Firefox on a laptop"]
        await told()
        await server.settle()
        await delivery(ann, state="failed", code="push.gone")
        assert (await ann.get("/notifications/push-subscriptions"))["items"] == [], "it is forgotten"
        await subscribed(ann, service, "two")
        await told()
        await server.settle()
        failed = await delivery(ann, state="failed", code="push.refused")
        assert failed["error"]["title"] == "The browser's push service refused it (400)."


async def test_subscriptions_that_are_none(server: Server) -> None:
    ann, bo = await register(server), await register(server)
    async with PushService() as service:
        good = service.browser().subscription()
        zeros = "BA" + "A" * 85
        for wrong in (
            {"endpoint": "ftp://push.example.com/x"},
            {"endpoint": "file:///etc/passwd"},
            {"endpoint": "https://user:pw@push.example.com/x"},
            {"endpoint": "https://push.example.com/x\r\nHost: other"},
            {"endpoint": "not an address"},
            {"endpoint": "https://[::1"},
            {"keys": good["keys"] | {"p256dh": zeros}},
            {"keys": good["keys"] | {"p256dh": "AAAA"}},
            {"keys": good["keys"] | {"auth": "AAAA"}},
            {"name": ""},
        ):
            answer = await ann.api.post("/notifications/push-subscriptions", json=good | wrong)
            assert refused(answer)[0] == 422, wrong
        first = await ann.post("/notifications/push-subscriptions", good)
        again = await ann.post("/notifications/push-subscriptions", good | {"name": "Renamed"})
        assert (first["id"], again["name"], again["current"]) == (again["id"], "Renamed", True)
        path = f"/notifications/push-subscriptions/{first['id']}"
        assert refused(await bo.api.delete(path)) == (404, "notifications.browser_not_found")
        await ann.delete(path)
        assert refused(await ann.api.delete(path))[0] == 404


async def test_a_record_is_one_and_never_the_same_twice() -> None:
    browser = Browser("https://push.example.com/1")
    keys = browser.subscription()["keys"]
    to = Subscription(browser.endpoint, keys["p256dh"], keys["auth"])
    one, two = (encrypt(b'{"a": 1}', to) for _ in range(2))
    assert one != two
    assert browser.open(one) == {"a": 1}
    assert len(encrypt(b"x" * MOST_BYTES, to)) <= 4096
