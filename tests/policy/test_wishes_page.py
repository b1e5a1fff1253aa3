"""The affected person answers for themselves, and takes their own copy: what they wish is what is done."""

import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from support.clock import SettableClock
from support.command_line import Ran, run
from support.monitor_bench import rows, school_with
from support.pages import CONSOLE, Visitor
from support.policy import serves, switch
from support.school import TestSchool

from alerts.ladder.words import ConsentScope
from config.words import CommunityRole
from monitor.pipeline.handing_in.handed_in import hand_in, hand_in_suspected
from monitor.pipeline.handing_in.handed_in_files import HandedFile
from monitor.pipeline.handing_in.handing import Channel, Handing, Kind
from monitor.pipeline.incidents.ladders import read_ladder
from monitor.pipeline.sealing_up.pictures import rule_on_pictures
from monitor.site import open_site
from monitor.store.models import CustodyEvent, Incident, OutgoingMail, Ruling

SUPPORT = '\n[support]\neap = "Listening Ear, 01632 960111"\nunion = "Your representative, 01632 960112"\n'


@pytest.fixture
def school(
    tmp_path: Path, clock: SettableClock, sqlite_database: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[TestSchool]:
    monkeypatch.setattr(
        "monitor.cli.shared.open_site", lambda settings, **how: open_site(settings, clock.now, **how)
    )
    with school_with(tmp_path, clock, sqlite_database, more=CONSOLE + SUPPORT) as opened:
        yield opened


def about(
    school: TestSchool,
    role: CommunityRole = CommunityRole.STAFF,
    text: str = "ABUSE of a teacher",
    place: str = "here",
) -> Incident:
    handing = Handing(
        kind=Kind.INFLAMMATORY, by="T. Teacher", channel=Channel.WHATSAPP,
        captured_at=school.clock.now(), place=place, text=text, affected_role=role,
    )  # fmt: skip
    hand_in(school.site, school.judge, handing, [HandedFile("words.txt", b"as sent")])
    return rows(school, Incident)[-1]


def invite(school: TestSchool, incident: Incident) -> Ran:
    config = ("--config", school.folder / "schoolwatch.toml")
    to = ("--person", "teacher", "--email", "teacher@example.sch.uk", "--by", "B. Head")
    return run(*config, "invite", incident.reference, *to)


def own_page(school: TestSchool, incident: Incident) -> tuple[Visitor, str]:
    """Invited, with the code given in person: the page is open."""
    ran = invite(school, incident)
    assert ran.status == 0, ran.err
    code = ran.lines[-1].rpartition(": ")[2]
    mail = [one for one in rows(school, OutgoingMail) if one.kind == "invitation"][-1]
    assert code not in mail.text + mail.html
    assert code.replace(" ", "") not in mail.text + mail.html
    address = next(line for line in mail.text.splitlines() if line.startswith("https://"))
    visitor = Visitor(school.site).open(address)
    visitor.press(f"{address}/code", code=code)
    return visitor, address


def answer_of(school: TestSchool, incident: Incident, scope: ConsentScope) -> bool | None:
    ladder = read_ladder(next(one for one in rows(school, Incident) if one.id == incident.id))
    said = [one for one in ladder.consents if one.scope is scope]
    return said[-1].answer if said else None


@serves(
    "QC and Nunney 2.8.5/1",
    without=switch("monitor.pipeline.handing_in.wishes.machine.record_consent", lambda one, *_: one),
)
def test_the_person_says_what_they_wish_and_may_change_their_mind(school: TestSchool) -> None:
    """Somebody else would answer for them, and they would hear of it from the author."""
    incident = about(school)
    visitor, address = own_page(school, incident)
    visitor.press(address, wishes="yes", police="no")
    assert "Your answers are kept" in visitor.page
    assert answer_of(school, incident, ConsentScope.POLICE) is False
    assert answer_of(school, incident, ConsentScope.SECTION_5) is None  # silence is no answer
    visitor.press(address, wishes="yes", police="yes")
    assert answer_of(school, incident, ConsentScope.POLICE) is True
    given = [one for one in rows(school, CustodyEvent) if one.action == "consent_recorded"]
    assert [(one.details["scope"], one.details["answer"]) for one in given] == [
        ("wishes", True), ("police", False), ("police", True),
    ]  # fmt: skip


def test_a_yes_on_the_page_opens_the_way_that_the_ladder_had_locked(school: TestSchool) -> None:
    """The answer would stand on a page, and the head would ask once more."""
    incident = about(school)
    visitor, address = own_page(school, incident)
    visitor.press(address, police="yes")
    ladder = read_ladder(rows(school, Incident)[-1])
    assert ladder.consent_holds(ConsentScope.POLICE, school.clock.now())
    assert ladder.consents[-1].person == "teacher"
    assert ladder.consents[-1].method.startswith("written")


def test_the_page_says_what_follows_who_sees_it_and_who_helps(school: TestSchool) -> None:
    """A yes that nobody explained is no consent."""
    visitor, _ = own_page(school, about(school))
    for words in ("Listening Ear", "Your representative", "Who sees your answers", "change your mind", "999"):
        assert words in visitor.page
    assert "ABUSE" not in visitor.page


@serves(
    "QC and Nunney 2.8.5/2",
    without=switch("monitor.pipeline.handing_in.packs.may_have_pack", lambda _: False),
)
def test_the_person_takes_their_own_copy_and_nothing_of_anybody_elses(school: TestSchool) -> None:
    """Only the school could report it, or the copy would show somebody else's matter."""
    about(school, text="ABUSE of somebody else entirely", place="elsewhere")
    incident = about(school, text="ABUSE of this teacher")
    visitor, address = own_page(school, incident)
    visitor.press(f"{address}/copy")
    assert visitor.headers["Content-Disposition"].startswith("attachment")
    with zipfile.ZipFile(BytesIO(visitor.data)) as pack:
        names = pack.namelist()
        everything = b"".join(pack.read(name) for name in names)
    assert b"as sent" in everything
    assert b"somebody else entirely" not in everything
    assert not [name for name in names if name.endswith(("tasks.csv", "custody.csv", "capture.json"))]
    assert "pack_taken" in {event.action for event in rows(school, CustodyEvent)}


def test_a_copy_is_whole_by_its_own_checks(school: TestSchool, tmp_path: Path) -> None:
    """A constable's first look would call it changed."""
    visitor, address = own_page(school, about(school))
    path = tmp_path / "pack.zip"
    path.write_bytes(visitor.press(f"{address}/copy").data)
    assert run("evidence", "verify", path).status == 0


@pytest.mark.parametrize("role", [CommunityRole.PUPIL])
def test_a_child_is_not_sent_to_a_form(school: TestSchool, role: CommunityRole) -> None:
    """A child would be alone with questions that the DSL has to ask."""
    ran = invite(school, about(school, role))
    assert ran.status == 1
    assert "DSL" in ran.err
    assert "invitation" not in {mail.kind for mail in rows(school, OutgoingMail)}


def test_the_subject_of_an_allegation_is_not_invited(school: TestSchool) -> None:
    """They would learn of it before the LADO has advised."""
    handing = Handing(
        kind=Kind.INFLAMMATORY, by="T. Teacher", channel=Channel.FORUM, captured_at=school.clock.now(),
        place="https://forum.example/1", text="CRITICAL", affected_role=CommunityRole.STAFF,
    )  # fmt: skip
    hand_in(school.site, school.judge, handing)
    assert invite(school, rows(school, Incident)[-1]).status == 1


def test_an_invitation_closes_when_the_matter_turns_into_another(school: TestSchool) -> None:
    """Somebody who may be its subject would read from the page that there is an allegation."""
    incident = about(school)
    visitor, address = own_page(school, incident)
    reason = {"by": "B. Head", "reason": "told by a pupil"}
    rule_on_pictures(school.site, incident.reference, Ruling.SUSPECTED, **reason)
    shown = visitor.page
    assert visitor.press(address, police="yes").status == 410
    visitor.page = shown  # its form is still in the browser
    assert visitor.press(f"{address}/copy").status == 410
    assert visitor.open(address).status == 410
    assert answer_of(school, incident, ConsentScope.POLICE) is None


def test_the_link_alone_shows_nothing(school: TestSchool) -> None:
    """Whoever reads the mailbox would read, and answer, in the person's name."""
    incident = about(school)
    assert invite(school, incident).status == 0
    mail = [one for one in rows(school, OutgoingMail) if one.kind == "invitation"][-1]
    address = next(line for line in mail.text.splitlines() if line.startswith("https://"))
    visitor = Visitor(school.site).open(address)
    assert "police" not in visitor.page
    assert visitor.press(address, police="yes").status == 403
    assert Visitor(school.site).open(address).press(f"{address}/copy").status == 403
    assert answer_of(school, incident, ConsentScope.POLICE) is None


@serves(
    "QC and Nunney 2.7.4/1", without=switch("monitor.pipeline.incidents.acknowledging._numbers", lambda _: ())
)
def test_the_numbers_are_one_press_from_the_alert(
    tmp_path: Path, clock: SettableClock, sqlite_database: str
) -> None:
    """Head and DSL stand in a corridor with a telephone, and search for a number."""
    contacts = '\n[contacts]\nlado = "Designated officer, 01632 960010"\n'
    with school_with(tmp_path, clock, sqlite_database, more=CONSOLE + contacts) as school:
        handing = Handing(
            kind=Kind.INAPPROPRIATE, by="T. Teacher", channel=Channel.SNAPCHAT,
            captured_at=clock.now(), place="shown by a pupil",
        )  # fmt: skip
        hand_in_suspected(school.site, handing)
        alerts = {mail.recipient: mail for mail in rows(school, OutgoingMail) if mail.kind == "alert"}
        mail = alerts["head@fernhill.example"]
        address = next(word for word in mail.text.split() if word.startswith("https://"))
        page = Visitor(school.site).open(address).page
    assert "999" in page
    assert "01632 960010" in page
    assert "shown by a pupil" not in page
