"""How long each kind of matter is kept: too short loses evidence, too long is a breach."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from alerts.ladder.machine import open_ladder
from alerts.ladder.matter import Matter
from alerts.ladder.state import Closing, Ladder
from alerts.ladder.words import Step
from config.policy import retention_periods, shipped_periods
from config.schema import Evidence, Retention
from config.words import Flag, Label, Lane, Outcome, Severity, Surface, TaskState
from monitor.pipeline.at_rest.periods import rule_of

SEEN = datetime(2026, 11, 16, 12, 0, tzinfo=UTC)
PLAIN = Matter(frozenset({Label.ABUSE}), frozenset(), Severity.MEDIUM, Surface.MENTION, "x")


def ladder(matter: Matter = PLAIN, outcome: Outcome = Outcome.WITHDRAWN) -> Ladder:
    opened = open_ladder(matter, first_seen_at=SEEN, opened_at=SEEN, sealed=True)
    return replace(opened, closing=Closing(outcome, "so it is", "A. Manager", SEEN, None))


@pytest.mark.parametrize(
    ("name", "closed", "ends"),
    [
        ("closed_incident", datetime(2026, 11, 16, 12, tzinfo=UTC), datetime(2027, 11, 16, 12, tzinfo=UTC)),
        ("closed_incident", datetime(2028, 2, 29, 12, tzinfo=UTC), datetime(2029, 2, 28, 12, tzinfo=UTC)),
        # 12:00 UTC is 13:00 in London in July; three months later 13:00 in London is still 12:00 UTC.
        ("unfounded", datetime(2026, 7, 16, 12, tzinfo=UTC), datetime(2026, 10, 16, 12, tzinfo=UTC)),
        # Across 25 October 2026, when London leaves summer time: the same hour of the day there.
        ("unfounded", datetime(2026, 8, 31, 12, tzinfo=UTC), datetime(2026, 11, 30, 13, tzinfo=UTC)),
        # Six years and the current school year: from 31 August on.
        ("staff_or_police", datetime(2026, 9, 1, 12, tzinfo=UTC), datetime(2033, 8, 31, 12, tzinfo=UTC)),
        ("staff_or_police", datetime(2026, 8, 30, 12, tzinfo=UTC), datetime(2032, 8, 31, 12, tzinfo=UTC)),
    ],
)
def test_a_period_ends_on_the_day_a_person_would_name(name: str, closed: datetime, ends: datetime) -> None:
    """A day early and the evidence is gone before the year in which a claim can be made is."""
    assert shipped_periods()[name].end(closed) == ends


def test_nothing_about_a_possible_indecent_image_ends_by_itself() -> None:
    assert shipped_periods()["indecent_image"].end(SEEN) is None


def test_every_period_says_where_it_comes_from() -> None:
    """A school is asked why it keeps what it keeps (UK GDPR article 5(2))."""
    for period in shipped_periods().values():
        assert period.source
        assert period.title
        assert period.confirmed is False  # nobody has opened the sources on a date that stands beside them


def test_what_the_school_decided_takes_the_place_of_what_is_shipped() -> None:
    decided = retention_periods({"staff_or_police": timedelta(days=400)})["staff_or_police"]
    assert decided.end(SEEN) == SEEN + timedelta(days=400)
    assert "decided by the school" in decided.source
    assert retention_periods({})["closed_incident"] == shipped_periods()["closed_incident"]


def test_a_rule_that_there_is_not_is_a_mistake_of_the_settings() -> None:
    """A misspelt rule would leave the shipped period in force without a word."""
    with pytest.raises(ValidationError, match="expected one of"):
        Retention.model_validate({"periods": {"closed_incidents": "30d"}})
    with pytest.raises(ValidationError, match="whole days"):
        Retention.model_validate({"periods": {"closed_incident": "30h"}})


def test_one_key_alone_is_refused() -> None:
    """One lost key would lose all evidence."""
    with pytest.raises(ValidationError, match="one lost key must lose nothing"):
        Evidence(manager_key=Path("manager.pub.pem"))


def _about(*flags: Flag, **more: object) -> Matter:
    return replace(PLAIN, flags=frozenset(flags), **more)  # type: ignore[arg-type]  # the fields are the matter's


@pytest.mark.parametrize(
    ("matter", "rule"),
    [
        (PLAIN, "closed_incident"),
        (_about(Flag.INDECENT_IMAGE), "indecent_image"),
        (_about(Flag.STAFF_TARGET, Flag.HARASSMENT), "staff_or_police"),
        (_about(Flag.STAFF_TARGET, Flag.INSULT), "closed_incident"),
        (_about(Flag.SAFEGUARDING), "child_protection"),
        (_about(Flag.STAFF_TARGET, Flag.ALLEGATION_CRIME), "staff_allegation"),
    ],
)
def test_the_matter_chooses_the_rule(matter: Matter, rule: str) -> None:
    assert rule_of(ladder(matter)) == rule


def test_bullying_of_a_pupil_has_a_rule_of_its_own() -> None:
    about_pupil = replace(ladder(_about(Flag.PUPIL_TARGET)), lane=Lane.STANDARD)
    assert rule_of(about_pupil) == "pupil_bullying"


@pytest.mark.parametrize("outcome", [Outcome.UNFOUNDED, Outcome.NOT_APPLICABLE])
def test_what_was_unfounded_goes_after_three_months(outcome: Outcome) -> None:
    """Nobody's words are kept for years because a machine was wrong."""
    assert rule_of(ladder(_about(Flag.STAFF_TARGET, Flag.HARASSMENT), outcome)) == "unfounded"


@pytest.mark.parametrize(
    ("state", "rule"), [(TaskState.DONE, "staff_or_police"), (TaskState.SKIPPED, "closed_incident")]
)
def test_what_was_reported_to_the_police_is_kept_for_six_years(state: TaskState, rule: str) -> None:
    told = ladder()
    police = replace(told.tasks[0], step=Step.POLICE_REPORTED, state=state)
    assert rule_of(replace(told, tasks=(police,))) == rule
