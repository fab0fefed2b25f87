"""What steps of workflows said while they were carried out."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0022"
down_revision = "0021"

JSON = postgresql.JSONB(astext_type=sa.Text())


def upgrade() -> None:
    op.add_column("workflow_run_steps", sa.Column("logs", JSON))


def downgrade() -> None:
    op.drop_column("workflow_run_steps", "logs")
