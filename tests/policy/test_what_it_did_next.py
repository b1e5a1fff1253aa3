"""Posted again, gone, out of view: what content does after it was found (NEU 5.1, 9.4)."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from support.clock import SettableClock
from support.command_line import run
from support.ladder_play import T0, Play
from support.monitor_bench import rows, settle
from support.policy import serves, switch
from support.school import TestSchool, running_school

from alerts.ladder.machine import close, default_policy, next_recheck
from alerts.ladder.state import LadderRefused
from alerts.ladder.words import DecisionKind, Step
from config.words import Outcome, TaskState, Visibility
from monitor.pipeline.incidents.ladders import read_ladder, write_ladder
from monitor.pipeline.incidents.recirculation import Repeats
from monitor.store.models import Incident

TOO_SOON = {**default_policy(), "gone_minutes": 1}
WORDS = "@fernhillprimary ABUSE of the worst sort, all of it"


@pytest.fixture
def school(tmp_path: Path, clock: SettableClock, sqlite_database: str) -> Iterator[TestSchool]:
    with running_school(tmp_path, clock, sqlite_database) as running:
        running.first_look()
        yield running


def say(school: TestSchool, words: str, author: str, name: str) -> str:
    external_id = school.platforms[name].mention(words, author, school.clock.now())
    school.look(name)
    school.clock.advance(timedelta(minutes=6))
    return external_id


def listed(school: TestSchool) -> list[dict[str, object]]:
    ran = run("--config", school.folder / "schoolwatch.toml", "incidents", "--json")
    return [json.loads(line) for line in ran.out.splitlines()]


@serves(
    "NEU 5.1",
    without=(
        switch("monitor.pipeline.incidents.raising.Recirculations.of_raised", lambda *_: Repeats()),
        switch("monitor.pipeline.incidents.recirculation.posted_again", lambda ladder, _at: ladder),
    ),
)
def test_words_that_were_removed_once_would_go_round_elsewhere_unnoticed(school: TestSchool) -> None:
    say(school, WORDS, "first", "x")
    settle(school, Step.TRIAGE)
    settle(school, Step.AUTHOR_REQUEST, kind=DecisionKind.SKIP)
    settle(school, Step.HOST_REPORT, outcome=Outcome.AMENDED)
    _close(school)
    say(school, "ABUSE of the w0rst sort , all of it!", "second", "facebook")
    first, again = listed(school)
    assert again["parent"] == first["reference"]
    assert first["state"] == "open"


@serves(
    "NEU 5.1",
    without=switch("monitor.pipeline.incidents.raising.Recirculations.of_harmless", lambda *_: None),
)
def test_harmless_words_would_carry_it_on_by_a_link(school: TestSchool) -> None:
    external_id = say(school, WORDS, "first", "x")
    say(school, f"Look at https://twitter.com/first/status/{external_id}?s=20", "second", "facebook")
    first, again = listed(school)
    assert again["parent"] == first["reference"]


@serves("NEU 9.4/1", without=switch("alerts.ladder.observing.RECHECK_HOURS", (1,)))
def test_a_removal_would_be_believed_and_never_looked_at() -> None:
    play = Play()
    play.triage()
    play.done(Step.HOST_REPORT)
    looks, last = [], None
    while (last := next_recheck(play.ladder, last)) is not None:
        looks.append((last - T0) / timedelta(hours=1))
    assert looks == [1, 6, 24, 48, 7 * 24, 30 * 24]


@serves("NEU 9.4/1", without=switch("alerts.ladder.observing.end_moot_tasks", lambda ladder, *_: ladder))
def test_what_is_gone_would_still_be_chased() -> None:
    play = Play()
    play.triage()
    play.done(Step.HOST_REPORT)
    for _ in range(2):
        play.wait(hours=1)
        play.sees(Visibility.GONE)
    report = play.the(Step.HOST_REPORT)
    assert (report.state, report.outcome) == (TaskState.DONE, Outcome.REMOVED)


@serves("NEU 9.4/1", without=switch("alerts.ladder.machine.default_policy", lambda: TOO_SOON))
def test_one_failed_look_would_be_told_to_a_teacher_as_removed() -> None:
    play = Play()
    play.triage()
    play.done(Step.HOST_REPORT)
    for visibility, minutes in ((Visibility.GONE, 60), (Visibility.GONE, 10), (Visibility.UNKNOWN, 60)):
        play.wait(minutes=minutes)
        play.sees(visibility)
    assert play.the(Step.HOST_REPORT).state is TaskState.WAITING


@serves("NEU 9.4/1", without=switch("alerts.ladder.closing._check_seen", lambda *_: None))
def test_an_account_gone_private_would_be_called_removed() -> None:
    play = Play()
    play.triage()
    play.skip(Step.AUTHOR_REQUEST)
    play.done(Step.HOST_REPORT)
    for _ in range(2):
        play.wait(hours=1)
        play.sees(Visibility.NOT_PUBLICLY_VISIBLE)
    play.done(Step.HOST_REPORT, Outcome.NOT_PUBLICLY_VISIBLE)
    play.done(Step.AFFECTED_INFORMED)
    play.done(Step.SUPPORT_OFFER, answer="declined")
    play.done(Step.INVESTIGATION)
    with pytest.raises(LadderRefused, match="not been seen gone"):
        play.close(Outcome.REMOVED)
    play.close()
    assert play.ladder.closing is not None
    assert play.ladder.closing.outcome is Outcome.NOT_PUBLICLY_VISIBLE
    assert play.ladder.closing.verified_at is None


def _close(school: TestSchool) -> None:
    with school.site.database.write() as session:
        incident = rows(school, Incident)[0]
        row = session.get_one(Incident, incident.id)
        ladder = close(read_ladder(row), "over", "A. Manager", school.clock.now(), outcome=Outcome.AMENDED)
        write_ladder(session, row, ladder)
