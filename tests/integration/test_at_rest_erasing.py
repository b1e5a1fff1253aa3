"""What is over goes, what is held stays, and the log can be verified all the same."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import DBAPIError
from support.at_rest import (
    ERASED,
    Stopped,
    close,
    evidence_files,
    go_on,
    locking_school,
    references,
    reopen,
    states,
    stop_at,
    what_a_thief_reads,
)
from support.clock import SettableClock
from support.monitor_bench import mails, rows, say
from support.school import TestSchool

from config.schema import Role
from config.words import Outcome
from monitor.evidence.verify import Verified, verify_store
from monitor.pipeline.at_rest.erasing import ErasureRefused, Request, erase_on_request
from monitor.pipeline.at_rest.holds import HoldRefused, holds, release_hold, remind_of_reviews, set_hold
from monitor.pipeline.at_rest.keeping import erase_due, keep_at_rest, plan
from monitor.pipeline.at_rest.locking import lock_due
from monitor.pipeline.boundaries import Boundary
from monitor.pipeline.judgement.labelled_export import select_for, write_labelled
from monitor.pipeline.sealing_up.pictures import rule_on_pictures
from monitor.pipeline.telling.weekly_readers import lanes_of
from monitor.store.incidents import NoSuchIncident
from monitor.store.models import (
    Consent,
    CustodyEvent,
    Erasure,
    Hold,
    ImageRuling,
    Incident,
    IncidentBox,
    Item,
    Judgement,
    LabelledFile,
    Leaf,
    MailState,
    OutgoingMail,
    Ruling,
)

QUOTED = "wombat breath"
YEAR = timedelta(days=366)


@pytest.fixture
def school(tmp_path: Path, clock: SettableClock, database_url: str) -> Iterator[TestSchool]:
    with locking_school(tmp_path / "school", clock, database_url) as running:
        yield running


def raise_one(school: TestSchool, words: str = f"ABUSE the school has {QUOTED}") -> str:
    say(school, words)
    return references(school)[-1]


def verified(school: TestSchool) -> Verified:
    return verify_store(school.site.database, school.site.evidence, school.site.school_id)


def hold(school: TestSchool, reference: str, days: int = 30) -> None:
    review = (school.clock.now() + timedelta(days=days)).date()
    set_hold(
        school.site,
        reference,
        reason="the union asked",
        approved_by="B. Head",
        by="A. Manager",
        review=review,
    )


def ask(school: TestSchool, item: str, by: str = "A. Manager", second: str | None = None) -> str:
    return erase_on_request(school.site, item, Request("the author asks", by, second))


def test_a_year_after_closing_nothing_is_left_but_the_log(school: TestSchool) -> None:
    """Kept for longer than it is needed, it is a breach by itself (UK GDPR article 5(1)(e))."""
    reference = raise_one(school)
    leaves = [leaf.body for leaf in rows(school, Leaf)]
    close(school, reference, f"They said “{QUOTED}”.")
    school.clock.advance(timedelta(days=15))
    keep_at_rest(school.site)
    school.clock.advance(timedelta(days=349))
    assert erase_due(school.site) == 0
    school.clock.advance(timedelta(days=3))
    assert erase_due(school.site) == 1
    uid = rows(school, Item)[-1].uid
    assert (states(school), evidence_files(school)) == ([ERASED], {})
    assert [leaf.body for leaf in rows(school, Leaf)][: len(leaves)] == leaves
    assert rows(school, Judgement) == []
    assert rows(school, IncidentBox) == []
    assert QUOTED.encode() not in what_a_thief_reads(school)
    found = verified(school)
    assert found.faults == ()
    assert found.at_rest == (f"1 erased on {school.clock.now():%Y-%m-%d} by rule closed_incident",)
    done = {(row.kind, row.subject, row.rule, row.by) for row in rows(school, Erasure)}
    assert ("item", uid, "closed_incident", "schoolwatch") in done
    told = [
        event for event in rows(school, CustodyEvent) if event.action == "erased" and event.item_uid == uid
    ]
    assert [event.details["authority"] for event in told] == ["closed_incident"]


def test_unlocked_evidence_without_keys_is_erased_by_the_same_periods(
    tmp_path: Path, clock: SettableClock, database_url: str
) -> None:
    with locking_school(tmp_path / "keyless", clock, database_url, keys=False) as school:
        reference = raise_one(school)
        close(school, reference, f"They said “{QUOTED}”.")
        school.clock.advance(YEAR + timedelta(days=1))
        assert erase_due(school.site) == 1
        assert QUOTED.encode() not in what_a_thief_reads(school)
        assert not verified(school).faults


@pytest.mark.parametrize("how", ["open", "held", "re-opened"])
def test_what_is_held_is_never_erased(school: TestSchool, how: str) -> None:
    """Evidence destroyed while a court waits for it is lost for good, and may be contempt."""
    reference = raise_one(school)
    if how != "open":
        close(school, reference)
    if how == "held":
        hold(school, reference)
    if how == "re-opened":
        reopen(school, reference)
    school.clock.advance(10 * YEAR)
    assert erase_due(school.site) == 0
    uid = rows(school, Item)[-1].uid
    with pytest.raises(ErasureRefused, match="is kept"):
        ask(school, uid, second="B. Head")
    assert uid in evidence_files(school)
    assert not [row for row in rows(school, Erasure) if row.kind != "mail"]


def test_a_released_hold_lets_the_period_go_on_as_if_it_had_not_been(school: TestSchool) -> None:
    reference = raise_one(school)
    close(school, reference)
    hold(school, reference)
    school.clock.advance(YEAR + timedelta(days=1))
    assert erase_due(school.site) == 0
    release_hold(school.site, reference, "it is settled", "A. Manager")
    assert erase_due(school.site) == 1


def test_a_hold_needs_a_reason_an_approver_and_a_review_to_come(school: TestSchool) -> None:
    """A hold that nobody looks at again keeps a child's data for ever."""
    reference = raise_one(school)
    with pytest.raises(HoldRefused, match="not in the future"):
        hold(school, reference, days=0)
    with pytest.raises(HoldRefused, match="reason is missing"):
        set_hold(school.site, reference, reason=" ", approved_by="B. Head", by="A", review=date(2027, 1, 1))
    with pytest.raises(NoSuchIncident, match="no incident SW-1999-0001"):
        hold(school, "SW-1999-0001")
    with pytest.raises(HoldRefused, match="It is open"):
        release_hold(school.site, reference, "done", "A. Manager")


def test_an_open_incident_is_listed_as_a_hold(school: TestSchool) -> None:
    reference = raise_one(school)
    with school.site.database.read() as session:
        (one,) = holds(session, school.site)
    assert (one.reference, one.reason, one.approved_by) == (reference, "The incident is open.", "policy")
    assert one.review_on == (school.clock.now() + timedelta(days=90)).date()


def test_an_overdue_review_is_mailed_once_a_week_until_it_is_done(school: TestSchool) -> None:
    reference = raise_one(school)
    close(school, reference)
    hold(school, reference, days=10)
    before = len(mails(school, "reminder"))
    remind_of_reviews(school.site)
    assert len(mails(school, "reminder")) == before
    school.clock.advance(timedelta(days=11))
    for _ in range(3):
        remind_of_reviews(school.site)
    first = mails(school, "reminder")[before:]
    assert first
    assert len(first) == len({mail.recipient for mail in first})
    assert all("Review the hold" in mail.text and QUOTED not in mail.text for mail in first)
    school.clock.advance(timedelta(days=7))
    remind_of_reviews(school.site)
    assert len(mails(school, "reminder")) == before + 2 * len(first)
    hold(school, reference, days=60)
    school.clock.advance(timedelta(days=7))
    remind_of_reviews(school.site)
    assert len(mails(school, "reminder")) == before + 2 * len(first)


def test_before_its_period_is_over_two_different_people_erase(school: TestSchool) -> None:
    """One person alone must not be able to make evidence go away (policy.md §6.4)."""
    reference = raise_one(school)
    close(school, reference)
    uid = rows(school, Item)[-1].uid
    with pytest.raises(ErasureRefused, match="a second person has to agree"):
        ask(school, uid)
    with pytest.raises(ErasureRefused, match="another one than the first"):
        ask(school, uid, second=" a. MANAGER ")
    assert ask(school, uid, second="B. Head") == uid
    (line,) = [row for row in rows(school, Erasure) if row.kind == "item"]
    assert (line.by, line.second, line.rule, line.reference) == (
        "A. Manager",
        "B. Head",
        "asked_for",
        reference,
    )
    assert QUOTED.encode() not in what_a_thief_reads(school)
    assert not verified(school).faults
    with pytest.raises(ErasureRefused, match="was erased on"):
        ask(school, uid, second="B. Head")


def test_one_item_of_two_goes_and_the_other_stays(school: TestSchool) -> None:
    """A request of one author must not cost the evidence against another."""
    say(school, "ABUSE you are all wombats there")
    say(school, "ABUSE you are all wombats there")
    (reference,) = references(school)
    first, second = rows(school, Item)
    close(school, reference)
    school.clock.advance(timedelta(days=15))
    lock_due(school.site)
    platform_id = f"{first.platform}:{first.external_id}"
    ask(school, platform_id, second="B. Head")
    assert list(evidence_files(school)) == [second.uid]
    assert len(rows(school, IncidentBox)) == 1
    assert not verified(school).faults


def test_a_harmless_comment_goes_at_once_when_its_author_asks(school: TestSchool) -> None:
    """Of what raised nothing nobody has a claim to keep anything (policy.md §6.5)."""
    say(school, "what a kind wombat that is")
    uid = rows(school, Item)[-1].uid
    ask(school, uid)
    assert rows(school, Item) == []
    assert b"kind wombat" not in what_a_thief_reads(school)
    assert not verified(school).faults
    school.look()
    assert rows(school, Item) == []


def test_what_was_erased_and_still_stands_there_is_not_taken_for_new(school: TestSchool) -> None:
    reference = raise_one(school)
    close(school, reference)
    ask(school, rows(school, Item)[-1].uid, second="B. Head")
    school.clock.advance(timedelta(minutes=6))
    school.look()
    assert (len(references(school)), len(rows(school, Item))) == (1, 1)


def test_stopped_between_its_rows_and_its_files_the_next_pass_removes_them(
    school: TestSchool, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = raise_one(school)
    close(school, reference)
    stop_at(monkeypatch, Boundary.AFTER_ERASURE)
    with pytest.raises(Stopped):
        ask(school, rows(school, Item)[-1].uid, second="B. Head")
    go_on(monkeypatch)
    assert any("still stands though it was erased" in fault.why for fault in verified(school).faults)
    keep_at_rest(school.site)
    assert evidence_files(school) == {}
    assert not verified(school).faults


def test_the_list_of_what_was_deleted_is_never_changed(school: TestSchool) -> None:
    """A deletion that can be taken off the list never happened."""
    close(school, raise_one(school))
    ask(school, rows(school, Item)[-1].uid, second="B. Head")
    for statement in ("DELETE FROM erasures", "UPDATE erasures SET reason = 'other'"):
        with pytest.raises(DBAPIError), school.site.database.engine.begin() as connection:
            connection.execute(text(statement))


def test_an_evidence_row_marked_as_erased_without_a_word_why_is_named(school: TestSchool) -> None:
    """Whoever empties a folder and sets a column must not pass as retention."""
    raise_one(school)
    with school.site.database.engine.begin() as connection:
        connection.execute(text("UPDATE evidence_items SET state = 'erased'"))
    whys = [fault.why for fault in verified(school).faults]
    assert any("no line of `retention --done` says why" in why for why in whys)


def test_a_file_of_decided_comments_ends_with_what_it_quotes(school: TestSchool) -> None:
    """It stands in clear wherever somebody wrote it to."""
    reference = raise_one(school)
    close(school, reference, outcome=Outcome.UNFOUNDED)
    file = school.folder / "decided.jsonl"
    write_labelled(school.site, select_for(school.site, Role.SENIOR_MANAGER), file, "A. Manager", None)
    assert QUOTED in file.read_text()
    school.clock.advance(timedelta(days=15))
    lock_due(school.site)
    assert not file.exists()
    assert rows(school, LabelledFile)[0].erased_at is not None
    assert [row.kind for row in rows(school, Erasure)] == ["labelled_file"]


def test_the_custody_record_forgets_who_after_six_years_and_stays_whole(school: TestSchool) -> None:
    reference = raise_one(school)
    close(school, reference)
    hold(school, reference)
    release_hold(school.site, reference, "settled", "A. Manager")
    school.clock.advance(timedelta(days=6 * 366 + 3))
    keep_at_rest(school.site)
    old = [event for event in rows(school, CustodyEvent) if event.at < school.clock.now()]
    assert old
    assert {(event.actor, str(event.details), event.content) for event in old} == {("erased", "{}", None)}
    assert not verified(school).faults


def test_the_reasons_that_people_gave_would_outlive_what_was_erased(school: TestSchool) -> None:
    """A ruling or a hold says in whose words, and of whom, long after the parent was told that all is gone."""
    reference = raise_one(school)
    why = f"Mrs Badger says it is about {QUOTED}"
    rule_on_pictures(school.site, reference, Ruling.RULED_OUT, by="Ivy Ruler", reason=why)
    review = (school.clock.now() + timedelta(days=30)).date()
    set_hold(school.site, reference, reason=why, approved_by="Bo Head", by="Al Manager", review=review)
    release_hold(school.site, reference, why, "Al Manager")
    close(school, reference)
    uid = rows(school, Item)[-1].uid
    erase_on_request(school.site, uid, Request(why, "Al Manager", "Bo Head"))
    for row in (*rows(school, Hold), *rows(school, ImageRuling)):
        said = [value for value in vars(row).values() if isinstance(value, str)]
        assert not [one for one in said if QUOTED in one or "Al Manager" in one or "Ivy" in one]
    assert not verified(school).faults
    assert [row.second for row in rows(school, Erasure) if row.kind == "item"] == ["Bo Head"]
    assert any(QUOTED in str(event.details) for event in rows(school, CustodyEvent)), (
        "for six years it says why"
    )
    school.clock.advance(timedelta(days=6 * 366 + 3))
    keep_at_rest(school.site)
    read = what_a_thief_reads(school)
    assert not [one for one in (QUOTED, "Badger", "Al Manager", "Ivy Ruler") if one.encode() in read]
    assert not verified(school).faults


def test_evidence_that_stands_after_six_years_would_have_lost_its_record(school: TestSchool) -> None:
    """Reported to the police it is kept for longer; a court then asks who had it in their hands."""
    more = school.folder.parent / "longer"
    periods = '[retention]\nperiods = { closed_incident = "3650d" }\n'
    url = f"sqlite:///{more / 'schoolwatch.db'}"
    with locking_school(more, school.clock, url, more=periods) as longer:
        close(longer, raise_one(longer))
        longer.clock.advance(timedelta(days=7 * 366))
        keep_at_rest(longer.site)
        sealed = [event for event in rows(longer, CustodyEvent) if event.action == "sealed"]
        assert [event.content is not None for event in sealed] == [True]
        assert not verified(longer).faults


def test_old_mails_and_ended_consents_lose_their_words(school: TestSchool) -> None:
    raise_one(school)
    with school.site.database.write() as session:
        for number, ended in enumerate(("2026-01-31", "2027-10-01", "", "unknown")):
            session.add(
                Consent(
                    school_id=school.site.school_id, pupil_id=f"P{number}", channel="website", medium="image",
                    valid_from="2025-09-01", valid_to=ended, given_by="parent", document_ref="form",
                )
            )  # fmt: skip
    reference = references(school)[-1]
    close(school, reference)
    school.clock.advance(YEAR + timedelta(days=2))
    erase_due(school.site)
    assert {mail.text for mail in rows(school, OutgoingMail)} == {""}
    assert [consent.pupil_id for consent in rows(school, Consent)] == ["P1", "P2", "P3"]


def test_the_plan_says_what_goes_when_and_why(school: TestSchool) -> None:
    first = raise_one(school)
    second = raise_one(school, "ABUSE a school of badgers it is")
    close(school, first, outcome=Outcome.UNFOUNDED)
    told = {one.subject: one for one in plan(school.site)}
    assert told[first].period.name == "unfounded"
    assert told[first].ends_at is not None
    assert told[second].held == f"{second} is open"
    assert next(one.subject for one in plan(school.site) if one.kind == "incident") == first


def test_what_a_school_decides_takes_the_place_of_the_shipped_period(
    tmp_path: Path, clock: SettableClock, sqlite_database: str
) -> None:
    more = '[retention]\nperiods = { closed_incident = "30d" }\n'
    with locking_school(tmp_path / "own", clock, sqlite_database, more=more) as school:
        close(school, raise_one(school))
        school.clock.advance(timedelta(days=29))
        assert erase_due(school.site) == 0
        school.clock.advance(timedelta(days=2))
        assert erase_due(school.site) == 1


def test_the_reference_stays_when_all_else_is_erased(school: TestSchool) -> None:
    """The DSL's file points at it for years (KCSIE); lanes and counts of old weeks still add up."""
    reference = raise_one(school)
    close(school, reference)
    ask(school, rows(school, Item)[-1].uid, second="B. Head")
    incident = rows(school, Incident)[-1]
    assert (incident.reference, incident.state) == (reference, "closed")
    assert lanes_of(Role.HEADTEACHER)
    assert incident.fingerprint == ""


def test_a_mail_without_a_word_in_it_would_leave_for_what_was_erased(school: TestSchool) -> None:
    reference = raise_one(school)
    with school.site.database.write() as session:
        session.execute(update(OutgoingMail).values(state=MailState.QUEUED, sent_at=None))
    close(school, reference, "settled")
    ask(school, rows(school, Item)[-1].uid, second="B. Head")
    told = [mail for mail in rows(school, OutgoingMail) if mail.incident_id is not None]
    assert told
    assert {mail.state for mail in told} == {MailState.FAILED}
