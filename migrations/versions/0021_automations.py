"""Schedules: rows that come due, which any process fires."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"

ROLE = "openclaw_app"
JSON = postgresql.JSONB(astext_type=sa.Text())
TIME = sa.DateTime(timezone=True)
PERSONAL = "workspace_id = (SELECT app_workspace()) AND user_id = (SELECT app_user())"
TABLES = ("schedules",)


def upgrade() -> None:
    _schedules()
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


def _schedules() -> None:
    op.create_table(
        "schedules",
        _required("id", sa.UUID()),
        _required("workspace_id", sa.UUID()),
        _required("user_id", sa.UUID()),
        _required("kind", sa.String(64)),
        _required("rule", JSON),
        _required("misfire", sa.String(10)),
        _required("misfire_limit", sa.SmallInteger()),
        _required("payload", JSON),
        sa.Column("due_at", TIME),
        sa.Column("wake_at", TIME),
        _required("failures", sa.Integer()),
        sa.Column("last_due_at", TIME),
        sa.Column("last_fired_at", TIME),
        _required("updated_at", TIME),
        _to("schedules", "workspace"),
        _to("schedules", "user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedules")),
    )
    op.create_index(
        "ix_schedules_wake_at",
        "schedules",
        ["wake_at", "workspace_id", "id"],
        postgresql_where=sa.text("wake_at IS NOT NULL"),
    )
    op.create_index(op.f("ix_schedules_workspace_id"), "schedules", ["workspace_id"])
