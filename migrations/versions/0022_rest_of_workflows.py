"""What steps of workflows did, kept with them; runs that can be deleted."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0022"
down_revision = "0015"

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


def downgrade() -> None:
    op.drop_index("ix_workflow_runs_deleted", "workflow_runs")
    op.drop_index("ix_workflow_runs_origin", "workflow_runs")
    op.drop_column("workflow_run_steps", "logs")
