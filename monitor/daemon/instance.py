"""One daemon on one database. The lock goes with the process, so a crash leaves nothing to clean up."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, text

from monitor.store.database import Database

_ADVISORY_KEY = 0x5C4001
"""Any number that no other program uses on this database."""


class AnotherDaemon(Exception):
    """A second daemon was started on the same database; it says so and stops."""

    def __init__(self, where: str) -> None:
        super().__init__(
            f"Another schoolwatch already runs on {where}. Only one may; this one stops. "
            "Look for it with `systemctl status schoolwatch`, or in another terminal."
        )


@contextmanager
def only_instance(database: Database) -> Iterator[None]:
    where = database.engine.url.render_as_string(hide_password=True)
    if database.is_sqlite:
        with _file_lock(Path(f"{database.engine.url.database}.lock"), where):
            yield
    else:
        with _advisory_lock(database.engine, where):
            yield


@contextmanager
def _file_lock(path: Path, where: str) -> Iterator[None]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as held:
        os.close(descriptor)
        raise AnotherDaemon(where) from held
    try:
        yield
    finally:
        os.close(descriptor)


@contextmanager
def _advisory_lock(engine: Engine, where: str) -> Iterator[None]:
    """PostgreSQL keeps the lock as long as this one connection lives."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": _ADVISORY_KEY}):
            raise AnotherDaemon(where)
        yield
