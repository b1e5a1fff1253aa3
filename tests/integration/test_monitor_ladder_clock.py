"""The ladder in the daemon: reminders, decisions, re-checks; real platforms on loopback."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from support.clock import SettableClock
from support.monitor_bench import mails, rows, school_with, send_all, settle, task_of
from support.school import TestSchool, running_school

from alerts.ladder.machine import next_recheck
from alerts.ladder.state import Decision, LadderRefused
from alerts.ladder.words import DecisionKind, Step
from config.words import Outcome
from connectors.loopback import Fault
from monitor.pipeline.incidents.decisions import NoSuchTask, decide
from monitor.pipeline.incidents.ladder_clock import run_ladders
from monitor.pipeline.incidents.ladders import read_ladder
from monitor.pipeline.incidents.rechecks import recheck_due
from monitor.pipeline.reading.accounts import connect
from monitor.store.models import CustodyEvent, Incident, OutgoingMail, Recheck, TakedownTask

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def school(tmp_path: Path, clock: SettableClock, database_url: str) -> Iterator[TestSchool]:
    with running_school(tmp_path, clock, database_url) as running:
        running.first_look()
        yield running


@pytest.fixture
def small(tmp_path: Path, clock: SettableClock, sqlite_database: str) -> Iterator[TestSchool]:
    """For what does not depend on the database."""
    with running_school(tmp_path, clock, sqlite_database, names=["x", "facebook"]) as running:
        running.first_look()
        yield running


def mention(school: TestSchool, words: str) -> str:
    external_id = school.x.mention(f"@fernhillprimary {words}", "stranger", school.clock.now())
    school.look("x")
    return external_id


def comment(school: TestSchool, words: str) -> str:
    post = school.facebook.own_post("News from school", school.clock.now())
    external_id = school.facebook.comment(post, words, "local", school.clock.now())
    school.look("facebook")
    return external_id


def reminders(school: TestSchool) -> list[tuple[str, str]]:
    return [
        (one.recipient.partition("@")[0], one.dedupe_key.split(":")[3]) for one in mails(school, "reminder")
    ]


def incident(school: TestSchool) -> Incident:
    (only,) = rows(school, Incident)
    return only  # type: ignore[no-any-return]  # rows of any table


def test_nobody_acknowledges_a_threat_so_the_deputy_hears_once(school: TestSchool) -> None:
    """The manager's phone is off, and the threat would wait until Monday."""
    mention(school, "CRITICAL words of a stranger")
    school.clock.advance(59 * MINUTE)
    run_ladders(school.site)
    assert reminders(school) == []
    school.clock.advance(2 * MINUTE)
    for _ in range(3):
        run_ladders(school.site)
    assert reminders(school).count(("deputy", "unacknowledged")) == 1
    subjects = [mail.subject for mail in mails(school, "reminder")]
    assert all("CRITICAL words" not in subject for subject in subjects)
    school.clock.advance(5 * HOUR)
    run_ladders(school.site)
    assert reminders(school).count(("deputy", "unacknowledged")) == 1


def test_an_acknowledged_threat_wakes_no_deputy(small: TestSchool) -> None:
    """A deputy who is woken for what is in hand stops reading."""
    mention(small, "CRITICAL words of a stranger")
    settle(small, Step.TRIAGE, DecisionKind.ACKNOWLEDGE)
    small.clock.advance(3 * HOUR)
    run_ladders(small.site)
    assert ("deputy", "unacknowledged") not in reminders(small)


def test_what_is_overdue_is_said_and_said_again_a_day_later(small: TestSchool) -> None:
    """A task that nobody does would be forgotten; one said every half minute would be ignored."""
    mention(small, "ABUSE of an ordinary kind")
    triage = task_of(small, Step.TRIAGE)
    small.clock.set(triage.due_at - MINUTE)
    run_ladders(small.site)
    assert about(small, triage) == []
    small.clock.set(triage.due_at + MINUTE)
    for _ in range(3):
        run_ladders(small.site)
    (said,) = about(small, triage)
    assert said.recipient == "manager@fernhill.example"
    assert "Overdue" in said.subject
    small.clock.advance(timedelta(days=5))
    run_ladders(small.site)
    assert len(about(small, triage)) == 2, "five days off, and still only one more"


def about(school: TestSchool, task: TakedownTask) -> list[OutgoingMail]:
    return [mail for mail in mails(school, "reminder") if f":{task.number}:" in mail.dedupe_key]


def test_a_host_that_refuses_or_stays_silent_opens_the_next_rung(school: TestSchool) -> None:
    """The ladder would end at the first no (NEU 9.3–9.5)."""
    mention(school, "ABUSE of an ordinary kind")
    mention(school, "ABUSE of quite another kind")
    with pytest.raises(LadderRefused, match="cannot be done yet"):
        settle(school, Step.HOST_REPORT)
    settle(school, Step.TRIAGE)
    settle(school, Step.HOST_REPORT)
    waiting = task_of(school, Step.HOST_REPORT)
    assert (waiting.state, waiting.outcome) == ("waiting", None)
    decided = settle(school, Step.HOST_REPORT, DecisionKind.REFUSED, Outcome.REFUSED)
    opened = {one.id: one for one in decided.opened}
    escalation = task_of(school, Step.HOST_ESCALATION)
    assert opened[escalation.id].shown_as == Step.HOST_ESCALATION.shown_as
    assert escalation.id != escalation.number, "the number that the command line takes"
    settle(school, Step.HOST_ESCALATION)
    school.clock.advance(49 * HOUR)
    run_ladders(school.site)
    assert task_of(school, Step.HOST_ESCALATION).state == "silent"
    assert ("manager", "no_answer") in reminders(school)
    assert task_of(school, Step.POLICE_CONSIDERED).state == "open"
    decided_by = [event.actor for event in rows(school, CustodyEvent) if event.action == "task_decided"]
    assert set(decided_by) == {"A. Manager"}


def test_a_decision_that_is_not_allowed_changes_nothing(small: TestSchool) -> None:
    mention(small, "ABUSE of an ordinary kind")
    before = [(task.id, task.state, task.reason) for task in rows(small, TakedownTask)]
    with pytest.raises(LadderRefused):
        settle(small, Step.TRIAGE, DecisionKind.SKIP)
    with pytest.raises(NoSuchTask, match="no task 4711"):
        decide(small.site, 4711, Decision(DecisionKind.DONE, "A. Manager"))
    assert [(task.id, task.state, task.reason) for task in rows(small, TakedownTask)] == before


def test_what_is_said_to_be_hidden_is_looked_at_until_it_is_gone(school: TestSchool) -> None:
    """A removal that was only claimed would be reported to the head as done (NEU 9.4)."""
    external_id = comment(school, "ABUSE on our own page here")
    assert incident(school).next_recheck_at is None, "nothing was asked for yet"
    settle(school, Step.TRIAGE)
    settle(school, Step.OWN_PAGE_HIDE, outcome=Outcome.HIDDEN)
    done_at = school.clock.now()
    assert incident(school).next_recheck_at == done_at + HOUR
    school.facebook.delete(external_id)
    school.clock.advance(59 * MINUTE)
    recheck_due(school.site)
    assert rows(school, Recheck) == []
    school.clock.advance(MINUTE)
    recheck_due(school.site)
    assert [one.visibility for one in rows(school, Recheck)] == ["gone"]
    assert rows(school, Recheck)[0].canary_healthy
    assert read_ladder(incident(school)).presence.gone_confirmed_at is None, "once is not certain"
    school.clock.advance(HOUR)
    recheck_due(school.site)
    ladder = read_ladder(incident(school))
    assert ladder.presence.gone_confirmed_at == school.clock.now()
    verified = task_of(school, Step.VERIFY_REMOVED)
    assert (verified.state, verified.outcome, verified.decided_by) == ("done", "removed", "re-check")
    looked = [event for event in rows(school, CustodyEvent) if event.action == "looked_again"]
    assert len(looked) == 2


def test_an_answer_that_is_none_changes_nothing(small: TestSchool) -> None:
    """A platform's bad hour would pass for a removal, or for a return."""
    comment(small, "ABUSE on our own page here")
    settle(small, Step.TRIAGE)
    settle(small, Step.OWN_PAGE_HIDE, outcome=Outcome.HIDDEN)
    before = read_ladder(incident(small))
    for fault in (Fault.SERVER_ERROR, Fault.UNAUTHORISED, Fault.DROPPED_CONNECTION):
        small.facebook.misbehave(fault, times=99)
        due = incident(small).next_recheck_at
        assert due is not None
        small.clock.set(due)
        recheck_due(small.site)
        small.facebook.behave()
    assert [one.visibility for one in rows(small, Recheck)] == ["unknown"] * 3
    assert read_ladder(incident(small)) == before
    assert next_recheck(before, small.clock.now()) == incident(small).next_recheck_at


def test_what_comes_back_is_a_new_round_with_a_new_clock_and_a_mail(school: TestSchool) -> None:
    """Somebody unhides it in the holidays, and nobody would know."""
    external_id = comment(school, "ABUSE on our own page here")
    settle(school, Step.TRIAGE)
    settle(school, Step.OWN_PAGE_HIDE, outcome=Outcome.HIDDEN)
    connector = connect(school.site, school.site.source_settings("facebook"))
    connector.hide(external_id)
    school.clock.advance(HOUR)
    recheck_due(school.site)
    assert read_ladder(incident(school)).presence.hidden_seen_at == school.clock.now()
    told = len(mails(school, "alert"))
    connector.unhide(external_id)
    connector.close()
    school.clock.advance(5 * HOUR)
    recheck_due(school.site)
    ladder = read_ladder(incident(school))
    assert ladder.re_opened == 1
    assert ladder.clock_from == school.clock.now()
    assert ladder.first_seen_at < ladder.clock_from
    assert task_of(school, Step.OWN_PAGE_HIDE).state == "open"
    assert len(mails(school, "alert")) == told + 1
    send_all(school)
    recheck_due(school.site)
    assert len(mails(school, "alert")) == told + 1


def test_two_places_of_one_matter_are_gone_only_when_both_are(small: TestSchool) -> None:
    """One of two copies removed would close the matter while the other stands."""
    words = "ABUSE that two accounts write alike"
    first, second = (comment(small, words) for _ in range(2))
    assert len(rows(small, Incident)) == 1
    settle(small, Step.TRIAGE)
    settle(small, Step.OWN_PAGE_HIDE, outcome=Outcome.HIDDEN)
    small.facebook.delete(first)
    small.clock.advance(HOUR)
    recheck_due(small.site)
    assert sorted(one.visibility for one in rows(small, Recheck)) == ["gone", "visible"]
    assert read_ladder(incident(small)).presence.gone_since is None
    small.facebook.delete(second)
    for _ in range(2):
        due = incident(small).next_recheck_at
        assert due is not None
        small.clock.set(due)
        recheck_due(small.site)
    assert read_ladder(incident(small)).presence.gone_confirmed_at is not None


def test_one_incident_that_breaks_does_not_stop_the_clocks_of_the_others(
    tmp_path: Path, clock: SettableClock, sqlite_database: str
) -> None:
    """One damaged row would keep every deadline of the school still."""
    with school_with(tmp_path, clock, sqlite_database) as school:
        school.first_look()
        mention(school, "ABUSE of an ordinary kind")
        mention(school, "CRITICAL words of a stranger")
        with school.site.database.write() as session:
            session.get_one(Incident, 1).ladder = {"damaged": True}
        clock.advance(2 * HOUR)
        with pytest.raises(ValueError, match="matter"):
            run_ladders(school.site)
        assert ("deputy", "unacknowledged") in reminders(school)
