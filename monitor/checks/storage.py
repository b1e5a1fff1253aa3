"""Disk and database: can what is seen be kept?"""

import shutil
import tempfile
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

from sqlalchemy import create_engine, make_url, text
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from config.schema import Settings
from config.secrets import SecretMissing
from monitor.checks.lines import CheckLine, failed, ok, warning

LEAST_FREE = 500 * 1024**2
"""Bytes below which a folder's disk is as good as full."""
FREE_WANTED = 2 * 1024**3
_CONNECT_SECONDS = 5


def folders(settings: Settings) -> dict[str, Path]:
    """What must be writable, by the key of the settings."""
    file = settings.store.sqlite_file()
    database = {"store.database": file.parent} if file else {}
    return {**database, "store.evidence": settings.store.evidence}


def folder_lines(key: str, folder: Path, least_free: int = LEAST_FREE) -> list[CheckLine]:
    """Whether the folder, or the one it will be made in, can be written, and how much room is left."""
    subject = f"disk ({key})"
    there = folder.absolute()
    try:
        there = next(path for path in (there, *there.parents) if path.exists())
        if not there.is_dir():
            return [failed(subject, f"{there} is not a folder", f"Move it away, or correct {key}.")]
        with tempfile.TemporaryFile(dir=there) as file:
            file.write(b"schoolwatch check")
        free = shutil.disk_usage(there).free
    except OSError as error:
        mend = f"Let the account that runs schoolwatch write there, or correct {key}."
        return [failed(subject, f"{there} cannot be written ({error.strerror})", mend)]
    return [_room(subject, there, free, least_free)]


def _room(subject: str, folder: Path, free: int, least_free: int) -> CheckLine:
    told = f"{folder} can be written, {free / 1024**3:,.1f} GiB free"
    mend = "Make room, or move the folder to a larger disk: when it is full, nothing more is kept."
    if free < least_free:
        return failed(subject, told, mend)
    return warning(subject, told, mend) if free < FREE_WANTED else ok(subject, told)


def database_lines(
    settings: Settings,
    environment: Mapping[str, str],
    engine: Engine | None = None,
    probe: Callable[[], str] | None = None,
) -> list[CheckLine]:
    """Whether the database answers and, from `probe`, which version its tables have."""
    file = settings.store.sqlite_file()
    try:
        if engine is None and file is not None and not file.exists():
            return [ok("database", f"{file} does not exist yet; the first start makes it")]
    except PermissionError:
        mend = "Let the account that runs schoolwatch into that folder, or correct store.database."
        return [failed("database", f"{file} is in a folder that is closed to this account", mend)]
    try:
        url = settings.store.database_url(environment)
    except SecretMissing as error:
        return [
            failed("database", str(error), "Put the database's address there, or correct store.database.")
        ]
    return [_try_database(url, engine, probe, settings.store.database_shown())]


def _try_database(url: str, engine: Engine | None, probe: Callable[[], str] | None, shown: str) -> CheckLine:
    password = make_url(url).password
    try:
        answer = _answer(engine or _engine(url))
        revision = f", {probe()}" if probe else ""
    except Exception as error:  # noqa: BLE001  a driver or the probe may raise its own; each is told, none hidden
        told = _first_line(error)
        told = told.replace(password, "[hidden]") if password else told
        return failed("database", f"{shown}: {told}", _mend(url))
    return ok("database", f"{answer}{revision}")


def _engine(url: str) -> Engine:
    is_sqlite = url.startswith("sqlite")
    options = {"timeout": _CONNECT_SECONDS} if is_sqlite else {"connect_timeout": _CONNECT_SECONDS}
    return create_engine(url, poolclass=NullPool, connect_args=options)


def _answer(engine: Engine) -> str:
    with closing(engine.connect()) as connection:
        version = ".".join(str(part) for part in connection.dialect.server_version_info or ())
        _read_something(connection)
    return f"{'SQLite' if engine.dialect.name == 'sqlite' else 'PostgreSQL'} {version} answers"


def _read_something(connection: Connection) -> None:
    """SQLite opens any file; only reading shows whether it is a database."""
    is_sqlite = connection.dialect.name == "sqlite"
    connection.execute(text("SELECT count(*) FROM sqlite_master" if is_sqlite else "SELECT 1"))


def _first_line(error: Exception) -> str:
    cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
    return next(iter(str(cause).splitlines()), "") or type(cause).__name__


def _mend(url: str) -> str:
    if url.startswith("sqlite"):
        return (
            "If the file is damaged, restore the last backup; if it is locked, stop whatever else holds it."
        )
    return (
        "See that the server runs, that store.database names it, and that its account may connect from here."
    )
