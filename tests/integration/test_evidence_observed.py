"""What becomes of evidence after it was sealed: seen again, edited, looked for; and what its files hold."""

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from support.clock import SettableClock
from support.forcing import lift_triggers
from support.monitor_bench import rows, settle
from support.school import TestSchool, running_school
from warcio.archiveiterator import ArchiveIterator

from alerts.ladder.words import Step
from config.words import Visibility
from connectors.interface import Envelope, Page
from monitor.evidence.folder import read_item
from monitor.evidence.leaf import LeafKind
from monitor.evidence.machine_clock import MachineClock
from monitor.evidence.verify import verify_store
from monitor.pipeline.at_rest.retention import erase_what_is_due
from monitor.pipeline.reading import clock_watch
from monitor.pipeline.reading.clock_watch import DIFFERS, UNSYNCHRONISED, compare_clocks, watch_kernel_clock
from monitor.store import observations
from monitor.store.models import (
    EvidenceItem,
    Incident,
    Item,
    ItemState,
    Leaf,
    ObservationRow,
    OperatorAlert,
    Recheck,
    StreamCursor,
)

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def school(tmp_path: Path, clock: SettableClock, database_url: str) -> Iterator[TestSchool]:
    with running_school(tmp_path, clock, database_url, names=["facebook"]) as running:
        running.first_look()
        yield running


def sealed_comment(school: TestSchool) -> str:
    post = school.facebook.own_post("News from school", school.clock.now())
    comment: str = school.facebook.comment(post, "ABUSE words", "local", school.clock.now())
    school.look()
    return comment


def seen_later(school: TestSchool) -> list[dict[str, Any]]:
    return [json.loads(row.record) for row in rows(school, ObservationRow)]


def faults(school: TestSchool) -> tuple[Any, ...]:
    return verify_store(school.site.database, school.site.evidence, school.site.school_id).faults


def poll_again(school: TestSchool) -> None:
    school.clock.advance(6 * MINUTE)
    school.look()


def read_anew(school: TestSchool) -> None:
    """The whole page once more, as after a cursor was lost: a platform's page is else read where it changed."""
    with school.site.database.write() as session:
        for cursor in session.query(StreamCursor):
            cursor.cursor = {}
    poll_again(school)


def test_how_far_it_went_later_would_be_lost(school: TestSchool) -> None:
    """What was sealed says 0 likes for ever; that it was 250 an hour later is evidence as well."""
    comment = sealed_comment(school)
    before = read_item(school.site.evidence, rows(school, EvidenceItem)[0].item_uid)
    assert json.loads(before["record.json"])["what"]["counts"]["likes"] == 0
    read_anew(school)
    assert not seen_later(school), "the same counts are nothing new"
    school.facebook.world.entry(comment).likes = 250
    read_anew(school)
    (seen,) = seen_later(school)
    assert (seen["observed"], seen["counts"]["likes"]) == ("counts", 250)
    assert seen["how"]["page_sha256"]
    assert read_item(school.site.evidence, seen["item_id"]) == before, "what was sealed stays as it was"
    assert [leaf.kind for leaf in rows(school, Leaf)].count(LeafKind.OBSERVATION) == 1
    assert not faults(school)


def test_an_edit_that_makes_it_harmless_would_be_thrown_away(school: TestSchool) -> None:
    """Who softens his words after a complaint has said something about them; a court will ask."""
    comment = sealed_comment(school)
    school.facebook.edit(comment, "kind words", school.clock.now() + MINUTE)
    poll_again(school)
    first, edited = [item for item in rows(school, Item) if item.external_id == comment]
    assert (first.state, edited.state) == (ItemState.SEALED, ItemState.KEPT)
    assert {row.item_uid for row in rows(school, EvidenceItem)} == {first.uid, edited.uid}
    (seen,) = [one for one in seen_later(school) if one["observed"] == "edited"]
    assert (seen["item_id"], seen["new_item_id"]) == (first.uid, edited.uid)
    assert "kind words" not in json.dumps(seen), "the words stand in the record of their own item"
    assert len(rows(school, Incident)) == 1
    school.clock.advance(31 * DAY)
    erase_what_is_due(school.site)
    (kept,) = [item for item in rows(school, Item) if item.uid == edited.uid]
    assert kept.text == "kind words"
    assert not faults(school)


def test_a_softened_comment_would_still_be_pursued(school: TestSchool) -> None:
    """The kept edit must not pass for what a look should still find; the edit itself asks for the look."""
    comment = sealed_comment(school)
    settle(school, Step.TRIAGE)
    school.facebook.edit(comment, "kind words", school.clock.now() + MINUTE)
    poll_again(school)
    (look,) = rows(school, Recheck)
    assert look.visibility == Visibility.EDITED
    (seen,) = [one for one in seen_later(school) if one["observed"] == "looked_again"]
    assert (seen["visibility"], seen["counts"]["likes"]) == (Visibility.EDITED, 0)
    assert "kind words" not in json.dumps(seen)


def test_a_harmless_edit_of_harmless_words_would_be_kept_too(school: TestSchool) -> None:
    post = school.facebook.own_post("News from school", school.clock.now())
    comment = school.facebook.comment(post, "kind words", "local", school.clock.now())
    school.look()
    school.facebook.edit(comment, "kinder words", school.clock.now() + MINUTE)
    poll_again(school)
    school.clock.advance(DAY)
    erase_what_is_due(school.site)
    assert {item.text for item in rows(school, Item)} == {None}
    assert not rows(school, EvidenceItem)
    assert not rows(school, ObservationRow)


def test_what_was_seen_later_would_outlive_the_item(school: TestSchool) -> None:
    comment = sealed_comment(school)
    school.facebook.world.entry(comment).likes = 2
    read_anew(school)
    uid = rows(school, EvidenceItem)[0].item_uid
    with school.site.database.write() as session:
        assert observations.forget(session, school.site.school_id, uid) == 1
        assert [row.record for row in observations.of_item(session, school.site.school_id, uid)] == [None]
    # Its item still stands here: emptied alone, it was emptied on the quiet.
    assert [fault.why for fault in faults(school)] == ["is empty, and its item was not erased"]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda row: setattr(row, "record", row.record + b" "), "does not match"),
        (lambda row: setattr(row, "salt", None), "does not match"),
        (lambda row: setattr(row, "leaf_seq", 0), "the log has no line of it"),
        (lambda row: setattr(row, "item_uid", "0" * 36), "says something else"),
    ],
)
def test_a_changed_observation_would_pass(school: TestSchool, change: Any, why: str) -> None:
    comment = sealed_comment(school)
    school.facebook.world.entry(comment).likes = 2
    read_anew(school)
    lift_triggers(school.site.database, "observations")
    with school.site.database.write() as session:
        change(session.query(ObservationRow).one())
    assert any(why in fault.why for fault in faults(school))


def test_what_a_machine_thinks_would_be_mixed_with_what_was_seen(school: TestSchool) -> None:
    """A court weighs what was recorded; what a classifier made of it is another matter, kept elsewhere."""
    sealed_comment(school)
    files = read_item(school.site.evidence, rows(school, EvidenceItem)[0].item_uid)
    for name, content in files.items():
        for word in (b"severity", b"score", b"label", b"0.9", b"says so", b"judge"):
            assert word not in content, (name, word)


def test_a_platform_s_secret_would_go_to_the_police(school: TestSchool) -> None:
    sealed_comment(school)
    uid = rows(school, EvidenceItem)[0].item_uid
    files = dict(read_item(school.site.evidence, uid))
    archive = io.BytesIO(files["raw.warc.gz"])
    unpacked = b"".join(
        str(one.rec_headers).encode() + str(one.http_headers).encode() + one.content_stream().read()
        for one in ArchiveIterator(archive, check_digests="raise")
    )
    secrets = school.facebook.credentials().values()
    for name, content in {**files, "unpacked": unpacked}.items():
        for secret in secrets:
            assert secret.encode() not in content, name
    assert b"[hidden]" in files["envelope.json"] or b"access_token" not in files["envelope.json"]


# --- the clock ---------------------------------------------------------------------------------------


def envelope(school: TestSchool, date: str) -> Envelope:
    return Envelope("GET", "https://a.example/", {}, 200, {"Date": date}, school.clock.now(), "0" * 64, 1)


def alerts(school: TestSchool, kind: str) -> list[OperatorAlert]:
    return [row for row in rows(school, OperatorAlert) if row.kind == kind]


def test_a_clock_that_is_wrong_would_be_found_out_in_court(school: TestSchool) -> None:
    """Told once, taken back once it is right; and everything is stored all the same."""
    school.clock.set(
        school.clock.now().replace(year=2026, month=11, day=20, hour=12, minute=0, second=6, microsecond=0)
    )
    right, wrong = "Fri, 20 Nov 2026 12:00:01 GMT", "Fri, 20 Nov 2026 12:00:00 GMT"
    for date, open_ones in ((right, 0), (wrong, 1), (wrong, 1), ("no date", 1), (right, 0)):
        page = Page((), {}, more=False, envelopes=(envelope(school, date),))
        with school.site.database.write() as session:
            compare_clocks(session, school.site, "facebook", page)
        assert sum(row.closed_at is None for row in alerts(school, DIFFERS)) == open_ones
    assert len(alerts(school, DIFFERS)) == 1


def test_a_clock_that_nobody_sets_would_drift_unnoticed(
    school: TestSchool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for seconds, synced, open_ones in ((60, False, 0), (3600, False, 1), (3700, False, 1), (3800, True, 0)):
        monkeypatch.setattr(clock_watch, "running_for", lambda passed=seconds: passed)
        kernel = MachineClock("adjtimex", synced=synced, offset_ms=0, max_error_ms=1)
        site = replace(school.site, kernel_clock=lambda said=kernel: said)
        with school.site.database.write() as session:
            watch_kernel_clock(session, site)
        assert sum(row.closed_at is None for row in alerts(school, UNSYNCHRONISED)) == open_ones
