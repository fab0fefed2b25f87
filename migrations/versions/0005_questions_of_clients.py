"""Approvals that no run asked for, of clients that run something themselves; runs by the name of their client."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0003"

OF_RUNS = ("run_id", "step_id", "conversation_id", "device_id")


def upgrade() -> None:
    for column in OF_RUNS:
        op.alter_column("approvals", column, nullable=True)
    op.create_index("ix_runs_client_run_id", "runs", ["user_id", "client_run_id"])
    op.add_column("approvals", sa.Column("asked_by", sa.String(length=100), nullable=True))


def downgrade() -> None:
    op.execute("DELETE FROM approvals WHERE run_id IS NULL")
    op.drop_column("approvals", "asked_by")
    op.drop_index("ix_runs_client_run_id", "runs")
    for column in OF_RUNS:
        op.alter_column("approvals", column, nullable=False)
