"""A picture that may be an indecent image of a child: nobody fetches it, and nothing but calls is left to do."""

import socket
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from support.climbing import HEAD, LEAD, Office, climbing
from support.clock import SettableClock
from support.media_host import MediaHost, media_host
from support.pages import CONSOLE, Visitor, alert_link

from alerts.ladder.words import Step
from alerts.letters.kinds import LetterKind
from config.words import Lane, TaskState
from connectors.loopback import Request
from monitor.capture.browser import Browser
from monitor.capture.dialling import Dialler
from monitor.pipeline.sealing_up.capturing import CaptureRefused, Tools, Wish, capture
from monitor.store.models import Capture, Item, OutgoingMail, TakedownTask

FROM_WORDS = "look what they are sending round, nudes of a year 6 girl from Fernhill"
HARMFUL = "Mr Larkspur is a pathetic lying clown, everybody at the gate hates his guts"
MEDIA, PLATFORM = "pbs.twimg.example", "x.com"
NUMBERS = """
[contacts]
lado = "Local authority, 01632 960150"
childrens_services = "Front door, 01632 960151"
"""
BARRED = (
    LetterKind.AUTHOR_REQUEST,
    LetterKind.HOST_REPORT,
    LetterKind.INFRA_NOTICE,
    LetterKind.PARENT_CHILD_AFFECTED,
    LetterKind.PARENT_CHILDS_POST,
    LetterKind.DIGEST_DETAIL,
)


@dataclass
class Careful(Office):
    """Counts who asks for a picture, or for the name of a host that shows pictures."""

    host: MediaHost
    names: list[str] = field(default_factory=list)
    asked: int = 0
    mailed: int = 0

    def suspected_now(self, external_id: str) -> None:
        """From here on nobody asks about it, and only two people are told."""
        self.asked = len(self.asked_about(external_id))
        self.mailed = len(self.rows(OutgoingMail))

    def pictures_asked_for(self) -> list[str]:
        facebook: Any = self.school.facebook
        over_the_net = [one.path for one in self.host.asked]
        return over_the_net + facebook.media_requests() + [one for one in self.names if "twimg" in one]

    def asked_about(self, external_id: str) -> list[Request]:
        """Every question to either platform about this post.

        As `since_id` its number only bounds a list from below: what is asked for came later.
        """
        requests = [*self.school.x.requests, *self.school.facebook.requests]
        return [one for one in requests if external_id in one.path or external_id in _asked(one.query)]

    def suspect(self, reference: str) -> None:
        told = ("--suspected", "--by", LEAD, "--reason", "a pupil told the form tutor")
        self.done("incidents", "picture", reference, *told)


def _asked(query: Mapping[str, str]) -> str:
    return " ".join(value for name, value in query.items() if name != "since_id")


@pytest.fixture
def office(
    tmp_path: Path, clock: SettableClock, sqlite_database: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Careful]:
    with media_host(tmp_path, MEDIA, PLATFORM) as host:
        school = climbing(tmp_path, clock, sqlite_database, monkeypatch, more=NUMBERS + CONSOLE)
        with school as desk:
            desk.school.facebook.own_post("Open evening on Thursday", clock.now())
            desk.school.first_look()
            careful = Careful(desk.school, host)
            really = socket.getaddrinfo

            def heard(name: Any, *more: Any, **further: Any) -> Any:
                careful.names.append(str(name))
                return really(name, *more, **further)

            monkeypatch.setattr(socket, "getaddrinfo", heard)
            yield careful


def posted(office: Careful, words: str) -> str:
    """A mention with a picture, seen and raised."""
    at = office.school.clock.now()
    external_id = office.school.x.mention(f"@fernhillprimary {words}", "u7", at, image=True)
    office.school.look()
    return external_id


def item_of(office: Careful, external_id: str) -> Item:
    (found,) = [item for item in office.rows(Item) if item.external_id == external_id]
    return found


def test_a_picture_that_words_speak_of_would_be_fetched_or_passed_on(office: Careful) -> None:
    """The judge suspects it from the words alone: the strictest lane from the first minute."""
    external_id = posted(office, FROM_WORDS)
    assert item_of(office, external_id).media
    office.asked = len(office.asked_about(external_id))
    nothing_is_left_but_calls(office, external_id)
    days_go_by_and_nobody_asks(office, external_id)


def test_a_picture_that_a_person_suspects_would_go_on_being_handled(office: Careful) -> None:
    """It looked like an insult; it was reported and looked at again. Then a pupil tells what is in it."""
    external_id = posted(office, HARMFUL)
    assert office.incident.lane == Lane.STANDARD
    office.decide("done", Step.TRIAGE, "--reason", "abuse of a teacher")
    office.decide("done", Step.HOST_REPORT, "--reference", "X 4711")
    office.pass_after(hours=1, minutes=1)
    assert office.asked_about(external_id), "it was looked at again, as planned"
    link = alert_link(office.school.site, office.incident.id)
    office.suspected_now(external_id)
    office.suspect(office.incident.reference)
    assert "clown" not in Visitor(office.school.site).open(link).page
    assert ("picture_suspected", LEAD) in office.custody()
    nothing_is_left_but_calls(office, external_id)
    days_go_by_and_nobody_asks(office, external_id)


def nothing_is_left_but_calls(office: Careful, external_id: str) -> None:
    assert office.incident.lane == Lane.INDECENT_IMAGE
    owed = {task.step for task in office.rows(TakedownTask) if task.state == TaskState.OPEN}
    assert owed == {Step.DSL_REFERRAL, Step.POLICE_REPORTED, Step.LADO_REFERRAL}
    letters_are_refused(office)
    the_call_sheet_is_whole(office, external_id)
    no_picture_can_be_asked_for(office)
    the_export_holds_the_reference_alone(office, external_id)
    the_console_shows_no_word(office)


def letters_are_refused(office: Careful) -> None:
    for kind in BARRED:
        said = office.refused("letters", "new", kind, office.incident.reference, "--by", HEAD)
        assert "disabled here" in said, kind


def the_call_sheet_is_whole(office: Careful, external_id: str) -> None:
    sheet = office.done("incidents", office.incident.reference, "--call-sheet")
    for part in (external_id, HEAD, LEAD, "01632 960150", "01632 960151", "999", "DO NOT", "Log no.:"):
        assert part in sheet, part
    assert "nudes" not in sheet
    assert "clown" not in sheet


def no_picture_can_be_asked_for(office: Careful) -> None:
    tools = Tools(Dialler(loopback=office.host.loopback, ca_bundle=office.host.ca), Browser())
    with pytest.raises(CaptureRefused):
        capture(office.school.site, office.incident.reference, Wish(HEAD, "x", page=True, media=True), tools)
    assert office.rows(Capture) == []


def the_export_holds_the_reference_alone(office: Careful, external_id: str) -> None:
    out = office.school.folder / f"out-{office.school.clock.now():%d%H%M}"
    office.done("export", "--reader", "headteacher", "--out", out)
    with zipfile.ZipFile(next(out.glob("*.zip"))) as bag:
        inside = {name: bag.read(name) for name in bag.namelist()}
    everything = b"".join(inside.values())
    assert not [name for name in inside if f"items/{item_of(office, external_id).uid}" in name]
    assert office.incident.reference.encode() in everything
    for word in (b"nudes", b"clown", b"twimg"):
        assert word not in everything


def the_console_shows_no_word(office: Careful) -> None:
    link = alert_link(office.school.site, office.incident.id, HEAD)
    page = Visitor(office.school.site).open(link).page
    assert "999" in page
    assert "nudes" not in page
    assert "clown" not in page
    assert "<img" not in page


def days_go_by_and_nobody_asks(office: Careful, external_id: str) -> None:
    """Polls, re-checks, reminders, the weekly export: nothing names that post again."""
    for hours in (1, 6, 24, 48, 7 * 24):
        office.pass_after(hours=hours)
    assert office.asked_about(external_id)[office.asked :] == []
    assert office.pictures_asked_for() == []
    words = office.words_of(office.school.mail.accepted)
    assert "nudes" not in words
    assert external_id not in words
    assert office.faults() == []
    told = {mail.recipient for mail in office.rows(OutgoingMail)[office.mailed :] if mail.kind != "weekly"}
    assert told == {"head@fernhill.example", "dsl@fernhill.example"}
