"""The way of a comment, on both databases, against real platforms on loopback and a real mail server."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from support.clock import SettableClock
from support.school import TestSchool, running_school

from connectors.loopback import Fault
from monitor.evidence.verify import verify_store
from monitor.store.models import Incident, Item, ItemState, Leaf, Outage, OutgoingMail, Source, TakedownTask


@pytest.fixture
def school(tmp_path: Path, clock: SettableClock, database_url: str) -> Iterator[TestSchool]:
    with running_school(tmp_path, clock, database_url) as running:
        yield running


def rows(school: TestSchool, model: type) -> list:
    with school.site.database.read() as session:
        return list(session.scalars(select(model).order_by(model.id)))


def test_every_comment_is_stored_once_though_pages_overlap(school: TestSchool) -> None:
    """A comment stored twice would be mailed twice; one left out would be missed."""
    now = school.clock.now()
    post = school.facebook.own_post("Sports day", now - timedelta(hours=2))
    for number in range(30):
        school.facebook.comment(post, f"harmless {number}", "parent", now - timedelta(minutes=number))
        school.x.mention(f"@fernhillprimary harmless {number}", "parent", now - timedelta(minutes=number))
    for _ in range(3):
        assert not any(report.failed for report in school.look())
        school.clock.advance(timedelta(minutes=6))
    seen = [(item.platform, item.external_id) for item in rows(school, Item)]
    written = [("facebook", one.external_id) for one in school.facebook.books()]
    written += [("x", one.external_id) for one in school.x.books()]
    assert sorted(seen) == sorted(written)
    assert [leaf.seq for leaf in rows(school, Leaf)] == list(range(len(seen)))


def test_a_threat_becomes_sealed_evidence_tasks_and_a_mail(school: TestSchool) -> None:
    """Otherwise a threat on Sunday night would wait unseen."""
    school.first_look()
    school.x.mention("@fernhillprimary CRITICAL words", "stranger", school.clock.now())
    school.look()
    (incident,) = rows(school, Incident)
    assert incident.severity == "critical"
    assert rows(school, TakedownTask)
    assert {mail.state for mail in rows(school, OutgoingMail)} == {"sent"}
    (accepted, *_) = school.mail.accepted
    assert incident.reference in accepted.message["Subject"]
    assert "CRITICAL words" not in accepted.message.as_string()
    assert [item.state for item in rows(school, Item)] == [ItemState.SEALED]
    assert not verify_store(school.site.database, school.site.evidence, school.site.school_id).faults


def test_a_failing_source_does_not_stop_the_other(school: TestSchool) -> None:
    """One revoked token would blind the school everywhere."""
    school.facebook.misbehave(Fault.UNAUTHORISED, times=99)
    school.x.mention("@fernhillprimary hello", "parent", school.clock.now())
    reports = {report.source: report for report in school.look()}
    assert reports["facebook"].failed
    assert not reports["x"].failed
    (outage,) = rows(school, Outage)
    assert outage.problem == "CredentialsRefused"
    sources = {source.name: source for source in rows(school, Source)}
    assert sources["facebook"].failures == 1
    assert sources["facebook"].next_poll_at > sources["x"].next_poll_at


def test_the_first_pass_is_told_in_one_digest(school: TestSchool) -> None:
    """Two hundred mails about an old page would teach the manager to delete them unread."""
    for number in range(5):
        school.x.mention(f"@fernhillprimary ABUSE number {number} of some", "local", school.clock.now())
    school.x.mention("@fernhillprimary CRITICAL words", "local", school.clock.now())
    school.look()
    kinds = [mail.kind for mail in rows(school, OutgoingMail)]
    assert kinds.count("digest") == 1
    assert len(rows(school, Incident)) == 6
    alerts = {mail.incident_id for mail in rows(school, OutgoingMail) if mail.kind == "alert"}
    assert len(alerts) == 1


def test_an_edit_is_a_new_version_and_joins_its_incident(school: TestSchool) -> None:
    """An overwritten text would be lost as evidence; a second incident would double the work."""
    school.first_look()
    post = school.facebook.own_post("News", school.clock.now())
    comment = school.facebook.comment(post, "ABUSE first wording here", "local", school.clock.now())
    school.look()
    school.clock.advance(timedelta(minutes=6))
    school.facebook.edit(comment, "ABUSE second wording here", school.clock.now())
    school.look()
    versions = [item.text for item in rows(school, Item) if item.external_id == comment]
    assert versions == ["ABUSE first wording here", "ABUSE second wording here"]
    assert len(rows(school, Incident)) == 1


def test_a_comment_that_breaks_the_judge_is_not_called_harmless(school: TestSchool) -> None:
    """A poisoned comment would hide behind its own fault, or hold up every other."""
    school.x.mention("@fernhillprimary BREAKS it", "local", school.clock.now())
    school.x.mention("@fernhillprimary hello", "local", school.clock.now())
    school.look()
    states = {item.text: item.state for item in rows(school, Item)}
    assert states["@fernhillprimary BREAKS it"] == ItemState.NOT_JUDGED
    assert states["@fernhillprimary hello"] == ItemState.HARMLESS
