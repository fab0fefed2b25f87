"""Tables of the audit log. The application role may only insert and read entries (the migration sees to it)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from openclaw.infra.db import Base


class AuditEntryRow(Base):
    """One thing that happened. ``hash`` covers the entry and ``previous_hash``, so that none can be changed unseen."""

    __tablename__ = "audit_entries"

    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    user_id: Mapped[UUID | None]
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str | None] = mapped_column(String(200))
    detail: Mapped[dict[str, Any]]
    previous_hash: Mapped[bytes]
    hash: Mapped[bytes]


class AuditHeadRow(Base):
    """The end of a workspace's chain; locked while an entry is appended."""

    __tablename__ = "audit_heads"

    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id"), primary_key=True)
    seq: Mapped[int]
    hash: Mapped[bytes]
