"""Tables of systems, their snapshots and branches."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from openclaw.infra.db import Base

_JSON = JSONB(none_as_null=True)  # nothing is NULL, not JSON's null: the checks below tell the two apart


class SystemRow(Base):
    """A named work system. ``profile`` is None when it is local-only: then ``device_id`` keeps what it holds.

    ``digest`` is of the document as it is now (on a machine: keyed by that). ``version`` counts changes. ``share_hash``
    is the SHA-256 of the link's token. A private system is its maker's alone.
    """

    __tablename__ = "systems"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(100))
    description: Mapped[str] = mapped_column(String(2000))
    template_id: Mapped[str] = mapped_column(String(40))
    status: Mapped[str] = mapped_column(String(10))
    visibility: Mapped[str] = mapped_column(String(10))
    sync_mode: Mapped[str] = mapped_column(String(10))
    is_local: Mapped[bool]
    allows_remote_launch: Mapped[bool]
    profile: Mapped[dict[str, Any] | None] = mapped_column(_JSON)
    digest: Mapped[str] = mapped_column(String(64))
    version: Mapped[int]
    device_id: Mapped[UUID | None]
    baseline_snapshot_id: Mapped[UUID | None]
    active_snapshot_id: Mapped[UUID | None]
    current_branch_id: Mapped[UUID | None]
    share_hash: Mapped[bytes | None] = mapped_column(unique=True)
    idempotency_key: Mapped[str | None] = mapped_column(String(200))
    created_by_user_id: Mapped[UUID]
    last_updated_by_user_id: Mapped[UUID]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    __table_args__ = (
        # What a machine alone keeps has no place here, whatever a program does.
        CheckConstraint("is_local = (sync_mode = 'local_only')", name="local_is_said_once"),
        CheckConstraint(
            "is_local = (profile IS NULL) AND is_local = (device_id IS NOT NULL)", name="local_keeps_nothing"
        ),
        CheckConstraint("NOT is_local OR visibility IN ('private', 'workspace')", name="local_is_not_shared"),
        CheckConstraint("status IN ('draft', 'active', 'archived')", name="status"),
        CheckConstraint("visibility IN ('private', 'workspace', 'link', 'public')", name="visibility"),
        CheckConstraint("sync_mode IN ('local_only', 'metadata', 'full')", name="sync_mode"),
        UniqueConstraint("id", "workspace_id", "is_local", name="uq_systems_local"),
        UniqueConstraint(
            "workspace_id", "created_by_user_id", "idempotency_key", name="uq_systems_idempotency_key"
        ),
        Index("ix_systems_of_workspace", "workspace_id", "updated_at"),
        Index("ix_systems_public", "updated_at", postgresql_where=text("visibility = 'public'")),
    )


class SystemSnapshotRow(Base):
    """What a system was, in some scopes; never changed. ``content`` is None when a machine alone keeps it."""

    __tablename__ = "system_snapshots"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    system_id: Mapped[UUID]
    is_local: Mapped[bool]
    kind: Mapped[str] = mapped_column(String(20))
    label: Mapped[str] = mapped_column(String(200))
    scopes: Mapped[list[Any]]
    content: Mapped[dict[str, Any] | None] = mapped_column(_JSON)
    digest: Mapped[str] = mapped_column(String(64))
    bytes: Mapped[int]
    branch_id: Mapped[UUID | None]
    system_version: Mapped[int | None]
    created_by_user_id: Mapped[UUID]
    created_at: Mapped[datetime]

    __table_args__ = (
        ForeignKeyConstraint(
            ["system_id", "workspace_id", "is_local"],
            ["systems.id", "systems.workspace_id", "systems.is_local"],
            name="fk_system_snapshots_system",
            ondelete="CASCADE",
        ),
        CheckConstraint("is_local = (content IS NULL)", name="local_keeps_nothing"),
        Index("ix_system_snapshots_of_system", "system_id", "created_at"),
        Index(
            "uq_system_snapshots_baseline",
            "system_id",
            unique=True,
            postgresql_where=text("kind = 'baseline'"),
        ),
    )


class SystemBranchRow(Base):
    """A line of snapshots that began at one of them. A system that is on no branch is on its main line."""

    __tablename__ = "system_branches"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    system_id: Mapped[UUID] = mapped_column(ForeignKey("systems.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(100))
    description: Mapped[str] = mapped_column(String(1000))
    parent_snapshot_id: Mapped[UUID]
    created_by_user_id: Mapped[UUID]
    created_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("system_id", "name", name="uq_system_branches_name"),)
