"""What a user is told: numbered in the order of commits over every transport, and read again from a cursor."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack

import pytest
import pytest_asyncio
from sqlalchemy import text

from openclaw.infra.bus import publish
from openclaw.infra.db import Database
from openclaw.infra.feed import (
    MOST_MISSED,
    UserEventRow,
    cursor_of,
    find_position,
    forget_old,
    list_events,
    tell,
    user_topic,
)
from openclaw.infra.pubsub import PubSubTransport
from openclaw.infra.scope import Scope
from openclaw.kit.clock import SystemClock
from tests.support.accounts import Person, register
from tests.support.buses import bus_processes, valkey
from tests.support.database import Cluster
from tests.support.server import Server, Watch, running_server

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def say(database: Database, person: Person, *numbers: int, name: str = "chat") -> None:
    async with database.system() as scope:
        for number in numbers:
            body = {"event": name, "payload": {"n": number}}
            await tell(scope, person.user_id, person.workspace_id, body)


async def feed(scope: Scope) -> list[UserEventRow]:
    """The actor's whole feed."""
    found: list[UserEventRow] = []
    while page := await list_events(scope, after=found[-1].seq if found else 0):
        found += page
    return found


@pytest.fixture(scope="module")
def database_url(cluster: Cluster) -> Iterator[str]:
    with cluster.database() as url:
        yield url


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    """One for all tests, each of which has people of its own."""
    async with running_server(database_url, tmp_path_factory.mktemp("home")) as server:
        yield server


@pytest_asyncio.fixture(loop_scope="module")
async def person(server: Server) -> Person:
    return await register(server)


async def numbered(database_url: str, person: Person, broker: object) -> None:
    async with bus_processes(database_url, broker) as processes:  # pyright: ignore[reportArgumentType]
        watch = Watch()
        processes[0].bus.subscribe(user_topic(person.user_id, person.workspace_id), watch.note)

        async def talk(database: Database, name: str) -> None:
            for number in range(0, 20, 2):
                await say(database, person, number, number + 1, name=name)

        await asyncio.gather(*(talk(p.database, f"{n}") for n, p in enumerate(processes * 2)))
        await watch.until(lambda _: len(watch.messages) == 80)
        heard = {body["cursor"]: (body["event"], body["payload"]["n"]) for _, body in watch.messages}
    async with person.scope() as scope:
        kept = {row.seq: (row.body["event"], row.body["payload"]["n"]) for row in await feed(scope)}
    assert list(kept) == list(range(1, 81))
    assert kept == heard
    for seq in range(1, 81, 2):
        name, number = kept[seq]
        assert kept[seq + 1] == (name, number + 1), "what a transaction tells stands together"


async def test_numbers_follow_the_commits_of_all_processes(database_url: str, person: Person) -> None:
    await numbered(database_url, person, None)


async def test_numbers_follow_the_commits_over_a_broker_too(database_url: str, person: Person) -> None:
    with valkey() as broker:
        await numbered(database_url, person, broker)


async def test_a_process_that_dies_before_it_publishes_loses_nothing(
    database_url: str, person: Person
) -> None:
    """Its facts wait in rows; whoever sweeps next publishes them, in their order."""
    with valkey() as broker:
        dead = Database(database_url, SystemClock())
        PubSubTransport(broker.connection_url, dead, SystemClock(), channel="never started")
        await say(dead, person, 1, 2)
        async with dead.system() as scope:
            await publish(scope, "t", {"n": 3})
        await dead.close()
        async with bus_processes(database_url, broker, count=1) as (process,):
            watch = Watch()
            process.bus.subscribe("*", watch.note)
            await watch.until(lambda body: body.get("n") == 3)
            assert [body.get("cursor") for _, body in watch.messages] == [1, 2, None]
            left = 1
            while left:  # they go just after they were published
                async with process.database.system() as scope:
                    left = await scope.session.scalar(text("SELECT count(*) FROM bus_facts"))


async def test_work_goes_on_without_its_broker(database_url: str, person: Person) -> None:
    """What is committed meanwhile is told, or a gap is: whoever listens again reads the rows."""
    with ExitStack() as brokers:
        broker = brokers.enter_context(valkey())
        async with bus_processes(database_url, broker) as processes:
            gap, watch = asyncio.Event(), Watch()
            processes[1].bus.on_gap(gap.set)
            processes[1].bus.subscribe("*", watch.note)
            gap.clear()
            port = broker.port
            brokers.close()
            await say(processes[0].database, person, 1)
            brokers.enter_context(valkey(port))
            await gap.wait()
            await say(processes[0].database, person, 2)
            await watch.until(lambda body: body["cursor"] == 2)
    async with person.scope() as scope:
        assert [row.seq for row in await feed(scope)] == [1, 2]


async def test_a_cursor_is_read_on_from(server: Server, person: Person) -> None:
    database = server.platform.database
    owner = person.user_id, person.workspace_id
    await say(database, person, *range(1, 6))
    async with person.scope() as scope:
        for seen in (0, 3, 5):
            position = await find_position(scope, cursor_of(*owner, seen))
            assert (position.seq, position.is_resumed) == (seen, True)
            assert [row.seq for row in await list_events(scope, after=seen)] == list(range(seen + 1, 6))
        for strange in ("", "5", "x.y", "-1.ab", cursor_of(*owner, 6), cursor_of(*owner, 10**18 + 1), "٣.ab"):
            position = await find_position(scope, strange)
            assert (position.seq, position.is_resumed) == (5, False), strange


async def test_a_cursor_means_nothing_to_others(server: Server, person: Person) -> None:
    other = await register(server)
    for whom in (person, other):
        await say(server.platform.database, whom, 1, 2)
    async with other.scope() as scope:
        stolen = await find_position(scope, cursor_of(person.user_id, person.workspace_id, 1))
        assert not stolen.is_resumed
        assert {row.user_id for row in await feed(scope)} == {other.user_id}


async def test_after_the_window_a_client_starts_anew(server: Server, person: Person) -> None:
    owner = person.user_id, person.workspace_id
    await say(server.platform.database, person, 1, 2, 3)
    async with server.owner() as connection:
        await connection.execute(
            "UPDATE user_events SET created_at = now() - interval '31 minutes' WHERE user_id = $1 AND seq <= 2",
            person.user_id,
        )
    async with server.platform.database.system() as scope:
        await forget_old(scope)
    async with person.scope() as scope:
        assert not (await find_position(scope, cursor_of(*owner, 0))).is_resumed
        assert not (await find_position(scope, cursor_of(*owner, 1))).is_resumed
        assert (await find_position(scope, cursor_of(*owner, 2))).is_resumed
    async with server.owner() as connection:
        await connection.execute("DELETE FROM user_events WHERE user_id = $1", person.user_id)
    async with person.scope() as scope:
        assert (await find_position(scope, cursor_of(*owner, 3))).is_resumed, "there was nothing since"


async def test_who_has_missed_too_much_starts_anew(server: Server, person: Person) -> None:
    await say(server.platform.database, person, *range(MOST_MISSED + 1))
    owner = person.user_id, person.workspace_id
    async with person.scope() as scope:
        assert not (await find_position(scope, cursor_of(*owner, 0))).is_resumed
        assert (await find_position(scope, cursor_of(*owner, 1))).is_resumed


async def test_telling_others_leaves_no_rights_behind(server: Server, person: Person) -> None:
    other = await register(server)
    fact = {
        "t": "t",
        "b": {"event": "chat", "payload": {}},
        "u": other.user_id.hex,
        "w": other.workspace_id.hex,
    }
    async with person.scope() as scope:
        await scope.session.execute(
            text("SELECT publish_facts(CAST(:facts AS jsonb), 7000, true)"), {"facts": json.dumps([fact])}
        )
        assert await scope.session.scalar(text("SELECT app_is_system()")) is False
        assert await scope.session.scalar(text("SELECT count(*) FROM user_events")) == 0
    async with other.scope() as scope:
        assert [row.seq for row in await feed(scope)] == [1]


async def test_what_is_rolled_back_takes_no_number(server: Server, person: Person) -> None:
    database = server.platform.database
    with pytest.raises(RuntimeError):
        async with database.system() as scope:
            await tell(scope, person.user_id, person.workspace_id, {"event": "chat", "payload": {}})
            raise RuntimeError
    await say(database, person, 1)
    async with person.scope() as scope:
        assert [row.seq for row in await feed(scope)] == [1]
