"""Plugins: packages, publishers, installations, kill switches and calls; files of workflow runs."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"

ROLE = "openclaw_app"
JSON = postgresql.JSONB(astext_type=sa.Text())
TIME = sa.DateTime(timezone=True)
TABLES = (
    "plugin_packages",
    "plugin_publishers",
    "plugins",
    "plugin_entries",
    "plugin_blocks",
    "plugin_settings",
    "plugin_calls",
    "workflow_run_files",
)
PERSONAL_TABLES = ("plugin_calls", "workflow_run_files")
# What others may read, and never write: approved packages, and kill switches for everybody.
SEEN_BY_ALL = {
    "plugin_packages": "visibility = 'public' AND review_state = 'approved'",
    "plugin_blocks": "workspace_id IS NULL",
}


def upgrade() -> None:
    _registry()
    _installed()
    _calls()
    for table in TABLES:
        condition = "workspace_id = (SELECT app_workspace())"
        if table in PERSONAL_TABLES:
            condition += " AND user_id = (SELECT app_user())"
        whole = f"(SELECT app_is_system()) OR ({condition})"
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY tenant ON {table} USING ({whole}) WITH CHECK ({whole})")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {ROLE}")
    for table, condition in SEEN_BY_ALL.items():
        seen = f"(SELECT app_user()) IS NOT NULL AND {condition}"
        op.execute(f"CREATE POLICY everybody ON {table} FOR SELECT USING ({seen})")


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


def _required(name: str, kind: sa.types.TypeEngine[Any]) -> sa.Column[object]:
    return sa.Column(name, kind, nullable=False)


def _to(table: str, owner: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [f"{owner}_id"], [f"{owner}s.id"], name=op.f(f"fk_{table}_{owner}_id"), ondelete="CASCADE"
    )


def _registry() -> None:
    op.create_table(
        "plugin_packages",
        _required("id", sa.UUID()),
        _required("workspace_id", sa.UUID()),
        _required("name", sa.String(64)),
        _required("version", sa.String(64)),
        _required("visibility", sa.String(10)),
        _required("review_state", sa.String(10)),
        _required("review_note", sa.String(2000)),
        sa.Column("reviewed_at", TIME),
        _required("digest", sa.String(64)),
        _required("archive_bytes", sa.Integer()),
        _required("publisher_key", sa.String(64)),
        _required("manifest", JSON),
        sa.Column("yanked_at", TIME),
        _required("yank_reason", sa.String(500)),
        sa.Column("deprecated", sa.String(500)),
        _required("published_by_user_id", sa.UUID()),
        _required("created_at", TIME),
        _to("plugin_packages", "workspace"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plugin_packages")),
        sa.UniqueConstraint(
            "workspace_id", "visibility", "name", "version", name="uq_plugin_packages_of_workspace"
        ),
    )
    is_public = sa.text("visibility = 'public'")
    op.create_index(
        "uq_plugin_packages_public",
        "plugin_packages",
        ["name", "version"],
        unique=True,
        postgresql_where=is_public,
    )
    op.create_table(
        "plugin_publishers",
        _required("id", sa.UUID()),
        _required("workspace_id", sa.UUID()),
        _required("visibility", sa.String(10)),
        _required("name", sa.String(64)),
        _required("key", sa.String(64)),
        _required("accepted_by_user_id", sa.UUID()),
        _required("accepted_at", TIME),
        _to("plugin_publishers", "workspace"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plugin_publishers")),
        sa.UniqueConstraint("workspace_id", "visibility", "name", name="uq_plugin_publishers_of_workspace"),
    )
    op.create_index(
        "uq_plugin_publishers_public", "plugin_publishers", ["name"], unique=True, postgresql_where=is_public
    )
    op.create_table(
        "plugin_blocks",
        _required("id", sa.UUID()),
        sa.Column("workspace_id", sa.UUID()),
        sa.Column("name", sa.String(64)),
        sa.Column("version", sa.String(64)),
        sa.Column("publisher_key", sa.String(64)),
        _required("reason", sa.String(500)),
        _required("created_by_user_id", sa.UUID()),
        _required("created_at", TIME),
        _to("plugin_blocks", "workspace"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plugin_blocks")),
    )
    op.create_index(op.f("ix_plugin_blocks_workspace_id"), "plugin_blocks", ["workspace_id"])


def _installed() -> None:
    op.create_table(
        "plugins",
        _required("id", sa.UUID()),
        _required("workspace_id", sa.UUID()),
        _required("package_id", sa.UUID()),
        _required("source", sa.String(10)),
        _required("name", sa.String(64)),
        _required("version", sa.String(64)),
        _required("digest", sa.String(64)),
        _required("publisher_key", sa.String(64)),
        _required("manifest", JSON),
        _required("settings", JSON),
        sa.Column("sealed_secrets", sa.LargeBinary()),
        _required("secret_names", JSON),
        _required("permissions", JSON),
        _required("is_enabled", sa.Boolean()),
        _required("installed_by_user_id", sa.UUID()),
        _required("created_at", TIME),
        _required("updated_at", TIME),
        _to("plugins", "workspace"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plugins")),
        sa.UniqueConstraint("workspace_id", "name", name="uq_plugins_name"),
    )
    op.create_table(
        "plugin_entries",
        _required("plugin_id", sa.UUID()),
        _required("key", sa.String(200)),
        _required("workspace_id", sa.UUID()),
        _required("value", JSON),
        _required("bytes", sa.Integer()),
        _required("updated_at", TIME),
        _to("plugin_entries", "plugin"),
        _to("plugin_entries", "workspace"),
        sa.PrimaryKeyConstraint("plugin_id", "key", name=op.f("pk_plugin_entries")),
    )
    op.create_table(
        "plugin_settings",
        _required("workspace_id", sa.UUID()),
        _required("least_tier", sa.String(12)),
        _required("updated_by_user_id", sa.UUID()),
        _required("updated_at", TIME),
        _to("plugin_settings", "workspace"),
        sa.PrimaryKeyConstraint("workspace_id", name=op.f("pk_plugin_settings")),
    )


def _calls() -> None:
    op.create_table(
        "plugin_calls",
        _required("id", sa.UUID()),
        _required("workspace_id", sa.UUID()),
        _required("user_id", sa.UUID()),
        _required("name", sa.String(64)),
        _required("version", sa.String(64)),
        _required("action", sa.String(100)),
        sa.Column("run_id", sa.UUID()),
        sa.Column("path", sa.String(1000)),
        _required("state", sa.String(10)),
        sa.Column("tier", sa.String(12)),
        sa.Column("error", JSON),
        _required("usage", JSON),
        _required("logs", sa.String()),
        _required("started_at", TIME),
        _required("finished_at", TIME),
        _to("plugin_calls", "workspace"),
        _to("plugin_calls", "user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plugin_calls")),
    )
    op.create_index("ix_plugin_calls_of_user", "plugin_calls", ["workspace_id", "user_id", "finished_at"])
    op.create_index("ix_plugin_calls_of_run", "plugin_calls", ["run_id"])
    op.create_table(
        "workflow_run_files",
        _required("id", sa.UUID()),
        _required("workspace_id", sa.UUID()),
        _required("user_id", sa.UUID()),
        _required("run_id", sa.UUID()),
        _required("path", sa.String(1000)),
        _required("name", sa.String(255)),
        _required("type", sa.String(100)),
        _required("bytes", sa.Integer()),
        _required("created_at", TIME),
        _to("workflow_run_files", "workspace"),
        _to("workflow_run_files", "user"),
        sa.ForeignKeyConstraint(
            ["run_id"], ["workflow_runs.id"], name=op.f("fk_workflow_run_files_run_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workflow_run_files")),
    )
    op.create_index(op.f("ix_workflow_run_files_run_id"), "workflow_run_files", ["run_id"])
