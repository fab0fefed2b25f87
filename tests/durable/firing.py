"""What fires of schedules lead to in tests; run as a program, a process that fires them.

``hold`` keeps its second batch open until it is killed; ``go`` begins when it is told to by a line.
"""

import asyncio
import sys
from collections.abc import Sequence
from typing import Any

from openclaw.durable.batches import NewJob, submit_many
from openclaw.durable.schedules import Fire, Scheduler
from openclaw.infra.bus import EventBus
from openclaw.infra.db import Database
from openclaw.infra.notify import PostgresTransport
from openclaw.infra.scope import Scope
from openclaw.kit.clock import SystemClock
from openclaw.kit.ids import new_id

KIND = "test"


class Sink:
    """A handler: a job per fire, as a domain would have it; ``poison`` are schedules that it fails at."""

    def __init__(self) -> None:
        self.fires = list[Fire]()
        self.poison = set[Any]()

    async def __call__(self, scope: Scope, fires: Sequence[Fire]) -> None:
        if self.poison & {fire.schedule_id for fire in fires}:
            raise RuntimeError("a defect")
        jobs = [
            NewJob(
                new_id(),
                f.workspace_id,
                f.user_id,
                "A fire",
                {"of": f.schedule_id.hex, "at": f.due_at.isoformat()},
            )
            for f in fires
            if f.is_run
        ]
        await submit_many(scope, KIND, jobs, queued_at_most=100_000)
        self.fires += fires


async def main(url: str, what: str) -> None:
    clock, sink, batches = SystemClock(), Sink(), 0

    async def handle(scope: Scope, fires: Sequence[Fire]) -> None:
        nonlocal batches
        batches += 1
        await sink(scope, fires)
        if what == "hold" and batches == 2:
            print("holds", flush=True)
            await asyncio.Event().wait()

    bus = EventBus(PostgresTransport(url, clock), clock)
    await bus.start()
    scheduler = Scheduler(Database(url, clock), bus, clock, batch=20)
    scheduler.register(KIND, handle)
    if what == "go":
        await asyncio.to_thread(sys.stdin.readline)
    await scheduler.run()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
