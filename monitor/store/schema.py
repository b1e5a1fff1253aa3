"""Bringing a database's tables up to date, and saying how far they are."""

from importlib.resources import files

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from monitor.store.database import Database, DatabaseUnusable, one_at_a_time, plain_words


def upgrade(database: Database) -> None:
    """Run the migrations that this database has not seen yet; safe to call at every start."""
    with plain_words(database.engine), database.engine.connect() as connection:
        one_at_a_time(connection)
        _refuse_newer(connection)
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()


def revision(database: Database) -> str:
    """The revision the database stands at, or "" for an empty one."""
    with plain_words(database.engine), database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() or ""


def head() -> str:
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def _refuse_newer(connection: Connection) -> None:
    """A database that a newer release has changed must not be written by an older one."""
    current = MigrationContext.configure(connection).get_current_revision()
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if current is not None and current not in known:
        raise DatabaseUnusable(
            f"The database is at revision {current}, which this release does not know. "
            "Install the release that wrote it, or a newer one."
        )


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("monitor.store") / "migrations"))
    return config
