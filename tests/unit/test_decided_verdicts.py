"""What a decision says of the judge: only a triage that was meant as one."""

from datetime import UTC, datetime, timedelta

import pytest

from alerts.ladder.machine import close, decide, open_ladder
from alerts.ladder.matter import Matter
from alerts.ladder.state import Decision, Ladder
from alerts.ladder.words import DecisionKind, Step
from config.words import Flag, Label, Outcome, Severity, Surface
from monitor.pipeline.judgement.decided import verdict_of

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


def opened() -> Ladder:
    matter = Matter(
        labels=frozenset({Label.ABUSE}), flags=frozenset({Flag.INSULT}), severity=Severity.MEDIUM,
        surface=Surface.MENTION, platform="x", on_own_account=False, school_is_author=False,
        has_text=True, has_media=False, affected_role="staff",
    )  # fmt: skip
    return open_ladder(matter, first_seen_at=NOW, opened_at=NOW, sealed=True)


def triaged(outcome: Outcome | None, kind: DecisionKind = DecisionKind.DONE) -> Ladder:
    ladder = opened()
    number = next(task.number for task in ladder.tasks if task.step is Step.TRIAGE)
    return decide(ladder, number, Decision(kind, "A. Manager", outcome, "looked"), NOW + timedelta(hours=1))


@pytest.mark.parametrize(
    ("outcome", "verdict"),
    [(Outcome.UNFOUNDED, False), (None, True), (Outcome.HANDED_OVER, True), (Outcome.NOT_APPLICABLE, None)],
)
def test_a_triage_would_teach_the_wrong_thing(outcome: Outcome | None, verdict: bool | None) -> None:
    assert verdict_of(triaged(outcome)) is verdict


def test_an_incident_that_nobody_decided_would_count_as_confirmed() -> None:
    assert verdict_of(opened()) is None
    assert verdict_of(triaged(None, DecisionKind.ACKNOWLEDGE)) is None


@pytest.mark.parametrize(
    ("outcome", "verdict"),
    [(Outcome.UNFOUNDED, False), (Outcome.NOT_APPLICABLE, None), (Outcome.WITHDRAWN, True)],
)
def test_a_later_closing_would_not_be_heard(outcome: Outcome, verdict: bool | None) -> None:
    """A person who went on at first and then found nothing in it has the last word; wishes change nothing."""
    later = NOW + timedelta(hours=2)
    assert verdict_of(close(triaged(None), "on reflection", "A. Manager", later, outcome=outcome)) is verdict
