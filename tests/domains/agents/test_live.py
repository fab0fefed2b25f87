"""Text of a model on its way: at once while it is slow, in larger pieces while it is quick, and in its place."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio

from openclaw.domains.agents.jobs.live import LiveRun
from openclaw.domains.agents.models import RunStepRow
from openclaw.infra.bus import EventBus
from openclaw.infra.notify import PostgresTransport
from openclaw.infra.scope import Actor, Role, Scope
from openclaw.kit.clock import SystemClock
from tests.support.accounts import Person
from tests.support.buses import BusProcess, bus_processes, valkey
from tests.support.server import Watch

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_text_goes_out_as_it_comes(database_url: str) -> None:
    clock = SystemClock()
    bus, watch = EventBus(PostgresTransport(database_url, clock), clock), Watch()
    bus.subscribe("*", watch.note)
    actor = Actor(user_id=uuid4(), workspace_id=uuid4(), role=Role.MEMBER)
    live = LiveRun(bus, clock, actor, run_id=uuid4(), client_run_id="r", conversation_id=uuid4())

    def told() -> list[str]:
        return [payload["deltaText"] for payload in watch.events("chat")]

    live.text("one ")
    assert told() == ["one "], "the first at once"
    live.text("two ")
    live.text("three ")
    assert told() == ["one "]
    await watch.until(lambda body: body["payload"]["deltaText"] == "two three ")
    assert live._flush is not None
    quiet = asyncio.Event()
    asyncio.get_running_loop().call_at(
        live._flush.when() + 0.001, quiet.set
    )  # after nothing has come for a moment
    await quiet.wait()
    live.text("four")
    assert told() == ["one ", "two three ", "four"], "and at once again"
    live.text("five")
    live.end_text()
    assert told()[-1] == "five"
    assert watch.events("chat")[-1]["message"]["content"][0]["text"] == "one two three fourfive"


@dataclass
class Led:
    """A run in the first of two processes, and what each of them hears of it."""

    process: BusProcess
    live: LiveRun
    actor: Actor
    heard: list[Watch]
    step: RunStepRow = field(
        default_factory=lambda: RunStepRow(id=uuid4(), name="exec", tool_call_id="c1", state="running")
    )

    def transaction(self) -> contextlib.AbstractAsyncContextManager[Scope]:
        return self.process.database.transaction(self.actor)

    def speak(self, *pieces: str) -> None:
        """One reply of the model."""
        self.live.begin_text()
        for piece in pieces:
            self.live.text(piece)
        self.live.end_text()

    async def check(self, *kinds: str) -> None:
        """Wait until both have heard exactly this, each in order: phases, and words."""
        for watch in self.heard:
            await watch.until(lambda _, watch=watch: len(watch.messages) >= len(kinds))
            assert [_kind(body["payload"]) for _, body in watch.messages] == list(kinds)
            seqs = [body["payload"]["seq"] for _, body in watch.messages]
            assert seqs == list(range(1, len(kinds) + 1)), "nobody misses one"


def _kind(payload: dict[str, Any]) -> str:
    if "deltaText" in payload:
        return payload["deltaText"]
    data = payload["data"]
    return data["partialResult"]["text"] if "partialResult" in data else data["phase"]


@pytest_asyncio.fixture(loop_scope="module", params=["postgres", "valkey"])
async def led(request: pytest.FixtureRequest, ann: Person) -> AsyncIterator[Led]:
    with contextlib.ExitStack() as stack:
        broker = stack.enter_context(valkey()) if request.param == "valkey" else None
        async with bus_processes(ann.server.owner_url, broker) as processes:
            heard: list[Watch] = []
            for process in processes:
                heard.append(Watch())
                process.bus.subscribe(ann.topic, heard[-1].note)
            actor = Actor(user_id=ann.user_id, workspace_id=ann.workspace_id, role=Role.MEMBER)
            names = {"run_id": uuid4(), "conversation_id": uuid4()}
            live = LiveRun(processes[0].bus, SystemClock(), actor, client_run_id="r", **names)
            with live.listening():
                yield Led(processes[0], live, actor, heard)


async def test_words_do_not_overtake_what_was_told_before_them(led: Led) -> None:
    """A model may be quicker than the commit, and than whoever carries its facts."""
    live, step = led.live, led.step
    async with led.transaction() as scope:
        await live.started(scope)
        led.speak("one")
    await led.check("start", "one")
    async with led.transaction() as scope:
        await live.tool_with(scope, step, "start")
        live.output(step, {"stream": "stdout", "text": "printed"})
    await led.check("start", "one", "start", "printed")
    async with led.transaction() as scope:
        await live.tool_with(scope, step, "result")
        led.speak("two", "three")
    await led.check("start", "one", "start", "printed", "result", "twothree")
    assert led.heard[1].events("chat")[-1]["message"]["content"][0]["text"] == "one\n\ntwothree"


async def test_words_that_wait_are_told_with_what_follows(led: Led) -> None:
    live, step = led.live, led.step
    async with led.transaction() as scope:
        await live.tool_with(scope, step, "start")
        live.output(step, {"stream": "stdout", "text": "too late to be seen"})
        led.speak("one")
        led.speak("two")
        step.finished_at = scope.now()
        await live.tool_with(scope, step, "result")
        led.speak("three")
    await led.check("start", "one\n\ntwo", "result", "three")


async def test_words_are_not_overtaken_by_what_is_told_after_them(led: Led) -> None:
    """Other processes hear them in small batches, and the end with its commit."""
    led.speak("one")
    async with led.transaction() as scope:
        await led.live.tool_with(scope, led.step, "start")
    await led.check("one", "start")


async def test_words_do_not_wait_for_ever_for_what_was_undone(led: Led) -> None:
    with contextlib.suppress(ZeroDivisionError):
        async with led.transaction() as scope:
            await led.live.started(scope)
            raise ZeroDivisionError
    led.speak("one")
    for watch in led.heard:
        await watch.until(lambda body: body["payload"].get("deltaText") == "one")
