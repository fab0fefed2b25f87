"""Results: artifacts, their versions and search terms, publications and their releases."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"

ROLE = "openclaw_app"
JSON = postgresql.JSONB(astext_type=sa.Text())
TIME = sa.DateTime(timezone=True)
TABLES = (
    "artifacts",
    "artifact_versions",
    "artifact_terms",
    "artifact_publications",
    "artifact_releases",
)


def upgrade() -> None:
    _results()
    _publications()
    for table in TABLES:
        condition = "workspace_id = (SELECT app_workspace())"
        if table == "artifacts":  # the others are reached through it
            condition += " AND (visibility = 'workspace' OR created_by_user_id = (SELECT app_user()))"
        whole = f"(SELECT app_is_system()) OR ({condition})"
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY tenant ON {table} USING ({whole}) WITH CHECK ({whole})")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {ROLE}")


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


def _required(name: str, kind: sa.types.TypeEngine[Any]) -> sa.Column[object]:
    return sa.Column(name, kind, nullable=False)


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    owner = target.partition(".")[0]
    return sa.ForeignKeyConstraint(
        [column], [target], name=op.f(f"fk_{table}_{column}_{owner}"), ondelete="CASCADE"
    )


def _results() -> None:
    op.create_table(
        "artifacts",
        _required("id", sa.UUID()),
        _required("workspace_id", sa.UUID()),
        _required("created_by_user_id", sa.UUID()),
        _required("last_updated_by_user_id", sa.UUID()),
        _required("visibility", sa.String(10)),
        _required("sync_mode", sa.String(10)),
        _required("kind", sa.String(12)),
        _required("title", sa.String(200)),
        _required("summary", sa.String(2000)),
        _required("status", sa.String(20)),
        _required("tags", JSON),
        _required("rating", sa.SmallInteger()),
        _required("version", sa.Integer()),
        _required("media_type", sa.String(100)),
        _required("bytes", sa.BigInteger()),
        _required("file_count", sa.Integer()),
        _required("excerpt", sa.String(500)),
        sa.Column("thumbnail", sa.String(64)),
        _required("provenance", JSON),
        sa.Column("live_slug", sa.String(63)),
        sa.Column("live_version", sa.Integer()),
        sa.Column("idempotency_key", sa.String(200)),
        _required("created_at", TIME),
        _required("updated_at", TIME),
        _to("artifacts", "workspace_id", "workspaces.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_artifacts")),
        sa.UniqueConstraint(
            "workspace_id", "created_by_user_id", "idempotency_key", name="uq_artifacts_idempotency_key"
        ),
    )
    for name, column in (("newest", None), ("best", "rating"), ("of_status", "status"), ("of_kind", "kind")):
        columns = ["workspace_id", *([column] if column else []), "updated_at", "id"]
        op.create_index(f"ix_artifacts_{name}", "artifacts", columns)
    op.create_table(
        "artifact_versions",
        _required("artifact_id", sa.UUID()),
        _required("number", sa.Integer()),
        _required("workspace_id", sa.UUID()),
        _required("created_by_user_id", sa.UUID()),
        _required("note", sa.String(500)),
        _required("entry", sa.String(400)),
        _required("bytes", sa.BigInteger()),
        _required("files", JSON),
        _required("sync_mode", sa.String(10)),
        _required("provenance", JSON),
        sa.Column("derived", JSON),
        sa.Column("idempotency_key", sa.String(200)),
        _required("created_at", TIME),
        _to("artifact_versions", "artifact_id", "artifacts.id"),
        _to("artifact_versions", "workspace_id", "workspaces.id"),
        sa.PrimaryKeyConstraint("artifact_id", "number", name=op.f("pk_artifact_versions")),
        sa.UniqueConstraint("artifact_id", "idempotency_key", name="uq_artifact_versions_idempotency_key"),
    )
    op.create_index(
        "ix_artifact_versions_workspace_id",
        "artifact_versions",
        ["workspace_id"],
        postgresql_include=["bytes"],
    )
    op.create_table(
        "artifact_terms",
        _required("workspace_id", sa.UUID()),
        _required("term", sa.String(120, collation="C")),
        _required("artifact_id", sa.UUID()),
        _to("artifact_terms", "workspace_id", "workspaces.id"),
        _to("artifact_terms", "artifact_id", "artifacts.id"),
        sa.PrimaryKeyConstraint("workspace_id", "term", "artifact_id", name=op.f("pk_artifact_terms")),
    )
    op.create_index(op.f("ix_artifact_terms_artifact_id"), "artifact_terms", ["artifact_id"])


def _publications() -> None:
    op.create_table(
        "artifact_publications",
        _required("artifact_id", sa.UUID()),
        _required("workspace_id", sa.UUID()),
        _required("slug", sa.String(63)),
        _required("target", sa.String(10)),
        sa.Column("password_hash", sa.String(200)),
        sa.Column("expires_at", TIME),
        sa.Column("release", sa.Integer()),
        _required("created_at", TIME),
        _required("updated_at", TIME),
        _to("artifact_publications", "artifact_id", "artifacts.id"),
        _to("artifact_publications", "workspace_id", "workspaces.id"),
        sa.PrimaryKeyConstraint("artifact_id", name=op.f("pk_artifact_publications")),
        sa.UniqueConstraint("slug", name=op.f("uq_artifact_publications_slug")),
    )
    op.create_table(
        "artifact_releases",
        _required("artifact_id", sa.UUID()),
        _required("number", sa.Integer()),
        _required("workspace_id", sa.UUID()),
        _required("created_by_user_id", sa.UUID()),
        _required("version", sa.Integer()),
        _required("state", sa.String(10)),
        _required("ignored", JSON),
        _required("checks", JSON),
        _required("entry", sa.String(400)),
        _required("files", JSON),
        _required("created_at", TIME),
        sa.Column("finished_at", TIME),
        _to("artifact_releases", "artifact_id", "artifact_publications.artifact_id"),
        _to("artifact_releases", "workspace_id", "workspaces.id"),
        sa.PrimaryKeyConstraint("artifact_id", "number", name=op.f("pk_artifact_releases")),
    )
