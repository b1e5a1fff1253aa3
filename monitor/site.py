"""One school's settings, database, clock and folders, opened together and handed to every step."""

import contextlib
import hashlib
import os
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.schema import Settings
from config.schema import Source as SourceSettings
from monitor.clock import Now, utc_now
from monitor.store import schema
from monitor.store.database import Database
from monitor.store.models import School, Source

_LONGEST_SPREAD = timedelta(minutes=5)
_KEY_BYTES = 32


class SiteUnusable(Exception):
    """A folder or key of the site cannot be used; the text names it and the mend."""


@dataclass(frozen=True)
class Site:
    settings: Settings
    database: Database
    school_id: int
    now: Now = field(repr=False)
    token_key: bytes = field(repr=False)

    @property
    def evidence(self) -> Path:
        return self.settings.store.evidence

    @property
    def school_name(self) -> str:
        return self.settings.school.name

    def source_settings(self, name: str) -> SourceSettings:
        return next(source for source in self.settings.sources if source.name == name)

    def close(self) -> None:
        self.database.close()


def open_site(settings: Settings, now: Now = utc_now) -> Site:
    """Bring the database up to date, make the folders, and line the sources up with the settings."""
    database = Database(settings.store.database_url())
    schema.upgrade(database)
    _make_folder(settings.store.evidence)
    key = _token_key(settings.store.evidence.parent / "register.key")
    with database.write() as session:
        school = _school(session, settings.school.name, now())
        _line_up_sources(session, school.id, settings, now())
        school_id = school.id
    return Site(settings, database, school_id, now, key)


def _school(session: Session, name: str, now: datetime) -> School:
    """The school of this database. Renaming it in the settings renames it here and starts nothing anew."""
    school = session.scalars(select(School).order_by(School.id)).first()
    if school is None:
        school = School(name=name, started_at=now)
        session.add(school)
        session.flush()  # its id is needed by the sources
    school.name = name
    return school


def _line_up_sources(session: Session, school_id: int, settings: Settings, now: datetime) -> None:
    known = {source.name: source for source in session.scalars(select(Source).filter_by(school_id=school_id))}
    wanted = {source.name: source for source in settings.sources}
    for name, source in known.items():
        source.enabled = name in wanted
    for name, source_settings in wanted.items():
        if name not in known:
            session.add(
                Source(
                    school_id=school_id,
                    name=name,
                    platform=source_settings.platform,
                    added_at=now,
                    next_poll_at=now + spread(name, source_settings),
                )
            )


def spread(name: str, source: SourceSettings) -> timedelta:
    """Where in its interval a source starts, so that not all are read at the same second."""
    share = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4]) / 2**32
    return min(source.poll_every, _LONGEST_SPREAD) * share


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SiteUnusable(f"store.evidence: {folder} cannot be made ({error.strerror})") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise SiteUnusable(
            f"store.evidence: {folder} cannot be written. Let the account that runs schoolwatch write there."
        )


def _token_key(path: Path) -> bytes:
    """The key of the register's tokens. It stands in a file of its own, away from what it protects."""
    try:
        if not path.exists():
            _make_key(path)
        key = path.read_bytes()
    except OSError as error:
        raise SiteUnusable(f"{path} cannot be read or made ({error.strerror})") from error
    if len(key) != _KEY_BYTES:
        # A short key would be no key, and a new one would no longer match what the old one made.
        raise SiteUnusable(f"{path} is damaged: it has {len(key)} bytes, not {_KEY_BYTES}. Restore it.")
    return key


def _make_key(path: Path) -> None:
    """Whole or not at all: a crash or a full disk must not leave an empty key that is then used."""
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(_KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):  # another command was quicker; its key is the key
            path.hardlink_to(part)
    finally:
        part.unlink(missing_ok=True)
