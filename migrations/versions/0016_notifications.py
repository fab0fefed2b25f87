"""Notifications, their deliveries, browsers that take pushes, and how people want to be reached."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"

ROLE = "openclaw_app"
JSON = postgresql.JSONB(astext_type=sa.Text())
TIME = sa.DateTime(timezone=True)
PERSONAL_TABLES = ("notifications", "notification_deliveries", "notification_tokens")
USER_TABLES = ("notification_settings", "push_subscriptions")
TABLES = (*PERSONAL_TABLES, *USER_TABLES, "notification_quotas")


def upgrade() -> None:
    _told()
    _reached()
    for table in TABLES:
        conditions = []
        if table not in USER_TABLES:
            conditions.append("workspace_id = (SELECT app_workspace())")
        if table != "notification_quotas":
            conditions.append("user_id = (SELECT app_user())")
        whole = f"(SELECT app_is_system()) OR ({' AND '.join(conditions)})"
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY tenant ON {table} USING ({whole}) WITH CHECK ({whole})")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {ROLE}")


def downgrade() -> None:
    for table in ("notification_deliveries", "notification_tokens", "push_subscriptions"):
        op.drop_table(table)
    for table in ("notification_settings", "notification_quotas", "notifications"):
        op.drop_table(table)


def _required(name: str, kind: sa.types.TypeEngine[Any]) -> sa.Column[object]:
    return sa.Column(name, kind, nullable=False)


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"), ondelete="CASCADE"
    )


def _told() -> None:
    op.create_table(
        "notifications",
        _required("id", sa.UUID()),
        _required("workspace_id", sa.UUID()),
        _required("user_id", sa.UUID()),
        _required("kind", sa.String(60)),
        _required("data", JSON),
        sa.Column("link", sa.String(500)),
        _required("actions", JSON),
        _required("is_sticky", sa.Boolean()),
        sa.Column("subject", sa.String(100)),
        _required("created_at", TIME),
        sa.Column("seen_at", TIME),
        sa.Column("read_at", TIME),
        sa.Column("dismissed_at", TIME),
        sa.Column("settled_at", TIME),
        _to("notifications", "workspace_id", "workspaces"),
        _to("notifications", "user_id", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notifications")),
    )
    op.create_index(
        "ix_notifications_of_user", "notifications", ["user_id", "workspace_id", "created_at", "id"]
    )
    op.create_index(
        "ix_notifications_open",
        "notifications",
        ["user_id", "workspace_id"],
        postgresql_where=sa.text("read_at IS NULL AND dismissed_at IS NULL"),
    )
    op.create_index(
        "ix_notifications_subject",
        "notifications",
        ["subject"],
        postgresql_where=sa.text("settled_at IS NULL"),
    )
    op.create_table(
        "notification_deliveries",
        _required("id", sa.UUID()),
        _required("workspace_id", sa.UUID()),
        _required("user_id", sa.UUID()),
        sa.Column("notification_id", sa.UUID()),
        _required("origin", sa.String(100)),
        _required("channel", sa.String(10)),
        _required("target", JSON),
        _required("content", JSON),
        _required("is_urgent", sa.Boolean()),
        _required("state", sa.String(10)),
        _required("attempts", sa.Integer()),
        _required("due_at", TIME),
        sa.Column("error", JSON),
        _required("created_at", TIME),
        sa.Column("finished_at", TIME),
        _to("notification_deliveries", "workspace_id", "workspaces"),
        _to("notification_deliveries", "user_id", "users"),
        _to("notification_deliveries", "notification_id", "notifications"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification_deliveries")),
    )
    op.create_index(
        "ix_notification_deliveries_due",
        "notification_deliveries",
        ["channel", "due_at"],
        postgresql_where=sa.text("state = 'queued'"),
    )
    op.create_index(
        "ix_notification_deliveries_of_user",
        "notification_deliveries",
        ["user_id", "workspace_id", "created_at", "id"],
    )
    op.create_index(
        op.f("ix_notification_deliveries_notification_id"), "notification_deliveries", ["notification_id"]
    )


def _reached() -> None:
    op.create_table(
        "notification_settings",
        _required("user_id", sa.UUID()),
        _required("channels", JSON),
        _required("time_zone", sa.String(64)),
        sa.Column("quiet_from", sa.Integer()),
        sa.Column("quiet_until", sa.Integer()),
        _required("escalate_minutes", sa.Integer()),
        _required("updated_at", TIME),
        _to("notification_settings", "user_id", "users"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_notification_settings")),
    )
    op.create_table(
        "push_subscriptions",
        _required("id", sa.UUID()),
        _required("user_id", sa.UUID()),
        _required("session_id", sa.UUID()),
        _required("endpoint", sa.String(1000)),
        _required("p256dh", sa.String(100)),
        _required("auth", sa.String(50)),
        _required("name", sa.String(200)),
        _required("created_at", TIME),
        sa.Column("used_at", TIME),
        _to("push_subscriptions", "user_id", "users"),
        _to("push_subscriptions", "session_id", "auth_sessions"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_push_subscriptions")),
        sa.UniqueConstraint("user_id", "endpoint", name="uq_push_subscriptions_endpoint"),
    )
    op.create_table(
        "notification_tokens",
        _required("hash", sa.LargeBinary()),
        _required("workspace_id", sa.UUID()),
        _required("user_id", sa.UUID()),
        _required("session_id", sa.UUID()),
        _required("subject", sa.String(100)),
        _required("expires_at", TIME),
        sa.Column("used_at", TIME),
        _to("notification_tokens", "workspace_id", "workspaces"),
        _to("notification_tokens", "user_id", "users"),
        _to("notification_tokens", "session_id", "auth_sessions"),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_notification_tokens")),
    )
    op.create_table(
        "notification_quotas",
        _required("workspace_id", sa.UUID()),
        _required("what", sa.String(20)),
        _required("window_at", TIME),
        _required("used", sa.Integer()),
        _to("notification_quotas", "workspace_id", "workspaces"),
        sa.PrimaryKeyConstraint("workspace_id", "what", name=op.f("pk_notification_quotas")),
    )
