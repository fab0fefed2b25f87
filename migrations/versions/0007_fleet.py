"""Groups of machines, primary machines, calls to several machines, and policies of workspaces and machines."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"

ROLE = "openclaw_app"
JSON = postgresql.JSONB(astext_type=sa.Text())


def upgrade() -> None:
    op.add_column("devices", sa.Column("is_primary", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("devices", sa.Column("policy", JSON, nullable=True))
    op.create_index(
        "uq_devices_primary",
        "devices",
        ["user_id", "workspace_id"],
        unique=True,
        postgresql_where=sa.text("is_primary AND revoked_at IS NULL"),
    )
    for table in ("run_steps", "approvals"):
        op.add_column(table, sa.Column("targets", JSON, nullable=True))
    op.create_index(
        "ix_run_steps_on_device",
        "run_steps",
        ["device_id", "started_at"],
        postgresql_where=sa.text("kind = 'tool'"),
    )
    _tables()
    in_workspace = "workspace_id = (SELECT app_workspace())"
    _policy("device_groups", f"{in_workspace} AND user_id = (SELECT app_user())")
    _policy("workspace_policies", in_workspace)


def downgrade() -> None:
    op.drop_table("workspace_policies")
    op.drop_table("device_groups")
    op.drop_index("ix_run_steps_on_device", table_name="run_steps")
    for table in ("approvals", "run_steps"):
        op.drop_column(table, "targets")
    op.drop_index("uq_devices_primary", table_name="devices")
    op.drop_column("devices", "policy")
    op.drop_column("devices", "is_primary")


def _tables() -> None:
    op.create_table(
        "device_groups",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("workspace_id", sa.UUID(), nullable=False),
        sa.Column("user_id", sa.UUID(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("device_ids", JSON, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_device_groups_user_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name=op.f("fk_device_groups_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_groups")),
    )
    op.create_index(op.f("ix_device_groups_user_id"), "device_groups", ["user_id"], unique=False)
    op.create_table(
        "workspace_policies",
        sa.Column("workspace_id", sa.UUID(), nullable=False),
        sa.Column("policy", JSON, nullable=False),
        sa.Column("last_updated_by_user_id", sa.UUID(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id"],
            ["workspaces.id"],
            name=op.f("fk_workspace_policies_workspace_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("workspace_id", name=op.f("pk_workspace_policies")),
    )


def _policy(table: str, condition: str) -> None:
    whole = f"(SELECT app_is_system()) OR ({condition})"
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY tenant ON {table} USING ({whole}) WITH CHECK ({whole})")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {ROLE}")
