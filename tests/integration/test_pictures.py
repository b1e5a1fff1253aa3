"""A person's ruling on pictures, what it allows and what it closes; and that nobody else fetches a picture."""

import json
import os
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from support.clock import SettableClock
from support.command_line import run
from support.media_host import MediaHost, media_host, picture
from support.monitor_bench import delivered, mails, rows, send_all, settle, task_of, triage_all
from support.school import TestSchool, running_school

from alerts.export.week import IsoWeek
from alerts.ladder.state import Decision
from alerts.ladder.words import DecisionKind, Step
from config.schema import Role
from config.words import Lane, Outcome, TaskState
from monitor.capture.browser import Browser, why_no_browser
from monitor.capture.dialling import Dialler
from monitor.capture.fetching import Limits
from monitor.evidence.captures import capture_folder, capture_root
from monitor.evidence.folder import item_folder
from monitor.evidence.verify import verify_store
from monitor.pipeline.at_rest.clear_copies import Why
from monitor.pipeline.at_rest.retention import erase_what_is_due
from monitor.pipeline.incidents.calling import NoCallSheet, call_sheet_of
from monitor.pipeline.incidents.decisions import decide
from monitor.pipeline.incidents.rechecks import recheck_due
from monitor.pipeline.sealing_up.capture_keeping import captured_files, erase_captures, tidy_captures
from monitor.pipeline.sealing_up.capturing import CaptureRefused, Tools, Wish, capture
from monitor.pipeline.sealing_up.pictures import RulingRefused, rule_on_pictures
from monitor.pipeline.telling.weekly import export_week
from monitor.store.evidence_door import Access
from monitor.store.models import (
    Capture,
    CaptureState,
    CustodyEvent,
    EvidenceItem,
    ImageRuling,
    Incident,
    Item,
    Leaf,
    Ruling,
    TakedownTask,
)

MEDIA, PLATFORM = "pbs.twimg.example", "x.com"
BY, WHY = "A. Manager", "seen on the parents' evening poster: a photograph of the gate"
MISSING = why_no_browser(Browser(sandbox=False))
needs_browser = pytest.mark.skipif(MISSING is not None, reason=MISSING or "")


@pytest.fixture
def school(tmp_path: Path, clock: SettableClock, database_url: str) -> Iterator[TestSchool]:
    with running_school(tmp_path, clock, database_url, names=("x",)) as running:
        running.first_look()
        yield running


@pytest.fixture
def host(tmp_path: Path) -> Iterator[MediaHost]:
    with media_host(tmp_path, MEDIA, PLATFORM) as running:
        yield running


def nobody(name: str) -> list[str]:
    raise OSError(name)


def tools(host: MediaHost) -> Tools:
    dialler = Dialler(resolve=nobody, loopback=host.loopback, ca_bundle=host.ca)
    trust = f"--ignore-certificate-errors-spki-list={host.spki}"
    return Tools(dialler, Browser(sandbox=os.geteuid() != 0, more_arguments=[trust]), Limits(seconds=20))


def posted(school: TestSchool, words: str = "this is ABUSE", user: str = "u1", *, image: bool = True) -> str:
    """A mention with a picture that becomes an incident; answers its reference."""
    school.x.mention(f"@fernhillprimary {words}", user, school.clock.now(), image=image)
    school.look()
    return str(rows(school, Incident)[-1].reference)


def picture_of(host: MediaHost, school: TestSchool, body: bytes | None = None) -> str:
    """The address of the newest item's picture, which the host then shows."""
    item = rows(school, Item)[-1]
    raw = json.loads((item_folder(school.site.evidence, item.uid) / "raw.json").read_bytes())
    address = str(raw["includes"]["media"][0]["url"]).removeprefix("https://")
    host.shows(address, body or picture(), "image/png")
    return address.removeprefix(MEDIA)


def rule(school: TestSchool, reference: str, ruling: Ruling = Ruling.RULED_OUT) -> None:
    rule_on_pictures(school.site, reference, ruling, by=BY, reason=WHY)


def asks(school: TestSchool, reference: str, host: MediaHost, **what: bool) -> list[str]:
    """The files of the one capture that was made."""
    (made,) = capture(school.site, reference, Wish(BY, WHY, **what), tools(host))
    return sorted(made.files)


def verified(school: TestSchool) -> list[str]:
    found = verify_store(school.site.database, school.site.evidence, school.site.school_id)
    return [f"{fault.item}: {fault.why}" for fault in found.faults]


def test_media_are_captured_after_a_person_ruled_it_out(school: TestSchool, host: MediaHost) -> None:
    """The picture that a court needs would be gone with the post."""
    reference = posted(school)
    path = picture_of(host, school)
    rule(school, reference)
    assert asks(school, reference, host, media=True) == ["capture.json", "media-001.png", "seal.json"]
    assert [one.path for one in host.asked] == [path]
    (row,) = rows(school, Capture)
    folder = capture_folder(school.site.evidence, row.item_uid, 1)
    assert (folder / "media-001.png").read_bytes() == picture()
    said = json.loads((folder / "capture.json").read_bytes())
    assert (said["asked_by"], said["reason"], said["media"][0]["file"]) == (BY, WHY, "media-001.png")
    leaf = rows(school, Leaf)[row.leaf_seq]
    assert (leaf.kind, leaf.item_uid, leaf.commitment) == ("capture", row.item_uid, row.commitment)
    assert verified(school) == []
    done = [event.action for event in rows(school, CustodyEvent) if event.item_uid == row.item_uid]
    assert done[-4:] == ["picture_ruled_out", "capture_asked", "viewed", "captured"]


@pytest.mark.parametrize("change", ["flip", "add", "remove", "seal"])
def test_a_changed_capture_is_named(school: TestSchool, host: MediaHost, change: str) -> None:
    """A picture that was exchanged would be shown to a court as what was captured."""
    reference = posted(school)
    picture_of(host, school)
    rule(school, reference)
    asks(school, reference, host, media=True)
    (row,) = rows(school, Capture)
    folder = capture_folder(school.site.evidence, row.item_uid, 1)
    if change == "flip":
        (folder / "media-001.png").write_bytes(picture(1))
    elif change == "add":
        (folder / "media-002.png").write_bytes(picture(1))
    elif change == "remove":
        (folder / "capture.json").unlink()
    else:
        (folder / "seal.json").write_bytes(b"{}")
    named = {"flip": "media-001.png was changed", "add": "media-002.png was added",
             "remove": "capture.json is missing", "seal": "seal.json was changed"}[change]  # fmt: skip
    assert verified(school) == [f"{row.item_uid}: capture 1: {named}"]


def test_a_stray_file_among_the_captures_is_named(school: TestSchool) -> None:
    """A picture that nobody asked for could be slipped in among the evidence."""
    stray = capture_root(school.site.evidence) / "items" / "ab" / "abc-capture-001"
    stray.mkdir(parents=True)
    (stray / "media-001.png").write_bytes(b"x")
    assert verified(school) == ["abc-capture-001: captures/items/ab/abc-capture-001/media-001.png was added"]


@pytest.mark.parametrize("what", [{"page": True}, {"media": True}, {"page": True, "media": True}])
def test_nothing_is_captured_before_a_person_ruled(
    school: TestSchool, host: MediaHost, what: dict[str, bool]
) -> None:
    """To load a page makes a copy of whatever picture stands on it."""
    reference = posted(school)
    picture_of(host, school)
    with pytest.raises(CaptureRefused, match="nobody has ruled out an indecent image"):
        asks(school, reference, host, **what)
    assert host.asked == []
    assert rows(school, Capture) == []
    assert not capture_root(school.site.evidence).exists()
    assert rows(school, CustodyEvent)[-1].action == "capture_refused"


def test_what_joins_after_the_ruling_is_not_covered_by_it(school: TestSchool, host: MediaHost) -> None:
    """A second picture, that nobody has ruled on, would be fetched under the first one's ruling."""
    reference = posted(school, "the same long words of ABUSE")
    rule(school, reference)
    school.clock.advance(timedelta(minutes=6))
    assert posted(school, "the same long words of ABUSE", "u2") == reference
    with pytest.raises(CaptureRefused, match="after the ruling"):
        asks(school, reference, host, media=True)
    assert host.asked == []


def test_intimate_pictures_of_adults_are_never_captured(school: TestSchool, host: MediaHost) -> None:
    """To copy one may break the law; only its address is kept (policy.md §2.3)."""
    reference = posted(school)
    rule(school, reference)
    with school.site.database.write() as session:
        session.scalars(select(Incident)).one().lane = str(Lane.INTIMATE_IMAGE)
    with pytest.raises(CaptureRefused, match="intimate image"):
        asks(school, reference, host, page=True, media=True)
    assert host.asked == []


def test_a_capture_needs_a_name_a_reason_and_a_wish(school: TestSchool, host: MediaHost) -> None:
    """Nobody could tell later who fetched a stranger's picture, and why."""
    reference = posted(school)
    rule(school, reference)
    for wish, missing in (
        (Wish("", WHY, media=True), "--by"),
        (Wish("schoolwatch", WHY, media=True), "--by"),
        (Wish(BY, " ", media=True), "--reason"),
        (Wish(BY, WHY), "--page"),
    ):
        with pytest.raises(CaptureRefused, match=missing):
            capture(school.site, reference, wish, tools(host))
    with pytest.raises(CaptureRefused, match="no incident or sealed item"):
        capture(school.site, "SW-1999-0001", Wish(BY, WHY, media=True), tools(host))
    for by, reason in (("", WHY), ("schoolwatch", WHY), (BY, "")):
        with pytest.raises(RulingRefused):
            rule_on_pictures(school.site, reference, Ruling.RULED_OUT, by=by, reason=reason)
    assert host.asked == []


def test_a_capture_that_gives_nothing_keeps_nothing(school: TestSchool, host: MediaHost) -> None:
    """An empty capture would look like a picture that was seen and gone."""
    reference = posted(school)
    rule(school, reference)
    (made,) = capture(school.site, reference, Wish(BY, WHY, media=True), tools(host))
    assert made.files == ()
    assert made.missed == ("medium 1: the server answered with status 404",)
    (row,) = rows(school, Capture)
    assert (row.state, row.leaf_seq) == (CaptureState.FAILED, None)
    assert not capture_folder(school.site.evidence, row.item_uid, 1).exists()
    assert verified(school) == []


def test_a_suspicion_while_it_is_fetched_stops_it(school: TestSchool, host: MediaHost) -> None:
    """The picture would be stored a second after somebody said what it may be."""
    reference = posted(school)
    path = picture_of(host, school)

    def suspects_then_answers(write) -> None:  # type: ignore[no-untyped-def]  # the host's own writer
        rule(school, reference, Ruling.SUSPECTED)
        body = picture()
        write(b"HTTP/1.0 200 OK\r\nContent-Type: image/png\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

    rule(school, reference)
    host.slowly[f"{MEDIA}{path}"] = suspects_then_answers
    (made,) = capture(school.site, reference, Wish(BY, WHY, media=True), tools(host))
    assert made.files == ()
    assert not list(capture_root(school.site.evidence).rglob("*.png"))
    assert rows(school, Capture)[0].state == CaptureState.FAILED
    assert verified(school) == []


def test_a_capture_that_died_is_given_up_and_cleared(school: TestSchool, host: MediaHost) -> None:
    """A crash would leave a picture on the disk that no row knows of."""
    reference = posted(school)
    picture_of(host, school)
    rule(school, reference)
    asks(school, reference, host, media=True)
    with school.site.database.write() as session:
        row = session.scalars(select(Capture)).one()
        row.state, row.leaf_seq, row.files = CaptureState.ASKED, None, {}
    assert verified(school) == []  # under way
    tidy_captures(school.site)
    assert rows(school, Capture)[0].state == CaptureState.ASKED
    school.clock.advance(timedelta(minutes=61))
    tidy_captures(school.site)
    (row,) = rows(school, Capture)
    assert row.state == CaptureState.FAILED
    assert not capture_folder(school.site.evidence, row.item_uid, 1).exists()
    assert verified(school) == []


def test_erased_captures_leave_the_log_and_nothing_else(school: TestSchool, host: MediaHost) -> None:
    """What the school promised to erase would stand on its disk."""
    reference = posted(school)
    picture_of(host, school)
    rule(school, reference)
    asks(school, reference, host, media=True)
    (row,) = rows(school, Capture)
    given = captured_files(school.site, row.item_uid, Access(BY, "senior_manager", "a test", BY))
    assert sorted(given) == ["capture-001/capture.json", "capture-001/media-001.png", "capture-001/seal.json"]
    with school.site.database.write() as session:
        why = Why("asked_for", "its time is over", BY)
        assert erase_captures(session, school.site, row.item_uid, why) == 1
    tidy_captures(school.site)
    assert not capture_folder(school.site.evidence, row.item_uid, 1).exists()
    (row,) = rows(school, Capture)
    assert (row.state, row.salt, row.files) == (CaptureState.ERASED, None, {})
    assert (row.asked_by, row.reason) == ("(erased)", "(erased)")
    assert captured_files(school.site, row.item_uid, Access(BY, "senior_manager", "a test", BY)) == {}
    assert verified(school) == []


# --- suspected ---------------------------------------------------------------------------------------


def asked_of_platform(school: TestSchool) -> list[str]:
    return [request.path for request in school.x.requests]  # type: ignore[attr-defined]  # the loopback's own


def test_a_suspicion_closes_everything_at_once(school: TestSchool) -> None:
    """Staff would go on handling what only the police may handle."""
    reference = posted(school)
    triage_all(school)
    (item,) = rows(school, Item)
    before = {path.name for path in item_folder(school.site.evidence, item.uid).iterdir()}
    assert "raw.json" in before
    raw_salt = json.loads((item_folder(school.site.evidence, item.uid) / "seal.json").read_bytes())[
        "raw_salt"
    ]
    rule(school, reference, Ruling.SUSPECTED)
    (incident,) = rows(school, Incident)
    assert (incident.lane, incident.severity, incident.state) == ("indecent_image", "critical", "open")
    assert incident.next_recheck_at is None
    owed = {task.step for task in rows(school, TakedownTask) if task.state == TaskState.OPEN}
    assert owed == {Step.DSL_REFERRAL, Step.POLICE_REPORTED, Step.LADO_REFERRAL}
    folder = item_folder(school.site.evidence, item.uid)
    assert {path.name for path in folder.iterdir()} == {"record.json", "seal.json"}
    everything = b"".join(path.read_bytes() for path in school.folder.rglob("*") if path.is_file())
    assert raw_salt.encode() not in everything
    assert b"twimg" not in everything, "the address of the picture is still somewhere"
    assert [one.ruling for one in rows(school, ImageRuling)] == ["suspected"]
    assert verified(school) == []


def test_nobody_asks_about_a_suspected_post_again(school: TestSchool) -> None:
    """To look whether it is gone is to open it (Queen's Crescent 2.7.4)."""
    reference = posted(school)
    triage_all(school)
    settle(school, Step.HOST_REPORT)
    (incident,) = rows(school, Incident)
    assert incident.next_recheck_at is not None
    external_id = rows(school, Item)[0].external_id
    rule(school, reference, Ruling.SUSPECTED)
    with school.site.database.write() as session:  # as if it had been due already
        session.scalars(select(Incident)).one().next_recheck_at = school.clock.now()
    asked = len(asked_of_platform(school))
    for _ in range(3):
        school.clock.advance(timedelta(hours=7))
        recheck_due(school.site)
    assert asked_of_platform(school)[asked:] == []
    school.x.edit(external_id, "@fernhillprimary this is ABUSE, again", school.clock.now())
    school.look()
    assert not [path for path in asked_of_platform(school)[asked:] if external_id in path]
    assert len(rows(school, Item)) == 1, "another version of it was stored"
    assert task_of(school, Step.HOST_REPORT).state in (TaskState.SKIPPED, TaskState.DONE)


def test_the_head_and_the_dsl_are_told_and_nobody_else_and_nothing_of_it(school: TestSchool) -> None:
    """A mailbox would hold the words, or the address, of what nobody may pass on."""
    reference = posted(school, "this is ABUSE by lantern light")
    send_all(school)
    told = len(delivered(school))
    rule(school, reference, Ruling.SUSPECTED)
    send_all(school)
    fresh = school.mail.accepted[told:]
    assert {one.recipients[0] for one in fresh} >= {"head@fernhill.example", "dsl@fernhill.example"}
    assert "manager@fernhill.example" not in {one.recipients[0] for one in fresh}
    (item,) = rows(school, Item)
    for one in fresh:
        text = one.message.as_string()
        assert "lantern" not in text
        assert item.external_id not in text
        assert reference in text
    assert len(mails(school, "alert")) == len(school.mail.accepted)


def test_screens_and_exports_leave_all_out_but_the_reference(school: TestSchool, tmp_path: Path) -> None:
    """An export would hand on what it is a crime to hand on."""
    reference = posted(school, "this is ABUSE by lantern light")
    rule(school, reference, Ruling.SUSPECTED)
    made = export_week(school.site, IsoWeek.of(school.clock.now()), tmp_path / "out", Role.HEADTEACHER)
    with zipfile.ZipFile(made.path) as bag:
        inside = {name: bag.read(name) for name in bag.namelist()}
    (item,) = rows(school, Item)
    assert not [name for name in inside if f"items/{item.uid}/" in name]
    assert not [name for name, content in inside.items() if b"lantern" in content or b"twimg" in content]
    assert any(reference.encode() in content for content in inside.values())
    config = school.folder / "schoolwatch.toml"
    (line,) = run("--config", config, "items", "--json").lines
    assert json.loads(line)["text"] is None
    shown = run("--config", config, "incidents", reference).out
    assert "lantern" not in shown
    assert "Do not look for it" in shown


def test_exports_made_before_a_suspicion_end_with_it(school: TestSchool, tmp_path: Path) -> None:
    """Last week's export would still hold the answer with the address of the picture."""
    reference = posted(school)
    made = export_week(school.site, IsoWeek.of(school.clock.now()), tmp_path / "out", Role.HEADTEACHER)
    assert made.path.exists()
    rule(school, reference, Ruling.SUSPECTED)
    assert not made.path.exists()
    assert verified(school) == []
    school.clock.advance(timedelta(minutes=1))
    again = export_week(school.site, IsoWeek.of(school.clock.now()), tmp_path / "out", Role.HEADTEACHER)
    erase_what_is_due(school.site)
    assert again.path.exists(), "one that holds the reference alone stays"


def test_a_closed_incident_opens_again_for_a_suspicion(school: TestSchool) -> None:
    """Duties that nobody knew of would stay undone because a box was ticked before."""
    reference = posted(school)
    decision = Decision(DecisionKind.DONE, BY, Outcome.UNFOUNDED, "a joke among friends")
    decide(school.site, task_of(school, Step.TRIAGE).id, decision)
    assert rows(school, Incident)[0].state == "closed"
    rule(school, reference, Ruling.SUSPECTED)
    (incident,) = rows(school, Incident)
    assert (incident.state, incident.lane) == ("open", "indecent_image")
    assert task_of(school, Step.POLICE_REPORTED).state == TaskState.OPEN


def test_nobody_at_school_takes_a_suspicion_back(school: TestSchool, host: MediaHost) -> None:
    """Somebody would open the picture to find out that it was harmless."""
    reference = posted(school)
    rule(school, reference, Ruling.SUSPECTED)
    with pytest.raises(RulingRefused, match="police and the LADO"):
        rule(school, reference)
    with pytest.raises(CaptureRefused, match="possible indecent image"):
        asks(school, reference, host, page=True, media=True)
    assert host.asked == []
    rule(school, reference, Ruling.SUSPECTED)  # said twice is no mistake
    assert [one.number for one in rows(school, ImageRuling)] == [1, 2]


def test_a_capture_that_is_suspected_later_is_left_as_it_lies(school: TestSchool, host: MediaHost) -> None:
    """Opened, copied or quietly deleted, it would be the school that handled it."""
    reference = posted(school)
    picture_of(host, school)
    rule(school, reference)
    asks(school, reference, host, media=True)
    uid = rows(school, Item)[0].uid
    folder = capture_folder(school.site.evidence, uid, 1)
    before = {path.name: path.stat().st_atime_ns for path in folder.iterdir()}
    assert rule_on_pictures(school.site, reference, Ruling.SUSPECTED, by=BY, reason=WHY).isolated == 1
    tidy_captures(school.site)
    assert captured_files(school.site, uid, Access(BY, "dsl", "a test", BY)) == {}
    assert verified(school) == []
    assert {path.name: path.stat().st_atime_ns for path in folder.iterdir()} == before, "it was opened"
    sheet = call_sheet_of(school.site, reference, actor=BY)
    assert str(folder) in sheet
    assert "do not delete" in " ".join(sheet.split())
    (folder / "media-002.png").write_bytes(b"x")
    assert verified(school) == [f"{uid}: capture 1: media-002.png was added"]


def test_a_capture_would_stay_open_when_what_joins_is_suspected(school: TestSchool, host: MediaHost) -> None:
    """Nobody ruled on it: the incident came into the lane by a finding, and the picture would be read on."""
    reference = posted(school)
    picture_of(host, school)
    rule(school, reference)
    asks(school, reference, host, media=True)
    with school.site.database.write() as session:
        session.scalars(select(EvidenceItem)).one().withheld = str(Lane.INDECENT_IMAGE)
    erase_what_is_due(school.site)
    assert [row.state for row in rows(school, Capture)] == [CaptureState.ISOLATED]
    assert [event.actor for event in rows(school, CustodyEvent) if event.action == "capture_isolated"] == [
        "schoolwatch"
    ]


def test_the_call_sheet_is_for_a_suspicion_only(school: TestSchool) -> None:
    """A sheet that is printed for every insult is not read when it counts."""
    reference = posted(school)
    with pytest.raises(NoCallSheet, match="--suspected"):
        call_sheet_of(school.site, reference, actor=BY)
    rule(school, reference, Ruling.SUSPECTED)
    sheet = call_sheet_of(school.site, reference, actor=BY)
    (item,) = rows(school, Item)
    for part in (item.url, item.external_id, reference, "B. Head", "C. Lead", "999", "LADO", BY):
        assert part in sheet, part
    assert (item.text or "") not in sheet
    assert rows(school, CustodyEvent)[-1].action == "call_sheet"


def test_the_command_line_says_what_was_ruled(school: TestSchool) -> None:
    """A person in a hurry has to see what happened, and what to do next."""
    reference = posted(school)
    config = school.folder / "schoolwatch.toml"
    assert run("--config", config, "incidents", "picture", reference).status == 1
    refused = run("--config", config, "capture", reference, "--media", "--by", BY, "--reason", WHY)
    assert (refused.status, "nobody has ruled out" in refused.err) == (1, True)
    ruled = run(
        "--config",
        config,
        "incidents",
        "picture",
        reference.lower(),
        "--ruled-out",
        "--by",
        BY,
        "--reason",
        WHY,
    )
    assert (ruled.status, "schoolwatch capture" in ruled.out) == (0, True)
    unknown = run(
        "--config", config, "incidents", "picture", "SW-1999-0001", "--suspected", "--by", BY, "--reason", WHY
    )
    assert (unknown.status, "there is no incident" in unknown.err) == (1, True)
    closed = run(
        "--config", config, "incidents", "picture", reference, "--suspected", "--by", BY, "--reason", WHY
    )
    assert (closed.status, "--call-sheet" in closed.out) == (0, True)
    sheet = run("--config", config, "incidents", reference, "--call-sheet")
    assert (sheet.status, "RING NOW" in sheet.out) == (0, True)
    listed = json.loads(run("--config", config, "incidents", "--json").lines[0])
    assert listed["lane"] == "indecent_image"


# --- promise 3: the whole life of an item with a picture -------------------------------------------------


@needs_browser
def test_no_picture_is_asked_for_in_the_whole_life_of_an_item(
    school: TestSchool, host: MediaHost, tmp_path: Path
) -> None:
    """A copy of an indecent image would be on the school's disk before anybody could say what it is."""
    reference = posted(school)
    path = picture_of(host, school)
    (item,) = rows(school, Item)
    place = item.url.removeprefix("https://")
    shows = f"<title>Post</title><p>{item.text}</p><img src='https://{MEDIA}{path}'>"
    host.shows(place, shows.encode(), "text/html; charset=utf-8")
    config = school.folder / "schoolwatch.toml"
    send_all(school)
    triage_all(school)
    settle(school, Step.HOST_REPORT)
    school.clock.advance(timedelta(hours=2))
    recheck_due(school.site)
    export_week(school.site, IsoWeek.of(school.clock.now()), tmp_path / "out", Role.HEADTEACHER)
    assert run("--config", config, "incidents", reference).status == 0
    card = run("--config", config, "card", reference, "--out", tmp_path / "card.pdf", "--by", BY)
    assert card.status == 0, card.err
    with pytest.raises(CaptureRefused):
        asks(school, reference, host, page=True, media=True)
    school.look()
    assert verified(school) == []
    assert host.asked == [], "a picture, or the page that shows it, was asked for"

    rule(school, reference)
    assert asks(school, reference, host, media=True) == ["capture.json", "media-001.png", "seal.json"]
    assert [one.path for one in host.asked] == [path]
    assert asks(school, reference, host, page=True) == [
        "capture.json", "page.dom.txt", "page.pdf", "page.png", "seal.json",
    ]  # fmt: skip
    assert host.requests_for(MEDIA) == [path, path]
    assert [one for one in host.requests_for(PLATFORM) if "favicon" not in one] == [
        f"/{place.partition('/')[2]}"
    ]
    assert verified(school) == []

    rule(school, reference, Ruling.SUSPECTED)
    asked = len(host.asked)
    school.look()
    with pytest.raises(CaptureRefused):
        asks(school, reference, host, page=True, media=True)
    assert len(host.asked) == asked
    assert [row.withheld for row in rows(school, EvidenceItem)] == ["indecent_image"]
