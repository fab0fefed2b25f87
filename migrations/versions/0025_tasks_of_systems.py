"""Tasks that work in a system: its id and form, and what the agent is told besides the question."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0025"
down_revision = "0024"

JSON = postgresql.JSONB(astext_type=sa.Text())


def upgrade() -> None:
    for table in ("tasks", "task_runs"):
        op.add_column(table, sa.Column("system_id", sa.UUID()))
        op.create_index(
            f"ix_{table}_of_system",
            table,
            ["system_id", "created_at", "id"],
            postgresql_where=sa.text("system_id IS NOT NULL"),
        )
    op.add_column("tasks", sa.Column("intake", JSON))
    op.add_column("task_runs", sa.Column("instructions", sa.Text()))
    op.add_column("runs", sa.Column("instructions", sa.Text()))
    op.add_column("runs", sa.Column("system_id", sa.UUID()))
    op.add_column("runs", sa.Column("task_run_id", sa.UUID()))


def downgrade() -> None:
    for table, names in (
        ("runs", ("task_run_id", "system_id", "instructions")),
        ("task_runs", ("instructions", "system_id")),
        ("tasks", ("intake", "system_id")),
    ):
        for name in names:
            op.drop_column(table, name)
