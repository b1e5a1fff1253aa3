"""A school with three incidents that were looked at, made once and copied for each test of its letters."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from support.clock import SettableClock
from support.command_line import Ran, run
from support.letters import WHOLE
from support.mail_server import RealMailServer
from support.school import running_school

from alerts.ladder import machine
from alerts.ladder.state import Decision, Ladder
from alerts.ladder.words import DecisionKind, Step
from alerts.letters.kinds import RULES, LetterKind
from config.loading import load_settings
from config.schema import Role
from monitor.pipeline.incidents.decisions import decide
from monitor.pipeline.incidents.ladders import read_ladder, write_ladder
from monitor.pipeline.letters import letters
from monitor.pipeline.telling.mailing import send_next
from monitor.site import Site, open_site
from monitor.store.models import Incident, Letter, OutgoingMail, TakedownTask

ABUSE, IMAGE, PUPIL = "SW-2026-0001", "SW-2026-0002", "SW-2026-0003"
"""An insult by a stranger; a suspected indecent image; a comment by a stranger that shows a pupil's data."""
NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)
MORE = """
[[people]]
role = "e_safety"
name = "G. Online"
email = "esafety@fernhill.example"
[[people]]
role = "dpo"
name = "H. Officer"
email = "dpo@fernhill.example"
[letters]
sender = "office@fernhill.example"
complaints_procedure = "https://fernhill.example/complaints"
"""
NAMES = {
    Role.SENIOR_MANAGER: "A. Manager",
    Role.HEADTEACHER: "B. Head",
    Role.DSL: "C. Lead",
    Role.DEPUTY: "D. Deputy",
    Role.E_SAFETY: "G. Online",
    Role.DPO: "H. Officer",
}


@dataclass
class LetterSchool:
    site: Site
    folder: Path
    clock: SettableClock
    mail: RealMailServer | None = None

    def rows(self, model: Any) -> list[Any]:
        with self.site.database.read() as session:
            return list(session.scalars(select(model).order_by(model.id)))

    def letter(self, number: int) -> Letter:
        return next(row for row in self.rows(Letter) if row.id == number)

    def mails(self, kind: str) -> list[OutgoingMail]:
        return [mail for mail in self.rows(OutgoingMail) if mail.kind == kind]

    def task(self, reference: str, step: Step) -> TakedownTask:
        """The latest of its kind on an incident."""
        incident = next(one for one in self.rows(Incident) if one.reference == reference)
        of_it = [row for row in self.rows(TakedownTask) if row.incident_id == incident.id]
        return [row for row in of_it if row.step == step][-1]

    def drafted(self, kind: LetterKind, reference: str | None = ABUSE, **changes: str) -> int:
        """A whole draft."""
        number = letters.new_letter(self.site, kind, reference, "A. Manager")
        letters.edit(self.site, number, flat(WHOLE[kind] | changes), "A. Manager")
        return number

    def approved(self, kind: LetterKind, reference: str | None = ABUSE, **changes: str) -> int:
        number = self.drafted(kind, reference, **changes)
        role = RULES[kind].approvers[0]
        letters.approve(self.site, number, NAMES[role], role)
        return number

    def recast(self, reference: str, **facts: Any) -> None:
        """A person corrected the facts of an incident."""

        def corrected(ladder: Ladder) -> Ladder:
            matter = replace(ladder.matter, **facts)
            return machine.reconsider(
                ladder, matter, reason="known now", by="A. Manager", at=self.clock.now()
            )

        self.change(reference, corrected)

    def change(self, reference: str, change: Any) -> None:
        with self.site.database.write() as session:
            incident = session.scalars(select(Incident).filter_by(reference=reference)).one()
            write_ladder(session, incident, change(read_ladder(incident)))

    def send_all(self) -> int:
        tries = 0
        while send_next(self.site):
            tries += 1
        return tries

    def run(self, *arguments: object) -> Ran:
        return run("--config", self.folder / "schoolwatch.toml", "letters", *arguments)


def flat(form: dict[str, Any], above: str = "") -> dict[str, Sequence[str]]:
    """Fields as `edit` takes them; the parts of a question by `question.part`."""
    found: dict[str, Sequence[str]] = {}
    for name, value in form.items():
        if isinstance(value, dict):
            found |= flat(value, f"{above}{name}.")
        else:
            found[f"{above}{name}"] = value.splitlines() or [value]
    return found


def make_template(folder: Path, database: str = "") -> Path:
    """The school that tests copy: three incidents, triaged, all mail of them sent."""
    clock = SettableClock(NOON)
    url = database or f"sqlite:///{folder / 'schoolwatch.db'}"
    with running_school(folder, clock, url, names=["x"]) as school:
        school.first_look()
        for words in ("ABUSE words of somebody", "IMAGE of somebody", "PUPIL shown by somebody"):
            school.x.mention(f"@fernhillprimary {words}", words.split()[0].lower(), clock.now())
            school.look()
            clock.advance(timedelta(minutes=6))
        with school.site.database.read() as session:
            triages = list(session.scalars(select(TakedownTask.id).filter_by(step=Step.TRIAGE)))
        for task in triages:
            decide(school.site, task, Decision(DecisionKind.DONE, "A. Manager", None, "looked at it"))
        while send_next(school.site):
            pass
    return folder


@contextmanager
def copied(template: Path, folder: Path, *, mail: RealMailServer | None = None) -> Iterator[LetterSchool]:
    """A school of one's own, at a quarter of an hour after its incidents."""
    shutil.copytree(template, folder)
    (folder / "database-url").write_text(f"sqlite:///{folder / 'schoolwatch.db'}")
    path = folder / "schoolwatch.toml"
    text = path.read_text() + MORE
    if mail is not None:
        lines = [f"port = {mail.port}" if line.startswith("port = ") else line for line in text.splitlines()]
        text = "\n".join(lines) + "\n"
    path.write_text(text)
    clock = SettableClock(NOON + timedelta(minutes=30))
    site = open_site(load_settings(path), clock.now, line_up=False)
    try:
        yield LetterSchool(site, folder, clock, mail)
    finally:
        site.close()


def with_this_clock(monkeypatch: pytest.MonkeyPatch, school: LetterSchool) -> None:
    """The command line opens the school with the clock of the test."""
    monkeypatch.setattr(
        "monitor.cli.shared.open_site", lambda settings, **how: open_site(settings, school.clock.now, **how)
    )
