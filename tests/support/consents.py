"""A small school for tests about photo consent: its register, its own timeline, no mail server and no models."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import select
from support.clock import SettableClock
from support.school import PlainJudge, write_settings

from classifiers.interface import Pupil
from classifiers.pupil_information.own_posts import OwnPostReader
from classifiers.register.consents import Origin, Statement, in_force
from config.schema import Role
from connectors.loopback import LoopbackPlatform
from connectors.registry import plugins
from monitor.pipeline.judgement import register
from monitor.pipeline.judgement.judging import judge_waiting
from monitor.pipeline.judgement.register import load_register
from monitor.pipeline.own_pages.consents import statements_of, take_list, take_pupils
from monitor.pipeline.own_pages.post_checks import Answer, Asker, Draft, check_post
from monitor.site import Site, open_site
from monitor.store.models import Incident, OwnPostFinding, TakedownTask

AISHA = Pupil("P1", "Aisha", "", "Khan", "4B", "Year 4")
ZOFIA = Pupil("P2", "Zofia", "", "Quillfeather", "4B", "Year 4")
ROSE = Pupil("P3", "Rose", "", "Blackthorn", "R", "Reception")
EVERYBODY = (AISHA, ZOFIA, ROSE)
SOURCE = "x"


@cache
def _empty_database() -> bytes:
    """The tables, made once: a test that begins with a copy of the file begins four times as fast."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        site = open_site(write_settings(Path(folder), f"sqlite:///{path}", {}, 25))
        site.database.forget_erased()
        site.close()
        return path.read_bytes()


def consent(
    pupil: str,
    channel: str,
    medium: str = "image",
    *,
    start: str = "2025-09-01",
    end: str = "",
    form: str = "form 17",
) -> Statement:
    return Statement(pupil, 0, channel, medium, True, start, end, form, "parent")


@dataclass
class Desk:
    """The school office, with a clock that can be moved."""

    site: Site
    clock: SettableClock
    folder: Path
    x: LoopbackPlatform | None = None
    _reader: OwnPostReader | None = None

    @property
    def settings_file(self) -> Path:
        return self.folder / "schoolwatch.toml"

    def pupils(self, *pupils: Pupil) -> None:
        """Import a list of pupils, as `register import --pupils` does."""
        self._reader = None
        with self.site.database.write() as session:
            register.replace_pupils(session, self.site.school_id, pupils)
            take_pupils(session, self.site, pupils, "office")

    def consents(self, *statements: Statement) -> Any:
        """Import a list of consents, as `register import --consents` does."""
        with self.site.database.write() as session:
            return take_list(session, self.site, statements, Origin.IMPORT, "office")

    def may_be_shown(self, pupil: str, channel: str, day: str, medium: str = "image") -> bool:
        return in_force(self.statements(pupil), channel, medium, day) is not None

    def statements(self, pupil: str) -> list[Statement]:
        with self.site.database.read() as session:
            return statements_of(session, self.site.school_id, pupil).get(pupil, [])

    def check(
        self, text: str = "", *, channel: str = "x", medium: str = "image", pupils: Sequence[str] = (),
        role: Role | None = None, publishing: bool = False, judge: Any = None, **more: tuple[str, ...],
    ) -> Answer:  # fmt: skip
        draft = Draft(text, channel, medium, tuple(pupils), **more)
        asker = Asker("T. Eacher", role, publishing)
        return check_post(self.site, draft, asker, self.reader, judge or PlainJudge())

    @property
    def reader(self) -> OwnPostReader:
        self._reader = self._reader or OwnPostReader(load_register(self.site))
        return self._reader

    def posts(self, text: str, on: date, *, image: bool = True) -> str:
        assert self.x is not None
        return self.x.own_post(text, datetime(on.year, on.month, on.day, 12, tzinfo=UTC), image=image)

    def judge(self, judge: Any = None) -> None:
        while judge_waiting(self.site, judge or PlainJudge()):
            pass

    def rows(self, model: Any) -> list[Any]:
        with self.site.database.read() as session:
            return list(session.scalars(select(model).order_by(model.id)))

    @property
    def incidents(self) -> list[Incident]:
        return self.rows(Incident)

    @property
    def findings(self) -> list[OwnPostFinding]:
        return self.rows(OwnPostFinding)

    def tasks(self, step: str) -> list[TakedownTask]:
        return [task for task in self.rows(TakedownTask) if task.step == step]

    def wait(self, **span: float) -> None:
        self.clock.advance(timedelta(**span))


@contextmanager
def desk_at(folder: Path, *, timeline: bool = False, database: str = "") -> Iterator[Desk]:
    """Noon on a Monday in November 2026. `timeline`: with an account of the school's own on loopback.

    `database`: an empty one, in place of SQLite's.
    """
    clock = SettableClock(datetime(2026, 11, 16, 12, 0, tzinfo=UTC))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "schoolwatch.db"
    if not database:
        path.write_bytes(_empty_database())
    with ExitStack() as stack:
        platforms = {SOURCE: stack.enter_context(plugins()[SOURCE].loopback(clock.now))} if timeline else {}
        settings = write_settings(folder, database or f"sqlite:///{path}", platforms, 25)
        site = open_site(settings, clock.now)
        stack.callback(site.close)
        desk = Desk(site, clock, folder, platforms.get(SOURCE))
        desk.pupils(*EVERYBODY)
        yield desk
