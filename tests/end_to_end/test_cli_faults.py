"""Faults that nobody foresaw, and mail that did not leave: what the technician reads of them."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from support.clock import SettableClock
from support.command_line import run
from support.monitor_bench import school_with, send_all
from support.school import TestSchool

from monitor.cli import main, records
from monitor.cli.shared import remember_config

SECRET_WORDS = "SECRETWORDS of a pupil"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    yield
    remember_config(None)


@pytest.fixture
def school(tmp_path: Path, clock: SettableClock, database_url: str) -> Iterator[TestSchool]:
    with school_with(tmp_path, clock, database_url) as running:
        running.first_look()
        yield running


def break_items(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise LookupError(SECRET_WORDS)

    monkeypatch.setattr(records, "_source_names", broken)


def test_a_fault_of_ours_would_end_in_a_traceback_with_the_words_of_a_comment(
    school: TestSchool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would be pasted whole into a public issue."""
    assert school
    break_items(monkeypatch)
    ran = run("items")
    assert ran.status == 1
    (line,) = ran.err.splitlines()
    assert "LookupError at monitor/cli/records.py:" in line
    assert SECRET_WORDS not in line


@pytest.mark.parametrize("way", ["option", "environment"])
def test_whoever_mends_it_would_not_see_where_it_broke(
    school: TestSchool, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    assert school
    break_items(monkeypatch)
    if way == "environment":
        monkeypatch.setenv("SCHOOLWATCH_DEBUG", "1")
    option = ["--debug"] if way == "option" else []
    monkeypatch.setattr("sys.argv", ["schoolwatch", *option, "items"])
    with pytest.raises(LookupError):
        main()


def test_a_refused_alert_would_be_seen_by_nobody(school: TestSchool) -> None:
    """The address has a slip of the pen; since September every alert to the manager was refused."""
    school.mail.refuse("rcpt", "550 5.1.1 no such mailbox", recipient="manager@fernhill.example")
    school.x.mention(f"@fernhillprimary ABUSE {SECRET_WORDS}", "stranger", school.clock.now())
    school.look()
    send_all(school)
    rows = [json.loads(line) for line in run("mail", "--json").lines]
    refused = next(row for row in rows if row["kind"] == "alert")
    assert (refused["recipient"], refused["state"]) == ("senior manager", "failed")
    assert "no such mailbox" in refused["last_error"]
    assert refused["next_attempt_at"] is None
    shown = run("mail")
    assert shown.status == 0
    assert "SECRETWORDS" not in shown.out
    assert "manager@" not in json.dumps(refused | {"last_error": ""})
    checked = [json.loads(line) for line in run("check", "--json").lines]
    (line,) = (one for one in checked if one["subject"] == "mails")
    assert line["state"] == "warning"
    assert "refused for good" in line["message"]
    assert "schoolwatch mail" in line["mend"]


def test_mail_that_waits_for_a_dead_server_would_look_as_if_it_had_left(school: TestSchool) -> None:
    school.mail.refuse("rcpt", "451 4.3.2 try again later")
    school.x.mention("@fernhillprimary ABUSE words", "stranger", school.clock.now())
    school.look()
    (row,) = (json.loads(line) for line in run("mail", "--json").lines)
    assert row["state"] == "queued"
    assert row["next_attempt_at"] is not None
    school.mail.behave()
    school.clock.advance(timedelta(hours=1))
    send_all(school)
    assert run("mail", "--json").lines == []
    checked = [json.loads(line) for line in run("check", "--json").lines]
    assert [one["state"] for one in checked if one["subject"] == "mails"] == ["ok"]
