"""Tables of notifications: what was told, how it was delivered, to which browsers, at which hours, how often."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from openclaw.infra.db import Base


class NotificationRow(Base):
    """Something that a user was told. ``subject`` is what it is about; ``settled_at``: there is nothing to do any more.

    Seen: it was on a screen. Read: somebody has opened it. A sticky one cannot be dismissed before it is seen.
    """

    __tablename__ = "notifications"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(60))
    data: Mapped[dict[str, Any]]
    link: Mapped[str | None] = mapped_column(String(500))
    actions: Mapped[list[Any]]
    is_sticky: Mapped[bool]
    subject: Mapped[str | None] = mapped_column(String(100))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
    dismissed_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_notifications_of_user", "user_id", "workspace_id", "created_at", "id"),
        Index(
            "ix_notifications_open",
            "user_id",
            "workspace_id",
            postgresql_where=text("read_at IS NULL AND dismissed_at IS NULL"),
        ),
        Index("ix_notifications_subject", "subject", postgresql_where=text("settled_at IS NULL")),
    )


class DeliveryRow(Base):
    """One try to reach a user besides the centre: a push to one browser, or one mail.

    ``state``: queued (until ``due_at``, then tried), sent, failed, cancelled (it was no longer needed), skipped (this
    server has no such way). ``target`` and ``content``: whom it goes to and, of mail, what is in it. ``is_urgent``:
    nobody has answered, so it does not wait for the morning.
    """

    __tablename__ = "notification_deliveries"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    notification_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("notifications.id", ondelete="CASCADE"), index=True
    )
    origin: Mapped[str] = mapped_column(String(100))
    channel: Mapped[str] = mapped_column(String(10))
    target: Mapped[dict[str, Any]]
    content: Mapped[dict[str, Any]]
    is_urgent: Mapped[bool]
    state: Mapped[str] = mapped_column(String(10))
    attempts: Mapped[int]
    due_at: Mapped[datetime]
    error: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]

    __table_args__ = (
        Index(
            "ix_notification_deliveries_due", "channel", "due_at", postgresql_where=text("state = 'queued'")
        ),
        Index("ix_notification_deliveries_of_user", "user_id", "workspace_id", "created_at", "id"),
    )


class NotificationSettingsRow(Base):
    """How a user wants to be reached. ``channels``: by kind, whether by push and by mail, where it is not the default.

    ``quiet_from`` and ``quiet_until`` are minutes of the day in ``time_zone``, both null without quiet hours.
    ``escalate_minutes``: how long a question waits before it is told again, by mail too; 0 never.
    """

    __tablename__ = "notification_settings"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    channels: Mapped[dict[str, Any]]
    time_zone: Mapped[str] = mapped_column(String(64))
    quiet_from: Mapped[int | None]
    quiet_until: Mapped[int | None]
    escalate_minutes: Mapped[int]
    updated_at: Mapped[datetime]


class PushSubscriptionRow(Base):
    """A browser that takes pushes (RFC 8030), as long as its session is signed in. Keys are base64url, its own."""

    __tablename__ = "push_subscriptions"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    session_id: Mapped[UUID] = mapped_column(ForeignKey("auth_sessions.id", ondelete="CASCADE"))
    endpoint: Mapped[str] = mapped_column(String(1000))
    p256dh: Mapped[str] = mapped_column(String(100))
    auth: Mapped[str] = mapped_column(String(50))
    name: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("user_id", "endpoint", name="uq_push_subscriptions_endpoint"),)


class AnswerTokenRow(Base):
    """A secret that answers one question once, from a push; its SHA-256. ``subject`` is what it answers."""

    __tablename__ = "notification_tokens"

    hash: Mapped[bytes] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    session_id: Mapped[UUID] = mapped_column(ForeignKey("auth_sessions.id", ondelete="CASCADE"))
    subject: Mapped[str] = mapped_column(String(100))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class NotificationQuotaRow(Base):
    """How much a workspace has sent (``what``) in the hour that began at ``window_at``."""

    __tablename__ = "notification_quotas"

    workspace_id: Mapped[UUID] = mapped_column(
        ForeignKey("workspaces.id", ondelete="CASCADE"), primary_key=True
    )
    what: Mapped[str] = mapped_column(String(20), primary_key=True)
    window_at: Mapped[datetime]
    used: Mapped[int]
