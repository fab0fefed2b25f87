"""The queue: work is a row before it is accepted, begun by the process that accepted it or by the next that has room.

A workspace has its turn, then the next one; among its own jobs the most urgent is first, then the oldest. Limits are
for beginnings: what has begun goes on, also in another process when its own has died.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import SystemRandom
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import event

from openclaw.durable import claims, jobs
from openclaw.durable.claims import Limits
from openclaw.durable.errors import JobInterruptedError, JobTimedOutError, TooManyJobsError
from openclaw.durable.jobs import TOPIC, Job, JobSpec, job_of
from openclaw.durable.models import JobRow
from openclaw.infra.bus import EventBus, publish
from openclaw.infra.db import Database
from openclaw.infra.jsonb import storable
from openclaw.infra.metrics import TASKS_PROCESSED, TASKS_RETRIED, TASKS_SUBMITTED
from openclaw.infra.scope import Scope
from openclaw.kit.clock import Clock
from openclaw.kit.errors import InternalError, Kind, OpenClawError, UnavailableError
from openclaw.kit.tasks import cancel_and_wait, spawn

_log = structlog.get_logger(__name__)
_LOOK = timedelta(seconds=5)
_CHECK = timedelta(seconds=1)
_AGAIN = timedelta(seconds=1)
MAX_ENTRIES = 50
JITTER = 0.1
_CHANCE = SystemRandom()
# Trying again changes nothing about these.
_FINAL = frozenset({Kind.INVALID, Kind.UNAUTHENTICATED, Kind.FORBIDDEN, Kind.NOT_FOUND})


@dataclass(frozen=True)
class JobKind:
    """Who does jobs of one kind. ``handler`` returns a result, or raises an error that it fails with.

    ``keeps_end``: the end is the handler's to write (`jobs.end_jobs`), and so are tries, time and cancellation.
    """

    handler: Callable[[Job], Awaitable[dict[str, Any] | None]]
    keeps_end: bool = False


@dataclass
class _Work:
    """A job that this process works on. ``stopped_for``: why its handler was cancelled, if it was."""

    job: Job
    handler: asyncio.Task["_Outcome"]
    is_waiting: bool = False
    stopped_for: str | None = None

    def stop(self, reason: str) -> None:
        self.stopped_for = self.stopped_for or reason
        self.handler.cancel()


@dataclass(frozen=True)
class _Outcome:
    result: dict[str, Any] | None = None
    error: OpenClawError | None = None


def _new_job(scope: Scope, kind: str, spec: JobSpec) -> dict[str, Any]:
    """The row of a job that has not begun."""
    now = scope.now()
    is_delayed = spec.start_at is not None and spec.start_at > now
    return {
        "id": spec.id,
        "workspace_id": scope.workspace_id,
        "user_id": scope.user_id,
        "kind": kind,
        "title": spec.title[:200],
        "payload": storable(spec.payload),
        "state": "delayed" if is_delayed else "pending",
        "priority": spec.priority,
        "due_at": spec.start_at if is_delayed else now,
        "attempt": 0,
        "max_attempts": spec.tries,
        "retry_seconds": int(spec.retry_after.total_seconds()),
        "timeout_seconds": None if spec.timeout is None else int(spec.timeout.total_seconds()),
        "idempotency_key": spec.idempotency_key,
        "epoch": 0,
        "created_at": now,
    }


class JobQueue:
    """One per process. ``slots``: how many jobs it works on at once; 0 and it begins none of others' submitting."""

    def __init__(
        self, database: Database, bus: EventBus, clock: Clock, *, name: str, slots: int, limits: Limits
    ) -> None:
        self._database = database
        self._bus = bus
        self._clock = clock
        self._name = name
        self._slots = slots
        self._limits = limits
        self._kinds: dict[str, JobKind] = {}
        self._works: dict[UUID, _Work] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._running: set[asyncio.Task[None]] = set()
        self._lane: asyncio.Task[None] | None = None
        self._woken = asyncio.Event()
        self._idle: set[UUID] = set()
        self._has_joined = False
        self._end_gap: Callable[[], None] = lambda: None

    def register(self, kind: str, does: JobKind) -> None:
        """Say who does jobs of ``kind``; before `start`. A process leaves kinds alone that it does not know."""
        self._kinds[kind] = does

    @property
    def kinds(self) -> Mapping[str, JobKind]:
        """Who does jobs of each kind here."""
        return self._kinds

    # Submitting

    async def submit(
        self, scope: Scope, kind: str, *specs: JobSpec, is_part: bool = False
    ) -> Sequence[JobRow]:
        """Accept jobs with the transaction of ``scope``: begun here as it commits while there is room, else queued.

        ``is_part``: of a job that has begun, so they need no turn of their own. Raises TooManyJobsError.
        """
        now = scope.now()
        new = [_new_job(scope, kind, spec) for spec in specs]
        begun = {"state": "running", "attempt": 1, "epoch": 1, "executor_id": self._name, "started_at": now}
        only_begun = is_part and self._has_joined
        added = await claims.enter(
            scope,
            new,
            begun,
            self._limits,
            room=self._room(len(new), is_part=is_part),
            is_part=is_part,
            only_begun=only_begun,
        )
        rows: list[JobRow] = []
        for spec in specs:
            row = added.get(spec.id)
            if row is None and spec.idempotency_key is not None:
                row = await jobs.find_by_key(scope, spec.idempotency_key)
            if row is None:
                raise TooManyJobsError(limit=self._limits.begun if only_begun else self._limits.queued)
            rows.append(row)
        TASKS_SUBMITTED.labels(kind).inc(len(added))
        begins = [job_of(row) for row in added.values() if row.executor_id is not None]
        if begins:
            event.listen(scope.session.sync_session, "after_commit", lambda _: self._begin(begins), once=True)
        if len(begins) < len(added):
            await publish(scope, TOPIC, {})
        return rows

    def _room(self, wanted: int, *, is_part: bool) -> int:
        """How many this process can take up at once; the rest is the workspace's to say."""
        if not self._has_joined or (self._limits.per_minute is not None and not is_part):
            return 0
        return wanted if is_part else max(0, self._slots - self._busy)

    # Beginning

    async def start(self) -> None:
        """Go on with what this process had begun before it died, then begin what is due, for ever."""
        self._has_joined = True
        await self.take_over(self._name)
        self._bus.subscribe(TOPIC, self._on_message)
        self._end_gap = self._bus.on_gap(self._woken.set)
        self._tasks = [
            spawn(self._claim_for_ever(), name="job queue"),
            spawn(self._check_for_ever(), name="job check"),
        ]

    async def stop(self) -> None:
        """Leave: what is worked on ends where it is, and another process goes on with it."""
        self._has_joined = False
        self._bus.unsubscribe(TOPIC, self._on_message)
        self._end_gap()
        lane = [self._lane] if self._lane else []
        await cancel_and_wait(*self._tasks, *lane)
        await cancel_and_wait(*self._running)

    async def take_over(self, dead: str) -> None:
        """Go on with the begun jobs of a process that is gone."""
        async with self._database.system(is_quiet=True) as scope:
            rows = await claims.take_over(scope, dead, self._name, self._kinds)
        # Not before the commit: the end of a quick one would find a row that is not ours yet, and be lost.
        self._begin([job_of(row) for row in rows])

    @property
    def _busy(self) -> int:
        return sum(not work.is_waiting for work in self._works.values())

    async def _claim_for_ever(self) -> None:
        while True:
            self._woken.clear()
            next_at: datetime | None = None
            try:
                next_at = await self._claim()
            except UnavailableError:
                _log.warning("the job queue waits for the database")
            except Exception:  # noqa: BLE001  (the queue must outlive whatever it meets)
                _log.exception("the job queue failed; it tries again")
            look_at = self._clock.now() + _LOOK
            timer = spawn(self._ring_at(min(look_at, next_at or look_at)), name="job queue timer")
            try:
                await self._woken.wait()
            finally:
                await cancel_and_wait(timer)

    async def _ring_at(self, due_at: datetime) -> None:
        """Not after a while: the clock may go on before this begins."""
        await self._clock.sleep(due_at - self._clock.now())
        self._woken.set()

    async def _claim(self) -> datetime | None:
        """Begin what there is room for; when the next is due, as far as known."""
        if not self._slots:
            return None
        slots = max(0, self._slots - self._busy)
        spare = self._slots - max(0, self._busy - self._slots)
        if slots + spare <= 0:
            return None
        async with self._database.system(is_quiet=True) as scope:
            found = await claims.claim(
                scope, self._name, self._kinds, slots=slots, spare=spare, limits=self._limits
            )
            if found.jobs and found.has_more:
                await publish(scope, TOPIC, {"by": self._name})
        self._begin([job_of(row) for row in found.jobs])
        if found.locked is not None and (self._lane is None or self._lane.done()):
            self._lane = spawn(self._look_when_free(found.locked), name="job lane")
        return found.next_at

    async def _look_when_free(self, workspace_id: UUID) -> None:
        try:
            async with self._database.system(is_quiet=True) as scope:
                await claims.wait_for_lane(scope, workspace_id)
        except UnavailableError:
            return
        self._woken.set()

    def _on_message(self, _topic: str, body: dict[str, Any]) -> None:
        for digits in body.get("jobs", ()):
            if (work := self._works.get(UUID(hex=digits))) is None:
                continue
            if "waiting" in body:
                work.is_waiting = body["waiting"]
            else:
                self._cancel(work)
        if body.get("by") != self._name:
            self._woken.set()

    def _cancel(self, work: _Work) -> None:
        if not self._kinds[work.job.kind].keeps_end:
            work.stop("cancel")

    # Working

    def _begin(self, begun: Sequence[Job]) -> None:
        for job in begun if self._has_joined else ():  # else who takes over from this process begins it
            if (before := self._works.get(job.id)) is not None:
                if before.job.epoch >= job.epoch:
                    continue
                before.stop("lost")
            handler = spawn(self._outcome(job), name="job handler")
            work = self._works[job.id] = _Work(job, handler)
            task = spawn(self._work(work), name="job")
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def _work(self, work: _Work) -> None:
        timer: asyncio.Task[None] | None = None
        if work.job.timeout is not None and not self._kinds[work.job.kind].keeps_end:
            timer = spawn(self._stop_late(work, work.job.timeout), name="job time limit")
        try:
            await asyncio.wait([work.handler])
            await self._put_down(work)
        finally:
            if timer is not None:
                await cancel_and_wait(timer)
            await cancel_and_wait(work.handler)
            if self._works.get(work.job.id) is work:
                del self._works[work.job.id]
            self._woken.set()

    async def _stop_late(self, work: _Work, timeout: timedelta) -> None:
        await self._clock.sleep(timeout)
        work.stop("late")

    async def _outcome(self, job: Job) -> _Outcome:
        kind = self._kinds[job.kind]
        if job.epoch > MAX_ENTRIES + job.attempt and not kind.keeps_end:
            return _Outcome(error=JobInterruptedError(times=MAX_ENTRIES))
        while True:
            try:
                return _Outcome(await kind.handler(job))
            except UnavailableError as error:
                _log.warning("a job waits", kind=job.kind, error=str(error))
                await self._clock.sleep(_AGAIN)
            except OpenClawError as error:
                return _Outcome(error=error)
            except Exception as error:  # noqa: BLE001  (a defect fails its own job and no other)
                _log.exception("a job failed", kind=job.kind, job=job.id.hex, exc_info=error)
                return _Outcome(error=InternalError(request_id=job.id.hex))

    async def _put_down(self, work: _Work) -> None:
        """Write how the try ended, unless it is somebody else's to say."""
        job = work.job
        if work.stopped_for == "lost" or (work.stopped_for is None and work.handler.cancelled()):
            return
        if self._kinds[job.kind].keeps_end:
            return
        while True:
            try:
                async with self._database.system(is_quiet=True) as scope:
                    values = self._end_of(work, scope.now())
                    if await claims.put_down(scope, job.id, job.epoch, **values):
                        _count(job.kind, values["state"])
                return
            except UnavailableError:
                await self._clock.sleep(_AGAIN)

    def _end_of(self, work: _Work, now: datetime) -> dict[str, Any]:
        job, error = work.job, None
        if work.handler.cancelled():
            if work.stopped_for == "cancel":
                return {"state": "cancelled", "finished_at": now}
            assert job.timeout is not None
            error = JobTimedOutError(seconds=int(job.timeout.total_seconds()))
        else:
            outcome = work.handler.result()
            if outcome.error is None:
                return {
                    "state": "completed",
                    "finished_at": now,
                    "error": None,
                    "result": storable(outcome.result),
                }
            error = outcome.error
        kept = storable(error.to_wire())
        is_final = error.kind in _FINAL or isinstance(error, JobInterruptedError)
        if is_final or job.attempt >= job.max_attempts:
            return {"state": "failed", "finished_at": now, "error": kept}
        wait = job.retry_after * job.attempt * (1 + _CHANCE.uniform(0, JITTER))
        return {"state": "delayed", "due_at": now + wait, "error": kept}

    # Checking

    async def _check_for_ever(self) -> None:
        while True:
            await self._clock.sleep(_CHECK)
            try:
                await self._check()
            except UnavailableError:
                continue
            except Exception:  # noqa: BLE001  (whatever it was, the next round tries again)
                _log.exception("jobs could not be checked")

    async def _check(self) -> None:
        """Hold what is worked on against its rows: who hung may have lost it, a message may not have come."""
        works = dict(self._works)
        async with self._database.system(is_quiet=True) as scope:
            rows = {row.id: row for row in await claims.list_held(scope, self._name, works)}
        for job_id, work in works.items():
            row = rows.get(job_id)
            if row is None or row.epoch != work.job.epoch:
                work.stop("lost")
            elif row.cancel_requested_at is not None and row.executor_id == self._name:
                self._cancel(work)
            else:
                work.is_waiting = row.state == "waiting"
        idle = {i for i, row in rows.items() if row.executor_id == self._name and i not in self._works}
        # Twice: between the commit and the beginning there is a moment.
        self._begin([job_of(rows[i]) for i in idle & self._idle])
        self._idle = idle


def _count(kind: str, state: str) -> None:
    if state == "delayed":
        TASKS_RETRIED.labels(kind).inc()
    else:
        TASKS_PROCESSED.labels(kind, state).inc()
