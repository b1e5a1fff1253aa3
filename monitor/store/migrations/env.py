"""Alembic's entry: runs the migrations on the connection that it was handed."""

from alembic import context
from sqlalchemy import Connection

from monitor.store.models import Base


def run() -> None:
    connection: Connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        compare_type=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
