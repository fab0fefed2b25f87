"""Queues on one database, as the processes of an installation have them; work that a test opens and fails by hand."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from openclaw.durable import store
from openclaw.durable.claims import Limits
from openclaw.durable.jobs import Job, JobSpec
from openclaw.durable.models import JobRow
from openclaw.durable.queue import JobKind, JobQueue
from openclaw.infra.bus import EventBus
from openclaw.infra.db import Database
from openclaw.infra.notify import PostgresTransport
from openclaw.infra.scope import Actor, Role
from openclaw.kit.clock import ManualClock
from openclaw.kit.ids import new_id
from openclaw.kit.tasks import cancel_and_wait, spawn
from tests.support.server import START

KIND = "test"
_USER = text(
    "INSERT INTO users VALUES (:user, :name, :name, '-', :name, 'user', 'en', 'system', true, now(), now())"
)
_WORKSPACE = text("INSERT INTO workspaces VALUES (:workspace, 'W', 'personal', :user, now(), now())")


class Work:
    """A handler. ``failures`` come first; then it waits for ``gate``, and for ever when the payload says so."""

    def __init__(self, *, is_open: bool = True) -> None:
        self.begun = asyncio.Queue[Job]()
        self.ended = asyncio.Queue[str]()
        self.failures: list[Exception] = []
        self.gate = asyncio.Event()
        if is_open:
            self.gate.set()

    async def __call__(self, job: Job) -> dict[str, Any]:
        self.begun.put_nowait(job)
        try:
            if self.failures:
                raise self.failures.pop(0)
            await self.gate.wait()
        except asyncio.CancelledError:
            self.ended.put_nowait("cut off")
            raise
        self.ended.put_nowait("done")
        return {"n": job.payload["n"]}

    async def next(self) -> Any:
        """What the next job that begins is about."""
        return (await self.begun.get()).payload["n"]


class Office:
    """A database with tenants and processes."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.clock = ManualClock(START)
        self.database = Database(url, self.clock)

    async def tenant(self) -> Actor:
        """A user with a workspace."""
        user, workspace = new_id(), new_id()
        async with self.database.system() as scope:
            await scope.session.execute(_USER, {"user": user, "name": user.hex})
            await scope.session.execute(_WORKSPACE, {"user": user, "workspace": workspace})
        return Actor(user_id=user, workspace_id=workspace, role=Role.OWNER)

    @contextlib.asynccontextmanager
    async def process(
        self, work: Work, *, name: str = "one", slots: int = 8, is_stuck: bool = False, **limits: Any
    ) -> AsyncIterator[JobQueue]:
        """A process that works on jobs; ``is_stuck``: it accepts them, and nothing begins there by itself."""
        bus = EventBus(PostgresTransport(self.url, self.clock), self.clock)
        await bus.start()
        queue = JobQueue(self.database, bus, self.clock, name=name, slots=slots, limits=Limits(**limits))
        queue.register(KIND, JobKind(work))
        async with self.database.system() as scope:
            await store.note_alive(scope, name)
        if not is_stuck:
            await queue.start()
        try:
            yield queue
        finally:
            if not is_stuck:
                await queue.stop()
            await bus.stop()

    async def submit(
        self, queue: JobQueue, who: Actor, n: Any = 1, *, is_part: bool = False, **options: Any
    ) -> JobRow:
        """A job about ``n``."""
        async with self.database.transaction(who) as scope:
            spec = JobSpec(payload={"n": n}, title=f"Job {n}", **options)
            (row,) = await queue.submit(scope, KIND, spec, is_part=is_part)
        return row

    async def row(self, job: JobRow) -> JobRow:
        """The job as it is now."""
        async with self.database.system() as scope:
            found = await scope.session.get(JobRow, job.id)
        assert found is not None
        return found

    async def until(self, job: JobRow, state: str) -> JobRow:
        """The job, once it is in that state: its end is written just after its handler's."""
        while (found := await self.row(job)).state != state:
            pass
        return found

    async def passing(self, duration: timedelta, queue: asyncio.Queue[Any]) -> Any:
        """What comes next, while time passes in steps of ``duration``: as often as it takes."""
        taken = spawn(queue.get(), name="next")
        try:
            while not taken.done():
                self.clock.advance(duration)
                await self.database.ping()
            return await taken
        finally:
            await cancel_and_wait(taken)
