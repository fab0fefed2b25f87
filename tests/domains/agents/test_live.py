"""Text of a model on its way: at once while it is slow, in larger pieces while it is quick."""

import asyncio
from uuid import uuid4

from openclaw.domains.agents.jobs.live import LiveRun
from openclaw.infra.bus import EventBus
from openclaw.infra.notify import PostgresTransport
from openclaw.infra.scope import Actor, Role
from openclaw.kit.clock import SystemClock
from tests.support.server import Watch


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
