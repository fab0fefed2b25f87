"""Tables of conversations and messages."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from openclaw.infra.db import Base


class ConversationRow(Base):
    """A conversation of one user. Deleted ones can be restored for 30 days.

    ``runtime`` is ``server``, or ``pi`` for that of ``device_id``, which calls its session ``runtime_session``.
    ``kind`` is ``chat``, or ``task`` for what a task's runs say: it is not among the chats.
    """

    __tablename__ = "conversations"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(10), default="chat", server_default="chat")
    is_main: Mapped[bool] = mapped_column(default=False)
    device_id: Mapped[UUID | None]
    runtime: Mapped[str] = mapped_column(String(10), default="server", server_default="server")
    sync_mode: Mapped[str] = mapped_column(String(10), default="full", server_default="full")
    runtime_session: Mapped[str | None] = mapped_column(String(200))
    summary: Mapped[str | None] = mapped_column(Text)
    summary_through_seq: Mapped[int] = mapped_column(default=0)
    branched_from_id: Mapped[UUID | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_conversations_of_user", "user_id", "workspace_id", "updated_at"),
        Index("uq_conversations_main", workspace_id, user_id, unique=True, postgresql_where=text("is_main")),
    )


class MessageRow(Base):
    """A user's message, or the agent's reply to it (whose parts are the steps of its run)."""

    __tablename__ = "messages"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    conversation_id: Mapped[UUID] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    seq: Mapped[int]
    role: Mapped[str] = mapped_column(String(10))
    text: Mapped[str] = mapped_column(Text)
    run_id: Mapped[UUID | None] = mapped_column(index=True)
    idempotency_key: Mapped[str | None] = mapped_column(String(128))
    superseded_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("conversation_id", "seq"),
        UniqueConstraint("conversation_id", "idempotency_key"),
    )
