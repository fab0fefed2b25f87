"""Conversations with a machine's own runtime, how much of them the server keeps, and what the machine tells."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"

ROLE = "openclaw_app"


def upgrade() -> None:
    for table in ("conversations", "runs"):
        op.add_column(
            table, sa.Column("runtime", sa.String(length=10), server_default="server", nullable=False)
        )
        op.add_column(
            table, sa.Column("sync_mode", sa.String(length=10), server_default="full", nullable=False)
        )
    op.add_column("conversations", sa.Column("runtime_session", sa.String(length=200), nullable=True))
    op.add_column("runs", sa.Column("told_seq", sa.Integer(), server_default="0", nullable=False))
    op.add_column("approvals", sa.Column("question", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column("approvals", sa.Column("answer", sa.String(length=2000), nullable=True))
    op.add_column("approvals", sa.Column("is_told", sa.Boolean(), server_default="false", nullable=False))
    op.create_table(
        "run_events",
        sa.Column("run_id", sa.UUID(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.UUID(), nullable=False),
        sa.Column("user_id", sa.UUID(), nullable=False),
        sa.Column("event", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        *(
            sa.ForeignKeyConstraint(
                [f"{owner}_id"], [f"{owner}s.id"], name=op.f(f"fk_run_events_{owner}_id"), ondelete="CASCADE"
            )
            for owner in ("run", "user", "workspace")
        ),
        sa.PrimaryKeyConstraint("run_id", "seq", name=op.f("pk_run_events")),
    )
    of_user = "workspace_id = (SELECT app_workspace()) AND user_id = (SELECT app_user())"
    condition = f"(SELECT app_is_system()) OR ({of_user})"
    op.execute("ALTER TABLE run_events ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE run_events FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY tenant ON run_events USING ({condition}) WITH CHECK ({condition})")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON run_events TO {ROLE}")


def downgrade() -> None:
    op.drop_table("run_events")
    for column in ("is_told", "answer", "question"):
        op.drop_column("approvals", column)
    op.drop_column("runs", "told_seq")
    op.drop_column("conversations", "runtime_session")
    for table in ("runs", "conversations"):
        op.drop_column(table, "sync_mode")
        op.drop_column(table, "runtime")
