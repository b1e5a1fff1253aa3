"""What was handed in, afterwards: on both databases, in the weekly export, at its end, and at the question."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from support.clock import SettableClock
from support.command_line import run
from support.monitor_bench import rows, school_with, settle
from support.pages import CONSOLE, Visitor, alert_link, own_link
from support.school import TestSchool

from alerts.ladder.words import DecisionKind, Step
from config.words import CommunityRole, Outcome
from monitor.cli import intake
from monitor.cli.shared import UserError
from monitor.evidence.captures import read_capture
from monitor.evidence.folder import read_item
from monitor.pipeline.at_rest.erasing import Request, erase_on_request
from monitor.pipeline.handing_in.handed_in import Taken, hand_in
from monitor.pipeline.handing_in.handed_in_files import HandedFile
from monitor.pipeline.handing_in.handing import Channel, Handing, IntakeRefused, Kind
from monitor.pipeline.incidents.rechecks import recheck_due
from monitor.store.models import (
    Capture,
    HandedIn,
    Incident,
    OutgoingMail,
    Recheck,
    SinglePurposeLink,
    Source,
    StaffMember,
)


@pytest.fixture
def school(tmp_path: Path, clock: SettableClock, database_url: str) -> Iterator[TestSchool]:
    with school_with(tmp_path, clock, database_url, more=CONSOLE) as opened:
        yield opened


def hand(school: TestSchool, text: str = "ABUSE of a teacher", **more: Any) -> Taken:
    given = {
        "kind": Kind.INFLAMMATORY, "by": "T. Teacher", "channel": Channel.WHATSAPP,
        "captured_at": school.clock.now(), "place": "a class group", "affected_role": CommunityRole.STAFF,
    }  # fmt: skip
    return hand_in(school.site, school.judge, Handing(**{**given, "text": text, **more}), [_FILE])


_FILE = HandedFile("words.txt", b"as it was sent")


def test_from_hand_in_over_the_links_to_the_end(school: TestSchool) -> None:
    """On the other database something would lock, or stay readable after it was erased."""
    taken = hand(school)
    incident = rows(school, Incident)[-1]
    link = alert_link(school.site, incident.id)
    assert "A. Manager has seen it" in Visitor(school.site).open(link).press(link).page
    address, code = own_link(school.site, incident.id)
    visitor = Visitor(school.site).open(address).press(f"{address}/code", code=code)
    assert "Your answers are kept" in visitor.press(address, wishes="no").page
    settle(school, Step.TRIAGE, DecisionKind.DONE, Outcome.UNFOUNDED)
    assert "closed" in visitor.press(address, wishes="yes").page
    erase_on_request(school.site, taken.item_uid, Request("they asked", "A. Manager", "B. Head"))
    assert rows(school, HandedIn)[-1].handed_in_by == "(erased)"
    assert rows(school, SinglePurposeLink) == []
    assert rows(school, Capture)[-1].files == {}
    assert read_capture(school.site.evidence, taken.item_uid, 1) == {}
    assert b"as it was sent" not in b"".join(
        path.read_bytes() for path in school.site.evidence.rglob("*") if path.is_file()
    )


def test_the_same_words_by_hand_and_by_poll_are_one_matter(school: TestSchool) -> None:
    """Two ladders for one pile-on, each with its own letters."""
    hand(school, "ABUSE of a teacher, word for word")
    hand(school, "ABUSE of a teacher, word for word")
    assert len(rows(school, Incident)) == 1
    assert len(rows(school, HandedIn)) == 2


SECOND = """
[[people]]
role = "senior_manager"
name = "G. Second"
email = "second@fernhill.example"
staff_id = "S1"
"""


def test_the_person_it_is_about_is_not_mailed_about_it(
    tmp_path: Path, clock: SettableClock, sqlite_database: str
) -> None:
    """They would read of themselves in an alert, and decide about it."""
    with school_with(tmp_path, clock, sqlite_database, more=SECOND) as school:
        with school.site.database.write() as session:
            names = {"title": "Ms", "first_name": "Gwen", "surname": "Second", "role": "teacher"}
            session.add(
                StaffMember(school_id=school.site.school_id, staff_id="S1", also_known_as=[], **names)
            )
        hand(school, affected="S1")
        assert [mail.recipient for mail in rows(school, OutgoingMail)] == ["manager@fernhill.example"]
        with pytest.raises(IntakeRefused, match="no such id in the register"):
            hand(school, affected="S999")
        assert len(rows(school, HandedIn)) == 1


def test_the_week_has_no_gap_for_what_nobody_polls(
    tmp_path: Path, clock: SettableClock, sqlite_database: str
) -> None:
    """“Not watched” in an export, for a source that there is not, makes a reader doubt the others."""
    with school_with(tmp_path, clock, sqlite_database) as school:
        school.first_look()
        hand(school)
        clock.advance(timedelta(hours=1))
        assert [one.enabled for one in rows(school, Source) if one.name == "handed in"] == [False]
        out = tmp_path / "out"
        run("--config", tmp_path / "schoolwatch.toml", "export", "--week", "2026-W47", "--out", out)
        zipped = next(out.glob("*.zip"))
    with ZipFile(zipped) as bag:
        assert b"handed in" not in bag.read("data/FAILURES.csv")


@pytest.mark.parametrize(("said", "kept"), [("no", "no"), ("Suspected ", "suspected")])
def test_the_question_is_asked_where_somebody_sits(
    monkeypatch: pytest.MonkeyPatch, said: str, kept: str
) -> None:
    """Somebody at a keyboard who was never asked would hand in what must not be copied."""
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("typer.prompt", lambda _: said)
    assert intake._answer("") == kept


def test_any_other_answer_takes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """“I don't know” is no no."""
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("typer.prompt", lambda _: "don't know")
    with pytest.raises(UserError, match="In doubt: suspected"):
        intake._answer("")


def test_what_no_account_reads_is_never_called_gone(
    tmp_path: Path, clock: SettableClock, sqlite_database: str
) -> None:
    """“Removed”, because nothing could be asked, would close the matter while it stands there."""
    with school_with(tmp_path, clock, sqlite_database) as school:
        hand(school)
        settle(school, Step.TRIAGE)
        with school.site.database.write() as session:
            incident = session.get_one(Incident, rows(school, Incident)[-1].id)
            incident.next_recheck_at = clock.now()
        recheck_due(school.site)
        seen = rows(school, Recheck)[-1]
        assert seen.visibility == "unknown"
        assert "a person has to look" in seen.proof
        assert rows(school, Incident)[-1].state == "open"


def test_what_was_taken_would_lose_its_files_when_it_is_broken_off_a_moment_later(
    school: TestSchool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows would say that it is sealed, and the folder would be empty."""

    def broken_off() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(school.site.database, "when_log_grew", broken_off)
    with pytest.raises(KeyboardInterrupt):
        hand(school)
    (kept,) = rows(school, HandedIn)
    assert kept.state == "kept"
    assert read_item(school.site.evidence, kept.item_uid)
    assert read_capture(school.site.evidence, kept.item_uid, 1)
