"""Hiding and deleting on the school's own pages: real requests to the platforms on this machine."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from support.clock import SettableClock
from support.command_line import run
from support.monitor_bench import rows, task_of
from support.school import TestSchool, running_school

from alerts.ladder.state import Decision, LadderRefused
from alerts.ladder.words import DecisionKind, Step
from config.words import TaskState
from connectors.loopback import Fault
from monitor.pipeline.incidents.decisions import decide
from monitor.pipeline.own_pages.own_page import ActRefused, Wanted, act_next, decide_act, forget
from monitor.store.models import ActKind, ActState, CustodyEvent, Incident, OwnPageAct, TakedownTask

HEAD = "A. Head"


@pytest.fixture
def school(tmp_path: Path, clock: SettableClock, sqlite_database: str) -> Iterator[TestSchool]:
    with running_school(tmp_path, clock, sqlite_database) as running:
        running.first_look()
        yield running


@pytest.fixture
def comment(school: TestSchool) -> str:
    post = school.facebook.own_post("News from school", school.clock.now())
    external_id = school.facebook.comment(post, "ABUSE you lot", "local", school.clock.now())
    school.look("facebook")
    return external_id


@pytest.fixture
def incident(school: TestSchool, comment: str) -> Incident:
    [found] = rows(school, Incident)
    return found


def looked_at(school: TestSchool) -> None:
    decide(school.site, task_of(school, Step.TRIAGE).id, Decision(DecisionKind.DONE, HEAD, reason="seen"))


def act(school: TestSchool, incident: Incident, kind: ActKind, by: str = HEAD) -> ActState:
    numbers = decide_act(school.site, incident.reference, Wanted(kind, by, "as agreed"))
    while act_next(school.site, numbers) is not None:
        pass
    return ActState(next(row.state for row in rows(school, OwnPageAct) if row.id in numbers))


def state_of(school: TestSchool, step: Step) -> str:
    return next(row.state for row in rows(school, TakedownTask) if row.step == step)


def test_a_comment_would_stay_up_after_somebody_decided_to_hide_it(
    school: TestSchool, comment: str, incident: Incident
) -> None:
    looked_at(school)
    assert act(school, incident, ActKind.HIDE) is ActState.DONE
    assert school.facebook.is_hidden(comment)
    assert state_of(school, Step.OWN_PAGE_HIDE) == TaskState.DONE


def test_a_comment_would_be_hidden_before_anybody_looked(
    school: TestSchool, comment: str, incident: Incident
) -> None:
    with pytest.raises(LadderRefused, match="look at it first"):
        decide_act(school.site, incident.reference, Wanted(ActKind.HIDE, HEAD, "quickly"))
    assert rows(school, OwnPageAct) == []
    assert not school.facebook.is_hidden(comment)


def test_a_hidden_comment_could_not_be_shown_again(
    school: TestSchool, comment: str, incident: Incident
) -> None:
    looked_at(school)
    act(school, incident, ActKind.HIDE)
    assert act(school, incident, ActKind.UNHIDE) is ActState.DONE
    assert not school.facebook.is_hidden(comment)


def test_a_comment_would_be_deleted_at_one_stroke(
    school: TestSchool, comment: str, incident: Incident
) -> None:
    """Hiding first; deleting is a second decision (Nunney 2.8.3)."""
    looked_at(school)
    with pytest.raises(ActRefused, match="Hide it first"):
        decide_act(school.site, incident.reference, Wanted(ActKind.DELETE, HEAD, "away with it"))
    act(school, incident, ActKind.HIDE)
    assert act(school, incident, ActKind.DELETE) is ActState.DONE


def test_a_reason_could_be_left_out(school: TestSchool, incident: Incident) -> None:
    with pytest.raises(LadderRefused, match="reason is missing"):
        decide_act(school.site, incident.reference, Wanted(ActKind.HIDE, HEAD, " "))


def test_a_lost_answer_would_be_taken_for_done_or_forgotten(
    school: TestSchool, comment: str, incident: Incident
) -> None:
    """The connection breaks after the request left: it is tried again until the platform answers."""
    looked_at(school)
    school.facebook.misbehave(Fault.DROPPED_CONNECTION, writes=True)
    numbers = decide_act(school.site, incident.reference, Wanted(ActKind.HIDE, HEAD, "as agreed"))
    first = act_next(school.site, numbers)
    assert first is not None
    assert first.state is ActState.PLANNED
    assert act_next(school.site, numbers) is None
    school.clock.advance(timedelta(minutes=3))
    again = act_next(school.site, numbers)
    assert again is not None
    assert again.state is ActState.DONE
    assert school.facebook.is_hidden(comment)


def test_a_kill_before_the_platform_heard_would_lose_the_decision(
    school: TestSchool, comment: str, incident: Incident
) -> None:
    """Decided and written down; the process died. The next pass does it."""
    looked_at(school)
    decide_act(school.site, incident.reference, Wanted(ActKind.HIDE, HEAD, "as agreed"))
    school.look("facebook")
    assert school.facebook.is_hidden(comment)


def test_a_platform_that_refuses_would_leave_the_ladder_standing(
    school: TestSchool, comment: str, incident: Incident
) -> None:
    looked_at(school)
    school.facebook.misbehave(Fault.FORBIDDEN, writes=True)
    assert act(school, incident, ActKind.HIDE) is ActState.REFUSED
    assert state_of(school, Step.OWN_PAGE_HIDE) == TaskState.REFUSED
    assert state_of(school, Step.HOST_REPORT) == TaskState.OPEN


def test_a_suspected_indecent_image_would_be_touched(school: TestSchool) -> None:
    post = school.facebook.own_post("News", school.clock.now())
    school.facebook.comment(post, "IMAGE look", "local", school.clock.now())
    school.look("facebook")
    [incident] = rows(school, Incident)
    with pytest.raises(ActRefused, match="police"):
        decide_act(school.site, incident.reference, Wanted(ActKind.HIDE, HEAD, "away"))


def test_a_post_of_somebody_else_would_be_hidden_where_we_have_no_say(school: TestSchool) -> None:
    school.x.mention("@fernhillprimary ABUSE", "stranger", school.clock.now())
    school.look("x")
    [incident] = rows(school, Incident)
    with pytest.raises(ActRefused, match="page of the school"):
        decide_act(school.site, incident.reference, Wanted(ActKind.HIDE, HEAD, "away"))


def test_nobody_could_tell_later_who_hid_it(school: TestSchool, comment: str, incident: Incident) -> None:
    looked_at(school)
    act(school, incident, ActKind.HIDE)
    said = [
        (row.action, row.actor) for row in rows(school, CustodyEvent) if row.action.startswith("own_page")
    ]
    assert said == [("own_page_decided", HEAD), ("own_page_answered", HEAD)]


def test_the_command_says_who_still_sees_it(school: TestSchool, comment: str, incident: Incident) -> None:
    looked_at(school)
    settings = school.folder / "schoolwatch.toml"
    ran = run("--config", settings, "incidents", "hide", incident.reference, "--reason", "ok", "--by", HEAD)
    assert ran.status == 0, ran.err
    assert "hidden on our page" in ran.out
    assert "the author's friends" in ran.out
    assert school.facebook.is_hidden(comment)


def test_why_it_was_hidden_would_outlive_what_was_said(
    school: TestSchool, comment: str, incident: Incident
) -> None:
    looked_at(school)
    act(school, incident, ActKind.HIDE)
    with school.site.database.write() as session:
        forget(session, [incident.id])
    [kept] = rows(school, OwnPageAct)
    assert (kept.reason, kept.words, kept.decided_by) == ("", None, HEAD)
