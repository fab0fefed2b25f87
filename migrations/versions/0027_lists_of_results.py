"""Indexes by which the results centre counts and finds what is public, among a hundred thousand."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"

COUNTED = ["workspace_id", "status", "kind", "live_slug", "visibility", "created_by_user_id"]


def upgrade() -> None:
    op.create_index("ix_artifacts_counted", "artifacts", COUNTED)
    op.create_index(
        "ix_artifacts_live",
        "artifacts",
        ["workspace_id", "updated_at", "id"],
        postgresql_where=sa.text("live_slug IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_artifacts_live", "artifacts")
    op.drop_index("ix_artifacts_counted", "artifacts")
