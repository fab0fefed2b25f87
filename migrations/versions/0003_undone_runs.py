"""Runs remember that their changes were undone."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("runs", sa.Column("undone", postgresql.JSONB(), nullable=True))


def downgrade() -> None:
    op.drop_column("runs", "undone")
