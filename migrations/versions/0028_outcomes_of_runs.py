"""What a task's run that succeeded has come to: whether all that it tried failed."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    op.add_column("task_runs", sa.Column("outcome", sa.String(20)))


def downgrade() -> None:
    op.drop_column("task_runs", "outcome")
