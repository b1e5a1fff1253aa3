"""The custody record: written by the store, bound to the log, and checked."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DBAPIError
from support.clock import SettableClock
from support.forcing import lift_triggers
from support.monitor_bench import rows
from support.school import TestSchool, running_school

from monitor.evidence.folder import item_folder
from monitor.evidence.leaf import LeafKind, commitment
from monitor.evidence.verify import verify_store
from monitor.pipeline.at_rest.clear_copies import Why, note_erasure
from monitor.store import custody
from monitor.store.custody_watch import EvidenceInBulk
from monitor.store.evidence_door import EXPORTED, Access, NotEvidence, opened_evidence, shown_evidence
from monitor.store.models import CustodyEvent, EvidenceItem, Leaf

ADDED = (
    "INSERT INTO custody_events ({}, at, action, actor, details) "
    "VALUES ({}, '2026-11-20 00:00:00', 'viewed', 'x', '{{}}')"
)
READER = Access("A. Manager", "senior_manager", "to decide", "the school", recipient="the police")


@pytest.fixture
def school(tmp_path: Path, clock: SettableClock, database_url: str) -> Iterator[TestSchool]:
    with running_school(tmp_path, clock, database_url, names=["x"]) as running:
        running.first_look()
        running.x.mention("@fernhillprimary ABUSE words", "local", clock.now())
        running.look()
        yield running


def events(school: TestSchool, action: str | None = None) -> list[CustodyEvent]:
    found = rows(school, CustodyEvent)
    return [one for one in found if action in (None, one.action)]


def sealed_uid(school: TestSchool) -> str:
    (row,) = rows(school, EvidenceItem)
    return str(row.item_uid)


def faults(school: TestSchool) -> list[tuple[str, str]]:
    found = verify_store(school.site.database, school.site.evidence, school.site.school_id).faults
    return [(one.item, one.why) for one in found]


def tamper(school: TestSchool, statement: str, **values: Any) -> None:
    """As somebody would who has the database and its triggers in hand."""
    lift_triggers(school.site.database, "custody_events")
    with school.site.database.engine.begin() as connection:
        connection.execute(text(statement), values)


def test_sealing_without_an_event_would_leave_a_gap_in_the_chain(school: TestSchool) -> None:
    (event,) = events(school, "sealed")
    assert (event.item_uid, event.actor) == (sealed_uid(school), custody.DAEMON)
    assert event.content is not None
    assert event.salt is not None
    said = json.loads(event.content)
    assert said["role"] == custody.SYSTEM
    assert said["details"]["after"] == rows(school, EvidenceItem)[0].files["seal.json"]
    (leaf,) = [one for one in rows(school, Leaf) if one.seq == event.leaf_seq]
    assert (leaf.kind, leaf.item_uid) == (LeafKind.CUSTODY, event.uid)
    assert commitment(event.salt, event.content) == leaf.commitment
    assert not faults(school)


def test_a_change_of_evidence_that_nobody_noted_would_go_unseen(school: TestSchool) -> None:
    with school.site.database.write() as session:
        custody.acting(session, actor="B. Head", role="headteacher", purpose="looked at", authority="policy")
        row = session.query(EvidenceItem).one()
        row.withheld = "indecent_image"
    (event,) = events(school, "withheld")
    assert (event.actor, event.details["role"], event.details["reason"]) == (
        "B. Head",
        "headteacher",
        "indecent_image",
    )
    with school.site.database.write() as session:
        session.query(EvidenceItem).one().files = {"seal.json": "0" * 64}
    (reduced,) = events(school, "reduced")
    assert reduced.details["after"] == "0" * 64 != reduced.details["before"]
    with school.site.database.write() as session:
        session.delete(session.query(EvidenceItem).one())
    assert len(events(school, "erased")) == 1


@pytest.mark.parametrize("statement", [update(EvidenceItem).values(withheld="x"), delete(EvidenceItem)])
def test_a_statement_over_many_rows_would_pass_by_the_custody_record(
    school: TestSchool, statement: Any
) -> None:
    with pytest.raises(EvidenceInBulk), school.site.database.write() as session:
        session.execute(statement)


def test_reading_would_leave_no_trace(school: TestSchool) -> None:
    uid = sealed_uid(school)
    files = opened_evidence(school.site, [uid, uid], READER)[uid]
    assert {"record.json", "raw.json", "raw.warc.gz", "seal.json"} <= files.keys()
    (event,) = events(school, "viewed")
    assert (event.actor, event.item_uid) == ("A. Manager", uid)
    assert event.reference == "SW-2026-0001"
    said = dict(event.details)
    assert (said["match"], said["recipient"], said["authority"]) == (True, "the police", "the school")
    (item_folder(school.site.evidence, uid) / "raw.json").write_bytes(b"{}")
    opened_evidence(school.site, [uid], Access("x", "y", "z", "w", EXPORTED))
    assert events(school, EXPORTED)[0].details["match"] is False


def test_what_is_no_evidence_would_be_handed_out(school: TestSchool) -> None:
    with pytest.raises(NotEvidence):
        opened_evidence(school.site, ["0" * 36], READER)
    with school.site.database.write() as session:
        shown_evidence(session, school.site, ["0" * 36], READER)
    assert not events(school, "viewed")


def _note_and_fail(school: TestSchool) -> None:
    with school.site.database.write() as session:
        custody.note(session, school.site.school_id, school.clock.now(), "viewed")
        session.flush()
        raise RuntimeError


def test_an_act_that_is_undone_would_stay_on_record(school: TestSchool) -> None:
    before = len(rows(school, Leaf))
    with pytest.raises(RuntimeError):
        _note_and_fail(school)
    assert len(rows(school, Leaf)) == before
    assert not events(school, "viewed")


def test_erasing_what_an_event_says_would_break_the_log(school: TestSchool) -> None:
    uid = sealed_uid(school)
    with school.site.database.write() as session:
        assert custody.forget(session, school.site.school_id, CustodyEvent.item_uid == uid) == 1
        assert custody.forget(session, school.site.school_id, CustodyEvent.item_uid == uid) == 0
        note_erasure(session, school.site, "custody", "1 events", Why("audit_log", "over"), event=False)
    (event,) = events(school, "sealed")
    assert (event.content, event.salt, event.details, event.actor) == (None, None, {}, custody.ERASED)
    assert event.leaf_seq is not None
    assert not faults(school)


def test_an_event_that_was_emptied_on_the_quiet_would_be_called_right(school: TestSchool) -> None:
    """The one change that the database allows would take away who looked at a child's evidence."""
    with school.site.database.write() as session:
        of_item = CustodyEvent.item_uid == sealed_uid(school)
        assert custody.forget(session, school.site.school_id, of_item) == 1
    said = "1 events were emptied, and no line of `retention --done` says why"
    assert faults(school) == [("custody record", said)]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE custody_events SET actor = 'somebody'",
        "UPDATE custody_events SET actor = 'erased', details = '{}', salt = NULL, content = NULL, action = 'x'",
        "UPDATE custody_events SET leaf_seq = 0",
        "DELETE FROM custody_events",
    ],
)
def test_the_database_would_let_an_event_be_changed(school: TestSchool, statement: str) -> None:
    with pytest.raises(DBAPIError), school.site.database.engine.begin() as connection:
        connection.execute(text(statement))


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("UPDATE custody_events SET actor = 'somebody'", "its row says something else"),
        ("UPDATE custody_events SET at = '2026-01-01 00:00:00'", "its row says something else"),
        ("UPDATE custody_events SET content = NULL", "what it says is missing"),
        ("UPDATE custody_events SET salt = :other", "does not match the commitment"),
        ("UPDATE custody_events SET leaf_seq = 0", "the log has no line of it"),
        ("DELETE FROM custody_events", "is missing"),
        (
            ADDED.format("school_id", "1"),
            "was added without a line in the log",
        ),
    ],
)
def test_a_custody_record_that_was_tampered_with_would_pass(
    school: TestSchool, statement: str, why: str
) -> None:
    tamper(school, statement, **({"other": b"x" * 32} if ":other" in statement else {}))
    assert any(why in said for _, said in faults(school)), faults(school)


def test_events_of_an_older_release_would_be_called_forged(school: TestSchool) -> None:
    """Before custody was part of the log, events had no leaf; they stay as they are."""
    school.clock.advance(timedelta(minutes=1))
    tamper(
        school,
        ADDED.format("id, school_id", "0, 1"),
    )
    assert not faults(school)
