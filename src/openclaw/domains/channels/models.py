"""Tables of channels, the conversations of their chats, and messages in and out."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from openclaw.infra.db import Base


class ChannelRow(Base):
    """A channel of a user in a workspace.

    ``state``: draft (settings are missing), checking, pairing (waits for the code from the channel), connected, failed.
    ``settings`` may be read again, ``sealed_secrets`` (JSON) never. ``account``: who we are at the provider;
    ``account_key`` says that for the installation: nobody else has it. ``sender_id`` in ``chat_id`` is the user.
    ``poll_offset`` and the lease are of kinds that are polled.
    """

    __tablename__ = "channels"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(100))
    state: Mapped[str] = mapped_column(String(20))
    is_paused: Mapped[bool]
    tells: Mapped[str] = mapped_column(String(20))
    settings: Mapped[dict[str, Any]]
    sealed_secrets: Mapped[bytes | None]
    account: Mapped[dict[str, Any] | None]
    account_key: Mapped[str | None] = mapped_column(String(200), unique=True)
    error: Mapped[dict[str, Any] | None]
    code_mac: Mapped[str | None] = mapped_column(String(64))
    code_until: Mapped[datetime | None]
    sender_id: Mapped[str | None] = mapped_column(String(200))
    sender_name: Mapped[str | None] = mapped_column(String(200))
    chat_id: Mapped[str | None] = mapped_column(String(200))
    poll_offset: Mapped[int] = mapped_column(BigInteger)
    lease_of: Mapped[str | None] = mapped_column(String(100))
    lease_until: Mapped[datetime | None]
    idempotency_key: Mapped[str | None] = mapped_column(String(200))
    received_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("user_id", "workspace_id", "idempotency_key", name="uq_channels_idempotency_key"),
        Index("ix_channels_of_user", "user_id", "workspace_id", "created_at", "id"),
        Index("ix_channels_polled", "kind", "lease_until", postgresql_where=sql("NOT is_paused")),
    )


class ChannelChatRow(Base):
    """The conversation that a chat of a channel leads to now."""

    __tablename__ = "channel_chats"

    channel_id: Mapped[UUID] = mapped_column(ForeignKey("channels.id", ondelete="CASCADE"), primary_key=True)
    chat_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    conversation_id: Mapped[UUID] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE"), index=True
    )
    created_at: Mapped[datetime]


class ChannelUpdateRow(Base):
    """Something that the bound person has sent. ``key`` is the provider's id of it: the same one again is the same.

    ``button``: a pressed one, ``data`` and ``callback`` (what waits to hear). ``reply_to``: what an answer has to name.
    ``run_id``: of the agent, once it was asked.
    """

    __tablename__ = "channel_updates"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    channel_id: Mapped[UUID] = mapped_column(ForeignKey("channels.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(200))
    chat_id: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    button: Mapped[dict[str, Any] | None]
    reply_to: Mapped[str | None] = mapped_column(String(500))
    conversation_id: Mapped[UUID | None]
    run_id: Mapped[UUID | None]
    received_at: Mapped[datetime]
    handled_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("channel_id", "key", name="uq_channel_updates_key"),
        Index("ix_channel_updates_open", "channel_id", "id", postgresql_where=sql("handled_at IS NULL")),
        Index("ix_channel_updates_run", "run_id", postgresql_where=sql("run_id IS NOT NULL")),
        Index("ix_channel_updates_old", "received_at"),
    )


class ChannelMessageRow(Base):
    """A message to a chat, sent in pieces. ``key``: the same one again is not sent again.

    ``code`` and ``approval_id``: it asks, and by that code it is answered. ``state``: queued, sent, failed.
    """

    __tablename__ = "channel_messages"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    channel_id: Mapped[UUID] = mapped_column(ForeignKey("channels.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(300))
    chat_id: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    code: Mapped[str | None] = mapped_column(String(20))
    approval_id: Mapped[UUID | None]
    buttons: Mapped[list[Any]]
    reply_to: Mapped[str | None] = mapped_column(String(500))
    callback: Mapped[str | None] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(10))
    pieces_sent: Mapped[int]
    error: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("channel_id", "key", name="uq_channel_messages_key"),
        Index("ix_channel_messages_code", "channel_id", "code", postgresql_where=sql("code IS NOT NULL")),
        Index("ix_channel_messages_of_channel", "channel_id", "created_at"),
    )
