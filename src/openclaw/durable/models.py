"""Tables of durable work: the processes that run it, jobs with the lanes that they queue in, and schedules."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, SmallInteger, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from openclaw.infra.db import Base


class ExecutorRow(Base):
    """A process that runs durable work; a stale heartbeat hands its runs to another."""

    __tablename__ = "durable_executors"

    id: Mapped[str] = mapped_column(String(100), primary_key=True)
    heartbeat_at: Mapped[datetime]


class JobRow(Base):
    """Accepted work of one user. ``epoch`` counts who has worked on it: only the latest may write its end.

    ``attempt`` counts tries, which a process's death does not use up; ``executor_id`` is the process that it is with.
    """

    __tablename__ = "jobs"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(200))
    payload: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(20))
    priority: Mapped[int] = mapped_column(SmallInteger)
    due_at: Mapped[datetime]
    attempt: Mapped[int]
    max_attempts: Mapped[int]
    retry_seconds: Mapped[int]
    timeout_seconds: Mapped[int | None]
    idempotency_key: Mapped[str | None] = mapped_column(String(200))
    epoch: Mapped[int]
    executor_id: Mapped[str | None] = mapped_column(String(100))
    result: Mapped[dict[str, Any] | None]
    error: Mapped[dict[str, Any] | None]
    cancel_requested_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("user_id", "workspace_id", "idempotency_key", name="uq_jobs_idempotency_key"),
        Index(
            "ix_jobs_pending",
            "workspace_id",
            text("priority DESC"),
            "due_at",
            "id",
            postgresql_where=text("state = 'pending'"),
        ),
        Index("ix_jobs_delayed", "due_at", postgresql_where=text("state = 'delayed'")),
        Index(
            "ix_jobs_open",
            "workspace_id",
            "state",
            postgresql_where=text("state IN ('running', 'waiting', 'delayed')"),
        ),
        Index("ix_jobs_of_executor", "executor_id", postgresql_where=text("executor_id IS NOT NULL")),
        Index("ix_jobs_of_user", "user_id", "workspace_id", "created_at", "id"),
        Index("ix_jobs_of_user_in_state", "user_id", "workspace_id", "state", "created_at", "id"),
    )


class JobLaneRow(Base):
    """A workspace's place in the queue: when it had its last turn, and how often it had one in the running minute.

    ``queued`` is how many wait at most.
    """

    __tablename__ = "job_lanes"

    workspace_id: Mapped[UUID] = mapped_column(
        ForeignKey("workspaces.id", ondelete="CASCADE"), primary_key=True
    )
    served_at: Mapped[datetime]
    queued: Mapped[int]
    window_at: Mapped[datetime]
    started: Mapped[int]


class ScheduleRow(Base):
    """Something that happens again. ``due_at`` is its next time, None when it has none.

    ``wake_at`` is when a process looks at it: the same, or later when its handler has failed ``failures`` times.
    """

    __tablename__ = "schedules"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(64))
    rule: Mapped[dict[str, Any]]
    misfire: Mapped[str] = mapped_column(String(10))
    misfire_limit: Mapped[int] = mapped_column(SmallInteger)
    payload: Mapped[dict[str, Any]]
    due_at: Mapped[datetime | None]
    wake_at: Mapped[datetime | None]
    failures: Mapped[int]
    last_due_at: Mapped[datetime | None]
    last_fired_at: Mapped[datetime | None]
    updated_at: Mapped[datetime]

    __table_args__ = (
        Index(
            "ix_schedules_wake_at",
            "wake_at",
            "workspace_id",
            "id",
            postgresql_where=text("wake_at IS NOT NULL"),
        ),
    )
