"""A whole small school for tests: real platforms on loopback, a real mail server, a real database."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from support.clock import SettableClock
from support.mail_server import RealMailServer

from classifiers.interface import Comment, Judgement, Reason
from config.loading import load_settings
from config.schema import Settings
from config.words import Flag, Label, Severity
from connectors.loopback import LoopbackPlatform
from connectors.registry import plugins
from monitor.demo.stage import sources_text
from monitor.passes import Tell, one_pass
from monitor.pipeline.reading.poll import PollReport
from monitor.site import Site, open_site

WORDS: dict[str, tuple[tuple[Label, ...], tuple[Flag, ...], Severity]] = {
    "CRITICAL": ((Label.ABUSE,), (Flag.THREAT, Flag.STAFF_TARGET), Severity.CRITICAL),
    "HIGH": ((Label.DEFAMATION,), (Flag.ALLEGATION_CRIME,), Severity.HIGH),
    "ABUSE": ((Label.ABUSE,), (Flag.INSULT,), Severity.MEDIUM),
    "PUPIL": ((Label.PUPIL_INFORMATION,), (), Severity.MEDIUM),
    "IMAGE": ((), (Flag.INDECENT_IMAGE,), Severity.CRITICAL),
    "SAFEGUARDING": ((), (Flag.SAFEGUARDING,), Severity.CRITICAL),
}


class PlainJudge:
    """Marks a comment by a word in capitals, so that a test about the way knows what will be raised."""

    def judge(self, comments: Sequence[Comment]) -> list[Judgement]:
        return [self._one(comment) for comment in comments]

    def _one(self, comment: Comment) -> Judgement:
        if "BREAKS" in comment.text:
            raise RuntimeError("this comment breaks the judge")
        word = next((word for word in WORDS if word in comment.text), None)
        labels, flags, severity = WORDS[word] if word else ((), (), Severity.NONE)
        start = comment.text.find(word) if word else 0
        reasons = (
            (Reason(labels[0] if labels else flags[0], start, start + len(word), word, "says so"),)
            if word
            else ()
        )
        return Judgement(
            comment.id,
            labels={label: label in labels for label in Label},
            scores={label: 0.9 if label in labels else 0.1 for label in Label},
            severity=severity,
            flags=flags,
            reasons=reasons,
            judged=bool(comment.text.strip()),
            models={"plain": "1"},
        )


@dataclass
class TestSchool:
    """Everything a test about the way of a comment needs."""

    __test__ = False

    site: Site
    clock: SettableClock
    platforms: dict[str, LoopbackPlatform]
    mail: RealMailServer
    folder: Path
    judge: Any

    def look(self, *names: str, tell: Tell = lambda _: None) -> list[PollReport]:
        """One whole pass: fetch, judge, seal, raise, send."""
        return one_pass(self.site, self.judge, names or tuple(self.platforms), tell)

    def first_look(self) -> None:
        """Get the first pass over (empty) pages behind us, so that what follows is told singly."""
        self.look()
        self.clock.advance(timedelta(minutes=6))

    @property
    def x(self) -> LoopbackPlatform:
        return self.platforms["x"]

    @property
    def facebook(self) -> LoopbackPlatform:
        return self.platforms["facebook"]


@contextmanager
def running_school(
    folder: Path,
    clock: SettableClock,
    database: str,
    *,
    names: Sequence[str] = ("x", "facebook"),
    judge: Any = None,
) -> Iterator[TestSchool]:
    with ExitStack() as stack:
        platforms = {name: stack.enter_context(plugins()[name].loopback(clock.now)) for name in names}
        mail = stack.enter_context(RealMailServer())
        settings = write_settings(folder, database, platforms, mail.port)
        site = open_site(settings, clock.now)
        stack.callback(site.close)
        yield TestSchool(site, clock, platforms, mail, folder, judge or PlainJudge())


def write_settings(
    folder: Path, database: str, platforms: dict[str, LoopbackPlatform], mail_port: int, more: str = ""
) -> Settings:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "database-url").write_text(database)
    path = folder / "schoolwatch.toml"
    path.write_text(SETTINGS.format(port=mail_port) + sources_text(folder, platforms) + more)
    return load_settings(path)


SETTINGS = """
[school]
name = "Fernhill Primary"
also_known_as = ["Fernhill"]
dpia_reference = "DPIA-TEST"
[store]
database = {{ file = "database-url" }}
evidence = "evidence"
[mail]
host = "127.0.0.1"
port = {port}
security = "none"
sender = "schoolwatch@fernhill.example"
[[people]]
role = "senior_manager"
name = "A. Manager"
email = "manager@fernhill.example"
out_of_hours = true
[[people]]
role = "headteacher"
name = "B. Head"
email = "head@fernhill.example"
[[people]]
role = "dsl"
name = "C. Lead"
email = "dsl@fernhill.example"
[[people]]
role = "deputy"
name = "D. Deputy"
email = "deputy@fernhill.example"
[[people]]
role = "it"
name = "E. Technician"
email = "it@fernhill.example"
holiday_cover = true
"""
