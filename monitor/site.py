"""One school's settings, database, clock and folders, opened together and handed to every step."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.schema import Settings
from config.schema import Source as SourceSettings
from monitor.clock import Now, utc_now
from monitor.evidence.machine_clock import UNKNOWN, MachineClock, machine_clock
from monitor.site_files import make_folder, token_key
from monitor.store import schema
from monitor.store.database import Database, one_at_a_time
from monitor.store.models import School, Source
from monitor.store.second_log import follow

_LONGEST_SPREAD = timedelta(minutes=5)


@dataclass(frozen=True)
class Site:
    settings: Settings
    database: Database
    school_id: int
    now: Now = field(repr=False)
    token_key: bytes = field(repr=False)
    kernel_clock: Callable[[], MachineClock] = field(default=machine_clock, repr=False)
    """What the kernel says of the clock that `now` reads."""

    @property
    def evidence(self) -> Path:
        return self.settings.store.evidence

    @property
    def school_name(self) -> str:
        return self.settings.school.name

    @property
    def source_names(self) -> list[str]:
        """Those of the settings that this process was started with; the database may know of more."""
        return [source.name for source in self.settings.sources]

    def source_settings(self, name: str) -> SourceSettings:
        return next(source for source in self.settings.sources if source.name == name)

    def close(self) -> None:
        self.database.close()


def open_site(settings: Settings, now: Now = utc_now, *, line_up: bool = True) -> Site:
    """Bring the database up to date and make the folders.

    `line_up` brings the schedule to the sources of the settings. Only what polls may: a command that just
    looks must not give a running service sources that it has never heard of, or take some away.
    """
    database = Database(settings.store.database_url(), now)
    try:
        schema.upgrade(database)
        make_folder(settings.store.evidence)
        key = token_key(settings.store.evidence.parent / "register.key")
        with database.write() as session:
            school = _school(session, settings.school.name, now())
            if line_up:
                _line_up_sources(session, school.id, settings, now())
            school_id = school.id
    except BaseException:
        database.close()
        raise
    second_log = settings.evidence.second_log
    if second_log is not None:
        database.when_log_grew = partial(follow, database, school_id, second_log)
    # Of a clock that was handed in, this machine's kernel knows nothing.
    kernel = machine_clock if now is utc_now else lambda: UNKNOWN
    return Site(settings, database, school_id, now, key, kernel)


def _school(session: Session, name: str, now: datetime) -> School:
    """The school of this database. Renaming it in the settings renames it here and starts nothing anew."""
    one_at_a_time(session.connection())
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
