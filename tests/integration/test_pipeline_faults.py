"""What two processes at once, a crash between two steps, or one odd item must not do to the others."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from support.clock import SettableClock
from support.school import PlainJudge, TestSchool, running_school, write_settings

from config.words import Severity
from monitor.evidence.folder import stored_uids
from monitor.evidence.verify import verify_store
from monitor.pipeline.at_rest.retention import erase_what_is_due
from monitor.pipeline.judgement import judging
from monitor.pipeline.judgement.judging import judge_waiting
from monitor.pipeline.sealing_up.sealing import tidy
from monitor.pipeline.telling.first_pass import tell_first_passes
from monitor.site import open_site
from monitor.store.models import EvidenceItem, Incident, Item, ItemState, OutgoingMail


@pytest.fixture
def school(tmp_path: Path, clock: SettableClock, database_url: str) -> Iterator[TestSchool]:
    with running_school(tmp_path, clock, database_url, names=["facebook"]) as running:
        yield running


def rows(school: TestSchool, model: type) -> list[Any]:
    with school.site.database.read() as session:
        return list(session.scalars(select(model).order_by(model.id)))


def faults(school: TestSchool) -> tuple[Any, ...]:
    return verify_store(school.site.database, school.site.evidence, school.site.school_id).faults


class Stop(Exception):
    """Stands for a crash."""


class NothingJudge(PlainJudge):
    """A judge that a new register has made milder."""

    def judge(self, comments: Any) -> Any:
        return [self._one(type(one)(id=one.id, text="mild words")) for one in comments]


def test_text_left_by_a_crash_goes_when_the_item_proves_harmless(
    school: TestSchool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise a harmless comment would lie in the evidence folder for ever, and verify would fail."""
    school.facebook.own_post("ABUSE in plain sight", school.clock.now())

    def crash(*_: object) -> None:
        raise Stop

    monkeypatch.setattr(judging, "record_evidence", crash)
    monkeypatch.setattr(judging, "_settle_alone", crash)
    with pytest.raises(Stop):
        school.look()
    assert stored_uids(school.site.evidence)
    monkeypatch.undo()
    judge_waiting(school.site, NothingJudge())
    assert [item.state for item in rows(school, Item)] == [ItemState.HARMLESS]
    assert not stored_uids(school.site.evidence)
    assert not faults(school)


def test_folders_of_unsealed_items_are_cleared_at_start(school: TestSchool) -> None:
    school.facebook.own_post("harmless", school.clock.now())
    school.look()
    (item,) = rows(school, Item)
    folder = school.site.evidence / "items" / item.uid[:2] / item.uid
    folder.mkdir(parents=True)
    (folder / "raw.json").write_text("{}")
    assert faults(school)
    tidy(school.site)
    assert not faults(school)


def test_an_edit_that_suggests_an_indecent_image_closes_what_was_sealed_before(school: TestSchool) -> None:
    """The platform's answer, with its addresses of pictures, must not stay in any folder or table."""
    school.first_look()
    post = school.facebook.own_post("News", school.clock.now())
    comment = school.facebook.comment(post, "ABUSE at first", "local", school.clock.now(), image=True)
    school.look()
    school.clock.advance(timedelta(minutes=6))
    school.facebook.edit(comment, "IMAGE it says now", school.clock.now())
    school.look()
    (incident,) = rows(school, Incident)
    assert incident.lane == "indecent_image"
    assert {row.withheld for row in rows(school, EvidenceItem)} == {"indecent_image"}
    assert {path.name for path in school.site.evidence.rglob("*") if path.is_file()} == {
        "record.json", "seal.json",
    }  # fmt: skip
    assert not faults(school)


def test_one_item_that_cannot_be_settled_does_not_hold_up_a_threat(
    school: TestSchool, monkeypatch: pytest.MonkeyPatch
) -> None:
    school.first_look()
    real = judging.IncidentDesk.take

    def take(desk: Any, found: Any) -> None:
        if found.judgement.severity is Severity.MEDIUM:
            raise ValueError("an odd one")
        real(desk, found)

    monkeypatch.setattr(judging.IncidentDesk, "take", take)
    post = school.facebook.own_post("News", school.clock.now())
    for words in ("ABUSE of an odd kind", "CRITICAL threat behind it"):
        school.facebook.comment(post, words, "local", school.clock.now())
    school.look()
    assert [incident.severity for incident in rows(school, Incident)] == ["critical"]
    states = {item.text: item.state for item in rows(school, Item)}
    assert states["ABUSE of an odd kind"] == ItemState.NOT_JUDGED
    assert any(mail.kind == "operator" for mail in rows(school, OutgoingMail))
    assert not faults(school)


def test_two_processes_over_one_database_store_and_tell_everything_once(
    school: TestSchool, database_url: str
) -> None:
    """`schoolwatch poll` by hand beside the service would double comments, or damage sealed evidence."""
    settings = write_settings(school.folder, database_url, school.platforms, school.mail.port)
    other = open_site(settings, school.clock.now)
    twin = TestSchool(other, school.clock, school.platforms, school.mail, school.folder, PlainJudge())
    problems: list[BaseException] = []

    def look(which: TestSchool) -> None:
        try:
            for _ in range(4):
                which.look()
                tell_first_passes(which.site)
        except Exception as error:  # noqa: BLE001  a thread cannot fail a test by itself
            problems.append(error)

    post = school.facebook.own_post("News", school.clock.now())
    for number in range(20):
        school.facebook.comment(post, f"ABUSE number {number} of twenty", "local", school.clock.now())
    threads = [threading.Thread(target=look, args=(one,)) for one in (school, twin)]
    for thread in threads:
        thread.start()
    for _ in range(5):
        assert not faults(school), "a look beside the service must not cry tampering"
    for thread in threads:
        thread.join()
    other.close()
    assert not problems
    assert len(rows(school, Item)) == 21
    assert len(rows(school, Incident)) == 20
    assert not faults(school)
    told = [mail.message["Message-ID"] for mail in school.mail.accepted]
    assert len(told) == len(set(told))


def test_an_incident_of_the_first_pass_is_told_even_if_it_comes_late(school: TestSchool) -> None:
    """A matter that is judged while the digest is being written must be in the next one."""
    school.facebook.own_post("ABUSE number one here", school.clock.now())
    school.look()
    with school.site.database.write() as session:
        for incident in session.scalars(select(Incident)):
            incident.told_at = None
    tell_first_passes(school.site)
    assert [incident.told_at is None for incident in rows(school, Incident)] == [False]


def test_a_comment_that_was_forgotten_is_not_new_again(school: TestSchool) -> None:
    """Every month the whole page would be judged, and perhaps told, once more."""
    post = school.facebook.own_post("harmless news", school.clock.now())
    school.facebook.comment(post, "harmless words", "parent", school.clock.now())
    school.look()
    school.clock.advance(timedelta(days=31))
    erase_what_is_due(school.site)
    assert not rows(school, Item)
    school.facebook.comment(post, "one more", "parent", school.clock.now())
    school.look()
    assert [item.text for item in rows(school, Item)] == ["one more"]
    assert not faults(school)
