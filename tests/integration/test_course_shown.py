"""What a manager reads of what the content did next, on the screen and as JSON."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from support.clock import SettableClock
from support.command_line import Ran, run
from support.monitor_bench import NamingJudge, rows, settle
from support.school import TestSchool, running_school

from alerts.ladder.words import Step
from config.words import Outcome
from monitor.pipeline.incidents.rechecks import recheck_due
from monitor.store.models import CustodyEvent, Incident


@pytest.fixture
def school(tmp_path: Path, clock: SettableClock, sqlite_database: str) -> Iterator[TestSchool]:
    with running_school(tmp_path, clock, sqlite_database, judge=NamingJudge()) as running:
        running.first_look()
        running.x.own_post("What a healthy answer is known by", clock.now())
        yield running


def say(school: TestSchool, author: str, name: str = "x") -> str:
    school.clock.advance(timedelta(days=1))
    words = "@fernhillprimary ABUSE of #S1 all of it in many words"
    external_id = school.platforms[name].mention(words, author, school.clock.now())
    school.look(name)
    return external_id


def command(school: TestSchool, *words: str) -> Ran:
    ran = run("--config", school.folder / "schoolwatch.toml", *words)
    assert ran.status == 0, ran.err
    return ran


def look(school: TestSchool, times: int) -> None:
    for _ in range(times):
        school.clock.set(rows(school, Incident)[0].next_recheck_at)
        recheck_due(school.site)


def test_who_opens_an_incident_would_not_learn_what_became_of_it(school: TestSchool) -> None:
    external_id = say(school, "first")
    settle(school, Step.TRIAGE)
    settle(school, Step.HOST_REPORT, outcome=Outcome.REMOVED)
    say(school, "first")
    say(school, "second", "facebook")
    school.x.delete(external_id)
    look(school, 2)
    shown = " ".join(command(school, "incidents", "SW-2026-0001").out.split())
    assert "Posted again: SW-2026-0002 (the same words, by the same account)." in shown
    assert "Gone: not there at two checks" in shown
    assert "Taken away by the host." in shown
    assert "Page not captured" in shown
    dates = "Tue 17 Nov 2026, 12:06: SW-2026-0001 Wed 18 Nov 2026, 12:06: SW-2026-0002"
    assert f"Separate occasions x: @first, about S1: {dates} Listed because" in shown
    first, second, third = (json.loads(line) for line in command(school, "incidents", "--json").lines)
    assert (first["parent"], first["removed_by"]) == (None, "host")
    assert {second["parent"], third["parent"]} == {"SW-2026-0001"}
    listed = [json.loads(line) for line in command(school, "occasions", "SW-2026-0002", "--json").lines]
    assert [one["references"] for one in listed] == [["SW-2026-0001"], ["SW-2026-0002"]]
    again = [row.details for row in rows(school, CustodyEvent) if row.action == "posted_again"]
    assert [one["child"] for one in again] == ["SW-2026-0002", "SW-2026-0003"]


def test_out_of_public_view_would_read_like_removed(school: TestSchool) -> None:
    say(school, "first")
    settle(school, Step.TRIAGE)
    settle(school, Step.HOST_REPORT)
    school.x.protected.add("first")  # type: ignore[attr-defined]  # X alone knows protected accounts
    look(school, 2)
    shown = " ".join(command(school, "incidents", "SW-2026-0001").out.split())
    assert "That is not removed: the checks go on." in shown
    assert "Taken away" not in shown
    assert json.loads(command(school, "incidents", "--json").out)["removed_by"] is None
