"""What Alembic runs: the migrations, on the connection it is given."""

from __future__ import annotations

from alembic import context

from contactable.register.schema_work import deliveries

context.configure(connection=context.config.attributes["connection"], target_metadata=deliveries.metadata)
with context.begin_transaction():
    context.run_migrations()
