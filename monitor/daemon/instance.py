"""One daemon on one database. The lock goes with the process, so a crash leaves nothing to clean up."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

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


class LockLost(Exception):
    """The database let go of the lock, so that a second daemon may have been started by now."""

    def __init__(self, where: str) -> None:
        super().__init__(
            f"The connection to {where} that kept other services away was lost (a restart of it?). "
            "This one stops, so that there are never two; start it again."
        )


CheckLock = Callable[[], None]
"""Raises LockLost when the lock is gone; to be asked every few seconds."""


@contextmanager
def only_instance(database: Database) -> Iterator[CheckLock]:
    where = database.engine.url.render_as_string(hide_password=True)
    if database.is_sqlite:
        with file_lock(Path(f"{database.engine.url.database}.lock"), where):
            yield lambda: None  # a file lock goes with the process and not before
    else:
        with _advisory_lock(database.engine, where) as check:
            yield check


@contextmanager
def file_lock(path: Path, where: str) -> Iterator[None]:
    """The lock of a service on the SQLite database beside `path`; raises AnotherDaemon while one holds it."""
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


_HELD = text(
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = :key AND pid = pg_backend_pid()"
)


@contextmanager
def _advisory_lock(engine: Engine, where: str) -> Iterator[CheckLock]:
    """PostgreSQL keeps the lock as long as this one connection lives."""
    connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    try:
        if not connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": _ADVISORY_KEY}):
            raise AnotherDaemon(where)
        yield lambda: _check_held(connection, where)
    finally:
        with suppress(SQLAlchemyError):  # it may be gone already
            connection.close()


def _check_held(connection: Connection, where: str) -> None:
    try:
        held = connection.scalar(_HELD, {"key": _ADVISORY_KEY})
    except SQLAlchemyError as error:
        raise LockLost(where) from error
    if not held:
        raise LockLost(where)
