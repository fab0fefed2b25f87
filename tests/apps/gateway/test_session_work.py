"""sessions.create, send, abort, describe, chat.inject, startup and metadata, and who is told of what is said."""

import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from openclaw.apps.gateway.main import gateway
from openclaw.kit import ids
from openclaw.protocol.gateway.errors import InvalidParamsError
from openclaw.protocol.gateway.methods import METHODS
from tests.domains.agents.chatting import chatting, use_model
from tests.support.accounts import Person
from tests.support.gateway_client import GatewayClient, Refused, operator
from tests.support.scripted_openai import Say, ScriptedOpenAI

NOBODYS = ids.to_wire("conv", ids.new_id())


pytestmark = pytest.mark.asyncio(loop_scope="module")


async def refusal(page: GatewayClient, method: str, params: dict[str, Any]) -> str:
    with pytest.raises(Refused) as refused:
        await page.call(method, params)
    return refused.value.code


async def final(page: GatewayClient, run_id: str) -> dict[str, Any]:
    """The end of a run."""
    return await page.event("chat", lambda p: p["runId"] == run_id and p["state"] != "delta")


def words(messages: Sequence[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(m["role"], p["text"]) for m in messages for p in m["content"]]


@contextlib.asynccontextmanager
async def second_gateway(ann: Person) -> AsyncIterator[GatewayClient]:
    """A page at another gateway of the same installation."""
    async with gateway(ann.server.platform) as second:
        async with operator(replace(ann, server=replace(ann.server, gateway=second))) as page:
            yield page


async def titles(ann: Person) -> list[str]:
    return [c["title"] for c in (await ann.get("/conversations"))["items"]]


async def test_a_conversation_is_made_with_its_first_words(ann: Person) -> None:
    async with operator(ann) as page:
        empty = await page.call("sessions.create", {"label": "Plans", "emitCommandHooks": True})
        assert (empty["entry"]["label"], empty["runStarted"]) == ("Plans", False)
        made = await page.call(
            "sessions.create", {"message": "What is up?", "idempotencyKey": "k", "worktree": False}
        )
        assert (made["runStarted"], made["runId"], made["entry"]["label"]) == (True, "k", "What is up?")
        await final(page, "k")
        history = await page.call("chat.history", {"sessionKey": made["key"]})
        assert words(history["messages"])[0] == ("user", "What is up?")
        by_task = await page.call("sessions.create", {"task": "Do it", "displayName": "Work"})
        assert (by_task["runStarted"], by_task["entry"]["label"]) == (True, "Work")
        await final(page, by_task["runId"])
        assert sorted(await titles(ann)) == ["Plans", "What is up?", "Work"]


async def test_a_key_names_a_conversation_that_is_there(ann: Person) -> None:
    async with operator(ann) as page:
        made = await page.call("sessions.create", {"key": "main", "label": "Mine", "displayName": "no"})
        assert (made["key"], made["entry"]["label"]) == ("main", "Mine")
        assert (await page.call("sessions.create", {"key": "main"}))["sessionId"] == made["sessionId"]
        for unknown in (NOBODYS, "agent:main:my-own-name"):
            assert await refusal(page, "sessions.create", {"key": unknown}) == "request.invalid"
        assert await refusal(page, "sessions.create", {"label": "x" * 201}) == "request.invalid"
        assert await titles(ann) == ["Mine"]


async def test_a_fork_says_what_its_parent_said(ann: Person) -> None:
    async with chatting(ann) as chat, operator(ann) as page:
        fork = {"parentSessionKey": chat.id, "fork": True, "forkFrom": "last-completed", "label": "Other"}
        assert (await page.call("sessions.create", fork))["entry"]["label"] == "Other"  # nothing was said yet
        await chat.say("hello")
        await chat.ended()
        made = await page.call("sessions.create", fork)
        said = [
            (await page.call("chat.history", {"sessionKey": k}))["messages"] for k in (chat.id, made["key"])
        ]
        assert words(said[0]) == words(said[1]) != []
        assert made["entry"]["label"] == "Other"
        assert await refusal(page, "sessions.create", fork | {"parentSessionKey": NOBODYS}) == (
            "conversations.not_found"
        )


async def test_the_same_key_makes_one_conversation_at_any_gateway(ann: Person) -> None:
    create = {"label": "Plans", "message": "hello", "idempotencyKey": "k"}
    async with operator(ann) as page:
        made = await page.call("sessions.create", create)
        assert await page.call("sessions.create", create) == made
        await final(page, "k")
        assert (
            await refusal(page, "sessions.create", create | {"label": "x"}) == "gateway.idempotency_conflict"
        )
    async with second_gateway(ann) as page:  # it remembers nothing; the rows do
        again = await page.call("sessions.create", create)
        assert (again["key"], again["runId"], await titles(ann)) == (made["key"], "k", ["Plans"])
        await ann.delete(f"/conversations/{made['key']}")
    async with second_gateway(ann) as page:
        assert await refusal(page, "sessions.create", create) == "conversations.not_found"


async def test_words_that_cannot_be_said_leave_the_conversation(ann: Person) -> None:
    async with ScriptedOpenAI([Say("Hm.", gate="g")]) as model, operator(ann) as page:
        await use_model(ann, model)
        first = await page.call("sessions.create", {"message": "go"})
        busy = await page.call("sessions.create", {"key": first["key"], "message": "and then"})
        assert (busy["runStarted"], busy["runError"]["details"]["code"]) == (False, "agents.run_busy")
        send = {"key": first["key"], "message": "and then", "idempotencyKey": "k"}
        assert await refusal(page, "sessions.send", send) == "agents.run_busy"
        inject = {"sessionKey": first["key"], "message": "By the way."}
        assert await refusal(page, "chat.inject", inject) == "agents.run_busy"
        nothing = {"ok": True, "abortedRunId": None, "status": "no-active-run"}
        for other in ({"key": first["key"], "runId": "another"}, {"runId": "another"}, {"key": "main"}):
            assert await page.call("sessions.abort", other) == nothing
        stopped = await page.call("sessions.abort", {"runId": first["runId"], "clearQueued": True})
        assert stopped == {"ok": True, "abortedRunId": first["runId"], "status": "aborted"}
        assert (await final(page, first["runId"]))["state"] == "aborted"
        assert await page.call("sessions.abort", {"key": first["key"]}) == nothing


async def test_a_message_is_sent_once_under_its_key(ann: Person) -> None:
    async with operator(ann) as page:
        send = {"key": "main", "message": "hello", "idempotencyKey": "k", "thinking": "low"}
        sent = await page.call("sessions.send", send)
        assert (sent["runId"], sent["status"]) == ("k", "started")
        await final(page, "k")
        assert (await page.call("sessions.send", send))["status"] == "ok"
        assert (
            await refusal(page, "sessions.send", send | {"message": "other"})
            == "gateway.idempotency_conflict"
        )
        for _ in range(2):  # without a key each is another
            await final(
                page, (await page.call("sessions.send", {"key": "main", "message": "again"}))["runId"]
            )
        said = words((await page.call("chat.history", {"sessionKey": "main"}))["messages"])
        assert [text for role, text in said if role == "user"] == ["hello", "again", "again"]


async def test_a_note_shows_wherever_messages_do(ann: Person) -> None:
    async with chatting(ann) as chat, operator(ann) as page, operator(ann) as other:
        await chat.say("hello")
        await chat.ended()
        await other.call("sessions.messages.subscribe", {"key": chat.id})
        note = await page.call("chat.inject", {"sessionKey": chat.id, "message": "Seen.", "label": "Rita"})
        text = "[Rita]\n\nSeen."
        told = await other.event("chat", lambda p: p["runId"] == f"inject-{note['messageId']}")
        assert (told["state"], words([told["message"]])) == ("final", [("assistant", text)])
        await other.event("sessions.changed", lambda p: p["reason"] == "note")
        followed = await other.event("session.message", lambda p: p["messageId"] == note["messageId"])
        assert words([followed["message"]]) == [("assistant", text)]
        stored = (await chat.messages())[-1]
        assert (stored["id"], stored["role"], stored["runId"]) == (note["messageId"], "assistant", None)
        assert (stored["state"], stored["parts"]) == ("complete", [{"type": "text", "text": text}])
        history = await page.call("chat.history", {"sessionKey": chat.id})
        assert words(history["messages"])[-1] == ("assistant", text)
        (preview,) = (await page.call("sessions.preview", {"keys": [chat.id]}))["previews"]
        assert preview["items"][-1] == {"role": "assistant", "text": text}
        # It is nobody's answer: it cannot be made again, and the next question has its own.
        again = await ann.api.post(f"/conversations/{chat.id}/messages/{note['messageId']}/resend")
        assert again.json()["code"] == "conversations.message_not_found"
        await chat.say("and now?")
        await chat.ended()
        assert "".join(m["role"][0] for m in await chat.messages()) == "uaaua"
        assert (
            await refusal(page, "chat.inject", {"sessionKey": chat.id, "message": " \n"}) == "request.invalid"
        )


async def test_models_are_not_told_of_notes(ann: Person) -> None:
    async with (
        ScriptedOpenAI([Say("One."), Say("Two.")]) as model,
        chatting(ann) as chat,
        operator(ann) as page,
    ):
        await use_model(ann, model)
        await chat.say("first")
        await chat.ended()
        await page.call("chat.inject", {"sessionKey": chat.id, "message": "A note."})
        await chat.say("second")
        await chat.ended()
        told = [m["content"] for m in model.requests[-1]["messages"] if m["role"] != "system"]
        assert told == ["first", "One.", "second"]


async def test_a_page_begins_with_all_that_it_needs(ann: Person) -> None:
    async with chatting(ann) as chat, operator(ann) as page:
        for text in ("one", "two", "three"):
            await chat.say(text)
            await chat.ended()
        wanted = {"sessionKey": chat.id, "limit": 80, "maxBytes": 262144}
        found = await page.call("chat.startup", wanted)
        assert words(found["messages"])[0] == ("user", "one")
        assert (found["sessionId"], found["hasMore"]) == (chat.id, False)
        (row,) = (await page.call("sessions.list"))["sessions"]
        assert (
            found["sessionInfo"] == row == (await page.call("sessions.describe", {"key": chat.id}))["session"]
        )
        models = (await page.call("models.list"))["models"]
        assert found["metadata"]["models"] == models
        assert await page.call("chat.metadata", {"sessionKey": chat.id}) == found["metadata"]
        (agent,) = (await page.call("agents.list"))["agents"]
        assert agent["model"]["primary"] == f"{models[0]['provider']}/{models[0]['id']}"
        # Of what does not fit the newest is there, and the cursor leads to the rest.
        short = await page.call("chat.startup", wanted | {"maxBytes": 1})
        assert (short["messages"], short["hasMore"]) == (found["messages"][-1:], True)
        rest = {"sessionKey": chat.id, "cursor": short["nextCursor"]}
        assert (await page.call("chat.history", rest))["messages"] == found["messages"][:-1]
        last = await page.call("sessions.describe", {"key": chat.id, "includeLastMessage": True})
        preview = last["session"]["lastMessagePreview"]
        assert preview
        assert words(found["messages"])[-1][1].startswith(preview)
        for unknown in (NOBODYS, "x"):
            assert await page.call("sessions.describe", {"key": unknown}) == {"session": None}


async def test_each_client_is_told_what_it_wants_to_hear(ann: Person) -> None:
    async with chatting(ann) as chat, operator(ann) as page, operator(ann) as deaf, operator(ann) as once:
        long = f"agent:main:{chat.id}"
        follow = await page.call("sessions.messages.subscribe", {"key": long, "includeApprovals": True})
        assert follow == {"subscribed": True, "key": long}
        await once.call("sessions.messages.subscribe", {"key": chat.id})
        assert await once.call("sessions.messages.unsubscribe", {"key": chat.id}) == {
            "subscribed": False,
            "key": chat.id,
        }
        assert await deaf.call("sessions.unsubscribe") == {"subscribed": False}
        await chat.say("hello")
        await chat.ended()
        await page.event("session.message", lambda p: p["message"]["role"] == "assistant")
        told = [e["payload"] for e in page.events if e["event"] == "session.message"]
        stored = await chat.messages()
        assert [(p["messageId"], p["message"]["role"]) for p in told] == [
            (m["id"], m["role"]) for m in stored
        ]
        assert {p["sessionKey"] for p in told} == {long}, "as the client calls it"
        await deaf.event("chat", lambda p: p["state"] == "final")
        await deaf.call("health")
        await once.call("health")
        assert "sessions.changed" not in {e["event"] for e in deaf.events}
        assert "session.message" not in {e["event"] for e in [*deaf.events, *once.events]}
        await deaf.call("sessions.subscribe")
        await ann.patch(f"/conversations/{chat.id}", {"title": "New"})
        assert (await deaf.event("sessions.changed"))["reason"] == "updated"


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("sessions.create", {"model": "another"}),
        ("sessions.create", {"worktree": True}),
        ("sessions.create", {"execNode": "laptop"}),
        ("sessions.create", {"permissionMode": "full"}),
        ("sessions.create", {"incognito": True}),
        ("sessions.create", {"attachments": [{"type": "image"}]}),
        ("sessions.create", {"agentId": "another"}),
        ("sessions.create", {"fork": True}),
        ("sessions.create", {"fork": True, "parentSessionKey": "main", "key": "main"}),
        ("sessions.create", {"forkFrom": "last-completed"}),
        ("sessions.create", {"message": "a", "task": "b"}),
        ("sessions.create", {"label": ""}),
        ("sessions.send", {"key": "main", "message": ""}),
        ("sessions.send", {"key": "main", "message": "x", "attachments": [{"type": "image"}]}),
        ("sessions.send", {"message": "x"}),
        ("sessions.abort", {}),
        ("sessions.abort", {"key": "main", "agentId": "another"}),
        ("sessions.describe", {}),
        ("sessions.unsubscribe", {"key": "main"}),
        ("sessions.messages.subscribe", {"key": ""}),
        ("sessions.messages.unsubscribe", {"key": "main", "includeApprovals": True}),
        ("chat.inject", {"sessionKey": "main", "message": "x", "label": "x" * 101}),
        ("chat.inject", {"sessionKey": "main", "message": "x" * 262_145}),
        ("chat.startup", {"sessionKey": "main", "maxBytes": 0}),
        ("chat.startup", {"sessionKey": "main", "cursor": "x", "messageId": "x"}),
        ("chat.metadata", {"sessionKey": 1}),
    ],
)
async def test_what_cannot_be_done_is_refused(method: str, params: dict[str, Any]) -> None:
    with pytest.raises(InvalidParamsError):
        METHODS[method].decode(params)


async def test_who_may_only_read_changes_nothing(ann: Person) -> None:
    async with operator(ann, scopes=["operator.read"]) as reader:
        for method, params in (
            ("sessions.create", {}),
            ("sessions.send", {"key": "main", "message": "x"}),
            ("sessions.abort", {"key": "main"}),
            ("chat.inject", {"sessionKey": "main", "message": "x"}),
        ):
            assert await refusal(reader, method, params) == "gateway.missing_scope"
        assert (await reader.call("sessions.messages.subscribe", {"key": "main"}))["subscribed"]
