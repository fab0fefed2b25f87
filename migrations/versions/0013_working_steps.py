"""Which steps of a workflow run are being carried out: they have no row of their own before they end."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0011"


def upgrade() -> None:
    column = sa.Column("working", postgresql.JSONB(astext_type=sa.Text()), nullable=True)
    op.add_column("workflow_runs", column)


def downgrade() -> None:
    op.drop_column("workflow_runs", "working")
