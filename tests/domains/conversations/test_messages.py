"""What is said: once per key, again after an edit, on in a branch, and out as a file."""

import asyncio
import json

import pytest

from openclaw.kit import ids
from tests.domains.agents.chatting import Chat, chatting, text
from tests.support.accounts import Person, refused
from tests.support.devices import link, online
from tests.support.gateway_client import Refused, operator

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def said(chat: Chat, *texts: str) -> None:
    for words in texts:
        await chat.say(words)
        await chat.ended()


async def questions(chat: Chat) -> list[str]:
    return [text(m) for m in await chat.messages() if m["role"] == "user"]


async def test_the_same_key_is_the_same_message(ann: Person) -> None:
    async with chatting(ann) as chat:
        path = f"/conversations/{chat.id}/messages"
        body = {"text": "hello", "idempotencyKey": "k"}
        answers = await asyncio.gather(*(ann.api.post(path, json=body) for _ in range(5)))
        assert {a.status_code for a in answers} == {202}
        assert len({a.json()["runId"] for a in answers}) == 1
        assert len({a.json()["message"]["id"] for a in answers}) == 1
        chat.run_id = answers[0].json()["runId"]
        await chat.ended()
        assert (await ann.post(path, body))["runId"] == chat.run_id, "and after it has ended"
        assert len(await chat.messages()) == 2
    async with chatting(ann) as chat:
        assert await chat.say("hello", idempotencyKey="k"), "a key is the conversation's"
        await chat.ended()


async def test_the_same_key_over_the_gateway_is_the_same_message(ann: Person) -> None:
    async with chatting(ann) as chat, operator(ann) as page, operator(ann) as other:
        params = {"sessionKey": chat.id, "message": "hello", "idempotencyKey": "k"}
        first = await page.call("chat.send", params)
        assert (first["runId"], first["status"]) == ("k", "started")
        again = await other.call("chat.send", params)
        assert (again["run"], again["messageId"]) == (first["run"], first["messageId"])
        with pytest.raises(Refused) as refused_at_once:
            await other.call("chat.send", params | {"message": "something else"})
        final = await page.event("chat", lambda p: p["state"] == "final")
        assert final["runId"] == "k"
        late = await other.call("chat.send", params)
        assert (late["run"], late["status"]) == (first["run"], "ok")
        with pytest.raises(Refused) as refused_later:
            await other.call("chat.send", params | {"message": "something else"})
        for refusal in (refused_at_once, refused_later):
            assert refusal.value.code == "gateway.idempotency_conflict"
        body = {"text": "something else", "idempotencyKey": "k"}
        response = await ann.api.post(f"/conversations/{chat.id}/messages", json=body)
        assert refused(response) == (409, "conversations.key_reused")
        assert len(await chat.messages()) == 2


async def test_a_repeat_over_the_gateway_says_how_the_run_stands(ann: Person) -> None:
    machine = await link(ann)
    async with online(machine, {"exec": lambda _: {"exitCode": 0, "stdout": ""}}), operator(ann) as page:
        params = {"sessionKey": "main", "message": "run touch x", "idempotencyKey": "k"}
        assert (await page.call("chat.send", params))["status"] == "started"
        asked = await page.event("exec.approval.requested")
        assert (await page.call("chat.send", params))["status"] == "in_flight"
        await page.call("exec.approval.resolve", {"id": asked["id"], "decision": "deny"})
        await page.event("chat", lambda p: p["state"] == "final")
        assert (await page.call("chat.send", params))["status"] == "ok"


async def test_messages_come_in_pages_from_the_end(ann: Person) -> None:
    async with chatting(ann) as chat:
        await said(chat, "one", "two", "three")
        newest = await ann.get(f"/conversations/{chat.id}/messages?limit=4")
        assert [m["role"] for m in newest["items"]] == ["user", "assistant"] * 2
        assert text(newest["items"][0]) == "two"
        older = await ann.get(f"/conversations/{chat.id}/messages?limit=4&cursor={newest['nextCursor']}")
        assert (text(older["items"][0]), len(older["items"]), older["nextCursor"]) == ("one", 2, None)


async def test_saying_it_again_sets_aside_what_followed(ann: Person) -> None:
    async with chatting(ann) as chat:
        await said(chat, "one", "two", "three")
        second = (await chat.messages())[2]
        path = f"/conversations/{chat.id}/messages/{second['id']}/resend"
        chat.run_id = (await ann.post(path, {"text": "two, but better"}))["runId"]
        await chat.ended()
        assert await questions(chat) == ["one", "two, but better"]
        assert refused(await ann.api.post(path)) == (404, "conversations.message_not_found"), "it is gone"
        async with ann.server.owner() as owner:
            kept = await owner.fetchval("SELECT count(*) FROM messages WHERE user_id = $1", ann.user_id)
        assert kept == 8, "set aside, not lost"


async def test_asking_for_another_answer(ann: Person) -> None:
    async with chatting(ann) as chat:
        await said(chat, "one")
        answer = (await chat.messages())[1]
        path = f"/conversations/{chat.id}/messages/{answer['id']}/resend"
        assert refused(await ann.api.post(path, json={"text": "x"})) == (
            409,
            "conversations.not_a_user_message",
        )
        chat.run_id = (await ann.post(path))["runId"]
        await chat.ended()
        assert await questions(chat) == ["one"]
        assert len(await chat.messages()) == 2


async def test_a_branch_goes_on_without_the_rest(ann: Person) -> None:
    async with (
        online(await link(ann), {"system.info": lambda _: {"hostname": "laptop"}}),
        chatting(ann) as chat,
    ):
        await said(chat, "system info", "two", "three")
        messages = await chat.messages()
        for index, expected in (
            (1, ["system info"]),
            (2, ["system info", "two"]),
            (5, ["system info", "two", "three"]),
        ):
            branch = await ann.post(f"/conversations/{chat.id}/branch", {"messageId": messages[index]["id"]})
            assert branch["title"] == "system info"
            async with chatting(ann, branch["id"]) as other:
                assert await questions(other) == expected
                copied = await other.messages()
                assert len(copied) == index + 1
                assert copied[1]["parts"] == messages[1]["parts"], "with what was done"
                if index == 1:
                    await said(other, "on")
                    assert await questions(other) == ["system info", "on"]
        assert len(await chat.messages()) == 6, "the first one is as it was"


async def test_starting_over_keeps_the_record(ann: Person) -> None:
    async with chatting(ann) as chat, operator(ann) as page:
        await said(chat, "one", "two")
        await page.call("sessions.reset", {"key": chat.id})
        assert await chat.messages() == []
        await said(chat, "three")
        assert await questions(chat) == ["three"]


@pytest.mark.parametrize("words", ["", "   ", "\n\t", "\u200b\0"])
async def test_nothing_is_no_message(ann: Person, words: str) -> None:
    async with chatting(ann) as chat:
        response = await ann.api.post(f"/conversations/{chat.id}/messages", json={"text": words})
        assert refused(response) == (422, "request.invalid")
        assert await chat.messages() == []


@pytest.mark.parametrize(
    "words", ["字" * 1000, "\U0001f600\u202e\u0301", "a\r\nb", "</script><b>", "{{7*7}}", "\u2028"]
)
async def test_words_come_back_as_they_were(ann: Person, words: str) -> None:
    async with chatting(ann) as chat:
        await said(chat, f"x{words}x")
        assert await questions(chat) == [f"x{words}x"]


async def test_export_as_json_is_all_of_it(ann: Person) -> None:
    async with (
        online(await link(ann), {"system.info": lambda _: {"hostname": "laptop"}}),
        chatting(ann) as chat,
    ):
        await said(chat, "system info")
        response = await ann.api.get(f"/conversations/{chat.id}/export?format=json")
        assert response.headers["content-disposition"] == 'attachment; filename="conversation.json"'
        assert response.headers["content-type"] == "application/json"
        body = json.loads(response.content)
        assert body["messages"] == await chat.messages()
        assert body["conversation"]["id"] == chat.id


async def test_export_as_markdown_is_to_be_read(ann: Person) -> None:
    nasty = "```\nfenced\n```\n# not a heading"
    answers = {"exec": lambda _: {"exitCode": 0, "stdout": nasty}}
    async with online(await link(ann), answers), chatting(ann, title="Plans") as chat:
        await said(chat, "run ls")
        response = await ann.api.get(f"/conversations/{chat.id}/export")
        assert response.headers["content-type"] == "text/markdown; charset=utf-8"
        lines = response.text.splitlines()
        assert lines[0] == "# Plans"
        assert f"## You · {ann.server.clock.now():%Y-%m-%d %H:%M} UTC" in lines
        assert "**exec** · ok" in lines
        assert f"````\n{nasty}\n````" in response.text, "a fence that the content cannot close"
        chinese = await ann.api.get(f"/conversations/{chat.id}/export", headers={"Accept-Language": "zh"})
        assert "## 我 ·" in chinese.text


async def test_messages_of_another_conversation_are_not_found(ann: Person) -> None:
    async with chatting(ann) as chat, chatting(ann) as other:
        await said(chat, "one")
        message = (await chat.messages())[0]["id"]
        gone = (404, "conversations.message_not_found")
        for name in (message, ids.to_wire("msg", ids.new_id())):
            path = f"/conversations/{other.id}/messages/{name}/resend"
            assert refused(await ann.api.post(path)) == gone
            branch = await ann.api.post(f"/conversations/{other.id}/branch", json={"messageId": name})
            assert refused(branch) == gone
