"""Tasks on the embedded database: from queued to running on a host, next to the queue's own beginnings.

The processes are this one's, as in ``queue``; each user has a host with room for all. The agent does nothing but begin:
measured is what calls it, and tells the user.
"""

import asyncio
import contextlib
import tempfile
import time
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any
from uuid import UUID

from sqlalchemy import text

from benchmarks.report import Row, milliseconds, percentile
from openclaw.domains.devices.models import DeviceRow, HostRow
from openclaw.domains.devices.repository import leases
from openclaw.domains.devices.service import hosts
from openclaw.domains.tasks.events import RUN_KIND
from openclaw.domains.tasks.jobs.run import TaskJob
from openclaw.domains.tasks.schemas import SaveTask
from openclaw.domains.tasks.service import runs, tasks
from openclaw.durable.claims import Limits
from openclaw.durable.jobs import Job, JobSpec
from openclaw.durable.queue import JobKind, JobQueue
from openclaw.infra import migrate
from openclaw.infra.bus import EventBus
from openclaw.infra.db import Database
from openclaw.infra.notify import PostgresTransport
from openclaw.infra.postgres import EmbeddedPostgres
from openclaw.infra.scope import Actor, Role, Scope
from openclaw.kit import ids
from openclaw.kit.clock import SystemClock
from openclaw.kit.ids import new_id

STARTS, WARM_UP, MANY, PEOPLE = 100, 20, 400, 8
ROOM = STARTS + WARM_UP + MANY
BARE = "bench"
LIMITS = Limits(at_once=10_000, begun=10_000)
# In a second, on two cores. The queue alone begins all that wait with one claim: its rate is told, and no measure.
DISPATCHES = 300
_TENANT = (
    "INSERT INTO users VALUES (:user, :name, :name, '-', :name, 'user', 'en', 'system', true, now(), now())",
    "INSERT INTO workspaces VALUES (:workspace, 'W', 'personal', :user, now(), now())",
    "INSERT INTO memberships VALUES (:workspace, :user, 'owner', now())",
)


@dataclass
class Floor:
    """A queue that accepts and one that works; what has begun is counted, and goes on until the end."""

    database: Database
    clock: SystemClock
    bus: EventBus
    accepting: JobQueue
    working: JobQueue
    begun: dict[str, float] = field(default_factory=dict[str, float])
    names: dict[str, str] = field(default_factory=dict[str, str])
    halves: set[str] = field(default_factory=set[str])
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def bare(self, job: Job) -> dict[str, Any] | None:
        """A job of the queue alone."""
        self.note(job.id.hex)
        await asyncio.Event().wait()
        return None

    async def agent(self, payload: dict[str, Any]) -> None:
        """The agent was called, for a run that is running by its rows."""
        self.note_half(ids.to_wire("run", UUID(hex=payload["runId"])))
        await asyncio.Event().wait()

    def hear(self, _topic: str, body: dict[str, Any]) -> None:
        """A task that is running, by what its user is told."""
        match body:
            case {"event": "task.changed", "payload": {"id": name, "state": "running", "events": events}}:
                for event in events:
                    if event["kind"] == "dispatched":
                        self.names[event["data"]["runId"]] = name.partition("_")[2]
                        self.note_half(event["data"]["runId"])
            case _:
                pass

    def note_half(self, run: str) -> None:
        """Of a task both must come: the call of its agent, and the word that it runs."""
        if run in self.halves:
            self.note(self.names[run])
        self.halves.add(run)

    def note(self, name: str) -> None:
        """It has begun."""
        self.begun.setdefault(name, time.perf_counter())
        self.changed.set()

    async def until(self, names: Sequence[str]) -> None:
        """Return when all of these have begun."""
        while not self.begun.keys() >= set(names):
            self.changed.clear()
            await self.changed.wait()

    async def queue_task(self, who: Actor, task_id: UUID) -> str:
        """Launch a task; its name."""
        async with self.database.transaction(who) as scope:
            return (await runs.launch(scope, task_id, self.accepting)).id.hex

    async def queue_bare(self, who: Actor) -> str:
        """Queue a job; its name."""
        async with self.database.transaction(who) as scope:
            spec = JobSpec(payload={}, title="Job", timeout=None)
            await self.accepting.submit(scope, BARE, spec)
            return spec.id.hex


async def measure() -> list[Row]:
    """One by one, then many at once; by turns with the queue alone."""
    async with _floor() as floor:
        people = [await _person(floor) for _ in range(PEOPLE)]
        dispatched, bare = await _starts(floor, *people[0])
        rate, bare_rate = await _rates(floor, people)
    added = median(dispatched) - median(bare)
    return [
        Row(
            "tasks: queued until running on a host, added, p50",
            f"{added * 1000:.1f} ms",
            f"{milliseconds(bare):.1f} ms",
            f"p99 {percentile(dispatched, 0.99) * 1000:.0f} ms",
            "≤ 30 ms",
            added <= 0.030,
        ),
        Row(
            "tasks: dispatches to hosts",
            f"{rate:,.0f}/s",
            f"{bare_rate:,.0f}/s",
            f"{rate / bare_rate:.2f}×",
            f"≥ {DISPATCHES}/s",
            rate >= DISPATCHES,
        ),
    ]


async def _person(floor: Floor) -> tuple[Actor, UUID]:
    user, workspace = new_id(), new_id()
    async with floor.database.system() as scope:
        for statement in _TENANT:
            values = {"user": user, "name": user.hex, "workspace": workspace}
            await scope.session.execute(text(statement), values)
        await _host(scope, user, workspace)
    who = Actor(user_id=user, workspace_id=workspace, role=Role.OWNER)
    async with floor.database.transaction(who) as scope:
        task = await tasks.make_task(
            scope, SaveTask.model_validate({"text": "work", "target": {"kind": "host"}})
        )
    return who, task.id


async def _host(scope: Scope, user: UUID, workspace: UUID) -> None:
    """A host that is connected, and has room."""
    host, later = new_id(), scope.now() + timedelta(hours=1)
    device = DeviceRow(
        id=host,
        workspace_id=workspace,
        user_id=user,
        node_id=host.hex * 2,
        public_key="-",
        name="host",
        platform="linux",
        version="1",
        kind="host",
        commands=[],
        linked_at=scope.now(),
        online_until=later,
    )
    scope.session.add(device)
    await scope.session.flush()
    times = {"last_heartbeat_at": scope.now(), "late_at": later, "lease_until": later}
    row = HostRow(device_id=host, workspace_id=workspace, reported={}, offers=[], slots=ROOM, **times)
    scope.session.add(row)
    await scope.session.flush()
    await leases.make_slots(scope, row)


async def _starts(floor: Floor, who: Actor, task_id: UUID) -> tuple[list[float], list[float]]:
    """Seconds until a task runs, and until a job begins, each alone."""
    await floor.working.start()
    took: tuple[list[float], list[float]] = ([], [])
    for _ in range(STARTS + WARM_UP):
        for seconds, asked in zip(took, (floor.queue_task(who, task_id), floor.queue_bare(who)), strict=True):
            started = time.perf_counter()
            name = await asked
            await floor.until([name])
            seconds.append(floor.begun[name] - started)
    await floor.working.stop()
    return took[0][WARM_UP:], took[1][WARM_UP:]


async def _rates(floor: Floor, people: Sequence[tuple[Actor, UUID]]) -> tuple[float, float]:
    """Beginnings in a second, of what waits for them."""
    rates: list[float] = []
    for is_task in (True, False):
        names: list[str] = []
        for number in range(MANY):
            who, task_id = people[number % PEOPLE]
            names.append(await (floor.queue_task(who, task_id) if is_task else floor.queue_bare(who)))
        started = time.perf_counter()
        await floor.working.start()
        await floor.until(names)
        rates.append(MANY / (time.perf_counter() - started))
        await floor.working.stop()
        async with floor.database.system() as scope:  # the next start must not go on with these
            await scope.session.execute(text("UPDATE jobs SET executor_id = NULL, state = 'completed'"))
    return rates[0], rates[1]


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
        accepting, working = (
            JobQueue(database, bus, clock, name=name, slots=slots, limits=LIMITS)
            for name, bus, slots in zip(("accepting", "working"), buses, (0, 10_000), strict=True)
        )
        floor = Floor(database, clock, buses[1], accepting, working)
        job = TaskJob(database=database, bus=buses[1], clock=clock, lead_agent=floor.agent, slots=hosts)
        working.register(RUN_KIND, JobKind(lambda each: job(each.payload), keeps_end=True))
        working.register(BARE, JobKind(floor.bare, keeps_end=True))
        buses[1].subscribe("*", floor.hear)
        try:
            yield floor
        finally:
            await working.stop()
            for bus in buses:
                await bus.stop()
            await database.close()
            await asyncio.to_thread(postgres.stop)
