"""The list of conversations: made, renamed, archived, deleted, restored, searched, paged."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from openclaw.kit import ids
from openclaw.kit.pagination import encode_cursor
from tests.domains.agents.chatting import chatting
from tests.support.accounts import Person, refused
from tests.support.devices import link
from tests.support.gateway_client import operator

pytestmark = pytest.mark.asyncio(loop_scope="module")

GONE = (404, "conversations.not_found")


async def titles(person: Person, query: str = "") -> list[str]:
    return [c["title"] for c in (await person.get(f"/conversations{query}"))["items"]]


async def made(person: Person, title: str) -> dict[str, Any]:
    """A conversation, a second after the one before."""
    person.server.manual.advance(timedelta(seconds=1))
    return await person.post("/conversations", {"title": title})


async def test_from_the_first_to_the_last_moment(ann: Person) -> None:
    created = await ann.post("/conversations", {})
    path = f"/conversations/{created['id']}"
    assert created == created | {
        "title": "New conversation",
        "deviceId": None,
        "archived": False,
        "lastMessage": None,
        "runState": None,
    }
    assert datetime.fromisoformat(created["createdAt"]) == ann.server.clock.now()
    assert await ann.get(path) == created
    machine = await link(ann)
    changed = await ann.patch(path, {"title": "Plans", "deviceId": machine.session["deviceId"]})
    assert (changed["title"], changed["deviceId"]) == ("Plans", machine.session["deviceId"])
    assert (await ann.patch(path, {"title": "Plans 2"}))["deviceId"] == machine.session["deviceId"]
    assert (await ann.patch(path, {"deviceId": None}))["deviceId"] is None
    await ann.post(f"{path}/archive")
    assert (await titles(ann), await titles(ann, "?archived=true")) == ([], ["Plans 2"])
    await ann.post(f"{path}/unarchive")
    assert (await titles(ann), await titles(ann, "?archived=true")) == (["Plans 2"], [])
    await ann.delete(path)
    assert await titles(ann) == []
    for method, at in (
        ("GET", ""),
        ("PATCH", ""),
        ("DELETE", ""),
        ("POST", "/archive"),
        ("GET", "/messages"),
        ("GET", "/export"),
    ):
        response = await ann.api.request(method, path + at, json={} if method == "PATCH" else None)
        assert refused(response) == GONE, f"{method} {at}"
    assert refused(await ann.api.post(f"{path}/messages", json={"text": "x"})) == GONE
    assert (await ann.post(f"{path}/restore"))["title"] == "Plans 2"
    assert await titles(ann) == ["Plans 2"]
    assert refused(await ann.api.post(f"{path}/restore")) == GONE


async def test_put_is_patch(ann: Person) -> None:
    created = await ann.post("/conversations", {"title": "a"})
    response = await ann.api.put(f"/conversations/{created['id']}", json={"title": "b"})
    assert response.json()["title"] == "b"


async def test_a_machine_of_nobody_is_refused(ann: Person) -> None:
    created = await ann.post("/conversations", {})
    unknown = {"deviceId": ids.to_wire("dev", ids.new_id())}
    for response in (
        await ann.api.post("/conversations", json=unknown),
        await ann.api.patch(f"/conversations/{created['id']}", json=unknown),
    ):
        assert refused(response) == (404, "devices.not_found")


async def test_the_title_comes_from_the_first_message(ann: Person) -> None:
    async with chatting(ann) as chat:
        await chat.say("  What is   the weather\nlike? " + "word " * 50)
        await chat.ended()
        title = (await ann.get(f"/conversations/{chat.id}"))["title"]
        assert title.startswith("What is the weather like? word")
        assert title.endswith("…")
        assert len(title) <= 60
    async with chatting(ann, title="My own") as chat:
        await chat.say("hello")
        await chat.ended()
        conversation = await ann.get(f"/conversations/{chat.id}")
    assert conversation["title"] == "My own"
    assert conversation["lastMessage"]["role"] == "assistant"
    assert "Demo model" in conversation["lastMessage"]["text"]


async def test_the_main_conversation_is_one(ann: Person) -> None:
    async with operator(ann) as page:
        first = await page.call("chat.history", {"sessionKey": "main"})
        for key in (
            "main",
            "global",
            "agent:main:main",
            first["sessionId"],
            f"agent:main:{first['sessionId']}",
        ):
            assert (await page.call("chat.history", {"sessionKey": key}))["sessionId"] == first["sessionId"]
    assert await titles(ann) == ["Main"]


TITLES = (
    "Holiday plans",
    "PLAN B",
    "100% sure",
    "100 sure",
    "a_b",
    "acb",
    "back\\slash",
    "今天天气怎么样",
    "Äpfel",
)
SEARCHES: dict[str, set[str]] = {
    "plan": {"Holiday plans", "PLAN B"},
    "PLANS": {"Holiday plans"},
    "100%": {"100% sure"},
    "%": {"100% sure"},
    "a_b": {"a_b"},
    "_": {"a_b"},
    "\\": {"back\\slash"},
    "天气": {"今天天气怎么样"},
    "怎么": {"今天天气怎么样"},
    "ÄPFEL": {"Äpfel"},
    "' OR 1=1 --": set(),
    "nothing like it": set(),
    "": set(TITLES),
}


async def test_search_in_titles(ann: Person) -> None:
    for title in TITLES:
        await ann.post("/conversations", {"title": title})
    for query, found in SEARCHES.items():
        response = await ann.get("/conversations", params={"q": query})
        assert {c["title"] for c in response["items"]} == found, query


async def test_search_in_what_was_said(ann: Person) -> None:
    async with chatting(ann, title="First") as chat:
        await chat.say("tell me about 企鹅 and 50% rain")
        await chat.ended()
        assert await titles(ann, "?q=企鹅") == ["First"]
        assert await titles(ann, "?q=50%25 rain") == ["First"]
        assert await titles(ann, "?q=语言模型") == ["First"], "what the assistant said, too"
        assert await titles(ann, "?q=企鹅&archived=true") == []
        question = (await chat.messages())[0]["id"]
        path = f"/conversations/{chat.id}/messages/{question}/resend"
        chat.run_id = (await ann.post(path, {"text": "about cats"}))["runId"]
        await chat.ended()
        assert await titles(ann, "?q=企鹅") == [], "what was taken back is not found"
        assert await titles(ann, "?q=cats") == ["First"]


async def test_pages_are_whole_and_in_order(ann: Person) -> None:
    for number in range(7):
        await made(ann, f"c{number}")
    await ann.post("/conversations", {"title": "c6 at the same moment"})
    found: list[str] = []
    query = "?limit=3"
    while True:
        page = await ann.get(f"/conversations{query}")
        found += [c["title"] for c in page["items"]]
        if page["nextCursor"] is None:
            break
        query = f"?limit=3&cursor={page['nextCursor']}"
    assert set(found[:2]) == {"c6", "c6 at the same moment"}
    assert found[2:] == ["c5", "c4", "c3", "c2", "c1", "c0"]


async def test_the_last_used_comes_first(ann: Person) -> None:
    first = await made(ann, "first")
    await made(ann, "second")
    ann.server.manual.advance(timedelta(seconds=1))
    async with chatting(ann, first["id"]) as chat:
        await chat.say("hello")
        await chat.ended()
    assert await titles(ann) == ["first", "second"]


@pytest.mark.parametrize(
    "cursor", ["x", encode_cursor("2026|x"), encode_cursor("|"), encode_cursor("2026-01-01|" + "0" * 31)]
)
async def test_cursors_of_others_make(ann: Person, cursor: str) -> None:
    response = await ann.api.get("/conversations", params={"cursor": cursor})
    assert refused(response) == (422, "request.invalid")


async def test_pages_hear_of_every_change(ann: Person) -> None:
    async with operator(ann) as page:
        created = await ann.post("/conversations", {})
        path = f"/conversations/{created['id']}"
        await ann.patch(path, {"title": "x"})
        await ann.post(f"{path}/archive")
        await ann.post(f"{path}/unarchive")
        await ann.delete(path)
        await ann.post(f"{path}/restore")
        await page.event("sessions.changed", lambda p: p["reason"] == "restored")
        reasons = [e["payload"]["reason"] for e in page.events if e["event"] == "sessions.changed"]
    assert reasons == ["created", "updated", "archived", "unarchived", "deleted", "restored"]
