"""A person suspects a picture: the ladder goes to its strictest lane at once, from wherever it stands."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.ladder.machine import (
    Decision,
    Ladder,
    LadderRefused,
    close,
    decide,
    ladder_from_json,
    ladder_to_json,
    next_recheck,
    open_ladder,
    open_tasks,
    suspect_picture,
)
from alerts.ladder.matter import Matter, opens_incident
from alerts.ladder.words import DecisionKind, Step
from config.words import Flag, Label, Lane, Outcome, Severity, Surface, TaskState

NOON = datetime(2026, 11, 16, 12, 0, tzinfo=UTC)
OWED = {Step.DSL_REFERRAL, Step.POLICE_REPORTED, Step.LADO_REFERRAL}
MATTERS = st.builds(
    Matter,
    labels=st.frozensets(st.sampled_from(Label), min_size=1),
    flags=st.frozensets(st.sampled_from(Flag), max_size=4),
    severity=st.sampled_from([Severity.LOW, Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL]),
    surface=st.sampled_from(Surface),
    platform=st.sampled_from(["x", "facebook", "elsewhere"]),
    on_own_account=st.booleans(),
    has_media=st.booleans(),
    author_role=st.sampled_from(["unknown", "parent", "pupil", "staff", "stranger"]),
).filter(opens_incident)
PLAIN = Matter(frozenset({Label.ABUSE}), frozenset({Flag.INSULT}), Severity.MEDIUM, Surface.MENTION, "x")


def opened(matter: Matter = PLAIN) -> Ladder:
    return open_ladder(matter, first_seen_at=NOON, opened_at=NOON, sealed=True)


def suspected(ladder: Ladder, minutes: int = 5) -> Ladder:
    at = NOON + timedelta(minutes=minutes)
    return suspect_picture(ladder, reason="a parent rang", by="A. Manager", at=at)


@given(MATTERS)
def test_a_suspicion_would_leave_something_to_do_that_nobody_may(matter: Matter) -> None:
    after = suspected(opened(matter))
    assert (after.lane, after.severity) == (Lane.INDECENT_IMAGE, Severity.CRITICAL)
    assert {task.step for task in open_tasks(after)} == OWED
    assert next_recheck(after, None) is None
    assert ladder_from_json(ladder_to_json(after)) == after


@given(MATTERS)
def test_a_suspicion_said_twice_would_open_everything_twice(matter: Matter) -> None:
    once = suspected(opened(matter))
    assert suspected(once, minutes=9).tasks == once.tasks


def test_a_closed_incident_would_hide_what_is_owed_now() -> None:
    at = NOON + timedelta(minutes=3)
    closed = close(opened(), "a joke", "A. Manager", at, outcome=Outcome.UNFOUNDED)
    after = suspected(closed)
    assert after.closing is None
    assert after.earlier_closings == (closed.closing,)
    assert {task.step for task in open_tasks(after)} == OWED


def test_nobody_would_be_reminded_because_somebody_had_looked_before() -> None:
    triage = next(task for task in opened().tasks if task.step is Step.TRIAGE)
    seen = decide(
        opened(), triage.number, Decision(DecisionKind.ACKNOWLEDGE, "A. Manager"), NOON + timedelta(minutes=1)
    )
    assert seen.noticed_from is None
    assert suspected(seen).noticed_from == NOON + timedelta(minutes=5)


def test_a_report_that_was_sent_already_would_go_on_being_chased() -> None:
    ladder = opened()
    for step, outcome in ((Step.TRIAGE, None), (Step.HOST_REPORT, None)):
        task = next(task for task in ladder.tasks if task.step is step)
        decision = Decision(DecisionKind.DONE, "A. Manager", outcome, "looked at it")
        ladder = decide(ladder, task.number, decision, NOON + timedelta(minutes=2))
    assert ladder.presence.rechecks_from is not None
    after = suspected(ladder)
    report = next(task for task in after.tasks if task.step is Step.HOST_REPORT)
    assert (report.state, report.barred) == (TaskState.SKIPPED, True)
    assert after.presence.rechecks_from is None


def test_a_suspicion_without_a_person_or_a_reason_would_be_nobodys() -> None:
    for by, reason in (("", "why"), ("A. Manager", " ")):
        with pytest.raises(LadderRefused):
            suspect_picture(opened(), reason=reason, by=by, at=NOON)
