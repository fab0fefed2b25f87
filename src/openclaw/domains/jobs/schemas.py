"""Jobs as they travel."""

from datetime import datetime
from typing import Any, Literal

from openclaw.infra.wire import Items, JobId, Wire

JobState = Literal["pending", "delayed", "running", "waiting", "completed", "failed", "cancelled"]


class JobFailure(Wire):
    """Why the last try failed."""

    code: str
    title: str


class Job(Wire):
    """A job. ``priority``: 1 low, 2 normal, 3 high, 4 critical. ``attempt`` of ``maxAttempts``; ``dueAt``: not before.

    The job of a workflow run has the digits of the run's id.
    """

    id: JobId
    kind: str
    title: str
    state: JobState
    priority: int
    attempt: int
    max_attempts: int
    result: Any
    error: JobFailure | None
    due_at: datetime
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class Jobs(Items):
    """Jobs, the newest first."""

    items: list[Job]


class JobStats(Wire):
    """The user's jobs in the workspace: how many in each state, how long the oldest pending one has waited, and how
    many have ended in the last minute and hour."""

    states: dict[JobState, int]
    oldest_pending_seconds: int | None
    ended_last_minute: int
    ended_last_hour: int
