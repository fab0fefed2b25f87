"""Tables of providers, budgets, runs, steps, approvals and rules."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
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
    input_price_micros: Mapped[int | None] = mapped_column(BigInteger)
    output_price_micros: Mapped[int | None] = mapped_column(BigInteger)
    is_default: Mapped[bool]
    sealed_key: Mapped[bytes | None]
    key_hint: Mapped[str | None] = mapped_column(String(8))
    created_by_user_id: Mapped[UUID]
    last_updated_by_user_id: Mapped[UUID]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class BudgetRow(Base):
    """What runs may use together: each limit is None, or never less than what was used and is held.

    Held is what was reserved for model calls that are not over. Money is in millionths of a US dollar.
    """

    __tablename__ = "budgets"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(200))
    money_limit: Mapped[int | None] = mapped_column(BigInteger)
    money_used: Mapped[int] = mapped_column(BigInteger, default=0)
    money_held: Mapped[int] = mapped_column(BigInteger, default=0)
    tokens_limit: Mapped[int | None] = mapped_column(BigInteger)
    tokens_used: Mapped[int] = mapped_column(BigInteger, default=0)
    tokens_held: Mapped[int] = mapped_column(BigInteger, default=0)
    calls_limit: Mapped[int | None] = mapped_column(BigInteger)
    calls_used: Mapped[int] = mapped_column(BigInteger, default=0)
    calls_held: Mapped[int] = mapped_column(BigInteger, default=0)
    time_limit_ms: Mapped[int | None] = mapped_column(BigInteger)
    time_used_ms: Mapped[int] = mapped_column(BigInteger, default=0)
    time_held_ms: Mapped[int] = mapped_column(BigInteger, default=0)
    is_named: Mapped[bool]
    created_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("money_used + money_held <= money_limit", name="money"),
        CheckConstraint("tokens_used + tokens_held <= tokens_limit", name="tokens"),
        CheckConstraint("calls_used + calls_held <= calls_limit", name="calls"),
        CheckConstraint("time_used_ms + time_held_ms <= time_limit_ms", name="time"),
        Index("ix_budgets_of_user", "user_id", "workspace_id", "created_at", "id"),
    )


class BudgetChargeRow(Base):
    """One model call on a budget: what was reserved for it, and from its end on what it took.

    ``reported_tokens`` is the provider's word (None: it gave none), ``counted_tokens`` our own count.
    """

    __tablename__ = "budget_charges"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    budget_id: Mapped[UUID] = mapped_column(ForeignKey("budgets.id", ondelete="CASCADE"), index=True)
    run_id: Mapped[UUID]
    money: Mapped[int] = mapped_column(BigInteger)
    tokens: Mapped[int] = mapped_column(BigInteger)
    time_ms: Mapped[int] = mapped_column(BigInteger)
    reported_tokens: Mapped[int | None] = mapped_column(BigInteger)
    counted_tokens: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_budget_charges_held", "run_id", postgresql_where=text("settled_at IS NULL")),)


class RunRow(Base):
    """One chat turn of the agent. ``epoch`` counts entries: only the latest may write.

    ``runtime`` is ``server``, or ``pi`` for the one on ``device_id``; ``told_seq``: so many of its events are applied.
    ``kind`` is ``chat``, or ``task`` for one that a task's job leads: its model calls are charged to ``budget_id``, it
    begins nothing new while ``paused_at`` is set, and ``approval_mode`` ``deny`` refuses what would need an answer.
    ``instructions`` are told to the model besides the question; ``system_id`` and ``task_run_id`` are what it is of.
    """

    __tablename__ = "runs"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    conversation_id: Mapped[UUID] = mapped_column(index=True)
    device_id: Mapped[UUID | None]
    runtime: Mapped[str] = mapped_column(String(10), default="server", server_default="server")
    sync_mode: Mapped[str] = mapped_column(String(10), default="full", server_default="full")
    told_seq: Mapped[int] = mapped_column(default=0, server_default="0")
    client_run_id: Mapped[str] = mapped_column(String(128))
    kind: Mapped[str] = mapped_column(String(10), default="chat", server_default="chat")
    budget_id: Mapped[UUID | None] = mapped_column(ForeignKey("budgets.id", ondelete="SET NULL"))
    approval_mode: Mapped[str] = mapped_column(String(10), default="ask", server_default="ask")
    paused_at: Mapped[datetime | None]
    instructions: Mapped[str | None] = mapped_column(Text)
    system_id: Mapped[UUID | None]
    task_run_id: Mapped[UUID | None]
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


class RunEventRow(Base):
    """What a machine told of a run on it, as far as the sync mode lets it be kept, until the run has ended."""

    __tablename__ = "run_events"

    run_id: Mapped[UUID] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    event: Mapped[dict[str, Any]]
    received_at: Mapped[datetime]


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
    ``question``: of a machine's runtime, ``id``, ``method``, and ``title message options`` where an extension asks;
    ``answer`` is what the user chose or wrote, ``is_told`` that the runtime has it.
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
    question: Mapped[dict[str, Any] | None]
    tool: Mapped[str] = mapped_column(String(60))
    arguments: Mapped[dict[str, Any]]
    grade: Mapped[str] = mapped_column(String(10))
    risk: Mapped[dict[str, Any]]
    folder: Mapped[str | None] = mapped_column(String(4096))
    programs: Mapped[list[Any]]
    state: Mapped[str] = mapped_column(String(10))
    decision: Mapped[str | None] = mapped_column(String(20))
    answer: Mapped[str | None] = mapped_column(String(2000))
    is_told: Mapped[bool] = mapped_column(default=False, server_default="false")
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
