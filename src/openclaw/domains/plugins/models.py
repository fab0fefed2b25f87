"""Tables of plugin packages and their publishers, installations with what they keep, kill switches and calls."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from openclaw.infra.db import Base

_IS_PUBLIC = text("visibility = 'public'")


class PluginPackageRow(Base):
    """One version of a plugin as a workspace published it; ``digest`` is the SHA-256 of its archive.

    ``visibility``: private to the workspace, or public: everybody's once an operator has approved it.
    """

    __tablename__ = "plugin_packages"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(64))
    version: Mapped[str] = mapped_column(String(64))
    visibility: Mapped[str] = mapped_column(String(10))
    review_state: Mapped[str] = mapped_column(String(10))
    review_note: Mapped[str] = mapped_column(String(2000))
    reviewed_at: Mapped[datetime | None]
    digest: Mapped[str] = mapped_column(String(64))
    archive_bytes: Mapped[int]
    publisher_key: Mapped[str] = mapped_column(String(64))
    manifest: Mapped[dict[str, Any]]
    yanked_at: Mapped[datetime | None]
    yank_reason: Mapped[str] = mapped_column(String(500))
    deprecated: Mapped[str | None] = mapped_column(String(500))
    published_by_user_id: Mapped[UUID]
    created_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint(
            "workspace_id", "visibility", "name", "version", name="uq_plugin_packages_of_workspace"
        ),
        Index("uq_plugin_packages_public", "name", "version", unique=True, postgresql_where=_IS_PUBLIC),
    )


class PluginPublisherRow(Base):
    """Whose key signs the packages of a name in a registry: the first one's, until another is accepted."""

    __tablename__ = "plugin_publishers"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    visibility: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(64))
    key: Mapped[str] = mapped_column(String(64))
    accepted_by_user_id: Mapped[UUID]
    accepted_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("workspace_id", "visibility", "name", name="uq_plugin_publishers_of_workspace"),
        Index("uq_plugin_publishers_public", "name", unique=True, postgresql_where=_IS_PUBLIC),
    )


class PluginRow(Base):
    """A plugin that a workspace has installed. ``source``: builtin, public or private; it stays what it was.

    ``permissions`` are those granted, a part of what the manifest asks for.
    """

    __tablename__ = "plugins"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    package_id: Mapped[UUID]
    source: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(64))
    version: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))
    publisher_key: Mapped[str] = mapped_column(String(64))
    manifest: Mapped[dict[str, Any]]
    settings: Mapped[dict[str, Any]]
    sealed_secrets: Mapped[bytes | None]
    secret_names: Mapped[list[Any]]
    permissions: Mapped[dict[str, Any]]
    is_enabled: Mapped[bool]
    installed_by_user_id: Mapped[UUID]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("workspace_id", "name", name="uq_plugins_name"),)


class PluginEntryRow(Base):
    """What a plugin keeps under a key."""

    __tablename__ = "plugin_entries"

    plugin_id: Mapped[UUID] = mapped_column(ForeignKey("plugins.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    value: Mapped[dict[str, Any]]
    bytes: Mapped[int]
    updated_at: Mapped[datetime]


class PluginBlockRow(Base):
    """A kill switch: what fits all that it names does not run, here or (without a workspace) anywhere."""

    __tablename__ = "plugin_blocks"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("workspaces.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str | None] = mapped_column(String(64))
    version: Mapped[str | None] = mapped_column(String(64))
    publisher_key: Mapped[str | None] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(String(500))
    created_by_user_id: Mapped[UUID]
    created_at: Mapped[datetime]


class PluginSettingsRow(Base):
    """What a workspace asks of the isolation of plugins."""

    __tablename__ = "plugin_settings"

    workspace_id: Mapped[UUID] = mapped_column(
        ForeignKey("workspaces.id", ondelete="CASCADE"), primary_key=True
    )
    least_tier: Mapped[str] = mapped_column(String(12))
    updated_by_user_id: Mapped[UUID]
    updated_at: Mapped[datetime]


class PluginCallRow(Base):
    """One call of a plugin's code for a user: how it was kept apart, what it used and said, how it ended.

    ``run_id`` and ``path`` name the workflow step that it was for; the id is the same for the same try of it.
    ``refused``: connections that it tried, ``{"host", "port", "decision"}`` each; none are told of calls long ago.
    """

    __tablename__ = "plugin_calls"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(64))
    version: Mapped[str] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(100))
    run_id: Mapped[UUID | None]
    path: Mapped[str | None] = mapped_column(String(1000))
    state: Mapped[str] = mapped_column(String(10))
    tier: Mapped[str | None] = mapped_column(String(12))
    error: Mapped[dict[str, Any] | None]
    usage: Mapped[dict[str, Any]]
    refused: Mapped[list[Any] | None]
    logs: Mapped[str]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime]

    __table_args__ = (
        Index("ix_plugin_calls_of_user", "workspace_id", "user_id", "finished_at"),
        Index("ix_plugin_calls_of_run", "run_id"),
    )
