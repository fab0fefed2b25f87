"""The queue on the embedded database: how soon a queued job begins, whatever else waits there.

The processes are this one's: its queue begins what is submitted by another that has no room, as a second server would.
"""

import asyncio
import contextlib
import tempfile
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import asyncpg
from sqlalchemy import text
from sqlalchemy.engine import make_url

from benchmarks.report import Row, milliseconds, percentile
from openclaw.durable import claims
from openclaw.durable.claims import Limits
from openclaw.durable.jobs import Job, JobSpec
from openclaw.durable.queue import JobKind, JobQueue
from openclaw.infra import migrate
from openclaw.infra.bus import EventBus
from openclaw.infra.db import Database, as_libpq
from openclaw.infra.notify import PostgresTransport
from openclaw.infra.postgres import EmbeddedPostgres
from openclaw.infra.scope import Actor, Role
from openclaw.kit.clock import SystemClock
from openclaw.kit.ids import new_id

STARTS, CLAIMS, WARM_UP = 200, 100, 20
FEW, MANY, CROWD = 100, 100_000, 20_000
_TENANT = (
    "INSERT INTO users VALUES (:user, :name, :name, '-', :name, 'user', 'en', 'system', true, now(), now())",
    "INSERT INTO workspaces VALUES (:workspace, 'W', 'personal', :user, now(), now())",
)
_ENTER = text("SELECT enter_job_lane(:workspace, 1, :at_most)")
_MANY = text(
    "INSERT INTO jobs (id, workspace_id, user_id, kind, title, payload, state, priority, due_at, attempt, max_attempts,"
    " retry_seconds, epoch, created_at) SELECT gen_random_uuid(), :workspace, :user, 'bench', 'Job', '{}', 'pending',"
    " 2, now() - interval '1 hour', 0, 3, 60, 0, now() FROM generate_series(1, :count)"
)


@dataclass
class Floor:
    """A database, and two processes on it: one that accepts, one that works."""

    url: str
    database: Database
    clock: SystemClock
    accepting: JobQueue
    working: JobQueue
    begun: dict[str, asyncio.Future[float]]
    seconds_of_work: float = 0.0

    async def work(self, job: Job) -> dict[str, Any] | None:
        """The handler: notes when it began."""
        began = self.begun.get(job.payload.get("name", ""))
        if began is not None and not began.done():
            began.set_result(time.perf_counter())
        if self.seconds_of_work:
            await self.clock.sleep(timedelta(seconds=self.seconds_of_work))
        return None

    async def begins(self, who: Actor, *, start_at: datetime | None = None) -> float:
        """Seconds from asking for a job to be queued until it begins."""
        name = new_id().hex
        began = self.begun[name] = asyncio.get_running_loop().create_future()
        asked = time.perf_counter()
        async with self.database.transaction(who) as scope:
            await self.accepting.submit(
                scope, "bench", JobSpec(payload={"name": name}, title="Job", start_at=start_at)
            )
        return await began - asked


async def _tenant(database: Database) -> Actor:
    user, workspace = new_id(), new_id()
    async with database.system() as scope:
        for statement in _TENANT:
            values = {"user": user, "name": user.hex, "workspace": workspace}
            await scope.session.execute(text(statement), values)
    return Actor(user_id=user, workspace_id=workspace, role=Role.OWNER)


async def _fill(database: Database, who: Actor, count: int) -> None:
    """Queue that many jobs of theirs, older than any that come."""
    async with database.transaction(who) as scope:
        values = {"workspace": who.workspace_id, "user": who.user_id, "count": count}
        await scope.session.execute(_ENTER, {"workspace": who.workspace_id, "at_most": Limits.queued})
        await scope.session.execute(_MANY, values)


@contextlib.asynccontextmanager
async def _database(url: str, name: str) -> AsyncGenerator[Database]:
    connection = await asyncpg.connect(as_libpq(url))
    await connection.execute(f"CREATE DATABASE {name}")
    await connection.close()
    own = make_url(url).set(database=name)
    await migrate.upgrade(own)
    database = Database(own, SystemClock())
    try:
        yield database
    finally:
        await database.close()


async def measure() -> list[Row]:
    """Begun when it is its turn: soon, in a crowd, out of many, and when it is due."""
    async with _floor() as floor:
        starts, bare = await _starts(floor)
        late = await _lateness(floor)
        few, many = await _claims(floor)
        behind = await _behind(floor)
    ratio = many / few
    return [
        Row(
            "queue: queued until begun, p50",
            f"{milliseconds(starts):.1f} ms",
            f"{milliseconds(bare):.1f} ms",
            f"p99 {percentile(starts, 0.99) * 1000:.0f} ms",
            "≤ 30 ms",
            median(starts) <= 0.030,
        ),
        Row(
            f"queue: a claim among {MANY:,} jobs",
            f"{many * 1000:.2f} ms",
            f"{few * 1000:.2f} ms",
            f"{ratio:.2f}×",
            "≤ 1.5×",
            ratio <= 1.5,
        ),
        Row(
            f"queue: one job behind another's {CROWD:,}",
            f"{behind * 1000:.0f} ms",
            "–",
            "",
            "≤ 2 s",
            behind <= 2,
        ),
        Row(
            "queue: a delayed job after it is due",
            f"{max(late) * 1000:.0f} ms",
            f"p50 {milliseconds(late):.0f} ms",
            "",
            "≤ 1 s",
            max(late) <= 1,
        ),
    ]


async def _starts(floor: Floor) -> tuple[list[float], list[float]]:
    """By turns with what it cannot be without: two transactions that change a row."""
    who, starts, bare = await _tenant(floor.database), list[float](), list[float]()
    for _ in range(STARTS + WARM_UP):
        starts.append(await floor.begins(who))
        started = time.perf_counter()
        for _ in range(2):
            async with floor.database.system() as scope:
                await scope.session.execute(text("UPDATE job_lanes SET started = 0"))
        bare.append(time.perf_counter() - started)
    return starts[WARM_UP:], bare[WARM_UP:]


async def _lateness(floor: Floor) -> list[float]:
    who, late = await _tenant(floor.database), list[float]()
    for tenths in range(1, 11):
        wait = timedelta(milliseconds=100 * tenths)
        late.append(await floor.begins(who, start_at=floor.clock.now() + wait) - wait.total_seconds())
    return late


async def _claims(floor: Floor) -> tuple[float, float]:
    """The medians of one claim of one job among few and among many, by turns on two databases; each is undone."""
    async with _database(floor.url, "few") as few, _database(floor.url, "many") as many:
        databases, seconds = (few, many), (list[float](), list[float]())
        for database, count in zip(databases, (FEW, MANY), strict=True):
            await _fill(database, await _tenant(database), count)
        for _ in range(CLAIMS + WARM_UP):
            for database, took in zip(databases, seconds, strict=True):
                async with database.system() as scope:
                    started = time.perf_counter()
                    found = await claims.claim(scope, "bench", ["bench"], slots=1, spare=0, limits=Limits())
                    took.append(time.perf_counter() - started)
                    assert len(found.jobs) == 1
                    await scope.session.rollback()
    return median(seconds[0][WARM_UP:]), median(seconds[1][WARM_UP:])


async def _behind(floor: Floor) -> float:
    """A's jobs take a tenth of a second each, and every place is theirs."""
    floor.seconds_of_work = 0.1
    a, b = await _tenant(floor.database), await _tenant(floor.database)
    await _fill(floor.database, a, CROWD)
    await floor.begins(
        await _tenant(floor.database)
    )  # of theirs some are at work by then, and there is no room
    return max([await floor.begins(b) for _ in range(5)])


@contextlib.asynccontextmanager
async def _floor() -> AsyncGenerator[Floor]:
    clock = SystemClock()
    with tempfile.TemporaryDirectory(prefix="openclaw-bench-", ignore_cleanup_errors=True) as folder:
        postgres = EmbeddedPostgres(Path(folder) / "data")
        url = await asyncio.to_thread(postgres.start)
        await migrate.upgrade(url)
        database = Database(url, clock)
        buses = [EventBus(PostgresTransport(url, clock), clock) for _ in range(2)]
        for bus in buses:
            await bus.start()
        queues = [
            JobQueue(database, bus, clock, name=name, slots=16, limits=Limits())
            for name, bus in zip(("accepting", "working"), buses, strict=True)
        ]
        floor = Floor(url, database, clock, *queues, begun={})
        floor.working.register("bench", JobKind(floor.work))
        await floor.working.start()
        try:
            yield floor
        finally:
            await floor.working.stop()
            for bus in buses:
                await bus.stop()
            await database.close()
            await asyncio.to_thread(postgres.stop)
