"""What the code of a plugin tried to reach and was not let to; null in calls from before it was noted down."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    column = sa.Column("refused", postgresql.JSONB(astext_type=sa.Text()), nullable=True)
    op.add_column("plugin_calls", column)


def downgrade() -> None:
    op.drop_column("plugin_calls", "refused")
