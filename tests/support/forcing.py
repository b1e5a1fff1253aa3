"""A change by somebody who has the database and its triggers in hand."""

from sqlalchemy import text

from monitor.store.database import Database


def lift_triggers(database: Database, table: str) -> None:
    """From here on, rows of the table can be changed."""
    with database.engine.begin() as connection:
        if database.is_sqlite:
            for name in ("update", "delete"):
                connection.execute(text(f"DROP TRIGGER IF EXISTS {table}_no_{name}"))
        else:
            connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
