"""Gateway tokens, machines that wait to be paired, and what a linked machine runs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"

ROLE = "openclaw_app"

# Rows of one user in one workspace.
PERSONAL_TABLES = ("gateway_tokens", "pairing_requests")


def upgrade() -> None:
    op.add_column(
        "devices", sa.Column("client", sa.String(length=10), server_default="bridge", nullable=False)
    )
    _tables()
    system = "(SELECT app_is_system())"
    of_user = "workspace_id = (SELECT app_workspace()) AND user_id = (SELECT app_user())"
    for table in PERSONAL_TABLES:
        condition = f"{system} OR ({of_user})"
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY tenant ON {table} USING ({condition}) WITH CHECK ({condition})")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {ROLE}")


def downgrade() -> None:
    for table in reversed(PERSONAL_TABLES):
        op.drop_table(table)
    op.drop_column("devices", "client")


def _tables() -> None:
    op.create_table(
        "gateway_tokens",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("workspace_id", sa.UUID(), nullable=False),
        sa.Column("user_id", sa.UUID(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("hint", sa.String(length=8), nullable=False),
        sa.Column("scopes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        *_owners("gateway_tokens"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gateway_tokens")),
        sa.UniqueConstraint("hash", name=op.f("uq_gateway_tokens_hash")),
    )
    op.create_index(op.f("ix_gateway_tokens_user_id"), "gateway_tokens", ["user_id"], unique=False)
    op.create_table(
        "pairing_requests",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("workspace_id", sa.UUID(), nullable=False),
        sa.Column("user_id", sa.UUID(), nullable=False),
        sa.Column("token_id", sa.UUID(), nullable=False),
        sa.Column("node_id", sa.String(length=64), nullable=False),
        sa.Column("public_key", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("platform", sa.String(length=40), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("commands", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision", sa.String(length=10), nullable=True),
        *_owners("pairing_requests"),
        sa.ForeignKeyConstraint(
            ["token_id"],
            ["gateway_tokens.id"],
            name=op.f("fk_pairing_requests_token_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pairing_requests")),
    )
    op.create_index(op.f("ix_pairing_requests_user_id"), "pairing_requests", ["user_id"], unique=False)


def _owners(table: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint(
            [f"{owner}_id"], [f"{owner}s.id"], name=op.f(f"fk_{table}_{owner}_id"), ondelete="CASCADE"
        )
        for owner in ("user", "workspace")
    ]
