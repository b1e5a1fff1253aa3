"""An act on our own page that was decided and not done yet, when the matter turns out to be another."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update
from support.clock import SettableClock
from support.monitor_bench import rows, task_of
from support.school import TestSchool, running_school

from alerts.ladder.state import Decision
from alerts.ladder.words import DecisionKind, Step
from config.words import Outcome, TaskState
from monitor.pipeline.incidents.decisions import close_incident, decide
from monitor.pipeline.own_pages.own_page import Wanted, act_next, decide_act
from monitor.pipeline.sealing_up.pictures import rule_on_pictures
from monitor.store.models import ActKind, ActState, Incident, OwnPageAct, Ruling, Source

HEAD = "A. Head"


@pytest.fixture
def school(tmp_path: Path, clock: SettableClock, sqlite_database: str) -> Iterator[TestSchool]:
    with running_school(tmp_path, clock, sqlite_database) as running:
        running.first_look()
        yield running


def planned(school: TestSchool, words: str = "ABUSE you lot") -> tuple[str, Incident]:
    """A comment that somebody decided to hide; the platform has not heard of it."""
    post = school.facebook.own_post("News from school", school.clock.now())
    external_id = school.facebook.comment(post, words, "local", school.clock.now())
    school.look("facebook")
    decide(school.site, task_of(school, Step.TRIAGE).id, Decision(DecisionKind.DONE, HEAD, reason="seen"))
    incident = rows(school, Incident)[-1]
    decide_act(school.site, incident.reference, Wanted(ActKind.HIDE, HEAD, "as agreed"))
    return external_id, incident


def finish(school: TestSchool) -> None:
    while act_next(school.site) is not None:
        pass


def test_a_suspected_indecent_image_would_be_hidden_all_the_same(school: TestSchool) -> None:
    """Nothing about it is touched: the police say what follows (QC 2.7.4)."""
    comment, incident = planned(school)
    rule_on_pictures(school.site, incident.reference, Ruling.SUSPECTED, by=HEAD, reason="told by a parent")
    finish(school)
    assert not school.facebook.is_hidden(comment)
    (act,) = rows(school, OwnPageAct)
    assert act.state == ActState.REFUSED
    assert "indecent image" in (act.words or "")


def test_what_was_found_to_be_fair_comment_would_be_hidden_afterwards(school: TestSchool) -> None:
    comment, incident = planned(school)
    close_incident(school.site, incident.reference, reason="fair comment", by=HEAD, outcome=Outcome.UNFOUNDED)
    finish(school)
    assert not school.facebook.is_hidden(comment)


def test_one_source_that_left_the_settings_would_keep_every_other_act_waiting(school: TestSchool) -> None:
    planned(school)
    with school.site.database.write() as session:
        session.execute(update(Source).where(Source.name == "facebook").values(name="old-page"))
    finish(school)
    (act,) = rows(school, OwnPageAct)
    assert (act.state, act.finished_at) == (ActState.REFUSED, school.clock.now())
    assert "settings" in (act.words or "")
    school.clock.advance(timedelta(minutes=5))
    assert act_next(school.site) is None


def test_of_two_comments_the_one_that_cannot_be_hidden_would_be_forgotten(school: TestSchool) -> None:
    """The other was hidden last, and nobody would be asked to go on with the first."""
    post = school.facebook.own_post("News from school", school.clock.now())
    for author in ("local", "other"):
        school.facebook.comment(post, "ABUSE you lot, all of you", author, school.clock.now())
    school.look("facebook")
    decide(school.site, task_of(school, Step.TRIAGE).id, Decision(DecisionKind.DONE, HEAD, reason="seen"))
    (incident,) = rows(school, Incident)
    first, _ = decide_act(school.site, incident.reference, Wanted(ActKind.HIDE, HEAD, "as agreed"))
    with school.site.database.write() as session:
        session.get_one(OwnPageAct, first).state = ActState.REFUSED
    finish(school)
    assert task_of(school, Step.OWN_PAGE_HIDE).state == TaskState.REFUSED
    assert task_of(school, Step.HOST_REPORT).state == TaskState.OPEN
