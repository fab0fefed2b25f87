"""A client that comes back, to this gateway or another, is told what it has missed: all of it, in order, once."""

import asyncio
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from openclaw.apps.gateway.main import gateway
from openclaw.apps.gateway.reading import MOST_HELD, FeedReader, Page
from openclaw.apps.gateway.send_queue import OutgoingEvent
from openclaw.infra.feed import cursor_of
from tests.domains.agents.chatting import CREATE, WRITTEN, chatting, use_model
from tests.support.accounts import Person, register
from tests.support.devices import link, online
from tests.support.gateway_client import GatewayClient, Refused, operator
from tests.support.scripted_openai import Say, ScriptedOpenAI
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")

CAPS = ["tool-events", "approvals", "run-names", "cursor"]


def numbered(page: GatewayClient) -> list[tuple[int, str]]:
    """The events that can be read again: their numbers and names."""
    return [(int(e["cursor"].partition(".")[0]), e["event"]) for e in page.events if "cursor" in e]


def last_cursor(page: GatewayClient) -> str:
    """How far the page has read."""
    told = [event["cursor"] for event in page.events if "cursor" in event]
    return told[-1] if told else page.hello["resume"]["cursor"]


async def test_what_was_missed_is_told_in_order_and_once(ann: Person) -> None:
    async with online(await link(ann), WRITTEN):
        async with operator(ann, caps=CAPS) as page:
            assert page.hello["resume"]["resumed"] is False
            await ann.post("/conversations", {"title": "One"})
            await page.event("sessions.changed")
            cursor = last_cursor(page)
            before = numbered(page)
        async with chatting(ann) as chat:
            await chat.say(CREATE)
            await chat.decide(await chat.asked(), "allow_once")
            await chat.ended()
        async with operator(ann, caps=CAPS, cursor=cursor) as page:
            assert page.hello["resume"] == {"cursor": cursor, "resumed": True}
            await page.event("chat", lambda p: p["state"] == "final")
            await ann.post("/conversations", {"title": "Two"})
            title = (await ann.get("/conversations"))["items"][0]["id"]
            await page.event("sessions.changed", lambda p: p["sessionKey"] == title)
            after = numbered(page)
        async with operator(ann, caps=CAPS, cursor=cursor) as again:
            await again.event("sessions.changed", lambda p: p["sessionKey"] == title)
            assert numbered(again) == after, "as often as it asks"
    assert [seq for seq, _ in after] == list(range(before[-1][0] + 1, after[-1][0] + 1))
    names = [name for _, name in after]
    assert names.count("exec.approval.requested") == names.count("exec.approval.resolved") == 1
    assert "agent" in names
    with_text = [e["payload"] for e in again.events if e["event"] == "chat"]
    assert [p["state"] for p in with_text] == ["delta", "final"], "what was said before the call, and the end"


async def test_a_sentence_in_progress_is_completed(ann: Person) -> None:
    """The page has seen half of it; the model says nothing more while the page is away, nor after it came back."""
    answer = Say("Half of a sentence that goes on", gate="half", gate_after=3)
    async with ScriptedOpenAI([answer]) as model:
        await use_model(ann, model)
        async with chatting(ann) as chat:
            async with operator(ann, caps=CAPS) as page:
                await chat.say("Speak")
                await page.event("chat", lambda p: p["state"] == "delta")
                cursor = last_cursor(page)
            await model.waiting("half")
            await chat.watch.until(lambda b: "Half of a " in said(b))
            async with operator(ann, caps=CAPS, cursor=cursor) as page:
                told = await page.event("chat", lambda p: "Half of a " in said({"payload": p}))
                assert told["deltaText"] == "", "those who have it all append nothing"
                model.open("half")
                end = await page.event("chat", lambda p: p["state"] == "final")
    assert end["message"]["content"][0]["text"] == "Half of a sentence that goes on"


def said(body: dict[str, Any]) -> str:
    content = (body["payload"].get("message") or {}).get("content") or [{}]
    return str(content[0].get("text", ""))


@pytest.mark.parametrize("protocol", [3, 4])
async def test_released_clients_see_nothing_of_it(ann: Person, protocol: int) -> None:
    versions: dict[str, Any] = {"minProtocol": protocol, "maxProtocol": protocol}
    async with operator(ann, cursor=cursor_of(ann.user_id, ann.workspace_id, 0), **versions) as page:
        assert "resume" not in page.hello
        await ann.post("/conversations", {"title": "One"})
        await page.event("sessions.changed")
        assert {key for event in page.events for key in event} <= {
            "type",
            "event",
            "payload",
            "seq",
            "stateVersion",
        }


async def test_a_cursor_opens_nothing(server: Server, ann: Person) -> None:
    """Neither somebody else's nor an invented one; and what was not granted is not told later either."""
    bob = await register(server)
    async with chatting(ann) as chat, online(await link(ann), WRITTEN):
        await chat.say(CREATE)
        await chat.decide(await chat.asked(), "allow_once")
        await chat.ended()
    await bob.post("/conversations", {"title": "Bob's"})
    start = cursor_of(ann.user_id, ann.workspace_id, 0)
    for cursor in (start, cursor_of(bob.user_id, bob.workspace_id, 99), "0", "0." + "a" * 60):
        async with operator(bob, caps=CAPS, cursor=cursor) as page:
            assert page.hello["resume"]["resumed"] is False
            await page.call("health")
            assert numbered(page) == []
    with pytest.raises(Refused):
        async with operator(bob, caps=CAPS, cursor="0." + "a" * 63):
            pass
    async with operator(ann, caps=CAPS, cursor=start, scopes=["operator.read"]) as page:
        await page.event("chat", lambda p: p["state"] == "final")
        assert not [name for _, name in numbered(page) if name.startswith("exec.approval")]


async def test_clients_are_told_when_to_come_back(server: Server, ann: Person) -> None:
    async with (
        gateway(server.platform) as second,
        operator(replace(ann, server=replace(server, gateway=second))) as page,
    ):
        await second.stop(restart_expected_ms=0)
        told = await page.event("shutdown")
        assert told == {"reason": "service restart", "restartExpectedMs": 0}
        assert await page.ended() == (1012, "service restart")


class Rows:
    """Kept events, and what a reader made of them."""

    def __init__(self, newest: int, *, seq: int | None, oldest: int = 1) -> None:
        self.newest, self.oldest = newest, oldest
        self.sent: list[str] = []
        self.changed = asyncio.Event()
        self.is_given_up = False
        self.pages = 0
        self.reader = FeedReader(
            seq=seq, load=self.load, send=self.send, has_room=self.has_room, give_up=self.give_up
        )

    async def load(self, after: int) -> Page:
        kept = range(max(after + 1, self.oldest), self.newest + 1)
        return Page([(n, event(n)) for n in kept[:3]], len(kept) <= 3)

    async def has_room(self) -> None:
        self.pages += 1

    def send(self, event: OutgoingEvent) -> None:
        self.sent.append(event.name if event.name != "chat" else bare(event))
        self.changed.set()

    async def until_sent(self, count: int) -> None:
        while len(self.sent) < count:
            self.changed.clear()
            await self.changed.wait()

    def give_up(self) -> None:
        self.is_given_up = True


def event(number: int) -> OutgoingEvent:
    return OutgoingEvent("chat", {"n": number, "id": uuid4().hex})


def bare(event: OutgoingEvent) -> str:
    return event.encoded.frame(None).decode().partition('"n":')[2].partition(",")[0]


async def test_what_comes_too_early_waits_for_what_is_before_it() -> None:
    rows = Rows(7, seq=2)
    for number in (3, 5):  # both are committed, the second one's message came first
        rows.reader.take(number, event(number))
    assert rows.sent == []
    await rows.reader.catch_up()
    assert rows.sent == ["3", "4", "5", "6", "7"]
    assert rows.pages == 2, "a page after another, as the client reads them"
    for number in (4, 7):
        rows.reader.take(number, event(number))
    assert rows.sent[5:] == [], "each once"
    rows.newest = 9
    rows.reader.take(9, event(9))
    rows.reader.take(None, OutgoingEvent("tick", {}))
    rows.reader.take(8, event(8))
    await rows.until_sent(8)
    assert rows.sent[5:] == ["8", "9", "tick"]
    rows.reader.take(10, None)  # not for this client
    rows.reader.take(11, event(11))
    assert rows.sent[8:] == ["11"]


async def test_a_client_of_which_nothing_is_known_begins_with_what_comes_first() -> None:
    rows = Rows(9, seq=None)
    rows.reader.take(5, event(5))
    rows.reader.take(5, event(5))
    rows.reader.take(7, event(7))
    await rows.until_sent(5)
    assert rows.sent == ["5", "6", "7", "8", "9"]


async def test_a_reader_gives_up_rather_than_leave_something_out() -> None:
    rows = Rows(9, seq=2, oldest=6)
    await rows.reader.catch_up()
    assert rows.is_given_up
    assert rows.sent == []
    flooded = Rows(0, seq=0)
    for _ in range(MOST_HELD + 1):
        flooded.reader.take(None, event(0))
    assert flooded.is_given_up
