"""10,000 schedules due at one moment, two processes that fire them, and one of the two killed amid that.

Run as a program with a database's address it is one of the two.
"""

import asyncio
import contextlib
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import orjson
from sqlalchemy import text

from benchmarks.report import Row, percentile
from openclaw.durable.batches import NewJob, submit_many
from openclaw.durable.schedules import Fire, Scheduler
from openclaw.infra import migrate
from openclaw.infra.bus import EventBus
from openclaw.infra.db import Database
from openclaw.infra.notify import PostgresTransport
from openclaw.infra.postgres import EmbeddedPostgres
from openclaw.infra.scope import Scope
from openclaw.kit.clock import SystemClock
from openclaw.kit.ids import new_id

KIND = "bench"
WORKSPACES, EACH = 1_000, 10
COUNT = WORKSPACES * EACH
_LEAD = timedelta(seconds=6)
_TENANTS = (
    (
        "INSERT INTO users SELECT gen_random_uuid(), 'u' || n, 'u' || n, '-', 'U', 'user', 'en', 'system', true, now(),"
        " now() FROM generate_series(1, :count) AS n"
    ),
    "INSERT INTO workspaces SELECT gen_random_uuid(), 'W', 'personal', id, now(), now() FROM users",
)
# Each with a rule of its own, in a zone with changes of its clocks: the next time of each has to be worked out.
_SCHEDULES = text(
    "INSERT INTO schedules (id, workspace_id, user_id, kind, rule, misfire, misfire_limit, payload, due_at, wake_at,"
    " failures, updated_at) SELECT gen_random_uuid(), w.id, w.created_by_user_id, :kind, jsonb_build_object('cron',"
    " (row_number() OVER ()) % 60 || ' ' || (row_number() OVER ()) / 60 % 24 || ' ' || (n + 1) || ' * *',"
    " 'zone', 'Europe/Berlin', 'skipped', 'after', 'repeated', 'once'), 'skip', 1, '{}', :due, :due, 0, now()"
    " FROM workspaces w, generate_series(1, :each) AS n"
)
_FLOOR_UPDATE = text(
    "UPDATE schedules SET failures = 0 FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS new(id uuid)"
    " WHERE schedules.id = new.id"
)
_FLOOR_INSERT = text(
    "INSERT INTO jobs (id, workspace_id, user_id, kind, title, payload, state, priority, due_at, attempt, max_attempts,"
    " retry_seconds, epoch, created_at) SELECT gen_random_uuid(), s.workspace_id, s.user_id, 'floor', 'Job', '{}',"
    " 'pending', 2, now(), 0, 3, 60, 0, now() FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS new(id uuid)"
    " JOIN schedules s ON s.id = new.id"
)


async def submit(scope: Scope, fires: Sequence[Fire]) -> None:
    """A job per fire, that says when it was fired."""
    jobs = [
        NewJob(
            new_id(), f.workspace_id, f.user_id, "Fire", {"of": f.schedule_id.hex, "at": f.due_at.isoformat()}
        )
        for f in fires
        if f.is_run
    ]
    await submit_many(scope, KIND, jobs, queued_at_most=100_000)


async def work(url: str) -> None:
    """Fire schedules until killed."""
    clock = SystemClock()
    bus = EventBus(PostgresTransport(url, clock), clock)
    await bus.start()
    scheduler = Scheduler(Database(url, clock), bus, clock)
    scheduler.register(KIND, submit)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await scheduler.run()


async def measure() -> list[Row]:
    """How late they are, and whether each was fired once."""
    clock = SystemClock()
    with tempfile.TemporaryDirectory(prefix="openclaw-bench-", ignore_cleanup_errors=True) as folder:
        postgres = EmbeddedPostgres(Path(folder) / "data")
        url = await asyncio.to_thread(postgres.start)
        await migrate.upgrade(url)
        database = Database(url, clock)
        try:
            late, once, until, seconds = await _fire_all(url, database, clock)
            bare = await _bare(database)
        finally:
            await database.close()
            await asyncio.to_thread(postgres.stop)
    p99 = percentile(late, 0.99)
    return [
        Row(
            f"schedules: {COUNT:,} at one moment, lateness p99",
            f"{p99:.2f} s",
            f"{bare:.2f} s",
            f"last seen {until:.2f} s",
            "≤ 5 s",
            p99 <= 5 and once,
        ),
        Row(
            f"schedules: {COUNT:,} fired, by two and by one",
            f"{seconds:.2f} s",
            f"{bare:.2f} s",
            f"{seconds / bare:.1f}×, each {'once' if once else 'NOT ONCE'}",
            "each once",
            once,
        ),
    ]


async def _fire_all(
    url: str, database: Database, clock: SystemClock
) -> tuple[list[float], bool, float, float]:
    async with database.system() as scope:
        for statement in _TENANTS:
            await scope.session.execute(
                text(statement), {"count": WORKSPACES} if ":count" in statement else {}
            )
        due = clock.now() + _LEAD
        await scope.session.execute(_SCHEDULES, {"kind": KIND, "due": due, "each": EACH})
    workers = [await _worker(url) for _ in range(2)]
    try:
        await clock.sleep(due - clock.now())
        count = 0
        while count < COUNT // 4:
            count = await _count(database)
        workers[0].kill()
        while count < COUNT:
            await clock.sleep(timedelta(milliseconds=100))
            count = await _count(database)
        until = (clock.now() - due).total_seconds()
        await clock.sleep(timedelta(seconds=1))  # would anything come twice?
        async with database.system() as scope:
            rows = (
                await scope.session.execute(
                    text("SELECT payload->>'of', created_at FROM jobs WHERE kind = :kind"), {"kind": KIND}
                )
            ).all()
    finally:
        for worker in workers:
            with contextlib.suppress(ProcessLookupError):
                worker.kill()
            await worker.wait()
    late = [(at - due).total_seconds() for _, at in rows]
    times: list[datetime] = [at for _, at in rows]
    took = (max(times) - min(times)).total_seconds()
    return late, len(rows) == len({of for of, _ in rows}) == COUNT, until, took


async def _worker(url: str) -> asyncio.subprocess.Process:
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.schedules", url, stdout=asyncio.subprocess.PIPE
    )
    assert worker.stdout is not None
    await worker.stdout.readline()
    return worker


async def _count(database: Database) -> int:
    async with database.system(is_quiet=True) as scope:
        found = await scope.session.scalar(
            text("SELECT count(*) FROM jobs WHERE kind = :kind"), {"kind": KIND}
        )
    return int(found or 0)


async def _bare(database: Database) -> float:
    """Seconds for the same rows changed and written by one connection, 200 at a time, and nothing else."""
    async with database.system() as scope:
        ids = [str(found) for found in await scope.session.scalars(text("SELECT id FROM schedules"))]
    started = time.perf_counter()
    for first in range(0, COUNT, 200):
        rows = orjson.dumps([{"id": i} for i in ids[first : first + 200]]).decode()
        async with database.system(is_quiet=True) as scope:
            await scope.session.execute(_FLOOR_UPDATE, {"rows": rows})
            await scope.session.execute(_FLOOR_INSERT, {"rows": rows})
    return time.perf_counter() - started


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1]))
