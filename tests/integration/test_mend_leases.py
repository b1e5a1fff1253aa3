"""Who may read a source: the service and a `poll` beside it, with other settings, secrets and clocks."""

import os
import socket
import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from support.clock import SettableClock
from support.monitor_bench import rows, school_with
from support.school import PlainJudge, TestSchool
from typer.testing import CliRunner

from connectors.errors import Transient
from connectors.interface import Page
from monitor import passes
from monitor.cli import app
from monitor.daemon.polling import PollCrew
from monitor.daemon.service import recover
from monitor.pipeline.reading.accounts import connect
from monitor.pipeline.reading.holders import daemon_holder, is_over, pass_holder
from monitor.pipeline.reading.poll import LEASE, fail_source, poll_source, take_lease
from monitor.pipeline.telling.watchkeeping import keep_watch
from monitor.site import open_site
from monitor.store.models import Item, OperatorAlert, Source


def source(school: TestSchool) -> Source:
    (only,) = (one for one in rows(school, Source) if one.name == "x")
    return only  # type: ignore[no-any-return]  # rows of any table


def set_source(school: TestSchool, **values: object) -> None:
    with school.site.database.write() as session:
        row = session.get_one(Source, source(school).id)
        for name, value in values.items():
            setattr(row, name, value)


def with_a_source_added(school: TestSchool) -> Any:
    (x,) = school.site.settings.sources
    more = (x, x.model_copy(update={"name": "x-new"}))
    return school.site.settings.model_copy(update={"sources": more})


@pytest.mark.parametrize("command", ["incidents", "items", "tasks"])
def test_a_command_that_looks_would_give_the_service_a_source_it_does_not_know(
    tmp_path: Path, clock: SettableClock, sqlite_database: str, command: str
) -> None:
    """The technician adds a source and looks at `incidents` before the restart."""
    with school_with(tmp_path, clock, sqlite_database) as school:
        config = tmp_path / "schoolwatch.toml"
        config.write_text(config.read_text().replace('name = "x"', 'name = "x-renamed"'))
        result = CliRunner().invoke(app, ["--config", str(config), command])
        assert result.exit_code == 0, result.output
        assert [(one.name, one.enabled) for one in rows(school, Source)] == [("x", True)]


def test_a_source_that_only_a_poll_by_hand_knows_would_break_the_watch(
    tmp_path: Path, clock: SettableClock, database_url: str
) -> None:
    """Every half minute the service would fall over it, and no outage be told any more."""
    with school_with(tmp_path, clock, database_url) as school:
        school.first_look()
        open_site(with_a_source_added(school), clock.now).close()
        assert len(rows(school, Source)) == 2
        clock.advance(timedelta(hours=3))
        keep_watch(school.site)
        assert [alert.subject for alert in rows(school, OperatorAlert)] == ["x"]
        assert PollCrew(school.site, lambda: None)._due() == ["x"]


def test_a_poll_by_hand_of_one_source_does_not_call_the_others_stuck(
    tmp_path: Path, clock: SettableClock, sqlite_database: str
) -> None:
    with school_with(tmp_path, clock, sqlite_database, names=("x", "facebook")) as school:
        school.first_look()
        clock.advance(timedelta(hours=3))
        school.look("facebook")
        assert rows(school, OperatorAlert) == []


def test_a_poll_without_credentials_would_break_off_the_service_s(
    tmp_path: Path, clock: SettableClock, database_url: str
) -> None:
    """The page in its hand would be lost, and the source rest for half an hour."""
    with school_with(tmp_path, clock, database_url) as school:
        fence = take_lease(school.site, "x", daemon_holder())
        before = source(school)
        report = fail_source(school.site, "x", Transient("no credentials here"), pass_holder())
        assert report.failed, "it is said to who asked"
        after = source(school)
        assert (after.fence, after.lease_by, after.failures) == (fence, daemon_holder(), 0)
        assert after.next_poll_at == before.next_poll_at
        fail_source(school.site, "x", Transient("its own"), daemon_holder())
        assert source(school).failures == 1


def test_two_processes_a_moment_apart_would_both_hold_the_lease(
    tmp_path: Path, clock: SettableClock, database_url: str
) -> None:
    """One reads the time, the other is quicker with the database: its lease is no lease from the future."""
    with school_with(tmp_path, clock, database_url) as school:
        a_moment_later = replace(school.site, now=lambda: clock.now() + timedelta(seconds=2))
        assert take_lease(a_moment_later, "x", "the quicker one") is not None
        assert take_lease(school.site, "x", "the slower one") is None


def test_a_lease_from_a_clock_that_ran_ahead_would_last_for_days(
    tmp_path: Path, clock: SettableClock, database_url: str
) -> None:
    with school_with(tmp_path, clock, database_url) as school:
        ahead = replace(school.site, now=lambda: clock.now() + timedelta(days=2))
        assert take_lease(ahead, "x", "dead by now") is not None
        assert take_lease(school.site, "x", "after the clock was set") is not None
        assert source(school).lease_until == clock.now() + LEASE


def test_a_service_that_starts_would_break_the_lease_of_a_poll_under_way(
    tmp_path: Path, clock: SettableClock, database_url: str
) -> None:
    """Both would read the source, and what the poll has in hand be lost."""
    with school_with(tmp_path, clock, database_url) as school:
        fence = take_lease(school.site, "x", pass_holder())
        recover(school.site)
        assert (source(school).lease_by, source(school).fence) == (pass_holder(), fence)
        set_source(school, lease_by=f"service {socket.gethostname()}:{os.getpid()}")
        recover(school.site)
        assert source(school).lease_by is None, "of the service before"


def test_a_lease_of_a_poll_that_died_would_wait_for_its_end() -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    assert is_over(f"poll {socket.gethostname()}:{gone.pid}")
    assert not is_over(pass_holder())
    assert not is_over(f"poll another-machine:{gone.pid}"), "nobody here can know"
    assert is_over("service another-machine:1")


class _Pausing:
    """A connector whose platform asks for a pause after the first page of many."""

    def __init__(self, real: Any, until: datetime) -> None:
        self.real, self.until, self.fetched = real, until, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)

    def fetch(self, stream: Any, cursor: Any, *, deadline: float) -> Page:
        self.fetched += 1
        assert self.fetched < 10, "it is asked again and again"
        page: Page = self.real.fetch(stream, cursor, deadline=deadline + 30)
        return replace(page, not_before=self.until, more=True)


def test_a_platform_that_asks_for_a_pause_would_be_asked_on_by_hand(
    tmp_path: Path, clock: SettableClock, sqlite_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would shut the school out; what is left is read by the next pass."""
    monkeypatch.setattr("monitor.pipeline.reading.poll.POLL_SECONDS", -1.0)
    with school_with(tmp_path, clock, sqlite_database) as school:
        real = connect(school.site, school.site.source_settings("x"))
        pausing = _Pausing(real, clock.now() + timedelta(minutes=15))
        monkeypatch.setattr(passes, "connect", lambda *_: pausing)
        report = passes.read_source(school.site, "x")
        assert pausing.fetched == 1
        assert (report.failed, report.finished) == (False, False)
        assert source(school).next_poll_at == clock.now() + timedelta(minutes=15)


class _BrokenJudge(PlainJudge):
    def judge(self, _: Any) -> Any:
        raise RuntimeError("the model is damaged")


def test_a_broken_judge_would_keep_queued_mail_from_leaving(
    tmp_path: Path, clock: SettableClock, sqlite_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An alert of this morning waits in the outbox; the model broke at noon."""
    with school_with(tmp_path, clock, sqlite_database) as school:
        school.first_look()
        school.x.mention("@fernhillprimary CRITICAL words", "stranger", clock.now())
        monkeypatch.setattr(passes, "send_next", lambda _: False)
        school.look()
        monkeypatch.undo()
        assert school.mail.accepted == []
        clock.advance(timedelta(minutes=6))
        school.x.mention("@fernhillprimary more words", "stranger", clock.now())
        school.judge = _BrokenJudge()
        with pytest.raises(Exception, match="cannot be judged"):
            school.look()
        assert "head@fernhill.example" in [one.recipients[0] for one in school.mail.accepted]


def test_a_school_that_polls_from_cron_would_keep_everything_and_export_nothing(
    tmp_path: Path, clock: SettableClock, database_url: str
) -> None:
    with school_with(tmp_path, clock, database_url) as school:
        school.x.mention("@fernhillprimary harmless words", "parent", clock.now())
        school.first_look()
        clock.advance(timedelta(days=7))
        school.look()
        assert {item.text for item in rows(school, Item)} == {None}
        weekly = [one for one in school.mail.accepted if "2026-W47" in str(one.message["Subject"])]
        assert [one.recipients[0] for one in weekly] == ["manager@fernhill.example"]


def test_a_clock_set_during_a_poll_would_leave_the_source_alone_until_its_time_comes_again(
    tmp_path: Path, clock: SettableClock, database_url: str
) -> None:
    """It is set forward while the platform answers, and right again a second later."""
    with school_with(tmp_path, clock, database_url) as school:
        real = connect(school.site, school.site.source_settings("x"))

        class Slow(_Pausing):
            def fetch(self, stream: Any, cursor: Any, *, deadline: float) -> Page:
                clock.set(ahead)
                page: Page = real.fetch(stream, cursor, deadline=deadline)
                return page

        right, ahead = clock.now(), clock.now() + timedelta(days=1)
        poll_source(school.site, "x", Slow(real, ahead), daemon_holder())
        clock.set(right + timedelta(seconds=1))
        assert PollCrew(school.site, lambda: None)._due() == ["x"]
        real.close()
