"""Jobs as their owner has them: found, listed, cancelled, queued again, counted. Submitting is the queue's."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import delete, func, select, text, tuple_, update

from openclaw.durable.errors import JobNotFoundError, WrongJobStateError
from openclaw.durable.models import JobRow
from openclaw.infra.bus import publish
from openclaw.infra.jsonb import storable
from openclaw.infra.metrics import TASKS_PROCESSED
from openclaw.infra.scope import Scope
from openclaw.kit.ids import new_id

TOPIC = "jobs"
STATES = ("pending", "delayed", "running", "waiting", "completed", "failed", "cancelled")
_ENDS = ("completed", "failed", "cancelled")
_BEGUN = ("running", "waiting")
_KEPT = timedelta(days=30)
_END = text(
    "UPDATE jobs SET state = ended.state, error = ended.error, executor_id = NULL, finished_at = :at"
    " FROM jsonb_to_recordset(CAST(:ends AS jsonb)) AS ended(id uuid, state text, error jsonb)"
    " WHERE jobs.id = ended.id AND jobs.finished_at IS NULL RETURNING jobs.kind, ended.state, jobs.started_at"
)


class Priority(IntEnum):
    """What is begun first among a workspace's jobs. It gives no workspace an advantage over another."""

    LOW = 1
    NORMAL = 2
    HIGH = 3
    CRITICAL = 4


@dataclass(frozen=True, kw_only=True)
class JobSpec:
    """What a job shall be about and how it is tried. The same ``idempotency_key`` again is the same job.

    A try that fails is followed by the next after ``retry_after`` times the tries so far, and a little more by chance.
    """

    payload: dict[str, Any]
    title: str
    id: UUID = field(default_factory=new_id)
    priority: int = Priority.NORMAL
    start_at: datetime | None = None
    tries: int = 3
    retry_after: timedelta = timedelta(seconds=60)
    timeout: timedelta | None = timedelta(seconds=300)
    idempotency_key: str | None = None


@dataclass(frozen=True)
class Job:
    """What a handler is given. The same one comes again after a failure or a death: ``id`` is the key of effects."""

    id: UUID
    kind: str
    workspace_id: UUID
    user_id: UUID
    payload: dict[str, Any]
    priority: int
    attempt: int
    max_attempts: int
    retry_after: timedelta
    timeout: timedelta | None
    epoch: int


@dataclass(frozen=True)
class End:
    """How a job has ended, as its handler says; ``error`` as it is stored."""

    job_id: UUID
    state: str
    error: dict[str, Any] | None = None


@dataclass(frozen=True)
class Stats:
    """Counts by state; seconds that the oldest pending job has waited; ends in the last minute and hour."""

    states: dict[str, int]
    oldest_pending_seconds: int | None
    ended_last_minute: int
    ended_last_hour: int


def job_of(row: JobRow) -> Job:
    """A row as its handler has it."""
    timeout = row.timeout_seconds
    return Job(
        id=row.id,
        kind=row.kind,
        workspace_id=row.workspace_id,
        user_id=row.user_id,
        payload=row.payload,
        priority=row.priority,
        attempt=row.attempt,
        max_attempts=row.max_attempts,
        retry_after=timedelta(seconds=row.retry_seconds),
        timeout=None if timeout is None else timedelta(seconds=timeout),
        epoch=row.epoch,
    )


async def access_job(scope: Scope, job_id: UUID, *, lock: bool = False) -> JobRow:
    """A job of the user. Raises JobNotFoundError."""
    query = (
        select(JobRow)
        .where(
            JobRow.id == job_id, JobRow.user_id == scope.user_id, JobRow.workspace_id == scope.workspace_id
        )
        .execution_options(populate_existing=True)
    )
    row = await scope.session.scalar(query.with_for_update() if lock else query)
    if row is None:
        raise JobNotFoundError
    return row


async def find_by_key(scope: Scope, key: str) -> JobRow | None:
    """The user's job that was submitted under that idempotency key."""
    return await scope.session.scalar(
        select(JobRow).where(
            JobRow.user_id == scope.user_id,
            JobRow.workspace_id == scope.workspace_id,
            JobRow.idempotency_key == key,
        )
    )


async def list_jobs(
    scope: Scope, *, state: str | None, before: tuple[datetime, UUID] | None, limit: int
) -> Sequence[JobRow]:
    """The user's jobs, the newest first; all of them or those in a state."""
    query = select(JobRow).where(JobRow.user_id == scope.user_id, JobRow.workspace_id == scope.workspace_id)
    if state is not None:
        query = query.where(JobRow.state == state)
    if before is not None:
        query = query.where(tuple_(JobRow.created_at, JobRow.id) < before)
    query = query.order_by(JobRow.created_at.desc(), JobRow.id.desc()).limit(limit)
    return list(await scope.session.scalars(query))


async def cancel_job(scope: Scope, job_id: UUID) -> JobRow:
    """Stop a job wherever it is: at once when it has not begun, else as soon as its process hears of it.

    Nothing happens when it has ended. Raises JobNotFoundError.
    """
    row = await access_job(scope, job_id, lock=True)
    if row.state in _BEGUN:
        row.cancel_requested_at = scope.now()
        await publish(scope, TOPIC, {"jobs": [job_id.hex]})
    elif row.state not in _ENDS:
        row.state, row.finished_at = "cancelled", scope.now()
    return row


async def end_queued(scope: Scope, job_id: UUID) -> bool:
    """Cancel a job of the user that has not begun; False when it has, or has ended."""
    found = await scope.session.scalar(
        update(JobRow)
        .where(
            JobRow.id == job_id,
            JobRow.user_id == scope.user_id,
            JobRow.workspace_id == scope.workspace_id,
            JobRow.state.in_(("pending", "delayed")),
        )
        .values(state="cancelled", finished_at=scope.now())
        .returning(JobRow.id)
    )
    return found is not None


async def requeue_job(scope: Scope, job_id: UUID) -> JobRow:
    """Queue a failed job again, with all its tries. Raises JobNotFoundError, WrongJobStateError."""
    row = await access_job(scope, job_id, lock=True)
    if row.state != "failed":
        raise WrongJobStateError(state=row.state)
    row.state, row.due_at, row.attempt = "pending", scope.now(), 0
    row.error = row.finished_at = row.started_at = row.cancel_requested_at = None
    await publish(scope, TOPIC, {})
    return row


async def set_waiting(scope: Scope, *job_ids: UUID, waiting: bool) -> None:
    """Begun jobs wait for something outside and take up no room meanwhile; or they go on, which needs no turn."""
    before, after = _BEGUN if waiting else _BEGUN[::-1]
    changed = await scope.session.scalars(
        update(JobRow)
        .where(JobRow.id.in_(job_ids), JobRow.state == before)
        .values(state=after)
        .returning(JobRow.id)
    )
    if found := [job_id.hex for job_id in changed]:
        await publish(scope, TOPIC, {"jobs": found, "waiting": waiting})


async def end_jobs(scope: Scope, *ends: End) -> list[timedelta]:
    """Jobs whose handler keeps its own end have come to it, with that transaction. How long each has taken."""
    values = [{"id": str(end.job_id), "state": end.state, "error": storable(end.error)} for end in ends]
    rows = await scope.session.execute(_END, {"ends": orjson.dumps(values).decode(), "at": scope.now()})
    took: list[timedelta] = []
    for kind, state, started_at in rows:
        TASKS_PROCESSED.labels(kind, state).inc()
        took.append(scope.now() - (started_at or scope.now()))
    return took


async def count_jobs(scope: Scope) -> Stats:
    """What the user's jobs of the workspace are at."""
    now = scope.now()
    mine = (JobRow.user_id == scope.user_id, JobRow.workspace_id == scope.workspace_id)
    counts = await scope.session.execute(
        select(JobRow.state, func.count()).where(*mine).group_by(JobRow.state)
    )
    states: dict[str, int] = dict.fromkeys(STATES, 0)
    states.update((state, count) for state, count in counts)
    oldest = await scope.session.scalar(
        select(func.min(JobRow.due_at)).where(*mine, JobRow.state == "pending")
    )
    minute, hour = (func.count().filter(JobRow.finished_at > now - timedelta(minutes=m)) for m in (1, 60))
    ended = (
        await scope.session.execute(
            select(minute, hour).where(*mine, JobRow.finished_at > now - timedelta(hours=1))
        )
    ).one()
    waited = None if oldest is None else max(0, int((now - oldest).total_seconds()))
    return Stats(states, waited, ended[0], ended[1])


async def forget(scope: Scope, job_ids: Sequence[UUID]) -> None:
    """Delete jobs that have ended."""
    await scope.session.execute(delete(JobRow).where(JobRow.id.in_(job_ids), JobRow.finished_at.is_not(None)))


async def forget_ended(scope: Scope) -> None:
    """A chore: jobs that ended a month ago. Needs a system scope."""
    await scope.session.execute(delete(JobRow).where(JobRow.finished_at < scope.now() - _KEPT))
