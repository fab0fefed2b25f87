"""Tables of tasks, their runs, and the log of each run."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy import text as sql_text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from openclaw.infra.db import Base


class TaskRow(Base):
    """What somebody wants done, and how; launched as often as they like. ``version`` counts its changes.

    ``target`` is ``{"kind", "device_id", "labels", "runtime", "sync_mode"}``; ``budget`` limits each launch by itself,
    ``budget_id`` is one that launches share. With ``system_id``, ``text`` is a further request beside what its form,
    ``intake``, makes of it; of a local-only system both are here until the next launch takes them along.
    """

    __tablename__ = "tasks"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    system_id: Mapped[UUID | None]
    intake: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    target: Mapped[dict[str, Any]]
    approval_mode: Mapped[str] = mapped_column(String(10))
    budget: Mapped[dict[str, Any] | None]
    budget_id: Mapped[UUID | None]
    time_limit_seconds: Mapped[int | None]
    when_lost: Mapped[str] = mapped_column(String(10))
    version: Mapped[int]
    idempotency_key: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("user_id", "workspace_id", "idempotency_key", name="uq_tasks_idempotency_key"),
        Index("ix_tasks_of_user", "user_id", "workspace_id", "created_at", "id"),
        Index(
            "ix_tasks_of_system",
            "system_id",
            "created_at",
            "id",
            postgresql_where=sql_text("system_id IS NOT NULL"),
        ),
    )


class TaskRunRow(Base):
    """A launch of a task, led by one job; ``epoch`` counts who has led it: only the latest may write.

    ``agent_run_id`` carries it now, in ``conversation_id``; of its steps those to ``seen_position`` are in the log, but
    for the ends of ``seen_open`` (``{step: state}``). ``event_seq`` and ``event_hash`` are the end of the log.
    ``moving_to``: where it is to go on, with the machine that it has left for that (``origin``). ``slot_epoch``: the
    dispatch that holds room on a host, ``lost_epoch`` the one whose host is gone. ``outcome``, of one that succeeded:
    ``nothing_worked`` when all its calls failed. ``text`` and ``instructions`` are what its agent is told, also when it
    is tried again; what a sync mode keeps on a machine is here until the machine has it.
    """

    __tablename__ = "task_runs"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    task_id: Mapped[UUID] = mapped_column(ForeignKey("tasks.id", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    instructions: Mapped[str | None] = mapped_column(Text)
    system_id: Mapped[UUID | None]
    reason: Mapped[str] = mapped_column(String(10))
    origin_run_id: Mapped[UUID | None]
    attempt: Mapped[int]
    state: Mapped[str] = mapped_column(String(20))
    target: Mapped[dict[str, Any]]
    device_id: Mapped[UUID | None]
    approval_mode: Mapped[str] = mapped_column(String(10))
    budget_id: Mapped[UUID | None]
    time_limit_seconds: Mapped[int | None]
    when_lost: Mapped[str] = mapped_column(String(10))
    conversation_id: Mapped[UUID | None] = mapped_column(index=True)
    agent_run_id: Mapped[UUID | None]
    seen_position: Mapped[int]
    seen_open: Mapped[dict[str, Any]]
    epoch: Mapped[int]
    event_seq: Mapped[int]
    event_hash: Mapped[bytes]
    moving_to: Mapped[dict[str, Any] | None]
    slot_epoch: Mapped[int | None]
    lost_epoch: Mapped[int | None]
    paused_at: Mapped[datetime | None]
    cancel_requested_at: Mapped[datetime | None]
    error: Mapped[dict[str, Any] | None]
    outcome: Mapped[str | None] = mapped_column(String(20))
    idempotency_key: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime]
    dispatched_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("user_id", "workspace_id", "idempotency_key", name="uq_task_runs_idempotency_key"),
        Index("ix_task_runs_of_user", "user_id", "workspace_id", "created_at", "id"),
        Index("ix_task_runs_of_task", "task_id", "created_at", "id"),
        Index(
            "ix_task_runs_of_system",
            "system_id",
            "created_at",
            "id",
            postgresql_where=sql_text("system_id IS NOT NULL"),
        ),
        Index("ix_task_runs_open", "workspace_id", postgresql_where=sql_text("finished_at IS NULL")),
    )


class TaskRunEventRow(Base):
    """Something that happened in a run. ``event`` is its canonical JSON, ``hash`` covers it and the hash before.

    The database refuses changes, gaps and hashes that are not right.
    """

    __tablename__ = "task_run_events"

    run_id: Mapped[UUID] = mapped_column(ForeignKey("task_runs.id", ondelete="CASCADE"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    event: Mapped[str] = mapped_column(Text)
    previous_hash: Mapped[bytes]
    hash: Mapped[bytes]

    __table_args__ = (
        CheckConstraint("hash = sha256(previous_hash || convert_to(event, 'UTF8'))", name="hash"),
    )
