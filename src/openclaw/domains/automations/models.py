"""Tables of automations, their runs, and webhook deliveries that were refused."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from openclaw.infra.db import Base


class AutomationRow(Base):
    """An automation of a user. ``trigger`` and ``action`` as they travel; conditions are CEL.

    ``secrets``: sealed, the newest first; the one before is good until ``old_secret_until``. ``schedule_id`` and
    ``watch_id`` are schedules of the durable engine, which there may be none of.
    """

    __tablename__ = "automations"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(100))
    description: Mapped[str] = mapped_column(String(2000))
    trigger: Mapped[dict[str, Any]]
    action: Mapped[dict[str, Any]]
    condition: Mapped[str | None] = mapped_column(String(4000))
    success: Mapped[str | None] = mapped_column(String(4000))
    overlap: Mapped[str] = mapped_column(String(20))
    max_failures: Mapped[int]
    expected_seconds: Mapped[int | None]
    version: Mapped[int]
    is_enabled: Mapped[bool]
    disabled_reason: Mapped[str | None] = mapped_column(String(20))
    enabled_at: Mapped[datetime | None]
    consecutive_failures: Mapped[int]
    alarmed_at: Mapped[datetime | None]
    last_run_at: Mapped[datetime | None]
    last_run_state: Mapped[str | None] = mapped_column(String(20))
    sealed_secret: Mapped[bytes]
    sealed_old_secret: Mapped[bytes | None]
    old_secret_until: Mapped[datetime | None]
    schedule_id: Mapped[UUID]
    watch_id: Mapped[UUID]
    idempotency_key: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("user_id", "workspace_id", "idempotency_key", name="uq_automations_idempotency_key"),
        Index("ix_automations_of_user", "user_id", "workspace_id", "updated_at", "id"),
        Index(
            "ix_automations_on_event",
            "user_id",
            "workspace_id",
            text("(trigger->>'event')"),
            postgresql_where=text("is_enabled AND trigger->>'kind' = 'event'"),
        ),
    )


class AutomationRunRow(Base):
    """One time that an automation was set off.

    ``reason``: by what. ``key`` makes a time, a delivery, a fact come once. ``is_parked``: it waits for the run before
    it, else ``job_id`` carries it out. ``target``: what it has set going (``{"kind", "id"}``). ``depth`` counts runs
    that led to one another.
    """

    __tablename__ = "automation_runs"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    automation_id: Mapped[UUID] = mapped_column(ForeignKey("automations.id", ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(String(20))
    reason: Mapped[dict[str, Any]]
    key: Mapped[str] = mapped_column(String(200))
    input: Mapped[dict[str, Any]]
    depth: Mapped[int]
    is_parked: Mapped[bool]
    job_id: Mapped[UUID]
    target: Mapped[dict[str, Any] | None]
    result: Mapped[dict[str, Any] | None]
    error: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("automation_id", "key", name="uq_automation_runs_key"),
        Index("ix_automation_runs_of_automation", "automation_id", "created_at", "id"),
        Index("ix_automation_runs_of_user", "user_id", "workspace_id", "created_at", "id"),
        Index("ix_automation_runs_open", "automation_id", "id", postgresql_where=text("finished_at IS NULL")),
        Index(
            "ix_automation_runs_target",
            text("(target->>'id')"),
            postgresql_where=text("target IS NOT NULL"),
        ),
    )


class RefusedDeliveryRow(Base):
    """A webhook delivery that was refused, as the test console shows it: nothing secret is in it."""

    __tablename__ = "automation_refusals"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    automation_id: Mapped[UUID] = mapped_column(ForeignKey("automations.id", ondelete="CASCADE"), index=True)
    error: Mapped[dict[str, Any]]
    headers: Mapped[dict[str, Any]]
    body: Mapped[str] = mapped_column(String(4000))
    created_at: Mapped[datetime]
