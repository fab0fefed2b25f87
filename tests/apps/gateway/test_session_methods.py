"""sessions.* and chat.history: what a client asks for is done or refused, never passed over."""

from datetime import timedelta
from typing import Any

import pytest

from openclaw.kit import ids
from tests.domains.agents.chatting import chatting
from tests.support.accounts import Person
from tests.support.devices import link, online
from tests.support.gateway_client import GatewayClient, Refused, operator

pytestmark = pytest.mark.asyncio(loop_scope="module")

NO_SESSION = ids.to_wire("conv", ids.new_id())


async def made(ann: Person, *titles: str) -> list[str]:
    """Conversations, a minute apart; their keys."""
    keys: list[str] = []
    for title in titles:
        ann.server.manual.advance(timedelta(minutes=1))
        keys.append((await ann.post("/conversations", {"title": title}))["id"])
    return keys


async def refusal(page: GatewayClient, method: str, params: dict[str, Any]) -> str:
    with pytest.raises(Refused) as refused:
        await page.call(method, params)
    return refused.value.code


async def test_a_label_is_a_title(ann: Person) -> None:
    (key,) = await made(ann, "Plans")
    async with operator(ann) as page:

        async def label(value: str | None) -> str:
            return (await page.call("sessions.patch", {"key": key, "label": value}))["entry"]["label"]

        assert await label(" New ") == "New"
        for wrong in ("   ", "x" * 201, "\t\n"):
            assert await refusal(page, "sessions.patch", {"key": key, "label": wrong}) == "request.invalid"
        assert (await page.call("sessions.patch", {"key": key}))["entry"]["label"] == "New"
        assert await label("x" * 200) == "x" * 200
        for nothing in (None, ""):
            await label("Mine")
            assert await label(nothing) == "New conversation"
        main = (await page.call("sessions.patch", {"key": "main", "label": "Mine"}))["entry"]
        assert main["label"] == "Mine"
        main = (await page.call("sessions.patch", {"key": "main", "label": None}))["entry"]
        assert main["label"] == "Main"
    async with chatting(ann) as chat, operator(ann) as page:
        await chat.say("What is the weather?")
        await chat.ended()
        key = chat.id
        await page.call("sessions.patch", {"key": key, "label": "Mine"})
        entry = (await page.call("sessions.patch", {"key": key, "label": None}))["entry"]
        assert entry["label"] == "What is the weather?"


async def test_a_session_is_changed_only_if_it_is_the_expected_one(ann: Person) -> None:
    (key,) = await made(ann, "Plans")
    async with operator(ann) as page:
        for method, more in (
            ("sessions.patch", {"key": key, "label": "x", "expectedSessionId": NO_SESSION}),
            ("sessions.delete", {"key": key, "expectedSessionId": NO_SESSION}),
            ("chat.history", {"sessionKey": key, "sessionId": NO_SESSION}),
            (
                "chat.send",
                {"sessionKey": key, "sessionId": NO_SESSION, "message": "x", "idempotencyKey": "k"},
            ),
        ):
            assert await refusal(page, method, more) == "conversations.not_found", method
        assert (await ann.get(f"/conversations/{key}"))["title"] == "Plans"
        await page.call("sessions.patch", {"key": key, "label": "x", "expectedSessionId": key})
        assert (await ann.get(f"/conversations/{key}"))["title"] == "x"


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("sessions.patch", {"key": "main", "execSecurity": "deny"}),
        ("sessions.patch", {"key": "main", "execAsk": "always"}),
        ("sessions.patch", {"key": "main", "elevatedLevel": "off"}),
        ("sessions.patch", {"key": "main", "sendPolicy": "deny"}),
        ("sessions.patch", {"key": "main", "model": "another"}),
        ("sessions.patch", {"key": "main", "agentId": "another"}),
        ("sessions.list", {"limit": 1001}),
        ("chat.history", {"sessionKey": "main", "limit": 1001}),
        ("chat.history", {"sessionKey": "main", "cursor": "x", "messageId": "x"}),
        (
            "chat.send",
            {"sessionKey": "main", "message": "x", "idempotencyKey": "k", "attachments": [{"type": "image"}]},
        ),
        ("chat.send", {"sessionKey": "main", "message": "x", "idempotencyKey": "k", "agentId": "another"}),
    ],
)
async def test_what_cannot_be_done_is_refused(ann: Person, method: str, params: dict[str, Any]) -> None:
    async with operator(ann) as page:
        assert await refusal(page, method, params) == "gateway.invalid_params"


async def test_hints_are_taken(ann: Person) -> None:
    async with operator(ann) as page:
        hints = {"thinking": "low", "deliver": False, "agentId": "main", "attachments": []}
        sent = await page.call(
            "chat.send", {"sessionKey": "main", "message": "hello", "idempotencyKey": "k", **hints}
        )
        assert sent["status"] == "started"
        await page.event("chat", lambda p: p["state"] == "final")
        nothing = {"execSecurity": None, "model": None, "thinkingLevel": "low"}
        assert (await page.call("sessions.patch", {"key": "main", **nothing}))["ok"]


async def test_deleting_without_the_transcript_archives(ann: Person) -> None:
    (key,) = await made(ann, "Plans")
    async with operator(ann) as page:
        kept = await page.call("sessions.delete", {"key": key, "deleteTranscript": False})
        assert kept == {"ok": True, "key": key, "deleted": False, "archived": [key]}
        assert (await ann.get(f"/conversations/{key}"))["archived"] is True
        gone = await page.call("sessions.delete", {"key": key, "deleteTranscript": True})
        assert (gone["deleted"], gone["archived"]) == (True, [])
        assert await refusal(page, "sessions.patch", {"key": key}) == "conversations.not_found"


async def test_sessions_are_listed_as_asked(ann: Person) -> None:
    keys = await made(ann, "one", "two", "three", "four", "two plus")
    await ann.post(f"/conversations/{keys[3]}/archive")
    async with operator(ann) as page:

        async def listed(**params: Any) -> list[str]:
            return [s["label"] for s in (await page.call("sessions.list", params))["sessions"]]

        assert await listed() == ["two plus", "three", "two", "one"]
        assert await listed(archived=True) == ["four"]
        assert await listed(archived="all") == ["two plus", "four", "three", "two", "one"]
        assert await listed(search="TWO") == ["two plus", "two"]
        assert await listed(label="two") == ["two"]
        assert await listed(activeMinutes=2) == ["two plus", "three"]
        assert await listed(spawnedBy=keys[0]) == []
        assert await listed(sortBy="updatedAt", limit=1) == ["two plus"]
        first = await page.call("sessions.list", {"limit": 2})
        assert (first["count"], first["totalCount"], first["hasMore"], first["nextOffset"]) == (2, 4, True, 2)
        last = await page.call("sessions.list", {"limit": 2, "offset": 2})
        assert [s["label"] for s in last["sessions"]] == ["two", "one"]
        assert (last["hasMore"], last["nextOffset"]) == (False, None)
    async with operator(ann, minProtocol=3, maxProtocol=3) as old:
        assert not {"totalCount", "nextOffset"} & set(await old.call("sessions.list", {}))


async def test_history_begins_where_it_is_asked_to(ann: Person) -> None:
    async with chatting(ann) as chat, operator(ann) as page:
        for words in ("one", "two", "three"):
            await chat.say(words)
            await chat.ended()

        async def asked(**params: Any) -> list[str]:
            found = await page.call("chat.history", {"sessionKey": chat.id, **params})
            return [m["content"][0]["text"] for m in found["messages"] if m["role"] == "user"]

        assert await asked(limit=1000) == ["one", "two", "three"]
        assert await asked(offset=2) == ["one", "two"]
        assert await asked(offset=1, limit=2) == ["three"]
        assert await asked(offset=100) == []
        question = [m for m in await chat.messages() if m["role"] == "user"][1]["id"]
        assert await asked(messageId=question) == ["one", "two"]
        assert await asked(messageId=question, limit=1) == ["two"]
        assert await asked(maxChars=2) == ["on", "tw", "th"]
        for unknown in ("x", ids.to_wire("msg", ids.new_id())):
            params = {"sessionKey": chat.id, "messageId": unknown}
            assert await refusal(page, "chat.history", params) == "conversations.message_not_found"


async def test_conversations_are_counted_all(ann: Person) -> None:
    await made(ann, *(f"c{number}" for number in range(12)))
    async with operator(ann) as page:
        for answer in (
            await page.call("health"),
            await page.call("status"),
            await page.event("health"),
        ):
            assert answer["sessions"]["count"] == 12
            assert len(answer["sessions"]["recent"]) == 10


async def test_an_approval_that_cannot_be_resolved_says_why(ann: Person) -> None:
    machine = await link(ann)
    async with online(machine, {"exec": lambda _: {"exitCode": 0, "stdout": ""}}), operator(ann) as page:
        send = {"sessionKey": "main", "message": "run touch x", "idempotencyKey": "k"}
        await page.call("chat.send", send)
        asked = await page.event("exec.approval.requested")
        deny = {"id": asked["id"], "decision": "deny"}
        await page.call("exec.approval.resolve", deny)
        for params, code, reason in (
            (deny | {"decision": "allow-once"}, "agents.approval_decided", "APPROVAL_ALREADY_RESOLVED"),
            (
                deny | {"id": ids.to_wire("appr", ids.new_id())},
                "agents.approval_not_found",
                "APPROVAL_NOT_FOUND",
            ),
            (deny | {"id": "x"}, "agents.approval_not_found", "APPROVAL_NOT_FOUND"),
        ):
            with pytest.raises(Refused) as refused:
                await page.call("exec.approval.resolve", params)
            details = refused.value.error["details"]
            assert (details["code"], details["reason"]) == (code, reason)


V3: dict[str, Any] = {"minProtocol": 3, "maxProtocol": 3}


@pytest.mark.parametrize(
    ("name", "protocol"),
    [("main", V3), ("main", {}), ("agent:main:main", {}), ("agent:main:main", V3), ("global", V3)],
)
async def test_events_call_a_conversation_as_the_client_does(
    ann: Person, name: str, protocol: dict[str, Any]
) -> None:
    async with operator(ann) as console, operator(ann, **protocol) as page:
        key = (await console.call("chat.history", {"sessionKey": "main"}))["sessionId"]
        await console.call("chat.history", {"sessionKey": key})
        send = {"sessionKey": name, "message": "hello", "idempotencyKey": "k"}
        await page.call("chat.send", send)
        for client, called in ((page, name), (console, key)):
            await client.event("chat", lambda p: p["state"] == "final")
            events = [e for e in client.events if e["event"] in ("chat", "agent", "sessions.changed")]
            assert {e["event"] for e in events} == {"chat", "agent", "sessions.changed"}
            assert {e["payload"]["sessionKey"] for e in events} == {called}
        (row,) = (await page.call("sessions.list"))["sessions"]
        assert (row["key"], row["sessionId"]) == ("main" if protocol else name, key)
        assert (await page.call("sessions.patch", {"key": name, "label": "x"}))["key"] == name


async def test_any_conversation_can_be_called_in_the_long_form(ann: Person) -> None:
    (key,) = await made(ann, "Plans")
    long = f"agent:main:{key}"
    async with operator(ann) as page, operator(ann, **V3) as old:
        send = {"sessionKey": long, "message": "hello", "idempotencyKey": "k"}
        await page.call("chat.send", send)
        final = await page.event("chat", lambda p: p["state"] == "final")
        assert final["sessionKey"] == long
        assert (await old.event("chat", lambda p: p["state"] == "final"))["sessionKey"] == key
        (preview,) = (await page.call("sessions.preview", {"keys": [long]}))["previews"]
        assert (preview["key"], preview["status"]) == (long, "ok")
        await page.call("chat.history", {"sessionKey": key})
        await page.call("chat.send", send | {"sessionKey": key, "idempotencyKey": "k2"})
        final = await page.event("chat", lambda p: p["state"] == "final" and p["runId"] == "k2")
        assert final["sessionKey"] == key, "it is called as it was called last"


async def test_an_old_client_finds_the_main_conversation_in_the_list(ann: Person) -> None:
    async with operator(ann) as page, operator(ann, **V3) as old:
        assert (await old.call("sessions.list"))["sessions"] == []
        await page.call("chat.send", {"sessionKey": "main", "message": "hello", "idempotencyKey": "k"})
        await page.event("chat", lambda p: p["state"] == "final")
        assert [s["key"] for s in (await old.call("sessions.list"))["sessions"]] == ["main"]
        old.events.clear()
        await page.call("chat.send", {"sessionKey": "main", "message": "again", "idempotencyKey": "k2"})
        assert (await old.event("chat", lambda p: p["state"] == "final"))["sessionKey"] == "main"
