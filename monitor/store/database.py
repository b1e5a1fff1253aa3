"""Opening a database and making transactions on it.

SQLite: WAL, synchronous=FULL, and BEGIN IMMEDIATE for whatever writes, because a transaction that
reads first and writes later fails at once when another writer came between (busy_timeout does not
help there). Reads say so and take no lock.
"""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DatabaseError, DataError, DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from monitor.clock import Now, utc_now
from monitor.store import custody_watch, log

BUSY_SECONDS = 30
"""How long a writer waits for another; a page is written in milliseconds."""

_PRAGMAS = (
    # First, because switching to WAL waits as well when two commands make a database at once.
    f"busy_timeout={BUSY_SECONDS * 1000}",
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    # What was erased is overwritten, not only unlinked.
    "secure_delete=ON",
)


_FIRST_START_KEY = 0x5C4002
"""Any number that no other program locks by on a PostgreSQL database."""


class DatabaseUnusable(Exception):
    """The database cannot be opened or written; the text names it and the mend."""


class Database:
    """A school's database. `write()` is a transaction, `read()` a look without one."""

    def __init__(self, url: str, now: Now = utc_now) -> None:
        self.engine = _engine(url)
        self._info = {custody_watch.CLOCK: now}
        self.when_log_grew: Callable[[], None] = lambda: None
        """Called after each commit that added leaves or a checkpoint. It must not raise."""

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def write(self) -> Iterator[Session]:
        """All of it or nothing. No network call belongs in here."""
        with plain_words(self.engine), Session(self.engine, info=self._info) as session:
            with session.begin():
                yield session
            grew = log.GREW in session.info
        if grew:
            self.when_log_grew()

    @contextmanager
    def read(self) -> Iterator[Session]:
        reading = self.engine.execution_options(read_only=True)
        with plain_words(self.engine), Session(reading, expire_on_commit=False) as session:
            yield session

    def forget_erased(self) -> None:
        """Empty SQLite's write-ahead log, which still holds the pages as they were before.

        A reader at this moment may keep a part of it; the next erasure takes that along.
        """
        if self.is_sqlite:
            with plain_words(self.engine), closing(self.engine.raw_connection()) as connection:
                connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        self.engine.dispose()


def one_at_a_time(connection: Connection) -> None:
    """Let other processes wait here until this transaction ends (SQLite's writers do so anyway)."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _FIRST_START_KEY})


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
        # Without its parameters, the text of a fault holds no words of a comment.
        engine = create_engine(parsed, pool_pre_ping=True, hide_parameters=True)
    except (ArgumentError, ImportError) as error:
        raise DatabaseUnusable(
            f"store.database: {url.rpartition('@')[2]!r} is not a database address; expected "
            '"sqlite:///FILE" or "postgresql+psycopg://HOST/NAME"'
        ) from error
    if engine.dialect.name == "sqlite":
        _make_folder(parsed.database)
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _make_folder(file: str | None) -> None:
    if not file or file == ":memory:":
        return
    try:
        Path(file).parent.mkdir(parents=True, exist_ok=True)
        if not Path(file).exists():
            Path(file).touch(mode=0o600)  # it will hold what was written about children
    except OSError as error:
        raise DatabaseUnusable(
            f"store.database: {Path(file).parent} cannot be made ({error.strerror}). "
            "Let schoolwatch's account write there, or name another folder."
        ) from error


def _set_up_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # SQLAlchemy's "begin" event below starts the transactions
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    reading = connection.get_execution_options().get("read_only", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


@contextmanager
def plain_words(engine: Engine) -> Iterator[None]:
    """Turn the faults that a technician can mend into one sentence."""
    try:
        yield
    except (IntegrityError, DataError):
        raise  # not the database's state, but what was to be written
    except DatabaseError as error:
        raise DatabaseUnusable(explain(engine, error)) from error


def explain(engine: Engine, error: DBAPIError) -> str:
    """What a database's complaint means for the technician, without the password in its address."""
    where = engine.url.render_as_string(hide_password=True)
    said = str(error.orig).strip().splitlines()[0] if str(error.orig).strip() else "no answer"
    mends = {
        "disk is full": "The disk is full: free some space; nothing that was stored is lost.",
        "readonly database": "The file or its folder is read-only: let schoolwatch's account write there.",
        "unable to open": "Check that the folder exists and that schoolwatch's account may write there.",
        "database is locked": "Another program holds the database: stop it, or wait for it to finish.",
        "not a database": "Move that file away, or correct store.database.",
        "permission denied": "Let schoolwatch's account own the database, so that it may make tables.",
        "malformed": "The file is damaged: restore the last backup and keep the damaged file.",
        "no such table": "The tables are missing: `schoolwatch check` brings the database up to date.",
    }
    mend = next(
        (text for sign, text in mends.items() if sign in said),
        "Is the database server running and reachable?",
    )
    return f"The database {where} cannot be used: {said}. {mend}"
