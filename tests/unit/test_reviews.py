"""Dates of review: one that is missed leaves a school with a policy of six years ago."""

from datetime import date

import pytest

from alerts.reviews import Review, ReviewState, months_later, reviews_of
from config.schema import SchoolPolicy


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
        (date(2021, 3, 1), 36, date(2024, 3, 1)),
    ],
)
def test_a_month_would_be_counted_as_thirty_days(day: date, months: int, later: date) -> None:
    assert months_later(day, months) == later


@pytest.mark.parametrize(
    ("today", "state"),
    [
        (date(2026, 7, 31), ReviewState.KEPT),
        (date(2026, 8, 1), ReviewState.SOON),
        (date(2026, 8, 31), ReviewState.SOON),
        (date(2026, 9, 1), ReviewState.OVERDUE),
        (date(2030, 1, 1), ReviewState.OVERDUE),
    ],
)
def test_the_reminder_would_come_on_the_day_itself(today: date, state: ReviewState) -> None:
    assert Review("Policy", date(2025, 9, 1), date(2026, 9, 1)).state(today) is state


def test_a_three_yearly_policy_would_be_asked_for_every_year() -> None:
    kept = reviews_of((SchoolPolicy(name="Online safety", reviewed=date(2021, 3, 1), every_months=36),))
    assert kept[0].due == date(2024, 3, 1)
    assert (
        kept[0].shown(date(2024, 3, 2)) == "Online safety: review OVERDUE since 1 Mar 2024 (last 1 Mar 2021)"
    )
    assert any(one.name.startswith("Law pack") for one in kept), "what comes with the program ages as well"
