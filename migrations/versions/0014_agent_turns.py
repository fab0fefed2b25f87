"""Turns of the model in agent steps of workflows."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"

ROLE = "openclaw_app"
JSON = postgresql.JSONB(astext_type=sa.Text())


def upgrade() -> None:
    op.create_table(
        "workflow_agent_turns",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("workspace_id", sa.UUID(), nullable=False),
        sa.Column("user_id", sa.UUID(), nullable=False),
        sa.Column("run_id", sa.UUID(), nullable=False),
        sa.Column("attempt_id", sa.UUID(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("reply", JSON, nullable=False),
        sa.Column("calls", JSON, nullable=False),
        sa.Column("outcomes", JSON),
        *(
            sa.ForeignKeyConstraint(
                [column],
                [f"{table}.id"],
                name=op.f(f"fk_workflow_agent_turns_{column}_{table}"),
                ondelete="CASCADE",
            )
            for column, table in (
                ("workspace_id", "workspaces"),
                ("user_id", "users"),
                ("run_id", "workflow_runs"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workflow_agent_turns")),
        sa.UniqueConstraint("attempt_id", "number", name="uq_workflow_agent_turns_number"),
    )
    op.create_index(op.f("ix_workflow_agent_turns_run_id"), "workflow_agent_turns", ["run_id"])
    own = "workspace_id = (SELECT app_workspace()) AND user_id = (SELECT app_user())"
    whole = f"(SELECT app_is_system()) OR ({own})"
    op.execute("ALTER TABLE workflow_agent_turns ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE workflow_agent_turns FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY tenant ON workflow_agent_turns USING ({whole}) WITH CHECK ({whole})")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON workflow_agent_turns TO {ROLE}")


def downgrade() -> None:
    op.drop_table("workflow_agent_turns")
