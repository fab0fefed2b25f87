"""Channels that are delivered to: Feishu, QQ, webhooks and mail, as their person, as strangers and as forgers."""

import json
from datetime import timedelta
from typing import Any

import httpx2
import pytest
import pytest_asyncio

from openclaw.infra.signatures import signed_headers
from openclaw.kit.ids import new_id
from tests.domains.channels.talking import until_state
from tests.support import scripted_feishu as feishu_events
from tests.support import scripted_qq as qq_events
from tests.support.accounts import Person, register
from tests.support.devices import link, online
from tests.support.scripted_feishu import ScriptedFeishu
from tests.support.scripted_http import ScriptedHttp
from tests.support.scripted_qq import ScriptedQq
from tests.support.server import Server
from tests.support.smtp import ScriptedSmtp

pytestmark = pytest.mark.asyncio(loop_scope="module")
WRITES = {"fs.write": lambda p: {"path": p["path"], "bytes": 3, "created": True, "diff": ""}}
CREATE = "create notes.txt with three lines in ~/docs"


@pytest_asyncio.fixture(loop_scope="module")
async def ann(shared: Server) -> Person:
    return await register(shared)


async def made(person: Person, kind: str, settings: dict[str, Any], *, state: str = "pairing") -> Any:
    """A channel that was checked, with what signs deliveries to it."""
    channel = await person.post("/channels", {"kind": kind, "name": kind, "settings": settings})
    return channel | await until_state(person, channel["id"], state)


async def code_for(person: Person, channel: dict[str, Any]) -> str:
    return (await person.post(f"/channels/{channel['id']}/pairing"))["code"]


async def deliver(
    person: Person, channel: dict[str, Any], body: bytes, headers: dict[str, str]
) -> httpx2.Response:
    return await person.server.client(base="").post(channel["hookPath"], content=body, headers=headers)


def now(person: Person) -> float:
    return person.server.clock.now().timestamp()


def ours(person: Person, channel: dict[str, Any], said: Any, *, delivery: str | None = None) -> Any:
    """A delivery signed with what the channel was given."""
    body = json.dumps(said).encode()
    name = delivery or new_id().hex
    at = person.server.clock.now()
    return body, signed_headers(channel["hookSecret"], delivery_id=name, at=at, body=body)


async def test_feishu_from_its_address_to_an_answered_card(ann: Person, feishu: ScriptedFeishu) -> None:
    draft = await ann.post("/channels", {"kind": "feishu", "name": "Work"})
    assert (draft["state"], draft["hookPath"]) == ("draft", f"/hooks/channels/{draft['id']}")
    saved = {"name": "Work", "tells": "nothing", "settings": feishu_events.SETTINGS}
    await ann.put(f"/channels/{draft['id']}", saved)
    channel = await until_state(ann, draft["id"], "pairing")
    assert channel["settings"] == {"appId": "cli_a1b2c3"}
    assert channel["account"] == {"name": "Helper"}
    asked = {
        "type": "url_verification",
        "challenge": "c",
        "token": feishu_events.SETTINGS["verificationToken"],
    }
    assert (await deliver(ann, channel, feishu_events.sealed(asked), {})).json() == {"challenge": "c"}

    async def say(event: dict[str, Any], **more: Any) -> httpx2.Response:
        body = feishu_events.sealed(event)
        return await deliver(ann, channel, body, feishu_events.signed(body, now(ann), **more))

    code = await code_for(ann, channel)
    assert (await say(feishu_events.message(code, event_id="e1"))).status_code == 200
    await feishu.until_sent("now connected")
    async with online(await link(ann), WRITES):
        await say(feishu_events.message(CREATE, event_id="e2"))
        sent = await feishu.until_sent("asks to use fs.write")
        assert (sent["receive_id"], sent["msg_type"]) == ("oc_ann", "interactive")
        [allow, _] = json.loads(sent["content"])["elements"][1]["actions"]
        await say(feishu_events.pressed(allow["value"]["data"], event_id="e3", sender="ou_bob"))
        await say(feishu_events.pressed(allow["value"]["data"], event_id="e4", chat="oc_other"))
        assert (await ann.get("/approvals"))["items"][0]["state"] == "pending"
        await say(feishu_events.pressed(allow["value"]["data"], event_id="e5"))
        await feishu.until_sent("Allowed.")
        await feishu.until_sent("Demo model")
        # What is asked in another chat, where nobody else reads, is answered there.
        await say(feishu_events.message(CREATE, event_id="e7", chat="oc_alone"))
        sent = await feishu.until_sent("asks to use fs.write", to="oc_alone")
        [_, deny] = json.loads(sent["content"])["elements"][1]["actions"]
        await say(feishu_events.pressed("deny:\0", event_id="e8"))
        await say(feishu_events.pressed(deny["value"]["data"], event_id="e9", chat="oc_alone"))
        await feishu.until_sent("Denied.", to="oc_alone")
    # Again is not again, and a token that is over is asked for anew.
    feishu.tokens.append("another")
    await say(feishu_events.message("/help", event_id="e6"))
    await say(feishu_events.message("/help", event_id="e6"))
    await feishu.until_sent("Questions are answered")
    async with ann.server.owner() as owner:
        assert await owner.fetchval("SELECT count(*) FROM channel_updates WHERE key = 'event:e6'") == 1


async def test_feishu_deliveries_that_are_not_feishus(ann: Person, feishu: ScriptedFeishu) -> None:
    twice = feishu_events.SETTINGS | {"appId": "cli_twice"}
    await made(ann, "feishu", twice)
    other = await ann.post("/channels", {"kind": "feishu", "name": "x", "settings": twice})
    assert (await until_state(ann, other["id"], "failed"))["error"]["code"] == "channels.taken"
    settings = feishu_events.SETTINGS | {"appId": "cli_other"}
    channel = await made(ann, "feishu", settings)
    event = feishu_events.message("hello", event_id="w1")
    body = feishu_events.sealed(event)
    good = feishu_events.signed(body, now(ann))
    wrong = {
        "no signature": (body, {}),
        "another key's": (body, feishu_events.signed(body, now(ann), key="other-key")),
        "another body": (feishu_events.sealed(event), good),
        "sealed by another": _with_signature(feishu_events.sealed(event, key="other-key"), now(ann)),
        "old": (body, feishu_events.signed(body, now(ann) - 90_000)),
        "open": _with_signature(json.dumps(event).encode(), now(ann)),
        "of another app": (body, good),
        "no seal": _with_signature(b'{"encrypt":"AAAA"}', now(ann)),
    }
    for name, (content, headers) in wrong.items():
        answer = await deliver(ann, channel, content, headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "channels.wrong_delivery"), name
    assert (await deliver(ann, channel, b"x" * 10_485_760, good)).status_code == 413
    assert (await ann.api.get(f"/channels/{channel['id']}")).json()["receivedAt"] is None


def _with_signature(body: bytes, at: float) -> tuple[bytes, dict[str, str]]:
    return body, feishu_events.signed(body, at)


async def test_feishu_push_is_told_things_signed(ann: Person, feishu: ScriptedFeishu) -> None:
    settings = {"hookToken": "0123-4567-89ab", "signingSecret": "push-secret"}
    channel = await made(ann, "feishu_push", settings, state="connected")
    assert (channel["hears"], channel["hookPath"], channel["settings"]) == (False, None, {})
    await ann.post(f"/channels/{channel['id']}/test")
    said = await feishu.until(lambda a: "/hook/" in a.path and "test" in str(a.json["content"]))
    assert said.json["timestamp"] == str(int(now(ann)))
    assert said.json["sign"]
    assert (await ann.api.post(f"/channels/{channel['id']}/pairing")).status_code == 409


async def test_qq_alone_and_in_a_group(ann: Person, qq: ScriptedQq) -> None:
    channel = await made(ann, "qq", qq_events.SETTINGS)

    async def say(body: bytes, **more: Any) -> httpx2.Response:
        return await deliver(ann, channel, body, qq_events.signed(body, now(ann), **more))

    question = b'{"op":13,"d":{"plain_token":"Arq0D5","event_ts":"1725442341"}}'
    signature = qq_events.key().sign(b"1725442341Arq0D5").hex()
    assert (await say(question)).json() == {"plain_token": "Arq0D5", "signature": signature}
    body = qq_events.event("hello", message_id="m0")
    for name, headers in {
        "none": {},
        "another's": qq_events.signed(body, now(ann), secret="other-secret"),
        "another body": qq_events.signed(body + b" ", now(ann)),
        "old": qq_events.signed(body, now(ann) - 700),
        "odd": {"X-Signature-Ed25519": "zz", "X-Signature-Timestamp": "1e9"},
    }.items():
        answer = await deliver(ann, channel, body, headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "channels.wrong_delivery"), name
    code = await code_for(ann, channel)
    assert (await say(qq_events.event(code, message_id="m1"))).json() == {"op": 12}
    path, sent = await qq.until_sent("now connected")
    assert (path, sent["msg_id"]) == ("/v2/users/ANN/messages", "m1")
    await say(qq_events.event("/stop", message_id="m2", sender="ANN", group="G"))
    await say(qq_events.event("hello", message_id="m3"))
    await qq.until_sent("Demo model")
    assert not [a for a in qq.asked if "/v2/groups/" in a.path]
    # In a group it is the person whom the group's own code has bound.
    code = await code_for(ann, channel)
    await say(qq_events.event(code, message_id="m4", sender="ANN-IN-G", group="G"))
    await say(qq_events.event("/stop", message_id="m5", sender="BOB-IN-G", group="G"))
    await say(qq_events.event("/help", message_id="m6", sender="ANN-IN-G", group="G"))
    path, sent = await qq.until_sent("Questions are answered")
    assert (path, sent["msg_id"]) == ("/v2/groups/G/messages", "m6")


async def test_a_webhook_both_ways(ann: Person, shared: Server) -> None:
    async with ScriptedHttp() as receiver:
        channel = await made(ann, "webhook", {"url": f"{receiver.url}/in"})
        assert channel["hookSecret"].startswith("whsec_")
        assert "whsec_" not in str(await ann.get(f"/channels/{channel['id']}"))
        ping = await receiver.until(lambda a: a.json["type"] == "ping")
        assert ping.headers["webhook-signature"].startswith("v1,")
        bob = await register(shared)
        others = await made(bob, "webhook", {"url": f"{receiver.url}/bob"})
        code = await code_for(ann, channel)
        assert (await deliver(ann, channel, *ours(ann, channel, {"sender": "a", "text": code}))).is_success
        await receiver.until(lambda a: "now connected" in str(a.json))
        hello = {"sender": "a", "text": "hello"}
        forged = await deliver(ann, channel, *ours(bob, others, hello))
        assert (forged.status_code, forged.json()["code"]) == (401, "webhooks.wrong_signature")
        first = ours(ann, channel, hello, delivery="d1")
        assert (await deliver(ann, channel, *first)).is_success
        assert (await deliver(ann, channel, *first)).json()["code"] == "channels.replayed"
        said = await receiver.until(lambda a: "Demo model" in str(a.json.get("text")))
        assert (said.path, said.json["chat"], said.json["replyTo"]) == ("/in", "a", "d1")
        assert (await deliver(ann, channel, *ours(ann, channel, {"sender": "b", "text": "hi"}))).is_success
        await receiver.until(lambda a: "private assistant" in str(a.json.get("text")))
        for odd in ({}, {"sender": ["a"], "text": "x"}, {"sender": "a", "text": 1}, [], "x"):
            assert (await deliver(ann, channel, *ours(ann, channel, odd))).status_code == 422, odd
        await ann.post(f"/channels/{channel['id']}/pause")
        assert (await deliver(ann, channel, *ours(ann, channel, hello))).status_code == 409
        assert len((await ann.get("/conversations"))["items"]) == 1
        assert (await bob.get("/conversations"))["items"] == []


async def test_mail_is_believed_by_its_word_and_not_by_its_sender(ann: Person, smtp: ScriptedSmtp) -> None:
    settings = {"address": "ann@example.com", "replyTo": "bot@example.com"}
    channel = await made(ann, "mail", settings)
    code = await code_for(ann, channel)

    async def mail(subject: str, text: str, sender: str = "Ann@example.com") -> int:
        said = {"from": sender, "subject": subject, "text": text}
        return (await deliver(ann, channel, *ours(ann, channel, said))).status_code

    assert (await ann.api.post(f"/channels/{channel['id']}/pairing")).status_code == 429
    sent = await smtp.until(lambda m: "answer this mail with the code" in m.text())
    word = str(sent.message["Subject"]).removeprefix("OpenClaw ")
    assert word.startswith("[oc-")
    assert await mail("hi", code) == 200  # whoever signs deliveries may say that, for any address
    assert (await ann.get(f"/channels/{channel['id']}"))["state"] == "pairing"
    assert await mail(f"Re: OpenClaw {word}", f"{code}\n\nOn Monday Bob wrote:\n> x") == 200
    await smtp.until(lambda m: "now connected" in m.text())
    assert await mail("Re: OpenClaw", "hello, I am Ann") == 200
    assert await mail("Re: OpenClaw", "delete-them") == 200  # which looks like a code
    assert await mail(f"Re: OpenClaw {word}", "hello", sender="bob@example.com") == 200
    assert await mail("Re: OpenClaw [oc-" + "0" * 24 + "]", "hello") == 200
    assert await mail(f"Re: OpenClaw {word}", "hello\n> quoted") == 200
    await smtp.until(lambda m: "Demo model" in m.text())
    [conversation] = (await ann.get("/conversations"))["items"]
    assert conversation["title"] == "hello"
    # Another address is nobody's who was bound.
    saved = {"name": "x", "tells": "nothing", "settings": settings | {"address": "eve@example.com"}}
    await ann.put(f"/channels/{channel['id']}", saved)
    assert (await until_state(ann, channel["id"], "pairing", "connected"))["state"] == "pairing"
    assert (await ann.api.post(f"/channels/{channel['id']}/test")).status_code == 409
    ann.server.manual.advance(timedelta(minutes=2))
    code = await code_for(ann, channel)
    assert await mail(f"Re: OpenClaw {word}", code, sender="eve@example.com") == 200
    assert (await ann.get(f"/channels/{channel['id']}"))["state"] == "pairing"


async def test_a_message_sets_an_automation_off(ann: Person, shared: Server) -> None:
    async with ScriptedHttp() as receiver:
        channel = await made(ann, "webhook", {"url": receiver.url})
        trigger = {"kind": "event", "event": "message.received"}
        action = {"kind": "notify", "config": {"title": "heard"}}
        rule = {"name": "x", "trigger": trigger, "action": action, "condition": 'input.text == "go"'}
        await ann.post("/automations", rule)
        code = await code_for(ann, channel)
        for text in (code, "stay", "go"):
            assert (
                await deliver(ann, channel, *ours(ann, channel, {"sender": "a", "text": text}))
            ).is_success
        with shared.watching(ann.topic) as watch:
            while not (await ann.get("/notifications"))["items"]:
                await watch.event("notifications.changed")
                watch.messages.clear()
        runs = (await ann.get("/automation-runs"))["items"]
        assert sorted(run["state"] for run in runs) == ["skipped", "succeeded"]


async def test_what_people_are_told_goes_there_too(ann: Person, feishu: ScriptedFeishu) -> None:
    channel = await made(ann, "feishu_push", {"hookToken": "tells-me-123"}, state="connected")
    async with online(await link(ann), WRITES):
        await ann.put(f"/channels/{channel['id']}", {"name": "x", "tells": "questions"})
        chat = await ann.post("/conversations", {})
        await ann.post(f"/conversations/{chat['id']}/messages", {"text": CREATE})
        told = await feishu.until(
            lambda a: a.path.endswith("tells-me-123") and "asks to use" in str(a.json["content"])
        )
        assert "fs.write" in told.json["content"]["text"]


async def test_the_end_of_a_task_is_told_to_who_wants_everything(ann: Person, feishu: ScriptedFeishu) -> None:
    channel = await made(ann, "feishu_push", {"hookToken": "tells-all-123"}, state="connected")
    await ann.put(f"/channels/{channel['id']}", {"name": "x", "tells": "everything"})
    task = await ann.post("/tasks", {"text": "Say hello."})
    run = await ann.post(f"/tasks/{task['id']}/runs", {})
    told = await feishu.until(
        lambda a: a.path.endswith("tells-all-123") and ": done" in str(a.json["content"])
    )
    assert f"/task-runs/{run['id']}" in told.json["content"]["text"]
    task = await ann.post("/tasks", {"text": "Say hello.", "budget": {"tokens": 1}})
    failed = await ann.post(f"/tasks/{task['id']}/runs", {})
    await feishu.until(lambda a: a.path.endswith("tells-all-123") and ": failed" in str(a.json["content"]))
    await ann.post("/notifications/test")
    await feishu.until(
        lambda a: a.path.endswith("tells-all-123") and "This is a test" in str(a.json["content"])
    )
    said = [str(each.json["content"]) for each in feishu.asked if each.path.endswith("tells-all-123")]
    assert len([text for text in said if failed["id"] in text]) == 1
