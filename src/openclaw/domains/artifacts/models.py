"""Tables of results, their versions, the words that find them, and their publications."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, SmallInteger, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from openclaw.infra.db import Base


class ArtifactRow(Base):
    """A result as lists show it; ``version`` is its newest, of which ``media_type bytes file_count excerpt`` tell.

    ``visibility``: private to whoever made it, or workspace. ``sync_mode``: how much of it may be here at all.
    ``live_slug`` and ``live_version``: what of it the public sees.
    """

    __tablename__ = "artifacts"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    created_by_user_id: Mapped[UUID]
    last_updated_by_user_id: Mapped[UUID]
    visibility: Mapped[str] = mapped_column(String(10))
    sync_mode: Mapped[str] = mapped_column(String(10))
    kind: Mapped[str] = mapped_column(String(12))
    title: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(String(2000))
    status: Mapped[str] = mapped_column(String(20))
    tags: Mapped[list[Any]]
    rating: Mapped[int] = mapped_column(SmallInteger)
    version: Mapped[int]
    media_type: Mapped[str] = mapped_column(String(100))
    bytes: Mapped[int] = mapped_column(BigInteger)
    file_count: Mapped[int]
    excerpt: Mapped[str] = mapped_column(String(500))
    thumbnail: Mapped[str | None] = mapped_column(String(64))
    provenance: Mapped[dict[str, Any]]
    live_slug: Mapped[str | None] = mapped_column(String(63))
    live_version: Mapped[int | None]
    idempotency_key: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint(
            "workspace_id", "created_by_user_id", "idempotency_key", name="uq_artifacts_idempotency_key"
        ),
        Index("ix_artifacts_newest", "workspace_id", "updated_at", "id"),
        Index("ix_artifacts_best", "workspace_id", "rating", "updated_at", "id"),
        Index("ix_artifacts_of_status", "workspace_id", "status", "updated_at", "id"),
        Index("ix_artifacts_of_kind", "workspace_id", "kind", "updated_at", "id"),
        Index(
            "ix_artifacts_counted",
            "workspace_id",
            "status",
            "kind",
            "live_slug",
            "visibility",
            "created_by_user_id",
        ),
        Index(
            "ix_artifacts_live",
            "workspace_id",
            "updated_at",
            "id",
            postgresql_where=text("live_slug IS NOT NULL"),
        ),
    )


class ArtifactVersionRow(Base):
    """A version, never changed but for what the worker finds out about it (``derived``).

    ``files``: ``{"path", "type", "bytes", "digest"}`` each; bodies are in object storage under their digests. A
    version whose sync mode withholds them has none there.
    """

    __tablename__ = "artifact_versions"

    artifact_id: Mapped[UUID] = mapped_column(
        ForeignKey("artifacts.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    created_by_user_id: Mapped[UUID]
    note: Mapped[str] = mapped_column(String(500))
    entry: Mapped[str] = mapped_column(String(400))
    bytes: Mapped[int] = mapped_column(BigInteger)
    files: Mapped[list[Any]]
    sync_mode: Mapped[str] = mapped_column(String(10))
    provenance: Mapped[dict[str, Any]]
    derived: Mapped[dict[str, Any] | None]
    idempotency_key: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("artifact_id", "idempotency_key", name="uq_artifact_versions_idempotency_key"),
        Index("ix_artifact_versions_workspace_id", "workspace_id", postgresql_include=["bytes"]),
    )


class ArtifactTermRow(Base):
    """A word that finds a result: of its title, its tags (``#tag``), where it comes from (``systemId=sys_…``)."""

    __tablename__ = "artifact_terms"

    workspace_id: Mapped[UUID] = mapped_column(
        ForeignKey("workspaces.id", ondelete="CASCADE"), primary_key=True
    )
    term: Mapped[str] = mapped_column(String(120, collation="C"), primary_key=True)
    artifact_id: Mapped[UUID] = mapped_column(
        ForeignKey("artifacts.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class PublicationRow(Base):
    """Where the public sees a result: ``slug`` is the server's, and stays the result's when it is unpublished.

    ``release`` is the one that is shown, or None. ``target``: path (of this server) or bucket.
    """

    __tablename__ = "artifact_publications"

    artifact_id: Mapped[UUID] = mapped_column(
        ForeignKey("artifacts.id", ondelete="CASCADE"), primary_key=True
    )
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    slug: Mapped[str] = mapped_column(String(63), unique=True)
    target: Mapped[str] = mapped_column(String(10))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    expires_at: Mapped[datetime | None]
    release: Mapped[int | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class ReleaseRow(Base):
    """One publishing of a version: what was checked, and what it then consists of.

    ``state``: checking, passed, refused (by a check), failed (by a part of the server).
    """

    __tablename__ = "artifact_releases"

    artifact_id: Mapped[UUID] = mapped_column(
        ForeignKey("artifact_publications.artifact_id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    created_by_user_id: Mapped[UUID]
    version: Mapped[int]
    state: Mapped[str] = mapped_column(String(10))
    ignored: Mapped[list[Any]]
    checks: Mapped[list[Any]]
    entry: Mapped[str] = mapped_column(String(400))
    files: Mapped[list[Any]]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
