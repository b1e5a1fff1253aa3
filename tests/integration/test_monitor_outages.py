"""Not looked is never shown as nothing found: outages, silences, and the first pass over old pages."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.clock import SettableClock
from support.monitor_bench import delivered, mails, rows, school_with, send_all
from support.school import TestSchool, running_school
from support.week_facts import week_facts

from alerts.export.week import IsoWeek
from config.loading import load_settings
from connectors.loopback import Fault
from monitor.pipeline.telling.first_pass import tell_first_passes
from monitor.pipeline.telling.watchkeeping import keep_watch
from monitor.site import open_site
from monitor.store.models import Incident, OperatorAlert, Outage, OutgoingMail, Source

STEP = timedelta(minutes=10)


@pytest.fixture
def school(tmp_path: Path, clock: SettableClock, database_url: str) -> Iterator[TestSchool]:
    with running_school(tmp_path, clock, database_url, names=["x"]) as running:
        yield running


@pytest.fixture
def small(tmp_path: Path, clock: SettableClock, sqlite_database: str) -> Iterator[TestSchool]:
    """For what does not depend on the database."""
    with running_school(tmp_path, clock, sqlite_database, names=["x"]) as running:
        yield running


def spans(school: TestSchool) -> list[tuple[str, datetime | None, datetime | None]]:
    return [(one.problem, one.started_at, one.ended_at) for one in rows(school, Outage)]


def at(hour: int, minute: int) -> datetime:
    return datetime(2026, 11, 17, hour, minute, tzinfo=UTC)


def test_a_failing_source_is_told_after_an_hour_once_and_cleared_once(school: TestSchool) -> None:
    """A revoked token would blind the school for weeks, or mail it every five minutes."""
    school.clock.set(at(3, 0))
    school.look()
    school.clock.set(at(3, 10))
    school.x.misbehave(Fault.UNAUTHORISED, times=999)
    for minute in range(0, 60, 10):
        school.look()
        keep_watch(school.site)
        assert not rows(school, OperatorAlert), f"{minute} minutes are no alarm yet"
        school.clock.advance(STEP)
    while school.clock.now() < at(9, 40):
        school.look()
        keep_watch(school.site)
        send_all(school)
        school.clock.advance(timedelta(minutes=30))
    school.clock.set(at(9, 40))
    assert [one.kind for one in rows(school, OperatorAlert)] == ["source_failing"]
    school.x.behave()
    for _ in range(3):
        assert not any(report.failed for report in school.look())
        keep_watch(school.site)
        send_all(school)
        school.clock.advance(STEP)
    told = sorted(one for one in delivered(school) if "source x is not being read" in one[1])
    assert [(who.partition("@")[0], what.partition(":")[0]) for who, what in told] == [
        ("it", "Needs mending"), ("it", "Working again"),
        ("manager", "Needs mending"), ("manager", "Working again"),
    ]  # fmt: skip
    assert spans(school) == [("CredentialsRefused", at(3, 10), at(9, 40))]
    not_yet, row = week_facts(school, IsoWeek.of(at(9, 40))).failures
    assert "Not watched yet" in not_yet.words
    assert (row.source, row.start, row.end) == ("x", at(3, 10), at(9, 40))
    assert "x-bearer" not in row.words


def test_a_silence_of_the_daemon_is_recorded(school: TestSchool) -> None:
    """Six hours without power would look like six hours in which nobody wrote anything."""
    school.look()
    started = school.clock.now()
    school.clock.advance(timedelta(hours=6))
    school.look()
    assert spans(school) == [("NotRunning", started, school.clock.now())]
    school.clock.advance(timedelta(minutes=5))
    school.look()
    assert len(rows(school, Outage)) == 1


def test_a_silence_that_ends_in_a_failure_is_recorded_too(small: TestSchool) -> None:
    """The router comes back later than the machine; the night would be shown as watched."""
    small.look()
    started = small.clock.now()
    small.clock.advance(timedelta(hours=6))
    small.x.misbehave(Fault.SERVER_ERROR, times=9)
    small.look()
    woke = small.clock.now()
    small.clock.advance(timedelta(minutes=5))
    small.x.behave()
    small.look()
    assert spans(small) == [("NotRunning", started, woke), ("Transient", woke, small.clock.now())]


def test_a_source_that_hangs_is_told(small: TestSchool) -> None:
    """A poll that neither ends nor fails would never become an outage."""
    small.first_look()
    small.look()
    small.clock.advance(timedelta(minutes=14))
    keep_watch(small.site)
    assert not rows(small, OperatorAlert)
    small.clock.advance(timedelta(minutes=2))
    keep_watch(small.site)
    keep_watch(small.site)
    (alert,) = rows(small, OperatorAlert)
    assert alert.kind == "source_stuck"
    small.look()
    keep_watch(small.site)
    assert rows(small, OperatorAlert)[0].closed_at is not None


def test_one_stream_that_cannot_be_read_does_not_hide_the_first_pass_of_the_others(
    school: TestSchool,
) -> None:
    """With mentions forbidden, all that the comments held would never have been told to anybody."""
    school.x.mention("@fernhillprimary ABUSE number one of some", "local", school.clock.now())
    school.x.misbehave(Fault.FORBIDDEN, times=999, path="/tweets")
    school.look()
    assert rows(school, Source)[0].first_pass_done_at is None
    assert len(rows(school, Incident)) == 1
    assert not mails(school, "digest"), "it may still be a matter of minutes"
    school.clock.advance(timedelta(minutes=61))
    tell_first_passes(school.site)
    tell_first_passes(school.site)
    assert len(mails(school, "digest")) == 1
    school.x.behave()
    school.look()
    assert rows(school, Source)[0].first_pass_done_at is not None
    school.look()
    assert len(mails(school, "digest")) == 1, "told once"


def test_a_stream_added_later_brings_a_digest_of_its_own(
    tmp_path: Path, clock: SettableClock, sqlite_database: str
) -> None:
    """Whoever has mentions watched as well would never hear what their old pages hold."""
    with school_with(tmp_path, clock, sqlite_database, names=["facebook"]) as school:
        post = school.facebook.own_post("News", clock.now())
        school.facebook.comment(post, "ABUSE number one of some", "local", clock.now())
        school.facebook.mention("Fernhill: ABUSE found where it is tagged", "local", clock.now())
        all_of_it, path = school.site, tmp_path / "fewer.toml"
        settings = (tmp_path / "schoolwatch.toml").read_text()
        path.write_text(settings.replace('"comments", "mentions"]', '"comments"]'))
        school.site = open_site(load_settings(path), clock.now)
        school.look()
        assert len(rows(school, Incident)) == 1
        school.site.close()
        school.site = all_of_it
        clock.advance(timedelta(minutes=10))
        school.look()
        assert len(rows(school, Incident)) == 2
        first, second = mails(school, "digest")
        assert "SW-2026-0001" in first.text
        assert "SW-2026-0002" in second.text
        assert "SW-2026-0001" not in second.text


def test_a_picture_without_words_is_counted_as_not_judged_in_the_digest(small: TestSchool) -> None:
    """Nothing found and not judged would look alike."""
    small.x.mention("@fernhillprimary ABUSE number one of some", "local", small.clock.now())
    small.x.mention("", "local", small.clock.now(), image=True)
    small.look()
    (digest,) = mails(small, "digest")
    assert "1 " in digest.text
    assert "not judged" in digest.text.lower()
    assert {mail.kind for mail in rows(small, OutgoingMail)} == {"digest"}
