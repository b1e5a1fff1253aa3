"""A clock that is set a day forward and back: nothing is asked a thousand times, nothing waits a day."""

import os
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from support.clock import SettableClock
from support.crash_school import Victim
from support.daemon import Town, town
from support.running_clock import RunningClock
from support.school import TestSchool, running_school

from monitor.daemon.polling import PollCrew
from monitor.evidence.verify import verify_store
from monitor.pipeline.judgement.judging import judge_waiting
from monitor.pipeline.telling.mailing import send_next
from monitor.store.models import Incident, Item, Source

DAY = timedelta(days=1)


@pytest.fixture
def school(tmp_path: Path, clock: SettableClock, sqlite_database: str) -> Iterator[TestSchool]:
    with running_school(tmp_path, clock, sqlite_database, names=("x",)) as running:
        running.first_look()
        yield running


def polls_in(school: TestSchool, beats: int) -> int:
    """How often the source was polled while the daemon's heart beat this often."""
    crew, before = PollCrew(school.site, lambda: None), polls(school)
    for _ in range(beats):
        crew.start_due()
        crew.wait(20)
    return polls(school) - before


def polls(school: TestSchool) -> int:
    with school.site.database.read() as session:
        return session.scalars(select(Source.fence)).one()


def follow_through(school: TestSchool) -> None:
    while judge_waiting(school.site, school.judge):
        pass
    while send_next(school.site):
        pass


def subjects(school: TestSchool) -> set[str]:
    return {str(one.message["Subject"])[:20] for one in school.mail.accepted}


def test_a_leap_would_poll_without_end_or_not_at_all(school: TestSchool) -> None:
    for leap in (DAY, -DAY, DAY, -DAY, -timedelta(hours=1)):
        school.clock.advance(leap)
        school.x.mention(f"@fernhillprimary harmless words {leap}", "parent", school.clock.now())
        assert polls_in(school, beats=20) == 1
        school.clock.advance(timedelta(minutes=6))
        assert polls_in(school, beats=20) == 1
    school.clock.advance(timedelta(minutes=30))
    assert polls_in(school, beats=1) == 1
    with school.site.database.read() as session:
        stored = sorted(session.scalars(select(Item.text)))
    assert stored == sorted(one.text for one in school.x.books())


def test_a_mail_put_off_while_the_clock_ran_ahead_would_wait_for_a_day(school: TestSchool) -> None:
    school.clock.advance(DAY)
    school.mail.refuse("rcpt", "451 4.3.2 try again later")
    school.x.mention("@fernhillprimary CRITICAL words", "stranger", school.clock.now())
    polls_in(school, beats=1)
    follow_through(school)
    assert not school.mail.accepted
    school.mail.behave()
    school.clock.advance(-DAY)
    follow_through(school)
    assert school.mail.accepted
    with school.site.database.read() as session:
        assert len(session.scalars(select(Incident)).all()) == 1
    assert not verify_store(school.site.database, school.site.evidence, school.site.school_id).faults


def wait_until_asked(here: Town, more_than: int, seconds: float) -> None:
    give_up = time.monotonic() + seconds
    while len(here.platforms["x"].requests) <= more_than:
        assert time.monotonic() < give_up, "the heart of the daemon stands still"
        time.sleep(0.05)


def test_a_machine_clock_set_back_would_stop_the_heart_for_a_day(
    tmp_path: Path, sqlite_database: str
) -> None:
    """APScheduler plans by that clock, and would sleep until its old time comes again."""
    shift = tmp_path / "shift"
    shift.write_text("0")
    clock = RunningClock(datetime.now(UTC), time.monotonic())
    with town(tmp_path, "x") as here, Victim(tmp_path / "log") as victim:
        pid = victim.start(here.write(sqlite_database), clock, "serve", shift=shift)
        for leap in (0, DAY.total_seconds(), 0, -DAY.total_seconds()):
            part = tmp_path / "shift.part"
            part.write_text(str(leap))
            part.replace(shift)
            asked = len(here.platforms["x"].requests)
            wait_until_asked(here, asked, 20)
        asked = len(here.platforms["x"].requests)
        time.sleep(2)
        assert len(here.platforms["x"].requests) - asked < 40
        os.kill(pid, signal.SIGTERM)
        assert victim.wait(15) == 0
    assert "clock_was_set" in (tmp_path / "log").read_text()
    # That the clock is a day off the platform's is told, and rightly so.
    subjects = [str(mail.message["Subject"]) for mail in here.mail.accepted]
    assert all("clock" in subject for subject in subjects), "somebody was told that a source is stuck"
