"""How Alembic reaches the database: over a connection that the caller gives."""

from alembic import context

from postwright.db.base import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection, target_metadata=Base.metadata, transaction_per_migration=True
)
with context.begin_transaction():
    context.run_migrations()
