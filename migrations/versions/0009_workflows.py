"""Workflows in versions, their secrets, runs and steps."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"

ROLE = "openclaw_app"
JSON = postgresql.JSONB(astext_type=sa.Text())
TIME = sa.DateTime(timezone=True)
TABLES = ("workflows", "workflow_versions", "workflow_secrets", "workflow_runs", "workflow_run_steps")
PERSONAL_TABLES = ("workflow_runs", "workflow_run_steps")


def upgrade() -> None:
    _definitions()
    _runs()
    for table in TABLES:
        condition = "workspace_id = (SELECT app_workspace())"
        if table in PERSONAL_TABLES:
            condition += " AND user_id = (SELECT app_user())"
        whole = f"(SELECT app_is_system()) OR ({condition})"
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


def _definitions() -> None:
    op.create_table(
        "workflows",
        _required("id", sa.UUID()),
        _required("workspace_id", sa.UUID()),
        _required("name", sa.String(100)),
        _required("description", sa.String(2000)),
        _required("status", sa.String(20)),
        _required("latest_version", sa.Integer()),
        sa.Column("active_version", sa.Integer()),
        _required("owner_id", sa.UUID()),
        _required("created_at", TIME),
        _required("updated_at", TIME),
        _to("workflows", "workspace"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workflows")),
    )
    op.create_index(op.f("ix_workflows_workspace_id"), "workflows", ["workspace_id"])
    op.create_table(
        "workflow_versions",
        _required("workflow_id", sa.UUID()),
        _required("version", sa.Integer()),
        _required("workspace_id", sa.UUID()),
        _required("definition", JSON),
        _required("created_by_user_id", sa.UUID()),
        _required("created_at", TIME),
        _to("workflow_versions", "workflow"),
        _to("workflow_versions", "workspace"),
        sa.PrimaryKeyConstraint("workflow_id", "version", name=op.f("pk_workflow_versions")),
    )
    op.create_table(
        "workflow_secrets",
        _required("workspace_id", sa.UUID()),
        _required("name", sa.String(64)),
        _required("sealed", sa.LargeBinary()),
        _required("last_updated_by_user_id", sa.UUID()),
        _required("updated_at", TIME),
        _to("workflow_secrets", "workspace"),
        sa.PrimaryKeyConstraint("workspace_id", "name", name=op.f("pk_workflow_secrets")),
    )


def _runs() -> None:
    op.create_table(
        "workflow_runs",
        _required("id", sa.UUID()),
        _required("workspace_id", sa.UUID()),
        _required("user_id", sa.UUID()),
        _required("workflow_id", sa.UUID()),
        _required("version", sa.Integer()),
        _required("state", sa.String(20)),
        _required("is_dry", sa.Boolean()),
        _required("epoch", sa.Integer()),
        _required("input", JSON),
        sa.Column("output", JSON),
        sa.Column("error", JSON),
        sa.Column("edited", JSON),
        sa.Column("recorded", JSON),
        sa.Column("origin_run_id", sa.UUID()),
        sa.Column("from_path", sa.String(1000)),
        sa.Column("parent_run_id", sa.UUID()),
        _required("depth", sa.Integer()),
        sa.Column("idempotency_key", sa.String(200)),
        sa.Column("paused_at", TIME),
        sa.Column("cancel_requested_at", TIME),
        _required("created_at", TIME),
        sa.Column("started_at", TIME),
        sa.Column("finished_at", TIME),
        _to("workflow_runs", "workspace"),
        _to("workflow_runs", "user"),
        sa.ForeignKeyConstraint(
            ["parent_run_id"],
            ["workflow_runs.id"],
            name=op.f("fk_workflow_runs_parent_run_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["workflow_id", "version"],
            ["workflow_versions.workflow_id", "workflow_versions.version"],
            name="fk_workflow_runs_version",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workflow_runs")),
        sa.UniqueConstraint(
            "user_id", "workspace_id", "idempotency_key", name="uq_workflow_runs_idempotency_key"
        ),
    )
    op.create_index(op.f("ix_workflow_runs_parent_run_id"), "workflow_runs", ["parent_run_id"])
    op.create_index("ix_workflow_runs_of_workflow", "workflow_runs", ["workflow_id", "created_at"])
    op.create_index(
        "ix_workflow_runs_open",
        "workflow_runs",
        ["workspace_id"],
        postgresql_where=sa.text("finished_at IS NULL"),
    )
    op.create_table(
        "workflow_run_steps",
        _required("id", sa.UUID()),
        _required("workspace_id", sa.UUID()),
        _required("user_id", sa.UUID()),
        _required("run_id", sa.UUID()),
        _required("path", sa.String(1000)),
        _required("step_id", sa.String(64)),
        _required("type", sa.String(20)),
        _required("state", sa.String(20)),
        _required("seq", sa.Integer()),
        sa.Column("input", JSON),
        sa.Column("output", JSON),
        sa.Column("error", JSON),
        _required("attempts", JSON),
        sa.Column("answer", JSON),
        _required("is_reused", sa.Boolean()),
        _required("started_at", TIME),
        sa.Column("due_at", TIME),
        sa.Column("finished_at", TIME),
        _to("workflow_run_steps", "workspace"),
        _to("workflow_run_steps", "user"),
        sa.ForeignKeyConstraint(
            ["run_id"], ["workflow_runs.id"], name=op.f("fk_workflow_run_steps_run_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workflow_run_steps")),
        sa.UniqueConstraint("run_id", "path", name="uq_workflow_run_steps_path"),
    )
