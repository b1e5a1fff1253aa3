"""What people hand in: taken whole, sealed and raised like what was fetched, and the stop that comes first."""

import json
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from pypdf import PdfReader
from support.clock import SettableClock
from support.command_line import Ran, run
from support.monitor_bench import rows, school_with
from support.pages import CONSOLE
from support.policy import serves, switch
from support.school import PlainJudge, TestSchool

from alerts.ladder.words import Step
from config.concerns import Concern
from config.words import Lane, Situation, Surface
from monitor.evidence.captures import read_capture
from monitor.evidence.folder import read_item
from monitor.pipeline.handing_in import handed_in
from monitor.pipeline.handing_in.handed_in_files import HandedFile, Words, without_place
from monitor.pipeline.incidents.ladders import read_ladder
from monitor.site import open_site
from monitor.store.models import (
    Capture,
    CustodyEvent,
    EvidenceItem,
    HandedIn,
    Incident,
    Item,
    OutgoingMail,
    TakedownTask,
)

FORUM = "https://forum.fernhill-village.example/thread/88"
SEEN = ("--seen-at", "2026-11-16 11:30")
WHATSAPP = ("--channel", "whatsapp", "--where", "a class group", *SEEN)


@pytest.fixture
def school(
    tmp_path: Path, clock: SettableClock, sqlite_database: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[TestSchool]:
    """The command line opens it with the clock and the judge of the test."""
    monkeypatch.setattr(
        "monitor.cli.shared.open_site", lambda settings, **how: open_site(settings, clock.now, **how)
    )
    monkeypatch.setattr("monitor.cli.intake.site_judge", lambda _: PlainJudge())
    with school_with(tmp_path, clock, sqlite_database, more=CONSOLE) as opened:
        yield opened


def intake(school: TestSchool, *arguments: object, stop: str = "yes", by: str = "T. Teacher") -> Ran:
    config = ("--config", school.folder / "schoolwatch.toml", "intake")
    return run(*config, *arguments, "--by", by, "--no-indecent-image", stop)


def taken(school: TestSchool, *arguments: object, stop: str = "yes") -> Incident:
    ran = intake(school, *arguments, stop=stop)
    assert ran.status == 0, ran.err
    return one(school, Incident)


def one(school: TestSchool, model: Any) -> Any:
    found = rows(school, model)
    assert len(found) == 1, found
    return found[0]


def record_of(school: TestSchool) -> dict[str, Any]:
    files = read_item(school.site.evidence, one(school, Item).uid)
    found: dict[str, Any] = json.loads(files["record.json"])
    return found


def steps(school: TestSchool) -> set[str]:
    return {task.step for task in rows(school, TakedownTask)}


def told(school: TestSchool) -> set[str]:
    return {mail.recipient.partition("@")[0] for mail in rows(school, OutgoingMail)}


@serves(
    "NEU 2.3/13.1", without=switch("monitor.pipeline.incidents.raising.IncidentDesk.take", lambda *_: None)
)
def test_a_village_forum_typed_in_goes_the_way_of_a_facebook_comment(school: TestSchool) -> None:
    """What stands where no connector reads would be dealt with from memory, or not at all."""
    incident = taken(school, FORUM, "--kind", "inflammatory", "--text", "ABUSE of a teacher", *SEEN)
    assert (incident.state, incident.lane) == ("open", Lane.STANDARD)
    assert {Step.TRIAGE, Step.HOST_REPORT} <= steps(school)
    assert told(school) == {"manager"}
    assert one(school, EvidenceItem).item_uid == one(school, Item).uid


@serves(
    "NEU 4.1", without=switch("monitor.pipeline.handing_in.handed_in.Surface", {"MANUAL": Surface.MENTION})
)
def test_a_review_with_the_schools_name_is_an_item_with_a_surface_of_its_own(school: TestSchool) -> None:
    """A review on a map would be refused because it is no comment on the school's page."""
    review = "https://www.google.com/maps/reviews/data=1"
    taken(school, review, "--kind", "inaccurate", "--text", "HIGH: they lie about fees", *SEEN)
    assert one(school, Item).surface == Surface.MANUAL


@serves(
    "Huntington 3.1", without=switch("monitor.pipeline.handing_in.handed_in._platform", lambda _: "other")
)
def test_an_address_at_netmums_is_reported_the_way_of_netmums(school: TestSchool) -> None:
    """A report would go to whoever the person guessed."""
    netmums = "https://www.netmums.com/coffeehouse/drop-clinic/88"
    incident = taken(school, netmums, "--kind", "inflammatory", "--text", "ABUSE here", *SEEN)
    assert incident.platform == "netmums"
    shown = run("--config", school.folder / "schoolwatch.toml", "incidents", incident.reference).out
    assert "Use the report link on the post or the contact form" in " ".join(shown.split())


@serves("NEU 7.3", without=switch("monitor.pipeline.handing_in.handed_in.seal_files", lambda *_: None))
def test_a_screenshot_from_its_recipient_becomes_evidence(school: TestSchool, tmp_path: Path) -> None:
    """What was sent to a teacher's own phone would stay there, and be lost with it."""
    picture = tmp_path / "Screenshot of Ms Larkspur.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\nnot really a picture")
    incident = taken(
        school,
        picture,
        "--kind",
        "inappropriate",
        "--concern",
        "bullying",
        "--affected-role",
        "staff",
        *WHATSAPP,
    )
    kept = read_capture(school.site.evidence, one(school, Item).uid, 1)
    assert kept["handed-in-01.png"] == picture.read_bytes()
    assert one(school, Capture).files["handed-in-01.png"] == sha256(picture.read_bytes()).hexdigest()
    assert Situation.PRIVATE_CHANNEL in read_ladder(incident).matter.situations
    assert Step.SUPPORT_OFFER in steps(school)
    stored = json.dumps([row.__dict__ for row in rows(school, HandedIn)], default=str)
    assert "Larkspur" not in stored  # names of files may be names of people


@serves("NEU 8.1/2", without=switch("monitor.pipeline.handing_in.handed_in.check", lambda *_, **__: None))
@pytest.mark.parametrize("missing", ["--kind", "--seen-at", "--where", "--concern"])
def test_a_report_without_type_time_or_place_is_not_taken(
    school: TestSchool, tmp_path: Path, missing: str
) -> None:
    """Nobody could say later what was reported, when it was seen, or where."""
    picture = tmp_path / "picture.jpg"
    picture.write_bytes(b"\xff\xd8 a picture")
    given = {
        "--kind": "inappropriate", "--seen-at": "2026-11-16 11:30", "--where": "a class group",
        "--concern": "bullying",
    }  # fmt: skip
    options = [word for name, value in given.items() if name != missing for word in (name, value)]
    ran = intake(school, picture, *options)
    assert ran.status == 1
    assert missing.removeprefix("--").partition("-")[0] in ran.err
    assert rows(school, Item) == []


@serves("NEU 8.2/1", without=switch("monitor.pipeline.handing_in.handed_in.words_in", lambda _: Words()))
def test_an_email_is_kept_to_the_last_byte_and_its_words_are_judged(
    school: TestSchool, tmp_path: Path
) -> None:
    """A mail that is opened and saved again is another mail, and proves nothing."""
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "somebody@example.org", "You"
    mail["Date"] = "Sun, 15 Nov 2026 22:10:00 +0000"
    mail.set_content("CRITICAL threat")
    path = tmp_path / "threat.eml"
    path.write_bytes(mail.as_bytes().replace(b"\n", b"\r\n"))
    incident = taken(
        school, path, "--kind", "inappropriate", "--channel", "email", "--where", "my inbox", *SEEN
    )
    assert incident.lane == Lane.LIFE
    kept = read_capture(school.site.evidence, one(school, Item).uid, 1)
    assert kept["handed-in-01.eml"] == path.read_bytes()
    assert one(school, HandedIn).files[0]["sha256"] == sha256(path.read_bytes()).hexdigest()
    assert record_of(school)["when"]["posted_raw"] == "Sun, 15 Nov 2026 22:10:00 +0000"


def test_a_voicemail_is_kept_and_shown_as_not_judged(school: TestSchool, tmp_path: Path) -> None:
    """A recording that counts as harmless because nobody can read it would never be listened to."""
    path = tmp_path / "message.mp3"
    path.write_bytes(b"ID3 recording")
    ran = intake(
        school, path, "--kind", "inappropriate", "--concern", "lewd_or_threatening", "--channel", "voicemail",
        "--where", "the school's answering machine", *SEEN,
    )  # fmt: skip
    assert "not judged by the program" in ran.out
    assert one(school, Item).state == "sealed"


@serves("NEU 8.2/2", without=switch("monitor.pipeline.handing_in.handed_in_record._when", lambda *_: {}))
def test_seen_and_taken_are_two_times_and_both_stand_in_the_record(school: TestSchool) -> None:
    """A court would take the hour of the hand-in for the hour of the post (Huntington 8.4)."""
    taken(school, FORUM, "--kind", "inflammatory", "--text", "ABUSE", "--posted", "last night, 9.15", *SEEN)
    when = record_of(school)["when"]
    assert when["captured_utc"] == "2026-11-16T11:30:00.000000+00:00"
    assert when["captured_local"] == "2026-11-16T11:30:00+00:00"
    assert when["seen_utc"].startswith("2026-11-16T12:00")
    assert when["posted_raw"] == "last night, 9.15"
    assert record_of(school)["where"]["url"] == FORUM


@serves("NEU 10.1/2", without=switch("monitor.cli.intake.intake.__doc__", "Give your password."))
def test_nothing_that_is_handed_in_has_a_place_for_a_password(school: TestSchool) -> None:
    """Whoever logs in as somebody else may break the law, and spoils the evidence (Queen's Crescent 2.4.3)."""
    fields = {column.name for column in HandedIn.__table__.columns} | set(HandedIn.__dict__)
    help_text = run("intake", "--help").out + run("invite", "--help").out
    for word in ("password", "passwd", "login", "credential"):
        assert not [name for name in fields if word in name]
        assert word not in help_text.casefold()


@serves("NEU 5.2", without=switch("config.concerns._SHOWN_AS", {}))
def test_the_nine_bullets_are_codes_that_say_alleged(school: TestSchool) -> None:
    """A manager's tick would read like a verdict."""
    taken(
        school, FORUM, "--kind", "inappropriate", "--concern", "defamatory", "--concern", "copyright", *SEEN
    )
    assert one(school, HandedIn).concerns == ["NEU5.2-defamatory_alleged", "NEU5.2-copyright_alleged"]
    assert len(Concern) == 9
    assert all("alleged" in one.shown_as for one in Concern)


@serves("Nunney 2.1.5", without=switch("monitor.pipeline.handing_in.handed_in.TO_THE_HEAD", frozenset()))
def test_a_pupils_friend_request_is_reported_to_the_head(school: TestSchool) -> None:
    """The adult would answer it, or say nothing."""
    taken(
        school, "--kind", "pupil_contacted_adult", "--channel", "instagram", "--where", "my own account",
        "--author-role", "pupil", "--text", "A pupil asked to follow me. I did not answer.", *SEEN,
    )  # fmt: skip
    assert "head" in told(school)
    assert Step.AUTHOR_REQUEST not in steps(school)


@serves(
    "QC 2.2.4, Nunney 2.2.3", without=switch("monitor.pipeline.handing_in.handing._OWN_REPORTS", frozenset())
)
@pytest.mark.parametrize("kind", ["near_miss", "self_report", "account_disclosure"])
def test_a_report_about_oneself_needs_four_words_and_no_post(school: TestSchool, kind: str) -> None:
    """A form that asks for an address that there is not would keep people from reporting."""
    ran = intake(school, "--kind", kind, "--where", "staff room", "--seen-at", "now")
    assert ran.status == 0, ran.err
    assert one(school, HandedIn).handed_in_by == "T. Teacher"
    assert one(school, Incident).severity == "low"


SUSPECTED = ("--kind", "inappropriate", "--channel", "snapchat", "--where", "shown to me by a pupil", *SEEN)


@serves(
    "QC and Nunney 2.7.1",
    without=switch("monitor.cli.intake.SUSPECTED", "another word"),
)
def test_a_suspected_indecent_image_leaves_a_reference_and_no_byte(
    school: TestSchool, tmp_path: Path
) -> None:
    """Whoever copies such a picture in order to report it may break the law themselves."""
    picture = tmp_path / "IMG_0001.jpg"
    picture.write_bytes(b"\xff\xd8 these bytes stay where they are")
    picture.chmod(0o000)  # to open it would fail
    ran = intake(school, picture, *SUSPECTED, "--text", "words about it", stop="suspected")
    assert ran.status == 0, ran.err
    assert one(school, Incident).lane == Lane.INDECENT_IMAGE
    evidence = one(school, EvidenceItem)
    assert set(read_item(school.site.evidence, evidence.item_uid)) == {"record.json", "seal.json"}
    assert rows(school, Capture) == []
    assert one(school, Item).text is None
    everything = b"".join(
        path.read_bytes() for path in school.folder.rglob("*") if path.is_file() and path != picture
    )
    assert b"these bytes stay" not in everything
    assert b"words about it" not in everything


def test_nothing_is_read_before_the_question_is_answered(school: TestSchool, tmp_path: Path) -> None:
    """A script that forgets the question would take in whatever it is given."""
    config = ("--config", school.folder / "schoolwatch.toml", "intake")
    ran = run(*config, tmp_path / "not-there.png", *SUSPECTED, "--by", "T. Teacher", "--concern", "bullying")
    assert ran.status == 1
    assert "do not look in order to find out" in ran.err
    assert rows(school, HandedIn) == []


@serves("QC and Nunney 2.7.4/1", without=switch("monitor.pipeline.incidents.calling._facts", None))
def test_the_numbers_to_ring_are_one_command_from_the_report(school: TestSchool) -> None:
    """Minutes would go by while somebody looks for a number."""
    ran = intake(school, *SUSPECTED, stop="suspected")
    command = next(line for line in ran.lines if "--call-sheet" in line).split()[1:]
    sheet = run("--config", school.folder / "schoolwatch.toml", *command).out
    assert "RING NOW" in sheet
    assert "999" in sheet
    assert told(school) == {"head", "dsl"}


@serves(
    "QC and Nunney 2.7.4/2",
    without=switch("monitor.pipeline.handing_in.handed_in.known_id", lambda *_: "another"),
)
def test_what_is_suspected_by_address_is_not_polled_asked_or_judged_again(school: TestSchool) -> None:
    """The daemon would fetch and judge the very post that nobody may look at."""
    school.first_look()
    post = school.x.mention("@fernhillprimary look at this IMAGE", "u9", school.clock.now())
    address = f"https://x.com/somebody/status/{post}"
    ran = intake(school, address, "--kind", "inappropriate", "--channel", "x", *SEEN, stop="suspected")
    assert ran.status == 0, ran.err
    school.look()
    assert len(rows(school, Item)) == 1
    assert one(school, Item).text is None


def test_a_file_that_is_suspected_later_is_isolated_and_not_exported(
    school: TestSchool, tmp_path: Path
) -> None:
    """A picture handed in by mistake would be copied into every export, or quietly deleted."""
    picture = tmp_path / "picture.jpg"
    picture.write_bytes(b"\xff\xd8 handed in by mistake")
    incident = taken(school, picture, "--kind", "inappropriate", "--concern", "bullying", *WHATSAPP)
    config = ("--config", school.folder / "schoolwatch.toml")
    said = ("--suspected", "--by", "B. Head", "--reason", "told by a pupil")
    assert run(*config, "incidents", "picture", incident.reference, *said).status == 0
    assert one(school, Capture).state == "isolated"
    out = tmp_path / "out"
    run(*config, "export", "--incident", incident.reference, "--reader", "headteacher", "--out", out)
    assert b"by mistake" not in b"".join(path.read_bytes() for path in out.rglob("*") if path.is_file())
    assert (
        read_capture(school.site.evidence, one(school, Item).uid, 1)["handed-in-01.jpg"]
        == picture.read_bytes()
    )


def test_a_stop_in_the_middle_leaves_nothing(school: TestSchool, tmp_path: Path) -> None:
    """Half a report would be neither evidence nor gone."""
    path = tmp_path / "words.txt"
    path.write_text("ABUSE")
    with pytest.MonkeyPatch.context() as killed:
        killed.setattr(handed_in.IncidentDesk, "take", _stops)
        killed.setattr(handed_in, "_undo", lambda *_: None)  # the process is gone: nobody cleans up
        assert intake(school, path, "--kind", "inflammatory", *WHATSAPP).status == 130
    assert rows(school, Item) == []
    assert list(school.site.evidence.rglob("record.json"))
    school.clock.advance(timedelta(hours=2))
    handed_in.tidy_handed_in(school.site)
    assert rows(school, HandedIn) == []
    assert not list(school.site.evidence.rglob("record.json"))


def _stops(*_: object) -> None:
    raise KeyboardInterrupt


def _jpeg_with_place() -> bytes:
    exif = b"Exif\x00\x00GPSLatitude 51.4"
    part = b"\xff\xe1" + (len(exif) + 2).to_bytes(2) + exif
    return b"\xff\xd8" + part + b"\xff\xda\x00\x02pixels\xff\xd9"


@serves(
    "NEU 6.1", without=switch("monitor.pipeline.handing_in.handed_in_sealing.without_place", lambda _: None)
)
def test_where_a_picture_was_taken_is_not_handed_on(school: TestSchool, tmp_path: Path) -> None:
    """The place of a picture would lead somebody to a child's door."""
    picture = tmp_path / "picture.jpg"
    picture.write_bytes(_jpeg_with_place())
    incident = taken(school, picture, "--kind", "inappropriate", "--concern", "bullying", *WHATSAPP)
    assert "place_set_aside" in {event.action for event in rows(school, CustodyEvent)}
    config = ("--config", school.folder / "schoolwatch.toml")
    out = tmp_path / "out"
    assert (
        run(*config, "export", "--incident", incident.reference, "--profile", "host", "--out", out).status
        == 0
    )
    with ZipFile(next(out.glob("*.zip"))) as zipped:
        names = [name for name in zipped.namelist() if "captures/" in name and name.endswith(".jpg")]
        assert [name.rpartition("/")[2] for name in names] == ["no-place-handed-in-01.jpg"]
        assert b"GPS" not in zipped.read(names[0])
        assert zipped.read(names[0]).endswith(b"pixels\xff\xd9")
    assert run(*config, "evidence", "verify", next(out.glob("*.zip"))).status == 0


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a"])
def test_a_broken_picture_stops_nothing(name: str) -> None:
    """A file cut short on a phone would make the whole report fail."""
    for data in (
        b"",
        b"\xff\xd8",
        b"\xff\xd8\xff\xe1\xff",
        b"\x89PNG\r\n\x1a\n\x00\x00",
        b"\xff\xd8\xff\xe1\x00\x00",
    ):
        without_place(HandedFile(name, data))


def exported(school: TestSchool, incident: Incident, out: Path, *, profile: str = "police") -> ZipFile:
    config = ("--config", school.folder / "schoolwatch.toml")
    ran = run(*config, "export", "--incident", incident.reference, "--profile", profile, "--out", out)
    assert ran.status == 0, ran.err
    return ZipFile(next(out.glob("*.zip")))


@serves("NEU 10.1/1", without=switch("alerts.export.papers.exhibit_sheet", lambda _: b"%PDF-1.4"))
def test_what_was_handed_in_prints_as_a_sheet_with_its_times_and_hashes(
    school: TestSchool, tmp_path: Path
) -> None:
    """A printout without a time and a hash proves nothing; one that speaks of a platform says what is not so."""
    path = tmp_path / "note.txt"
    path.write_text("ABUSE of the head")
    incident = taken(school, path, "--kind", "inappropriate", *WHATSAPP)
    with exported(school, incident, tmp_path / "out") as zipped:
        name = next(name for name in zipped.namelist() if "/exhibits/" in name)
        sheet = " ".join(
            " ".join(page.extract_text() for page in PdfReader(BytesIO(zipped.read(name))).pages).split()
        )
    assert "Handed in to Fernhill Primary by a person" in sheet
    assert "Seen, as the person says Monday 16 November 2026, 11:30:00 GMT" in sheet
    assert "recorded what a person handed in" in sheet
    assert one(school, EvidenceItem).files["record.json"] in sheet.replace(" ", "")


def test_a_host_is_not_told_who_handed_it_in(school: TestSchool, tmp_path: Path) -> None:
    """The author would learn from the host who complained, whatever the person wished."""
    path = tmp_path / "from Ms Larkspur.txt"
    path.write_text("ABUSE of the head")
    incident = taken(school, path, "--kind", "inappropriate", *WHATSAPP)
    with exported(school, incident, tmp_path / "out", profile="host") as zipped:
        everything = b"".join(zipped.read(name) for name in zipped.namelist())
    assert b"ABUSE of the head" in everything
    assert b"T. Teacher" not in everything
    assert b"Larkspur" not in everything
