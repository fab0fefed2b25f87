"""A process that carries durable runs, as its parent says line by line: ``{"workflow", "runs", "atOnce", …}``.

The engine, the job, the bus and the outbox are those of every server role. What carries ``http`` steps out does
nothing: measured is what keeps it.
"""

import asyncio
import json
import sys
import time
from typing import Any
from uuid import UUID

from openclaw.apps.process.database import database_url
from openclaw.apps.process.loop import run as run_loop
from openclaw.domains.workflows.events import RUN_KIND
from openclaw.domains.workflows.jobs.carrying import StepCall
from openclaw.domains.workflows.jobs.run import WorkflowJob
from openclaw.domains.workflows.schemas import StartRun
from openclaw.domains.workflows.service.starting import RunStarts
from openclaw.durable.claims import Limits
from openclaw.durable.engine import DurableEngine
from openclaw.durable.jobs import Job
from openclaw.durable.queue import JobKind, JobQueue
from openclaw.infra.blobs import open_blobs
from openclaw.infra.bus import EventBus
from openclaw.infra.config import Config
from openclaw.infra.db import Database
from openclaw.infra.logs import configure_logs
from openclaw.infra.notify import PostgresTransport
from openclaw.infra.outbox import OutboxRelay
from openclaw.infra.scope import Actor, Role
from openclaw.infra.secrets import load_key_ring
from openclaw.kit.clock import SystemClock
from openclaw.kit.ids import new_id
from openclaw.kit.tasks import cancel_and_wait, spawn

AT_ONCE = 512
LIMITS = Limits(at_once=AT_ONCE)


class Nothing:
    """Carries a step out by doing nothing; notes when the first step of each run began."""

    def __init__(self) -> None:
        self.begun_at: dict[UUID, float] = {}

    async def carry(self, call: StepCall) -> Any:
        """No output."""
        self.begun_at.setdefault(call.run_id, time.perf_counter())


class Worker:
    """Accepts runs and waits for their ends."""

    def __init__(self, starts: RunStarts, carrier: Nothing) -> None:
        self._starts = starts
        self._carrier = carrier
        self._ends: dict[str, asyncio.Event] = {}

    def end_of(self, run_id: str) -> asyncio.Event:
        """Set once the run has ended, which may be before its acceptance is heard of."""
        return self._ends.setdefault(run_id, asyncio.Event())

    async def serve(self, order: dict[str, Any]) -> dict[str, Any]:
        """Many runs, ``atOnce`` of them open at a time; seconds in all, and from each acceptance to the first step."""
        actor = Actor(UUID(order["user"]), UUID(order["workspace"]), Role.MEMBER)
        left = iter(range(order["runs"]))
        waits: list[float] = []
        started = time.perf_counter()

        async def one_after_another() -> None:
            for _ in left:
                run_id, accepted_at = await self._run(actor, UUID(order["workflow"]))
                if (begun_at := self._carrier.begun_at.pop(run_id, None)) is not None:
                    waits.append(begun_at - accepted_at)

        await asyncio.gather(*(one_after_another() for _ in range(order["atOnce"])))
        return {"seconds": time.perf_counter() - started, "waits": waits}

    async def _run(self, actor: Actor, workflow_id: UUID) -> tuple[UUID, float]:
        row = await self._starts.start(actor, workflow_id, StartRun())
        accepted_at = time.perf_counter()
        await self.end_of(row.id.hex).wait()
        del self._ends[row.id.hex]
        return row.id, accepted_at


async def _work(config: Config) -> None:
    clock = SystemClock()
    async with database_url(config) as url:
        database = Database(url, clock)
        bus = EventBus(PostgresTransport(url, clock), clock)
        blobs = open_blobs(config.blob_url, config.home)
        carrier = Nothing()
        job = WorkflowJob(
            database=database,
            bus=bus,
            blobs=blobs,
            keys=load_key_ring(config.home, None),
            clock=clock,
            carriers={"http": carrier},
        )

        async def run(begun: Job) -> None:
            await job(begun.payload)
            worker.end_of(begun.payload["runId"]).set()

        name = new_id().hex
        queue = JobQueue(database, bus, clock, name=name, slots=AT_ONCE, limits=LIMITS)
        queue.register(RUN_KIND, JobKind(run, keeps_end=True))
        engine = DurableEngine(database, clock, owner_url=url, executor_id=name, handlers={}, queue=queue)
        worker = Worker(RunStarts(database, blobs, queue), carrier)
        await bus.start()
        relay = spawn(OutboxRelay(database, bus, clock, {}).run(), name="relay")
        await engine.launch()
        print("ready", flush=True)
        while line := await asyncio.to_thread(sys.stdin.readline):
            print(json.dumps(await worker.serve(json.loads(line))), flush=True)
        await cancel_and_wait(relay)
        await engine.stop()
        await bus.stop()
        await database.close()


if __name__ == "__main__":
    configuration = Config()
    configure_logs(configuration, "bench")
    run_loop(_work(configuration))
