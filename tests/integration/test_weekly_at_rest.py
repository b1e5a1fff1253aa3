"""What the weekly mail says of evidence at rest, and when it says nothing."""

from datetime import timedelta
from pathlib import Path

from support.at_rest import close, locking_school, references
from support.clock import SettableClock
from support.monitor_bench import mails, say
from support.school import TestSchool

from alerts.export.week import IsoWeek
from monitor.pipeline.at_rest.holds import set_hold
from monitor.pipeline.telling.weekly import export_and_announce


def weekly(school: TestSchool) -> str:
    """The newest weekly mail, on one line."""
    export_and_announce(school.site, IsoWeek.of(school.clock.now()))
    return " ".join(mails(school, "weekly")[-1].text.split())


def raised(school: TestSchool) -> str:
    say(school, "ABUSE of badgers there")
    return references(school)[-1]


def test_nobody_would_know_that_closed_evidence_stays_readable(
    tmp_path: Path, clock: SettableClock, sqlite_database: str
) -> None:
    with locking_school(tmp_path / "keyless", clock, sqlite_database, keys=False) as school:
        assert "Closed evidence stays readable on this machine" in weekly(school)


def test_what_ends_soon_and_what_is_overdue_would_go_unseen(
    tmp_path: Path, clock: SettableClock, sqlite_database: str
) -> None:
    """The record belongs on a pupil's file, and four weeks later it is gone."""
    with locking_school(tmp_path / "school", clock, sqlite_database) as school:
        first = raised(school)
        close(school, first)
        quiet = weekly(school)
        for words in ("stays readable", "ends within four weeks", "review is overdue"):
            assert words not in quiet
        clock.advance(timedelta(days=350))
        held = raised(school)
        close(school, held)
        review = (clock.now() + timedelta(days=1)).date()
        set_hold(school.site, held, reason="a claim", approved_by="B. Head", by="A", review=review)
        clock.advance(timedelta(days=7))
        told = weekly(school)
        assert "Closed matters whose period ends within four weeks: 1." in told
        assert "Legal holds whose review is overdue: 1" in told
        assert first not in told
