"""Durable work: started once, done by somebody whatever dies, and left where it is by who stops."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from sqlalchemy import text

from openclaw.durable import store
from openclaw.durable.claims import Limits
from openclaw.durable.engine import DurableEngine
from openclaw.durable.queue import JobQueue
from openclaw.infra.bus import EventBus
from openclaw.infra.db import Database, as_libpq
from openclaw.infra.notify import PostgresTransport
from openclaw.kit.clock import ManualClock
from openclaw.kit.errors import UnavailableError
from openclaw.kit.tasks import cancel_and_wait, spawn
from tests.support.server import START

_GRANTED = (
    "SELECT array_agg(defaclobjtype::text || defaclacl::text ORDER BY defaclobjtype) FROM pg_default_acl"
    " WHERE defaclnamespace = 'dbos'::regnamespace"
)


class Work:
    """A handler that the test opens and fails by hand."""

    def __init__(self) -> None:
        self.started = asyncio.Queue[dict[str, Any]]()
        self.ended = asyncio.Queue[str]()
        self.gate = asyncio.Event()
        self.failures: list[Exception] = []

    async def __call__(self, payload: dict[str, Any]) -> None:
        self.started.put_nowait(payload)
        try:
            if self.failures:
                raise self.failures.pop(0)
            await self.gate.wait()
        except asyncio.CancelledError:
            self.ended.put_nowait("cut off")
            raise
        self.ended.put_nowait("done")


class Cluster:
    """Processes, one after the other: the engine's library is one to a process."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.clock = ManualClock(START)
        self.database = Database(url, self.clock)

    @contextlib.asynccontextmanager
    async def engine(self, name: str, work: Work) -> AsyncIterator[DurableEngine]:
        bus = EventBus(PostgresTransport(self._url, self.clock), self.clock)
        await bus.start()
        queue = JobQueue(self.database, bus, self.clock, name=name, slots=4, limits=Limits())
        engine = DurableEngine(
            self.database,
            self.clock,
            owner_url=self._url,
            executor_id=name,
            handlers={"work": work},
            queue=queue,
        )
        await engine.launch()
        try:
            yield engine
        finally:
            await engine.stop()
            await bus.stop()

    @contextlib.asynccontextmanager
    async def owner(self) -> AsyncIterator[asyncpg.Connection]:
        """A connection that nothing else uses."""
        connection = await asyncpg.connect(as_libpq(self._url))
        try:
            yield connection
        finally:
            await connection.close()

    async def executors(self) -> set[str]:
        async with self.database.system() as scope:
            return set(await scope.session.scalars(text("SELECT id FROM durable_executors")))

    async def silence(self, name: str) -> None:
        """As if the executor had said nothing for a minute."""
        silent = text(
            "UPDATE durable_executors SET heartbeat_at = now() - interval '1 minute' WHERE id = :name"
        )
        async with self.database.system() as scope:
            await scope.session.execute(silent, {"name": name})

    async def statuses(self) -> list[str]:
        """What the engine's library has noted of each piece of work (as the application's role may read it)."""
        async with self.database.system() as scope:
            return sorted(await scope.session.scalars(text("SELECT status FROM dbos.workflow_status")))


@pytest.fixture
async def cluster_of(database_url: str) -> AsyncIterator[Cluster]:
    cluster = Cluster(database_url)
    yield cluster
    await cluster.database.close()


@pytest.mark.parametrize(
    "missing",
    [
        "DROP SCHEMA dbos CASCADE",
        "REVOKE USAGE ON SCHEMA dbos FROM openclaw_app",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA dbos REVOKE EXECUTE ON FUNCTIONS FROM openclaw_app",
    ],
)
async def test_its_own_tables_are_made_and_granted_whatever_is_missing(
    cluster_of: Cluster, missing: str
) -> None:
    work = Work()
    work.gate.set()
    async with cluster_of.owner() as owner:
        granted = await owner.fetchval(_GRANTED)
        await owner.execute(missing)
        async with cluster_of.engine("one", work) as engine:
            await engine.start("work", work_id="w1", payload={})
            assert await work.ended.get() == "done"
        assert await owner.fetchval(_GRANTED) == granted


async def test_its_own_tables_are_left_alone_when_they_are_up_to_date(cluster_of: Cluster) -> None:
    """Granting again what is granted would write every table's row of the catalogue anew, at each start."""
    rows = "SELECT array_agg(xmin::text) FROM pg_class WHERE relnamespace = 'dbos'::regnamespace"
    async with cluster_of.owner() as owner:
        before = await owner.fetchval(rows)
        async with cluster_of.engine("one", Work()):
            assert await owner.fetchval(rows) == before


async def test_work_is_started_once_however_often_it_is_asked_for(cluster_of: Cluster) -> None:
    work = Work()
    async with cluster_of.engine("one", work) as engine:
        await asyncio.gather(*(engine.start("work", work_id="w1", payload={"n": 1}) for _ in range(5)))
        assert await work.started.get() == {"n": 1}
        work.gate.set()
        assert await work.ended.get() == "done"
        await engine.start("work", work_id="w1", payload={"n": 1})
        await engine.start("work", work_id="w2", payload={"n": 2})
        assert await work.started.get() == {"n": 2}
        assert await work.ended.get() == "done"
    assert work.started.empty()


async def test_who_comes_back_goes_on_with_its_own_work(cluster_of: Cluster) -> None:
    work = Work()
    async with cluster_of.engine("one", work) as engine:
        await engine.start("work", work_id="w1", payload={"n": 1})
        await work.started.get()
    assert await work.ended.get() == "cut off"
    assert await cluster_of.statuses() == ["PENDING"], "stopped is neither done nor failed"
    async with cluster_of.engine("one", work):
        assert await work.started.get() == {"n": 1}
        work.gate.set()
        assert await work.ended.get() == "done"


async def test_others_go_on_with_the_work_of_the_silent(cluster_of: Cluster) -> None:
    work = Work()
    async with cluster_of.engine("one", work) as engine:
        await engine.start("work", work_id="w1", payload={"n": 1})
        await work.started.get()
    await work.ended.get()
    await cluster_of.silence("one")  # it did not leave, it died
    async with cluster_of.engine("two", work):
        assert "one" in await cluster_of.executors()
        while work.started.empty():
            cluster_of.clock.advance(timedelta(seconds=2))
            await cluster_of.executors()
        assert await work.started.get() == {"n": 1}
        work.gate.set()
        assert await work.ended.get() == "done"


async def test_who_is_alive_keeps_its_work(cluster_of: Cluster) -> None:
    work = Work()
    async with cluster_of.engine("one", work) as engine:
        await engine.start("work", work_id="w1", payload={})
        await work.started.get()
        for _ in range(20):
            cluster_of.clock.advance(timedelta(seconds=2))
            await cluster_of.executors()
        assert "one" in await cluster_of.executors()
        assert work.started.empty(), "not taken from itself"
        work.gate.set()
        assert await work.ended.get() == "done"


async def test_what_is_unavailable_is_tried_again(cluster_of: Cluster) -> None:
    work = Work()
    work.failures = [UnavailableError(part="database"), UnavailableError(part="database")]
    work.gate.set()
    async with cluster_of.engine("one", work) as engine:
        await engine.start("work", work_id="w1", payload={})
        while work.ended.empty():
            cluster_of.clock.advance(timedelta(seconds=1))
            await cluster_of.executors()
        assert await work.ended.get() == "done"
    assert work.started.qsize() == 3


async def test_a_defect_ends_its_work_and_no_other(cluster_of: Cluster) -> None:
    work = Work()
    work.failures = [RuntimeError("a defect")]
    work.gate.set()
    async with cluster_of.engine("one", work) as engine:
        await engine.start("work", work_id="w1", payload={"n": 1})
        await work.started.get()
        await engine.start("work", work_id="w2", payload={"n": 2})
        assert await work.ended.get() == "done"
        while "PENDING" in await cluster_of.statuses():
            pass
    assert await cluster_of.statuses() == ["ERROR", "SUCCESS"]


async def test_new_work_begins_at_once_and_is_durable_soon(cluster_of: Cluster) -> None:
    work = Work()
    async with cluster_of.engine("one", work) as engine:
        await engine.start("work", work_id="w1", payload={"n": 1}, is_new=True)
        assert await cluster_of.statuses() == ["PENDING"]
        async with cluster_of.database.system() as scope:
            assert await engine.is_known(scope, "w1")
            assert not await engine.is_known(scope, "w2")
        await engine.start("work", work_id="w1", payload={"n": 1})
    assert work.started.qsize() == 1, "what was begun is what was noted down"
    assert await work.ended.get() == "cut off"
    assert await cluster_of.statuses() == ["PENDING"]
    work.gate.set()
    async with cluster_of.engine("one", work):
        assert await work.ended.get() == "done"
    assert work.started.qsize() == 2


async def test_new_work_that_is_soon_done_needs_no_note(cluster_of: Cluster) -> None:
    work = Work()
    work.gate.set()
    async with cluster_of.engine("one", work) as engine:
        await engine.start("work", work_id="w1", payload={}, is_new=True)
        assert await work.ended.get() == "done"
        assert await cluster_of.statuses() == []


async def test_who_gives_up_waiting_leaves_no_work_undone(cluster_of: Cluster) -> None:
    """A start that is slow goes on without its caller: noted as a living process's work, nobody else would do it."""
    work = Work()
    work.gate.set()
    async with cluster_of.engine("one", work) as engine, cluster_of.owner() as owner:
        async with owner.transaction():
            await owner.execute("LOCK TABLE dbos.workflow_status IN EXCLUSIVE MODE")
            starting = spawn(engine.start("work", work_id="w1", payload={}), name="start")
            while not await owner.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
                pass
            await cancel_and_wait(starting)
        assert await work.ended.get() == "done"


async def test_a_process_whose_pool_is_used_up_is_still_alive(cluster_of: Cluster) -> None:
    beat = "SELECT heartbeat_at FROM durable_executors WHERE id = 'one'"
    async with cluster_of.engine("one", Work()), cluster_of.owner() as owner:
        async with contextlib.AsyncExitStack() as used_up:
            for _ in range(16):  # all that there are
                await used_up.enter_async_context(cluster_of.database.system())
            before = await owner.fetchval(beat)
            while await owner.fetchval(beat) == before:
                cluster_of.clock.advance(timedelta(seconds=1))


async def test_heartbeats(cluster_of: Cluster) -> None:
    async with cluster_of.database.system() as scope:
        for name in ("silent", "alive", "left"):
            await store.note_alive(scope, name)
        await store.note_left(scope, "left")
    await cluster_of.silence("silent")
    async with cluster_of.database.system() as scope:
        assert sorted(await store.list_dead(scope, silent_for=timedelta(seconds=30))) == ["left", "silent"]
        assert await store.list_dead(scope, silent_for=timedelta(minutes=2)) == ["left"]
        await store.forget(scope, "left")
        await store.note_alive(scope, "silent")
        assert await store.list_dead(scope, silent_for=timedelta(seconds=30)) == []
    assert await cluster_of.executors() == {"alive", "silent"}
