"""Cloud hosts: machines that serve a workspace, their slots, and the tokens that they are enrolled with."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"

ROLE = "openclaw_app"
JSON = postgresql.JSONB(astext_type=sa.Text())
TIME = sa.DateTime(timezone=True)
SYSTEM = "(SELECT app_is_system())"
IN_WORKSPACE = "workspace_id = (SELECT app_workspace())"
OF_USER = "user_id = (SELECT app_user())"


def upgrade() -> None:
    op.add_column("devices", sa.Column("kind", sa.String(10), server_default="device", nullable=False))
    _hosts()
    _slots()
    _enrolments()
    # A host is everybody's in its workspace; any other machine is its owner's alone.
    _policy_of_devices(f"{IN_WORKSPACE} AND ({OF_USER} OR kind = 'host')")


def downgrade() -> None:
    op.execute("DELETE FROM devices WHERE kind = 'host'")
    _policy_of_devices(f"{IN_WORKSPACE} AND {OF_USER}")
    op.drop_table("host_enrolments")
    op.drop_table("host_slots")
    op.execute("DROP SEQUENCE host_epochs")
    op.drop_table("hosts")
    op.drop_column("devices", "kind")


def _hosts() -> None:
    op.create_table(
        "hosts",
        sa.Column("device_id", sa.UUID(), nullable=False),
        sa.Column("workspace_id", sa.UUID(), nullable=False),
        sa.Column("labels", JSON),
        sa.Column("capacity", sa.Integer()),
        sa.Column("region", sa.String(60)),
        sa.Column("provider", sa.String(60)),
        sa.Column("is_draining", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("reported", JSON, nullable=False),
        sa.Column("offers", JSON, nullable=False),
        sa.Column("slots", sa.Integer(), nullable=False),
        sa.Column("last_heartbeat_at", TIME),
        sa.Column("late_at", TIME),
        sa.Column("lease_until", TIME),
        _reference("hosts", "device_id", "devices.id"),
        _reference("hosts", "workspace_id", "workspaces.id"),
        sa.PrimaryKeyConstraint("device_id", name=op.f("pk_hosts")),
    )
    op.create_index(op.f("ix_hosts_workspace_id"), "hosts", ["workspace_id"])
    op.create_index(op.f("ix_hosts_lease_until"), "hosts", ["lease_until"])
    _secure("hosts")


def _slots() -> None:
    op.create_table(
        "host_slots",
        sa.Column("host_id", sa.UUID(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.UUID(), nullable=False),
        sa.Column("run_id", sa.UUID()),
        sa.Column("for_user_id", sa.UUID()),
        sa.Column("epoch", sa.BigInteger()),
        sa.Column("claimed_at", TIME),
        _reference("host_slots", "host_id", "hosts.device_id"),
        _reference("host_slots", "workspace_id", "workspaces.id"),
        sa.PrimaryKeyConstraint("host_id", "number", name=op.f("pk_host_slots")),
    )
    op.create_index(op.f("ix_host_slots_workspace_id"), "host_slots", ["workspace_id"])
    held = sa.text("run_id IS NOT NULL")
    op.create_index("uq_host_slots_run", "host_slots", ["run_id"], unique=True, postgresql_where=held)
    op.execute("CREATE SEQUENCE host_epochs")
    op.execute(f"GRANT USAGE ON SEQUENCE host_epochs TO {ROLE}")
    _secure("host_slots")


def _enrolments() -> None:
    op.create_table(
        "host_enrolments",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("workspace_id", sa.UUID(), nullable=False),
        sa.Column("created_by_user_id", sa.UUID(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("hint", sa.String(8), nullable=False),
        sa.Column("name", sa.String(100)),
        sa.Column("labels", JSON),
        sa.Column("capacity", sa.Integer()),
        sa.Column("region", sa.String(60)),
        sa.Column("provider", sa.String(60)),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("used_at", TIME),
        sa.Column("host_id", sa.UUID()),
        sa.Column("revoked_at", TIME),
        _reference("host_enrolments", "workspace_id", "workspaces.id"),
        _reference("host_enrolments", "created_by_user_id", "users.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_host_enrolments")),
        sa.UniqueConstraint("hash", name=op.f("uq_host_enrolments_hash")),
    )
    op.create_index(op.f("ix_host_enrolments_workspace_id"), "host_enrolments", ["workspace_id"])
    _secure("host_enrolments")


def _reference(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{other.partition('.')[0]}")
    return sa.ForeignKeyConstraint([column], [other], name=name, ondelete="CASCADE")


def _secure(table: str) -> None:
    whole = f"{SYSTEM} OR ({IN_WORKSPACE})"
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY tenant ON {table} USING ({whole}) WITH CHECK ({whole})")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {ROLE}")


def _policy_of_devices(condition: str) -> None:
    op.execute("DROP POLICY tenant ON devices")
    op.execute(
        f"CREATE POLICY tenant ON devices USING ({SYSTEM} OR ({condition})) WITH CHECK ({SYSTEM} OR ({condition}))"
    )
