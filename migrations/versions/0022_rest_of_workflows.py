"""What steps of workflows did, kept with them; runs that can be deleted; signals into runs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0022"
down_revision = "0021"

ROLE = "openclaw_app"
JSON = postgresql.JSONB(astext_type=sa.Text())


def upgrade() -> None:
    op.add_column("workflow_run_steps", sa.Column("logs", JSON))
    op.create_index(
        "ix_workflow_runs_origin",
        "workflow_runs",
        ["origin_run_id"],
        postgresql_where=sa.text("origin_run_id IS NOT NULL"),
    )
    op.create_index(
        "ix_workflow_runs_deleted",
        "workflow_runs",
        ["workspace_id"],
        postgresql_where=sa.text("state = 'deleted'"),
    )
    op.create_table(
        "workflow_signals",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("workspace_id", sa.UUID(), nullable=False),
        sa.Column("user_id", sa.UUID(), nullable=False),
        sa.Column("run_id", sa.UUID(), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("data", JSON, nullable=False),
        sa.Column("idempotency_key", sa.String(200)),
        sa.Column("path", sa.String(1000)),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        *(
            sa.ForeignKeyConstraint(
                [column],
                [f"{table}.id"],
                name=op.f(f"fk_workflow_signals_{column}_{table}"),
                ondelete="CASCADE",
            )
            for column, table in (
                ("workspace_id", "workspaces"),
                ("user_id", "users"),
                ("run_id", "workflow_runs"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workflow_signals")),
        sa.UniqueConstraint("run_id", "idempotency_key", name="uq_workflow_signals_key"),
    )
    own = "workspace_id = (SELECT app_workspace()) AND user_id = (SELECT app_user())"
    whole = f"(SELECT app_is_system()) OR ({own})"
    op.execute("ALTER TABLE workflow_signals ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE workflow_signals FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY tenant ON workflow_signals USING ({whole}) WITH CHECK ({whole})")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON workflow_signals TO {ROLE}")


def downgrade() -> None:
    op.drop_table("workflow_signals")
    op.drop_index("ix_workflow_runs_deleted", "workflow_runs")
    op.drop_index("ix_workflow_runs_origin", "workflow_runs")
    op.drop_column("workflow_run_steps", "logs")
