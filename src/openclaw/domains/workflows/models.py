"""Tables of workflows, their versions and secrets, runs, steps and the files that these gave back."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from openclaw.infra.db import Base


class WorkflowRow(Base):
    """A workflow of a workspace. ``status``: draft until a version is active, archived when it is put away."""

    __tablename__ = "workflows"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    description: Mapped[str] = mapped_column(String(2000))
    status: Mapped[str] = mapped_column(String(20))
    latest_version: Mapped[int]
    active_version: Mapped[int | None]
    owner_id: Mapped[UUID]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class WorkflowVersionRow(Base):
    """A definition as it was saved; never changed."""

    __tablename__ = "workflow_versions"

    workflow_id: Mapped[UUID] = mapped_column(
        ForeignKey("workflows.id", ondelete="CASCADE"), primary_key=True
    )
    version: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    definition: Mapped[dict[str, Any]]
    created_by_user_id: Mapped[UUID]
    created_at: Mapped[datetime]


class WorkflowSecretRow(Base):
    """A secret that definitions refer to by name; sealed, and bound to its workspace."""

    __tablename__ = "workflow_secrets"

    workspace_id: Mapped[UUID] = mapped_column(
        ForeignKey("workspaces.id", ondelete="CASCADE"), primary_key=True
    )
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    sealed: Mapped[bytes]
    last_updated_by_user_id: Mapped[UUID]
    updated_at: Mapped[datetime]


class WorkflowRunRow(Base):
    """One run of a version, of the user who started it. ``epoch`` counts entries: only the latest may write.

    ``state`` is ``deleted`` for what is left of one that a later run has taken parts of.
    ``working``: steps that are being carried out (``{path, stepId, type, attempt, startedAt}``), which have no row yet.
    """

    __tablename__ = "workflow_runs"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    workflow_id: Mapped[UUID]
    version: Mapped[int]
    state: Mapped[str] = mapped_column(String(20))
    is_dry: Mapped[bool]
    epoch: Mapped[int]
    input: Mapped[dict[str, Any]]
    output: Mapped[dict[str, Any] | None]
    error: Mapped[dict[str, Any] | None]
    edited: Mapped[dict[str, Any] | None]
    recorded: Mapped[dict[str, Any] | None]
    working: Mapped[list[Any] | None]
    origin_run_id: Mapped[UUID | None]
    from_path: Mapped[str | None] = mapped_column(String(1000))
    parent_run_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("workflow_runs.id", ondelete="CASCADE"), index=True
    )
    depth: Mapped[int]
    idempotency_key: Mapped[str | None] = mapped_column(String(200))
    paused_at: Mapped[datetime | None]
    cancel_requested_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    __table_args__ = (
        ForeignKeyConstraint(
            ["workflow_id", "version"],
            ["workflow_versions.workflow_id", "workflow_versions.version"],
            name="fk_workflow_runs_version",
            ondelete="CASCADE",
        ),
        UniqueConstraint(
            "user_id", "workspace_id", "idempotency_key", name="uq_workflow_runs_idempotency_key"
        ),
        Index("ix_workflow_runs_of_workflow", "workflow_id", "created_at"),
        Index("ix_workflow_runs_open", "workspace_id", postgresql_where=text("finished_at IS NULL")),
        Index("ix_workflow_runs_origin", "origin_run_id", postgresql_where=text("origin_run_id IS NOT NULL")),
        Index("ix_workflow_runs_deleted", "workspace_id", postgresql_where=text("state = 'deleted'")),
    )


class WorkflowRunStepRow(Base):
    """A step of a run: history, interface and checkpoint are this one row. ``path`` names round and branch.

    ``input`` and ``output`` are ``{"value": …}``, or ``{"blob", "bytes"}`` where object storage keeps them.
    ``seq`` is the order in which steps got to where they are; ``logs`` (``{at, text}``) what was done for it.
    """

    __tablename__ = "workflow_run_steps"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    run_id: Mapped[UUID] = mapped_column(ForeignKey("workflow_runs.id", ondelete="CASCADE"))
    path: Mapped[str] = mapped_column(String(1000))
    step_id: Mapped[str] = mapped_column(String(64))
    type: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20))
    seq: Mapped[int]
    input: Mapped[dict[str, Any] | None]
    output: Mapped[dict[str, Any] | None]
    error: Mapped[dict[str, Any] | None]
    attempts: Mapped[list[Any]]
    answer: Mapped[dict[str, Any] | None]
    logs: Mapped[list[Any] | None]
    is_reused: Mapped[bool]
    started_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("run_id", "path", name="uq_workflow_run_steps_path"),)


class WorkflowRunFileRow(Base):
    """A file that a step gave back; its body is in object storage."""

    __tablename__ = "workflow_run_files"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    run_id: Mapped[UUID] = mapped_column(ForeignKey("workflow_runs.id", ondelete="CASCADE"), index=True)
    path: Mapped[str] = mapped_column(String(1000))
    name: Mapped[str] = mapped_column(String(255))
    type: Mapped[str] = mapped_column(String(100))
    bytes: Mapped[int]
    created_at: Mapped[datetime]


class WorkflowAgentTurnRow(Base):
    """A turn of the model in one try of an agent step: what it wanted done, and what became of that."""

    __tablename__ = "workflow_agent_turns"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    run_id: Mapped[UUID] = mapped_column(ForeignKey("workflow_runs.id", ondelete="CASCADE"), index=True)
    attempt_id: Mapped[UUID]
    number: Mapped[int]
    reply: Mapped[list[Any]]
    calls: Mapped[list[Any]]
    outcomes: Mapped[list[Any] | None]

    __table_args__ = (UniqueConstraint("attempt_id", "number", name="uq_workflow_agent_turns_number"),)


class WorkflowSignalRow(Base):
    """A signal that was sent to a run (``data`` is ``{"value": …}``); ``path`` is the step that has taken it."""

    __tablename__ = "workflow_signals"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    run_id: Mapped[UUID] = mapped_column(ForeignKey("workflow_runs.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(100))
    data: Mapped[dict[str, Any]]
    idempotency_key: Mapped[str | None] = mapped_column(String(200))
    path: Mapped[str | None] = mapped_column(String(1000))
    sent_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("run_id", "idempotency_key", name="uq_workflow_signals_key"),)
