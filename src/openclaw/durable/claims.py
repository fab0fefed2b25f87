"""Statements of the queue itself, which sees every tenant: entered, claimed, taken over, put down."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import func, or_, select, text, update

from openclaw.durable.models import JobLaneRow, JobRow
from openclaw.infra.db import Database
from openclaw.infra.metrics import TASK_QUEUE_DEPTH
from openclaw.infra.scope import Scope

UNFINISHED = ("pending", "delayed", "running", "waiting")
# One statement, since the workspace's lane is held from here to the commit: whoever else submits waits for that.
_ENTER = text(
    "WITH lane AS (SELECT * FROM enter_job_lane(:lane, :count, :at_most)), turn AS ("
    " SELECT is_full, least(:room, :most_begun - working - waiting,"
    " CASE WHEN :is_part THEN :room WHEN has_pending THEN 0 ELSE :at_once - working END) AS room FROM lane"
    "), asked AS ("
    " SELECT job, job->>'state' = 'pending' AND row_number() OVER ("
    " PARTITION BY job->>'state' ORDER BY CAST(job->>'priority' AS integer) DESC, nr) <= room AS begins, is_full"
    " FROM turn, jsonb_array_elements(CAST(:jobs AS jsonb)) WITH ORDINALITY AS given(job, nr)"
    ") INSERT INTO jobs SELECT filled.* FROM asked, LATERAL jsonb_populate_record(CAST(NULL AS jobs),"
    " job || CASE WHEN begins THEN CAST(:begun AS jsonb) ELSE '{}' END) AS filled"
    " WHERE begins OR NOT (is_full OR :only_begun)"
    " ON CONFLICT (user_id, workspace_id, idempotency_key) DO NOTHING RETURNING id, state"
)
# As texts: what an array of UUIDs is, the driver would ask the server first, at length and on every connection.
_CLAIM = text(
    "SELECT CAST(claimed AS text[]) AS claimed, locked, has_more, next_at"
    " FROM claim_jobs(:executor, CAST(:kinds AS text[]), :at, :slots, :spare,"
    " :per_workspace, :most_begun, :per_minute)"
)


@dataclass(frozen=True)
class Limits:
    """What one workspace may have: at work at once, begun, waiting for its turn, and begun in a minute."""

    at_once: int = 32
    begun: int = 1_000
    queued: int = 100_000
    per_minute: int | None = None


@dataclass(frozen=True)
class Claimed:
    """Jobs that are this process's now, and when it is worth looking again.

    ``locked``: a workspace that somebody else had hold of; ``has_more``: others may begin what this process has no
    room for.
    """

    jobs: Sequence[JobRow]
    locked: UUID | None
    has_more: bool
    next_at: datetime | None


async def enter(
    scope: Scope,
    new: Sequence[dict[str, Any]],
    begun: dict[str, Any],
    limits: Limits,
    *,
    room: int,
    is_part: bool,
    only_begun: bool,
) -> dict[UUID, JobRow]:
    """Enter jobs in the workspace's lane, which is held until the transaction ends; those that were added, by id.

    One begins, and is then as ``begun`` says, when the process has ``room`` and the workspace a turn, which a part of
    a begun job needs not; else it is queued, unless ``only_begun``. What finds no room, or whose key is known, is left.
    """
    values = {
        "lane": scope.workspace_id,
        "count": len(new),
        "jobs": orjson.dumps(new, default=str).decode(),
        "begun": orjson.dumps(begun, default=str).decode(),
        "room": room,
        "is_part": is_part,
        "only_begun": only_begun,
        "at_once": limits.at_once,
        "most_begun": limits.begun,
        "at_most": limits.queued,
    }
    states = {row.id: row.state for row in await scope.session.execute(_ENTER, values)}
    return {
        job["id"]: JobRow(**job | (begun if states[job["id"]] == "running" else {}))
        for job in new
        if job["id"] in states
    }


async def claim(
    scope: Scope, executor: str, kinds: Collection[str], *, slots: int, spare: int, limits: Limits
) -> Claimed:
    """Take what is due, each workspace in its turn and the most urgent of each first. Needs a system scope.

    ``slots`` is how many there is room for, ``spare`` how many more for workspaces that have nothing at work.
    """
    values = {
        "executor": executor,
        "kinds": list(kinds),
        "at": scope.now(),
        "slots": slots,
        "spare": spare,
        "per_workspace": limits.at_once,
        "most_begun": limits.begun,
        "per_minute": limits.per_minute,
    }
    found = (await scope.session.execute(_CLAIM, values)).one()
    ids = [UUID(claimed) for claimed in found.claimed]
    rows = {row.id: row for row in await _rows(scope, ids)}
    return Claimed([rows[i] for i in ids], found.locked, found.has_more, found.next_at)


async def _rows(scope: Scope, ids: Sequence[UUID]) -> Sequence[JobRow]:
    if not ids:
        return ()
    return list(await scope.session.scalars(select(JobRow).where(JobRow.id.in_(ids))))


async def wait_for_lane(scope: Scope, workspace_id: UUID) -> None:
    """Return when whoever has hold of the lane has let go of it. Needs a system scope."""
    await scope.session.execute(
        select(JobLaneRow.workspace_id)
        .where(JobLaneRow.workspace_id == workspace_id)
        .with_for_update(read=True)
    )


async def take_over(scope: Scope, dead: str, executor: str, kinds: Collection[str]) -> Sequence[JobRow]:
    """The begun jobs of a process that is gone, which are this one's now: limits are for beginnings only."""
    theirs = (
        select(JobRow.id)
        .where(JobRow.executor_id == dead, JobRow.kind.in_(kinds))
        .with_for_update(skip_locked=True)
    )
    return list(
        await scope.session.scalars(
            update(JobRow)
            .where(JobRow.id.in_(theirs))
            .values(executor_id=executor, epoch=JobRow.epoch + 1, state="running")
            .returning(JobRow)
        )
    )


async def list_held(scope: Scope, executor: str, known: Collection[UUID]) -> Sequence[JobRow]:
    """The jobs that are this process's by their rows, and those it works on. Needs a system scope."""
    query = select(JobRow).where(or_(JobRow.executor_id == executor, JobRow.id.in_(known)))
    return list(await scope.session.scalars(query.execution_options(populate_existing=True)))


async def put_down(scope: Scope, job_id: UUID, epoch: int, **values: Any) -> bool:
    """Write how a try of a job ended; False when it is another process's by now. Needs a system scope."""
    found = await scope.session.scalar(
        update(JobRow)
        .where(JobRow.id == job_id, JobRow.epoch == epoch, JobRow.executor_id.is_not(None))
        .values(executor_id=None, **values)
        .returning(JobRow.id)
    )
    return found is not None


async def measure_depth(database: Database) -> None:
    """Set the gauge of unfinished jobs, of everybody. Raises UnavailableError."""
    counts = [
        select(func.count()).where(JobRow.state == state).scalar_subquery().label(state)
        for state in UNFINISHED
    ]
    async with database.system(is_quiet=True) as scope:
        row = (await scope.session.execute(select(*counts))).one()
    for state, count in zip(UNFINISHED, row, strict=True):
        TASK_QUEUE_DEPTH.labels(state).set(count)
