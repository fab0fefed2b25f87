"""Alembic's environment: one connection as the owner role, given by `openclaw.infra.migrate`."""

from alembic import context

from openclaw.infra.db import Base

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Base.metadata, transaction_per_migration=True)
with context.begin_transaction():
    context.run_migrations()
