"""A school that climbs the ladder: real platforms and mail on loopback, the real judge, its command line."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from support.clock import SettableClock
from support.command_line import Ran, run
from support.mail_server import Accepted
from support.monitor_bench import rows, school_with
from support.school import TestSchool

from alerts.ladder.words import Step
from alerts.letters.kinds import LetterKind
from classifiers.interface import Pupil, Register, StaffMember
from classifiers.judge import EmbeddedJudge, load_judge
from config.schema import Role
from monitor.evidence.verify import verify_store
from monitor.pipeline.judgement import register
from monitor.pipeline.own_pages.consents import take_pupils
from monitor.site import open_site
from monitor.store.models import CustodyEvent, Incident, Letter, TakedownTask

TEACHER = StaffMember("S1", "Mr", "Peter", "Larkspur", "teacher")
PUPIL = Pupil("P1", "Zofia", "", "Quillfeather", "4B", "Year 4")
MANAGER, HEAD, LEAD = "A. Manager", "B. Head", "C. Lead"
MORE = """
[letters]
sender = "office@fernhill.example"
reply_to = "office@fernhill.example"
[[people]]
role = "dpo"
name = "H. Officer"
email = "dpo@fernhill.example"
"""


@cache
def real_judge() -> EmbeddedJudge:
    """The shipped models, with this school's small register; read once for all tests."""
    return load_judge(Register("Fernhill Primary", ("Fernhill",), pupils=(PUPIL,), staff=(TEACHER,)))


@dataclass
class Office:
    """The manager's desk: the school, and the commands typed there."""

    school: TestSchool

    def command(self, *words: object) -> Ran:
        return run("--config", self.school.folder / "schoolwatch.toml", *words)

    def done(self, *words: object) -> str:
        ran = self.command(*words)
        assert ran.status == 0, ran.err
        return ran.out

    def refused(self, *words: object) -> str:
        ran = self.command(*words)
        assert ran.status == 1, ran.out
        return " ".join(ran.err.split())

    def task(self, step: Step) -> TakedownTask:
        """The latest of its kind."""
        found = [task for task in self.rows(TakedownTask) if task.step == step]
        assert found, f"no task {step}; there are {[task.step for task in self.rows(TakedownTask)]}"
        return found[-1]

    def decide(self, verb: str, step: Step, *options: object, by: str = MANAGER) -> str:
        """`tasks VERB ID …` for the latest task of a step."""
        return self.done("tasks", verb, self.task(step).id, *options, "--by", by)

    def rows(self, model: Any) -> list[Any]:
        return rows(self.school, model)

    @property
    def incident(self) -> Incident:
        (found,) = self.rows(Incident)
        return found

    def pass_after(self, **span: float) -> None:
        """The daemon's whole pass, so much later."""
        self.school.clock.advance(timedelta(**span))
        self.school.look()

    def mails_to(self, address: str) -> list[Accepted]:
        return [one for one in self.school.mail.accepted if address in one.recipients]

    def words_of(self, mails: Sequence[Accepted]) -> str:
        """Headers and bodies, as somebody reads them; every run of blanks is one."""
        return " ".join(" ".join(f"{_head(one)}\n{_body(one)}" for one in mails).split())

    def letter(self, kind: LetterKind, to: str, *, by: str = MANAGER, role: Role, **fields: str) -> str:
        """Drafted, filled in, approved in that role and sent; answers the mail as it arrived."""
        number = self.drafted(kind, **fields)
        self.done("letters", "approve", number, "--by", by, "--role", role)
        self.done("letters", "send", number, "--by", by, "--to", to)
        self.pass_after(minutes=1)
        return self.words_of(self.mails_to(to)[-1:])

    def drafted(self, kind: LetterKind, **fields: str) -> int:
        """What the incident does not know is filled in by hand."""
        self.done("letters", "new", kind, self.incident.reference, "--by", MANAGER)
        number = int(self.rows(Letter)[-1].id)
        options = [word for name, value in fields.items() for word in ("--set", f"{name}={value}")]
        self.done("letters", "edit", number, *options, "--by", MANAGER)
        return number

    def custody(self) -> list[tuple[str, str]]:
        """Who did what, in order."""
        return [(event.action, event.actor) for event in self.rows(CustodyEvent)]

    def faults(self) -> list[str]:
        site = self.school.site
        found = verify_store(site.database, site.evidence, site.school_id)
        return [f"{fault.item}: {fault.why}" for fault in found.faults]


def _head(accepted: Accepted) -> str:
    return "\n".join(f"{name}: {value}" for name, value in accepted.message.items())


def _body(accepted: Accepted) -> str:
    part = accepted.message.get_body(("plain",))
    return str(part.get_content()) if part is not None else ""


@contextmanager
def climbing(
    folder: Path, clock: SettableClock, database: str, monkeypatch: pytest.MonkeyPatch, *, more: str = ""
) -> Iterator[Office]:
    """X and Facebook, past their first look; the command line has the clock of the test."""
    monkeypatch.setattr(
        "monitor.cli.shared.open_site", lambda settings, **how: open_site(settings, clock.now, **how)
    )
    monkeypatch.setattr("monitor.cli.intake.site_judge", lambda _: real_judge())
    opened = school_with(
        folder, clock, database, names=("x", "facebook"), more=MORE + more, judge=real_judge()
    )
    with opened as school:
        _take_register(school)
        yield Office(school)


def _take_register(school: TestSchool) -> None:
    site = school.site
    with site.database.write() as session:
        register.replace_pupils(session, site.school_id, (PUPIL,))
        register.replace_staff(session, site.school_id, (TEACHER,))
        take_pupils(session, site, (PUPIL,), "office")
