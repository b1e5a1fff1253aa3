"""Databases that the migrations have made already, once for a test process, and that are copied from there.

To migrate takes longer than most tests. That the migrations do what they should is tested on bare databases.
"""

import itertools
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL
from support.postgres import administration, fresh_database

from monitor.store import schema
from monitor.store.database import Database

_numbers = itertools.count()


def migrated_file(folder: Path) -> Path:
    """An SQLite file with every table and no row."""
    file = folder / "ready.db"
    _migrate(f"sqlite:///{file}")
    return file


def copy_of(ready: Path, folder: Path) -> str:
    """The URL of a copy of its own in `folder`."""
    return f"sqlite:///{shutil.copy(ready, folder / 'schoolwatch.db')}"


@contextmanager
def migrated_template(server: URL) -> Iterator[str]:
    """The name of a PostgreSQL database with every table and no row, to make others from."""
    with fresh_database(server) as url:
        _migrate(url)
        yield url.rpartition("/")[2].partition("?")[0]


@contextmanager
def copy_of_template(server: URL, template: str) -> Iterator[str]:
    """The URL of a database made from a template; dropped afterwards, whoever still holds it."""
    name = f"schoolwatch_copy_{os.getpid()}_{next(_numbers)}"
    with administration(server) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    try:
        yield server.set(database=name).render_as_string(hide_password=False)
    finally:
        with administration(server) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _migrate(url: str) -> None:
    database = Database(url)
    schema.upgrade(database)
    database.close()
