"""Systems, their snapshots and branches. A private one is its maker's; a public one is read by everybody."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"

ROLE = "openclaw_app"
JSON = postgresql.JSONB(astext_type=sa.Text())
TIME = sa.DateTime(timezone=True)
OF_WORKSPACE = "workspace_id = (SELECT app_workspace())"
NOT_HIDDEN = "(visibility <> 'private' OR created_by_user_id = (SELECT app_user()))"
# The inner query is bound by the policies of `systems`: whose system is hidden, its vault is too.
OF_SYSTEM = (
    "EXISTS (SELECT 1 FROM systems AS owner"
    " WHERE owner.id = system_id AND owner.workspace_id = (SELECT app_workspace()))"
)
CONDITIONS = {
    "systems": f"{OF_WORKSPACE} AND {NOT_HIDDEN}",
    "system_snapshots": f"{OF_WORKSPACE} AND {OF_SYSTEM}",
    "system_branches": f"{OF_WORKSPACE} AND {OF_SYSTEM}",
}


def upgrade() -> None:
    _systems()
    _snapshots()
    for table, condition in CONDITIONS.items():
        whole = f"(SELECT app_is_system()) OR ({condition})"
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY tenant ON {table} USING ({whole}) WITH CHECK ({whole})")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {ROLE}")
    seen = "(SELECT app_user()) IS NOT NULL AND visibility = 'public' AND status = 'active'"
    op.execute(f"CREATE POLICY everybody ON systems FOR SELECT USING ({seen})")


def downgrade() -> None:
    op.drop_table("system_branches")
    op.drop_table("system_snapshots")
    op.drop_table("systems")


def _required(name: str, kind: sa.types.TypeEngine[Any]) -> sa.Column[object]:
    return sa.Column(name, kind, nullable=False)


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def _to(table: str, column: str, owner: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{owner}.id"], name=op.f(f"fk_{table}_{column}"), ondelete="CASCADE"
    )


def _systems() -> None:
    op.create_table(
        "systems",
        _required("id", sa.UUID()),
        _required("workspace_id", sa.UUID()),
        _required("name", sa.String(100)),
        _required("description", sa.String(2000)),
        _required("template_id", sa.String(40)),
        _required("status", sa.String(10)),
        _required("visibility", sa.String(10)),
        _required("sync_mode", sa.String(10)),
        _required("is_local", sa.Boolean()),
        _required("allows_remote_launch", sa.Boolean()),
        sa.Column("profile", JSON),
        _required("digest", sa.String(64)),
        _required("version", sa.Integer()),
        sa.Column("device_id", sa.UUID()),
        sa.Column("baseline_snapshot_id", sa.UUID()),
        sa.Column("active_snapshot_id", sa.UUID()),
        sa.Column("current_branch_id", sa.UUID()),
        sa.Column("share_hash", sa.LargeBinary()),
        sa.Column("idempotency_key", sa.String(200)),
        _required("created_by_user_id", sa.UUID()),
        _required("last_updated_by_user_id", sa.UUID()),
        _required("created_at", TIME),
        _required("updated_at", TIME),
        _to("systems", "workspace_id", "workspaces"),
        _check("systems", "local_is_said_once", "is_local = (sync_mode = 'local_only')"),
        _check(
            "systems",
            "local_keeps_nothing",
            "is_local = (profile IS NULL) AND is_local = (device_id IS NOT NULL)",
        ),
        _check("systems", "local_is_not_shared", "NOT is_local OR visibility IN ('private', 'workspace')"),
        _check("systems", "status", "status IN ('draft', 'active', 'archived')"),
        _check("systems", "visibility", "visibility IN ('private', 'workspace', 'link', 'public')"),
        _check("systems", "sync_mode", "sync_mode IN ('local_only', 'metadata', 'full')"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_systems")),
        sa.UniqueConstraint("share_hash", name=op.f("uq_systems_share_hash")),
        sa.UniqueConstraint("id", "workspace_id", "is_local", name="uq_systems_local"),
        sa.UniqueConstraint(
            "workspace_id", "created_by_user_id", "idempotency_key", name="uq_systems_idempotency_key"
        ),
    )
    op.create_index("ix_systems_of_workspace", "systems", ["workspace_id", "updated_at"])
    op.create_index(
        "ix_systems_public",
        "systems",
        ["updated_at"],
        postgresql_where=sa.text("visibility = 'public'"),
    )


def _snapshots() -> None:
    op.create_table(
        "system_snapshots",
        _required("id", sa.UUID()),
        _required("workspace_id", sa.UUID()),
        _required("system_id", sa.UUID()),
        _required("is_local", sa.Boolean()),
        _required("kind", sa.String(20)),
        _required("label", sa.String(200)),
        _required("scopes", JSON),
        sa.Column("content", JSON),
        _required("digest", sa.String(64)),
        _required("bytes", sa.Integer()),
        sa.Column("branch_id", sa.UUID()),
        sa.Column("system_version", sa.Integer()),
        _required("created_by_user_id", sa.UUID()),
        _required("created_at", TIME),
        _to("system_snapshots", "workspace_id", "workspaces"),
        sa.ForeignKeyConstraint(
            ["system_id", "workspace_id", "is_local"],
            ["systems.id", "systems.workspace_id", "systems.is_local"],
            name="fk_system_snapshots_system",
            ondelete="CASCADE",
        ),
        _check("system_snapshots", "local_keeps_nothing", "is_local = (content IS NULL)"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_system_snapshots")),
    )
    op.create_index("ix_system_snapshots_of_system", "system_snapshots", ["system_id", "created_at"])
    op.create_index(
        "uq_system_snapshots_baseline",
        "system_snapshots",
        ["system_id"],
        unique=True,
        postgresql_where=sa.text("kind = 'baseline'"),
    )
    op.create_table(
        "system_branches",
        _required("id", sa.UUID()),
        _required("workspace_id", sa.UUID()),
        _required("system_id", sa.UUID()),
        _required("name", sa.String(100)),
        _required("description", sa.String(1000)),
        _required("parent_snapshot_id", sa.UUID()),
        _required("created_by_user_id", sa.UUID()),
        _required("created_at", TIME),
        _to("system_branches", "workspace_id", "workspaces"),
        _to("system_branches", "system_id", "systems"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_system_branches")),
        sa.UniqueConstraint("system_id", "name", name="uq_system_branches_name"),
    )
