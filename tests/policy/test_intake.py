"""What people hand in: taken whole, sealed and raised like what was fetched, and the stop that comes first."""

import json
from collections.abc import Iterator
from email.message import EmailMessage
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from support.clock import SettableClock
from support.command_line import Ran, run
from support.monitor_bench import rows, school_with
from support.policy import serves, switch
from support.school import TestSchool

from config.words import Lane
from monitor.evidence.captures import read_capture
from monitor.evidence.folder import read_item
from monitor.pipeline import handed_in
from monitor.store.models import Capture, HandedIn, Incident, Item, OutgoingMail

FORUM = "https://forum.fernhill-village.example/thread/88"
SEEN = ("--seen-at", "2026-11-16 11:30")


@pytest.fixture
def school(tmp_path: Path, clock: SettableClock, sqlite_database: str) -> Iterator[TestSchool]:
    with school_with(tmp_path, clock, sqlite_database) as opened:
        yield opened


@pytest.fixture(autouse=True)
def _at_noon(clock: SettableClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line opens the site with the clock of the test."""
    monkeypatch.setattr("monitor.cli.shared.open_site", _opener(clock))


def _opener(clock: SettableClock) -> Any:
    from monitor.site import open_site

    return lambda settings, **how: open_site(settings, clock.now, **how)


def intake(school: TestSchool, *arguments: object, stop: str = "yes", stdin: str = "") -> Ran:
    config = ("--config", school.folder / "schoolwatch.toml", "intake")
    given = (*arguments, "--by", "T. Teacher", "--no-indecent-image", stop)
    return run(*config, *given, stdin=stdin.encode())


def one(school: TestSchool, model: Any) -> Any:
    found = rows(school, model)
    assert len(found) == 1, found
    return found[0]


@serves("NEU 2.3/13.1", without=switch("monitor.pipeline.raising.IncidentDesk.take", lambda *_: None))
def test_a_village_forum_typed_in_goes_the_way_of_a_facebook_comment(school: TestSchool) -> None:
    """What stands where no connector reads would be dealt with by memory, or not at all."""
    ran = intake(school, FORUM, "--kind", "inflammatory", "--text", "ABUSE of a teacher", *SEEN)
    assert ran.status == 0, ran.err
    incident = one(school, Incident)
    assert incident.state == "open"
    assert {task.step for task in _tasks(school)} >= {"triage", "host_report"}
    assert [mail.recipient for mail in rows(school, OutgoingMail)] == ["manager@fernhill.example"]


def _tasks(school: TestSchool) -> Any:
    from monitor.store.models import TakedownTask

    return rows(school, TakedownTask)
