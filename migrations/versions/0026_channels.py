"""Channels with the conversations of their chats, and messages in and out."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0026"
down_revision = "0025"

ROLE = "openclaw_app"
JSON = postgresql.JSONB(astext_type=sa.Text())
TIME = sa.DateTime(timezone=True)
PERSONAL = "workspace_id = (SELECT app_workspace()) AND user_id = (SELECT app_user())"
TABLES = ("channels", "channel_chats", "channel_updates", "channel_messages")


def upgrade() -> None:
    _channels()
    _chats()
    _updates()
    _messages()
    for table in TABLES:
        whole = f"(SELECT app_is_system()) OR ({PERSONAL})"
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY tenant ON {table} USING ({whole}) WITH CHECK ({whole})")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {ROLE}")


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


def _required(name: str, kind: sa.types.TypeEngine[Any]) -> sa.Column[object]:
    return sa.Column(name, kind, nullable=False)


def _to(table: str, owner: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [f"{owner}_id"], [f"{owner}s.id"], name=op.f(f"fk_{table}_{owner}_id"), ondelete="CASCADE"
    )


def _owned(table: str) -> list[Any]:
    return [
        _required("workspace_id", sa.UUID()),
        _required("user_id", sa.UUID()),
        _to(table, "workspace"),
        _to(table, "user"),
    ]


def _channels() -> None:
    op.create_table(
        "channels",
        _required("id", sa.UUID()),
        *_owned("channels"),
        _required("kind", sa.String(20)),
        _required("name", sa.String(100)),
        _required("state", sa.String(20)),
        _required("is_paused", sa.Boolean()),
        _required("tells", sa.String(20)),
        _required("settings", JSON),
        sa.Column("sealed_secrets", sa.LargeBinary()),
        sa.Column("account", JSON),
        sa.Column("account_key", sa.String(200)),
        sa.Column("error", JSON),
        sa.Column("code_mac", sa.String(64)),
        sa.Column("code_until", TIME),
        sa.Column("sender_id", sa.String(200)),
        sa.Column("sender_name", sa.String(200)),
        sa.Column("chat_id", sa.String(200)),
        _required("poll_offset", sa.BigInteger()),
        sa.Column("lease_of", sa.String(100)),
        sa.Column("lease_until", TIME),
        sa.Column("idempotency_key", sa.String(200)),
        sa.Column("received_at", TIME),
        sa.Column("sent_at", TIME),
        _required("created_at", TIME),
        _required("updated_at", TIME),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channels")),
        sa.UniqueConstraint("account_key", name=op.f("uq_channels_account_key")),
        sa.UniqueConstraint("user_id", "workspace_id", "idempotency_key", name="uq_channels_idempotency_key"),
    )
    op.create_index("ix_channels_of_user", "channels", ["user_id", "workspace_id", "created_at", "id"])
    op.create_index(
        "ix_channels_polled", "channels", ["kind", "lease_until"], postgresql_where=sa.text("NOT is_paused")
    )


def _chats() -> None:
    op.create_table(
        "channel_chats",
        _required("channel_id", sa.UUID()),
        _required("chat_id", sa.String(200)),
        *_owned("channel_chats"),
        _required("conversation_id", sa.UUID()),
        _required("created_at", TIME),
        _to("channel_chats", "channel"),
        _to("channel_chats", "conversation"),
        sa.PrimaryKeyConstraint("channel_id", "chat_id", name=op.f("pk_channel_chats")),
    )
    op.create_index(op.f("ix_channel_chats_conversation_id"), "channel_chats", ["conversation_id"])


def _updates() -> None:
    op.create_table(
        "channel_updates",
        _required("id", sa.UUID()),
        *_owned("channel_updates"),
        _required("channel_id", sa.UUID()),
        _required("key", sa.String(200)),
        _required("chat_id", sa.String(200)),
        _required("text", sa.Text()),
        sa.Column("button", JSON),
        sa.Column("reply_to", sa.String(500)),
        sa.Column("conversation_id", sa.UUID()),
        sa.Column("run_id", sa.UUID()),
        _required("received_at", TIME),
        sa.Column("handled_at", TIME),
        _to("channel_updates", "channel"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_updates")),
        sa.UniqueConstraint("channel_id", "key", name="uq_channel_updates_key"),
    )
    op.create_index(
        "ix_channel_updates_open",
        "channel_updates",
        ["channel_id", "id"],
        postgresql_where=sa.text("handled_at IS NULL"),
    )
    op.create_index(
        "ix_channel_updates_run",
        "channel_updates",
        ["run_id"],
        postgresql_where=sa.text("run_id IS NOT NULL"),
    )
    op.create_index("ix_channel_updates_old", "channel_updates", ["received_at"])


def _messages() -> None:
    op.create_table(
        "channel_messages",
        _required("id", sa.UUID()),
        *_owned("channel_messages"),
        _required("channel_id", sa.UUID()),
        _required("key", sa.String(300)),
        _required("chat_id", sa.String(200)),
        _required("text", sa.Text()),
        sa.Column("code", sa.String(20)),
        sa.Column("approval_id", sa.UUID()),
        _required("buttons", JSON),
        sa.Column("reply_to", sa.String(500)),
        sa.Column("callback", sa.String(200)),
        _required("state", sa.String(10)),
        _required("pieces_sent", sa.Integer()),
        sa.Column("error", JSON),
        _required("created_at", TIME),
        sa.Column("sent_at", TIME),
        _to("channel_messages", "channel"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_messages")),
        sa.UniqueConstraint("channel_id", "key", name="uq_channel_messages_key"),
    )
    op.create_index(
        "ix_channel_messages_code",
        "channel_messages",
        ["channel_id", "code"],
        postgresql_where=sa.text("code IS NOT NULL"),
    )
    op.create_index("ix_channel_messages_of_channel", "channel_messages", ["channel_id", "created_at"])
