"""Closed evidence is locked: a stolen disk gives no old text, and a stop at any point loses none."""

import json
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import update
from support.at_rest import (
    LOCKED,
    MANAGER,
    OPEN,
    RECOVERY,
    Stopped,
    close,
    evidence_files,
    go_on,
    locking_school,
    quote_in_mails,
    references,
    reopen,
    states,
    stop_at,
    what_a_thief_reads,
)
from support.clock import SettableClock
from support.monitor_bench import mails, rows, say
from support.school import TestSchool

from alerts.export.verify import check_export
from alerts.ladder.machine import ladder_from_json
from config.schema import Role
from monitor.evidence.bundle import WITHHELD_FILES, faults_within
from monitor.evidence.lockbox import BOX, NotForThisKey
from monitor.evidence.verify import verify_store
from monitor.pipeline.at_rest.keeping import keep_at_rest
from monitor.pipeline.at_rest.locking import lock_due
from monitor.pipeline.at_rest.unlocking import Opener, Unlocked, UnlockRefused, unlock
from monitor.pipeline.boundaries import Boundary
from monitor.pipeline.exports.making import make_export
from monitor.pipeline.exports.order import Order, Scope
from monitor.pipeline.judgement.labelled_export import select_for, write_labelled
from monitor.pipeline.sealing_up.pictures import rule_on_pictures
from monitor.store.models import (
    CustodyEvent,
    EvidenceItem,
    Incident,
    Item,
    Judgement,
    MailState,
    OutgoingMail,
    Ruling,
    TakedownTask,
)

QUOTED = "wombat breath"
WHO = Opener("A. Manager", Role.SENIOR_MANAGER, "the police ask again")
FORTNIGHT = timedelta(days=14, minutes=1)


@pytest.fixture
def school(tmp_path: Path, clock: SettableClock, database_url: str) -> Iterator[TestSchool]:
    with locking_school(tmp_path / "school", clock, database_url) as running:
        yield running


def raise_one(school: TestSchool, words: str = f"ABUSE the head has {QUOTED}") -> str:
    say(school, words)
    return references(school)[-1]


def lock_one(school: TestSchool) -> str:
    reference = raise_one(school)
    close(school, reference, f"They said “{QUOTED}” and took it back.")
    school.clock.advance(FORTNIGHT)
    assert lock_due(school.site) == 1
    return reference


def faults(school: TestSchool) -> tuple[str, ...]:
    found = verify_store(school.site.database, school.site.evidence, school.site.school_id)
    return tuple(f"{fault.item}: {fault.why}" for fault in found.faults)


def open_up(school: TestSchool, reference: str, key=MANAGER) -> Unlocked:  # type: ignore[no-untyped-def]  # a key of either kind
    return unlock(school.site, reference, key, WHO)


def row_words(school: TestSchool) -> list[object]:
    """Everything that is locked of the rows of items, tasks and mails."""
    items = [(one.text, one.context, one.author_id, one.author_handle, one.author_name, one.posted_at_raw,
              one.media) for one in rows(school, Item)]  # fmt: skip
    judged = [one.reasons for one in rows(school, Judgement)]
    tasks = [one.reason for one in rows(school, TakedownTask)]
    sent = [(one.text, one.html) for one in rows(school, OutgoingMail)]
    return [*items, *judged, *tasks, *sent, *(one.fingerprint for one in rows(school, Incident))]


def test_a_stolen_disk_gives_no_old_text(school: TestSchool, tmp_path: Path) -> None:
    """What was written about a child years ago must not be readable on a server that is carried off."""
    reference = raise_one(school)
    author = rows(school, Item)[-1].author_name or rows(school, Item)[-1].author_id
    quote_in_mails(school, f"It says: {QUOTED}")
    close(school, reference, f"They said “{QUOTED}” and took it back.")
    copy = school.folder / "decided.jsonl"
    write_labelled(school.site, select_for(school.site, Role.SENIOR_MANAGER), copy, "A. Manager", None)
    assert QUOTED.encode() in what_a_thief_reads(school)
    school.clock.advance(FORTNIGHT)
    keep_at_rest(school.site)
    read = what_a_thief_reads(school)
    for clear in (QUOTED, json.dumps(QUOTED), QUOTED.encode("utf-16-le"), "wombat"):
        assert (clear if isinstance(clear, bytes) else clear.encode()) not in read
    assert author
    assert [one.author_name or one.author_id for one in rows(school, Item)] == [None]


def test_what_a_list_is_made_from_stays_readable(school: TestSchool) -> None:
    """A manager must still find the matter that the police ask about."""
    reference = raise_one(school)
    item, incident = rows(school, Item)[-1], rows(school, Incident)[-1]
    close(school, reference)
    school.clock.advance(FORTNIGHT)
    lock_due(school.site)
    now, after = rows(school, Item)[-1], rows(school, Incident)[-1]
    for name in ("uid", "platform", "external_id", "url", "posted_at", "first_seen_at", "state"):
        assert getattr(now, name) == getattr(item, name)
    for name in ("reference", "lane", "severity", "categories", "opened_at"):
        assert getattr(after, name) == getattr(incident, name)
    assert ladder_from_json(after.ladder).closing is not None
    assert not faults(school)


def test_it_waits_fourteen_days_and_for_the_closing(school: TestSchool) -> None:
    """Re-checks run for days after the closing, and need the words."""
    reference = raise_one(school)
    school.clock.advance(timedelta(days=40))
    assert lock_due(school.site) == 0
    close(school, reference)
    school.clock.advance(timedelta(days=13, hours=23))
    assert lock_due(school.site) == 0
    school.clock.advance(timedelta(hours=2))
    assert lock_due(school.site) == 1
    assert lock_due(school.site) == 0
    assert set(evidence_files(school).popitem()[1]) == {BOX}


@pytest.mark.parametrize("key", [MANAGER, RECOVERY], ids=["manager", "recovery"])
def test_either_key_shows_what_was_sealed(school: TestSchool, key) -> None:  # type: ignore[no-untyped-def]  # a key of either kind
    """One lost key must not lose the evidence."""
    reference = lock_one(school)
    found = open_up(school, reference, key)
    assert [QUOTED in one.words["text"] for one in found.items] == [True]
    assert QUOTED in found.items[0].files["record.json"].decode()
    assert any(QUOTED in note for note in found.notes["notes"].values())
    assert [one.faults for one in found.items] == [()]
    assert not found.restored
    assert states(school) == [LOCKED]
    assert QUOTED.encode() not in what_a_thief_reads(school)


def test_every_look_is_in_the_custody_record(school: TestSchool) -> None:
    """A court asks who opened it, when and why."""
    reference = lock_one(school)
    open_up(school, reference)
    looked = [event for event in rows(school, CustodyEvent) if event.details.get("unlocked_with")]
    assert [(one.actor, one.action, one.details["purpose"]) for one in looked] == [
        ("A. Manager", "viewed", "the police ask again")
    ]
    locked = [event for event in rows(school, CustodyEvent) if event.action == "locked"]
    assert len(locked) == 1
    assert not faults(school)


def test_a_strangers_key_opens_nothing_and_leaves_no_look(school: TestSchool) -> None:
    reference = lock_one(school)
    with pytest.raises(NotForThisKey, match="locked to the keys"):
        open_up(school, reference, X25519PrivateKey.generate())
    assert not [event for event in rows(school, CustodyEvent) if event.details.get("unlocked_with")]


def test_what_is_opened_again_comes_back_whole_with_the_managers_key(school: TestSchool) -> None:
    """The content is back online: whoever works on it needs the first words, and only the manager gives them."""
    reference = raise_one(school)
    quote_in_mails(school, f"It says: {QUOTED}")
    files = evidence_files(school)
    before = row_words(school)
    close(school, reference, f"They said “{QUOTED}”.")
    school.clock.advance(FORTNIGHT)
    assert lock_due(school.site) == 1
    reopen(school, reference)
    assert QUOTED.encode() not in what_a_thief_reads(school)
    assert open_up(school, reference).restored
    assert states(school) == [OPEN]
    assert evidence_files(school) == files
    closing = f"Closed: They said “{QUOTED}”."
    assert [None if one == closing else one for one in row_words(school)] == before
    assert QUOTED in rows(school, Incident)[-1].ladder["earlier_closings"][0]["reason"]
    assert not faults(school)
    assert lock_due(school.site) == 0


def test_closed_again_without_an_unlocking_its_new_notes_are_locked_too(school: TestSchool) -> None:
    """Notes of the second round would else stay in clear for ever."""
    reference = lock_one(school)
    reopen(school, reference)
    close(school, reference, "The second time it said platypus.")
    school.clock.advance(FORTNIGHT)
    assert lock_due(school.site) == 1
    assert b"platypus" not in what_a_thief_reads(school)
    notes = open_up(school, reference).notes["notes"].values()
    assert any("platypus" in note for note in notes)
    assert any(QUOTED in note for note in notes)
    assert lock_due(school.site) == 0


def test_a_mail_that_leaves_after_the_locking_would_stay_readable(school: TestSchool) -> None:
    """The mail server was down for weeks; what it takes at last quotes what was locked meanwhile."""
    reference = raise_one(school)
    quote_in_mails(school, f"It says: {QUOTED}")
    mail_waits(school, waits=True)
    close(school, reference)
    school.clock.advance(FORTNIGHT)
    assert lock_due(school.site) == 1
    assert any(QUOTED in mail.text for mail in rows(school, OutgoingMail))  # it is sent whole
    assert lock_due(school.site) == 0
    mail_waits(school, waits=False)
    assert lock_due(school.site) == 1
    assert QUOTED.encode() not in what_a_thief_reads(school)
    opened = open_up(school, reference).notes["mails"].values()
    assert all(QUOTED in text for text, _ in opened)
    assert lock_due(school.site) == 0
    assert not faults(school)


def mail_waits(school: TestSchool, *, waits: bool) -> None:
    state = MailState.QUEUED if waits else MailState.SENT
    with school.site.database.write() as session:
        about_one = OutgoingMail.incident_id.is_not(None)
        session.execute(update(OutgoingMail).where(about_one).values(state=state))


@pytest.mark.parametrize("place", [Boundary.AFTER_BOX, Boundary.AFTER_LOCK])
def test_stopped_at_any_point_the_next_pass_leaves_nothing_lost_and_nothing_clear(
    school: TestSchool, monkeypatch: pytest.MonkeyPatch, place: Boundary
) -> None:
    """A power cut between the box and its row would else lose the evidence, or leave it open for ever."""
    reference = raise_one(school)
    close(school, reference)
    school.clock.advance(FORTNIGHT)
    stop_at(monkeypatch, place)
    with pytest.raises(Stopped):
        lock_due(school.site)
    go_on(monkeypatch)
    lock_due(school.site)
    assert states(school) == [LOCKED]
    assert set(evidence_files(school).popitem()[1]) == {BOX}
    assert QUOTED.encode() not in what_a_thief_reads(school)
    assert [QUOTED in one.words["text"] for one in open_up(school, reference).items] == [True]
    assert not faults(school)


@pytest.mark.parametrize("place", [Boundary.AFTER_BOX, Boundary.AFTER_LOCK])
def test_an_unlocking_that_was_stopped_is_whole_or_was_not(
    school: TestSchool, monkeypatch: pytest.MonkeyPatch, place: Boundary
) -> None:
    reference = lock_one(school)
    reopen(school, reference)
    stop_at(monkeypatch, place)
    with pytest.raises(Stopped):
        open_up(school, reference)
    go_on(monkeypatch)
    lock_due(school.site)
    if place is Boundary.AFTER_BOX:
        assert states(school) == [LOCKED]
        assert set(evidence_files(school).popitem()[1]) == {BOX}
        open_up(school, reference)
    assert states(school) == [OPEN]
    assert not faults(school)


def test_what_was_tampered_with_is_not_hidden_in_a_box(school: TestSchool) -> None:
    """Locked, a forged record could only be found by unlocking it."""
    reference = raise_one(school)
    close(school, reference)
    path = next((school.site.evidence / "items").rglob("record.json"))
    path.write_bytes(path.read_bytes().replace(b"wombat", b"badger"))
    school.clock.advance(FORTNIGHT)
    assert lock_due(school.site) == 0
    assert states(school) == [OPEN]
    assert any(reference in mail.subject for mail in mails(school, "operator"))
    assert any("record.json was changed" in fault for fault in faults(school))


def test_a_changed_or_missing_box_is_named(school: TestSchool) -> None:
    """A box that somebody swapped must not wait for its unlocking to be found."""
    lock_one(school)
    box = next(school.site.evidence.rglob(BOX))
    whole = box.read_bytes()
    box.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    assert any("locked.box was changed" in fault for fault in faults(school))
    box.unlink()
    assert any("missing" in fault for fault in faults(school))


def test_clear_files_are_kept_while_their_box_is_not_whole(
    school: TestSchool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Removing the only readable copy because a row says so would lose it."""
    reference = raise_one(school)
    close(school, reference)
    school.clock.advance(FORTNIGHT)
    stop_at(monkeypatch, Boundary.AFTER_LOCK)
    with pytest.raises(Stopped):
        lock_due(school.site)
    go_on(monkeypatch)
    next(school.site.evidence.rglob(BOX)).write_bytes(b"half")
    lock_due(school.site)
    assert "record.json" in evidence_files(school).popitem()[1]


def test_a_possible_indecent_image_is_opened_by_head_and_dsl_alone(school: TestSchool) -> None:
    reference = raise_one(school, f"IMAGE of a {QUOTED}")
    with school.site.database.write() as session:
        incident = session.get_one(Incident, rows(school, Incident)[-1].id)
        form = dict(incident.ladder)
        form["closing"] = {"outcome": "handed_over", "reason": "police", "by": "B. Head",
                           "at": school.clock.now().isoformat(), "verified_at": None}  # fmt: skip
        incident.ladder, incident.state, incident.closed_at = form, "closed", school.clock.now()
    school.clock.advance(FORTNIGHT)
    assert lock_due(school.site) == 1
    with pytest.raises(UnlockRefused, match="only the DSL or deputy DSL or headteacher"):
        open_up(school, reference)
    dsl = Opener("C. Lead", Role.DSL, "the police ask")
    assert unlock(school.site, reference, RECOVERY, dsl).items
    assert not faults(school)


def test_without_keys_nothing_is_locked_and_nothing_else_breaks(
    tmp_path: Path, clock: SettableClock, database_url: str
) -> None:
    """A school that has made no keys yet must not lose a mail or an erasure over it."""
    with locking_school(tmp_path / "keyless", clock, database_url, keys=False) as school:
        reference = raise_one(school)
        close(school, reference)
        school.clock.advance(FORTNIGHT)
        keep_at_rest(school.site)
        school.look()
        assert states(school) == [OPEN]
        assert not faults(school)


def test_a_key_file_that_is_gone_is_told_and_locking_goes_on_once_it_is_back(school: TestSchool) -> None:
    reference = raise_one(school)
    close(school, reference)
    school.clock.advance(FORTNIGHT)
    key = school.folder / "manager.pub.pem"
    held = key.read_bytes()
    key.unlink()
    assert lock_due(school.site) == 0
    assert lock_due(school.site) == 0
    told = [mail for mail in mails(school, "operator") if "not locked" in mail.subject]
    assert len({mail.subject for mail in told}) == 1
    key.write_bytes(held)
    assert lock_due(school.site) == 1
    assert any("Working again" in mail.subject for mail in mails(school, "operator"))


def test_the_row_says_what_stands_there(school: TestSchool) -> None:
    lock_one(school)
    row = rows(school, EvidenceItem)[-1]
    assert set(row.files) == {BOX}
    assert row.locked_at == school.clock.now()


def test_an_export_of_what_is_locked_asks_for_a_key_and_holds_the_words_with_one(
    school: TestSchool, tmp_path: Path
) -> None:
    """The police ask a year later; what they get must be as whole as it would have been then."""
    reference = lock_one(school)
    scope = Scope(incident=reference)
    closed = exported_text(make_export(school.site, Order(scope, tmp_path / "closed")).path)
    assert "--key FILE" in closed
    assert QUOTED not in closed
    with_key = Order(scope, tmp_path / "open", actor="A. Manager", key=MANAGER)
    made = make_export(school.site, with_key)
    assert QUOTED in exported_text(made.path)
    assert not check_export(made.path, faults_within).faults
    assert states(school) == [LOCKED]
    assert any(
        event.action == "exported" and event.actor == "A. Manager" for event in rows(school, CustodyEvent)
    )
    with pytest.raises(NotForThisKey):
        make_export(school.site, Order(scope, tmp_path / "other", key=X25519PrivateKey.generate()))


def exported_text(path: Path) -> str:
    with zipfile.ZipFile(path) as bag:
        return "".join(
            bag.read(name).decode("utf-8", "replace") for name in bag.namelist() if ".pdf" not in name
        )


def test_what_is_suspected_after_it_was_locked_would_be_handed_out_whole(school: TestSchool) -> None:
    """The platform's answer may point to the picture; in the box nobody can erase it before it is opened."""
    reference = lock_one(school)
    rule_on_pictures(school.site, reference, Ruling.SUSPECTED, by="H. Head", reason="a parent rang")
    head = Opener("H. Head", Role.HEADTEACHER, "the police ask")
    (item,) = unlock(school.site, reference, MANAGER, head).items
    assert set(item.files) == WITHHELD_FILES
    assert set(evidence_files(school).popitem()[1]) == WITHHELD_FILES
    assert faults(school) == ()
