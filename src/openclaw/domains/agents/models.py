"""Tables of providers, runs, steps, approvals and rules."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from openclaw.infra.db import Base


class ModelProviderRow(Base):
    """Access to a model, for a whole workspace. The key is sealed and bound to the workspace."""

    __tablename__ = "model_providers"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(100))
    base_url: Mapped[str | None] = mapped_column(String(500))
    model: Mapped[str] = mapped_column(String(200))
    context_window: Mapped[int | None]
    is_default: Mapped[bool]
    sealed_key: Mapped[bytes | None]
    key_hint: Mapped[str | None] = mapped_column(String(8))
    created_by_user_id: Mapped[UUID]
    last_updated_by_user_id: Mapped[UUID]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class RunRow(Base):
    """One chat turn of the agent. ``epoch`` counts entries: only the latest may write."""

    __tablename__ = "runs"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    conversation_id: Mapped[UUID] = mapped_column(index=True)
    device_id: Mapped[UUID | None]
    client_run_id: Mapped[str] = mapped_column(String(128))
    state: Mapped[str] = mapped_column(String(20))
    epoch: Mapped[int] = mapped_column(default=0)
    abort_requested_at: Mapped[datetime | None]
    model: Mapped[str | None] = mapped_column(String(200))
    is_demo: Mapped[bool] = mapped_column(default=False)
    error: Mapped[dict[str, Any] | None]
    undone: Mapped[dict[str, Any] | None]
    input_tokens: Mapped[int] = mapped_column(default=0)
    output_tokens: Mapped[int] = mapped_column(default=0)
    cost_micros: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_runs_open", user_id, conversation_id, postgresql_where=text("finished_at IS NULL")),
        Index("ix_runs_client_run_id", user_id, client_run_id),
    )


class RunStepRow(Base):
    """A model call or a tool call of a run: history, interface and checkpoint are this one row.

    ``targets`` (``{"id", "name"}``) are the machines of a call that goes to several.
    """

    __tablename__ = "run_steps"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    run_id: Mapped[UUID] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"))
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(100))
    tool_call_id: Mapped[str | None] = mapped_column(String(200))
    arguments: Mapped[dict[str, Any] | None]
    device_id: Mapped[UUID | None]
    device_name: Mapped[str | None] = mapped_column(String(100))
    targets: Mapped[list[Any] | None]
    output: Mapped[dict[str, Any] | None]
    error: Mapped[dict[str, Any] | None]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("run_id", "position"),
        Index("ix_run_steps_on_device", "device_id", "started_at", postgresql_where=text("kind = 'tool'")),
    )


class ApprovalRow(Base):
    """A question to the user, parked until answered or expired. Expired counts as denied.

    It is asked by a run about one of its steps, or by a client about something that it runs itself (``asked_by``).
    For a call to several machines, ``targets``, ``device_id`` is the first of them.
    """

    __tablename__ = "approvals"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    run_id: Mapped[UUID | None] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"), index=True)
    step_id: Mapped[UUID | None] = mapped_column(ForeignKey("run_steps.id", ondelete="CASCADE"), unique=True)
    conversation_id: Mapped[UUID | None]
    device_id: Mapped[UUID | None]
    asked_by: Mapped[str | None] = mapped_column(String(100))
    device_name: Mapped[str] = mapped_column(String(100))
    targets: Mapped[list[Any] | None]
    tool_call_id: Mapped[str] = mapped_column(String(200))
    tool: Mapped[str] = mapped_column(String(60))
    arguments: Mapped[dict[str, Any]]
    grade: Mapped[str] = mapped_column(String(10))
    risk: Mapped[dict[str, Any]]
    folder: Mapped[str | None] = mapped_column(String(4096))
    programs: Mapped[list[Any]]
    state: Mapped[str] = mapped_column(String(10))
    decision: Mapped[str | None] = mapped_column(String(20))
    reason: Mapped[str | None] = mapped_column(String(2000))
    requested_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by_user_id: Mapped[UUID | None]


class ApprovalRuleRow(Base):
    """What a user allowed beyond one call: for a conversation, or for a program in a folder on a device."""

    __tablename__ = "approval_rules"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    approval_id: Mapped[UUID] = mapped_column(ForeignKey("approvals.id", ondelete="CASCADE"))
    device_id: Mapped[UUID]
    conversation_id: Mapped[UUID | None]
    program: Mapped[str] = mapped_column(String(200))
    folder: Mapped[str] = mapped_column(String(4096))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
