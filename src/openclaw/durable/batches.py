"""Jobs of many tenants, accepted in one transaction with a handful of statements."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text

from openclaw.durable.jobs import TOPIC, Priority
from openclaw.infra.bus import publish
from openclaw.infra.jsonb import storable
from openclaw.infra.metrics import TASKS_SUBMITTED
from openclaw.infra.scope import Scope

# In the order of their ids, so that two such transactions never hold each other's lanes.
_ENTER = text(
    "SELECT l.lane FROM unnest(CAST(:lanes AS uuid[]), CAST(:adding AS integer[])) AS l(lane, adding),"
    " LATERAL enter_job_lane(l.lane, l.adding, :at_most) AS e WHERE e.is_full"
)
_ADD = text(
    "INSERT INTO jobs (id, workspace_id, user_id, kind, title, payload, state, priority, due_at, attempt, max_attempts,"
    " retry_seconds, timeout_seconds, epoch, created_at)"
    " SELECT id, workspace_id, user_id, :kind, title, payload, 'pending', :priority, :at, 0, :tries, :retry_seconds,"
    " :timeout_seconds, 0, :at FROM jsonb_to_recordset(CAST(:jobs AS jsonb))"
    " AS new(id uuid, workspace_id uuid, user_id uuid, title text, payload jsonb)"
)


@dataclass(frozen=True)
class NewJob:
    """A job to be: of whom, and about what."""

    id: UUID
    workspace_id: UUID
    user_id: UUID
    title: str
    payload: dict[str, Any]


async def submit_many(
    scope: Scope,
    kind: str,
    jobs: Sequence[NewJob],
    *,
    queued_at_most: int,
    priority: int = Priority.NORMAL,
    tries: int = 3,
    retry_after: timedelta = timedelta(seconds=60),
    timeout: timedelta | None = timedelta(seconds=300),
) -> set[UUID]:
    """Queue jobs of one kind with the transaction of ``scope``, which must be a system's.

    Returns the workspaces that have ``queued_at_most`` waiting: their jobs were not accepted.
    """
    if not jobs:
        return set()
    counts = sorted(Counter(job.workspace_id for job in jobs).items())
    lanes = {"lanes": [lane for lane, _ in counts], "adding": [count for _, count in counts]}
    full = set(await scope.session.scalars(_ENTER, lanes | {"at_most": queued_at_most}))
    accepted = [
        {
            "id": str(job.id),
            "workspace_id": str(job.workspace_id),
            "user_id": str(job.user_id),
            "title": job.title[:200],
            "payload": storable(job.payload),
        }
        for job in jobs
        if job.workspace_id not in full
    ]
    values = {
        "kind": kind,
        "priority": priority,
        "at": scope.now(),
        "tries": tries,
        "retry_seconds": int(retry_after.total_seconds()),
        "timeout_seconds": None if timeout is None else int(timeout.total_seconds()),
        "jobs": orjson.dumps(accepted).decode(),
    }
    await scope.session.execute(_ADD, values)
    TASKS_SUBMITTED.labels(kind).inc(len(accepted))
    await publish(scope, TOPIC, {})
    return full
