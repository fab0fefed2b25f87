"""Automations with their runs, refused deliveries, and what users want to hear of."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0022"

ROLE = "openclaw_app"
JSON = postgresql.JSONB(astext_type=sa.Text())
TIME = sa.DateTime(timezone=True)
PERSONAL = "workspace_id = (SELECT app_workspace()) AND user_id = (SELECT app_user())"
TABLES = ("outbox_interests", "automations", "automation_runs", "automation_refusals")


def upgrade() -> None:
    _interests()
    _automations()
    _runs()
    _refusals()
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


def _interests() -> None:
    op.create_table(
        "outbox_interests",
        _required("workspace_id", sa.UUID()),
        _required("user_id", sa.UUID()),
        _required("event", sa.String(100)),
        _to("outbox_interests", "workspace"),
        _to("outbox_interests", "user"),
        sa.PrimaryKeyConstraint("workspace_id", "user_id", "event", name=op.f("pk_outbox_interests")),
    )


def _automations() -> None:
    op.create_table(
        "automations",
        _required("id", sa.UUID()),
        _required("workspace_id", sa.UUID()),
        _required("user_id", sa.UUID()),
        _required("name", sa.String(100)),
        _required("description", sa.String(2000)),
        _required("trigger", JSON),
        _required("action", JSON),
        sa.Column("condition", sa.String(4000)),
        sa.Column("success", sa.String(4000)),
        _required("overlap", sa.String(20)),
        _required("max_failures", sa.Integer()),
        sa.Column("expected_seconds", sa.Integer()),
        _required("version", sa.Integer()),
        _required("is_enabled", sa.Boolean()),
        sa.Column("disabled_reason", sa.String(20)),
        sa.Column("enabled_at", TIME),
        _required("consecutive_failures", sa.Integer()),
        sa.Column("alarmed_at", TIME),
        sa.Column("last_run_at", TIME),
        sa.Column("last_run_state", sa.String(20)),
        _required("sealed_secret", sa.LargeBinary()),
        sa.Column("sealed_old_secret", sa.LargeBinary()),
        sa.Column("old_secret_until", TIME),
        _required("schedule_id", sa.UUID()),
        _required("watch_id", sa.UUID()),
        sa.Column("idempotency_key", sa.String(200)),
        _required("created_at", TIME),
        _required("updated_at", TIME),
        _to("automations", "workspace"),
        _to("automations", "user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_automations")),
        sa.UniqueConstraint(
            "user_id", "workspace_id", "idempotency_key", name="uq_automations_idempotency_key"
        ),
    )
    op.create_index("ix_automations_of_user", "automations", ["user_id", "workspace_id", "updated_at", "id"])
    op.create_index(
        "ix_automations_on_event",
        "automations",
        ["user_id", "workspace_id", sa.text("(trigger->>'event')")],
        postgresql_where=sa.text("is_enabled AND trigger->>'kind' = 'event'"),
    )


def _runs() -> None:
    op.create_table(
        "automation_runs",
        _required("id", sa.UUID()),
        _required("workspace_id", sa.UUID()),
        _required("user_id", sa.UUID()),
        _required("automation_id", sa.UUID()),
        _required("state", sa.String(20)),
        _required("reason", JSON),
        _required("key", sa.String(200)),
        _required("input", JSON),
        _required("depth", sa.Integer()),
        _required("is_parked", sa.Boolean()),
        _required("job_id", sa.UUID()),
        sa.Column("target", JSON),
        sa.Column("result", JSON),
        sa.Column("error", JSON),
        _required("created_at", TIME),
        sa.Column("started_at", TIME),
        sa.Column("finished_at", TIME),
        _to("automation_runs", "workspace"),
        _to("automation_runs", "user"),
        _to("automation_runs", "automation"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_automation_runs")),
        sa.UniqueConstraint("automation_id", "key", name="uq_automation_runs_key"),
    )
    for name, columns, where in (
        ("of_automation", ["automation_id", "created_at", "id"], None),
        ("of_user", ["user_id", "workspace_id", "created_at", "id"], None),
        ("open", ["automation_id", "id"], "finished_at IS NULL"),
        ("target", [sa.text("(target->>'id')")], "target IS NOT NULL"),
    ):
        op.create_index(
            f"ix_automation_runs_{name}",
            "automation_runs",
            columns,
            postgresql_where=sa.text(where) if where else None,
        )


def _refusals() -> None:
    op.create_table(
        "automation_refusals",
        _required("id", sa.UUID()),
        _required("workspace_id", sa.UUID()),
        _required("user_id", sa.UUID()),
        _required("automation_id", sa.UUID()),
        _required("error", JSON),
        _required("headers", JSON),
        _required("body", sa.String(4000)),
        _required("created_at", TIME),
        _to("automation_refusals", "workspace"),
        _to("automation_refusals", "user"),
        _to("automation_refusals", "automation"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_automation_refusals")),
    )
    op.create_index(op.f("ix_automation_refusals_automation_id"), "automation_refusals", ["automation_id"])
