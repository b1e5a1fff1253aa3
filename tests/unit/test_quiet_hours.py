"""When a held mail leaves, in the nights when UK clocks change too."""

from datetime import UTC, datetime, timedelta

import pytest

from config.schema import Alerts
from config.words import Lane, Severity
from monitor.pipeline.telling.quiet_hours import LONGEST_HOLD, MAY_WAIT, Held, hold_of, quiet_hold

QUIET = Alerts(quiet_hours="21:00-07:00")  # type: ignore[arg-type]  # as it stands in the settings
DAILY = Alerts(quiet_hours="21:00-07:00", digest_at="07:30")  # type: ignore[arg-type]  # the same


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]  # year, month, day, hour, minute


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (utc(2026, 11, 16, 20, 59), None),
        (utc(2026, 11, 16, 21, 0), utc(2026, 11, 17, 7, 0)),
        (utc(2026, 11, 17, 6, 59), utc(2026, 11, 17, 7, 0)),
        (utc(2026, 11, 17, 7, 0), None),
        (utc(2026, 7, 16, 20, 0), utc(2026, 7, 17, 6, 0)),  # nine in the evening in summer
        (utc(2027, 3, 27, 22, 0), utc(2027, 3, 28, 6, 0)),  # the night that is an hour shorter
        (utc(2026, 10, 24, 21, 0), utc(2026, 10, 25, 7, 0)),  # and the one that is an hour longer
    ],
)
def test_a_night_would_end_an_hour_too_early_or_too_late(now: datetime, until: datetime | None) -> None:
    assert quiet_hold(QUIET, now) == (Held(until) if until else None)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (utc(2026, 11, 16, 12, 0), utc(2026, 11, 17, 7, 30)),
        (utc(2026, 11, 17, 7, 29), utc(2026, 11, 17, 7, 30)),
        (utc(2026, 11, 17, 7, 30), utc(2026, 11, 18, 7, 30)),
        (utc(2026, 10, 24, 12, 0), utc(2026, 10, 25, 7, 30)),
        (utc(2026, 7, 16, 12, 0), utc(2026, 7, 17, 6, 30)),
    ],
)
def test_the_daily_mail_would_come_at_another_time_in_summer(now: datetime, until: datetime) -> None:
    assert hold_of(DAILY, Severity.MEDIUM, Lane.STANDARD, now) == Held(until, "daily")


def test_a_digest_in_the_quiet_hours_would_wake_somebody_for_insults() -> None:
    early = Alerts(quiet_hours="21:00-07:00", digest_at="05:00")  # type: ignore[arg-type]  # as in the settings
    held = hold_of(early, Severity.LOW, Lane.STANDARD, utc(2026, 11, 16, 12, 0))
    assert held == Held(utc(2026, 11, 17, 7, 0), "daily")


def test_the_longest_hold_that_the_settings_allow_would_be_taken_for_a_wrong_clock() -> None:
    late = Alerts(quiet_hours="21:00-20:59", digest_at="21:00")  # type: ignore[arg-type]  # as in the settings
    now = utc(2026, 10, 24, 20, 0)  # nine in the evening, the night before the clocks go back
    held = hold_of(late, Severity.LOW, Lane.STANDARD, now)
    assert held is not None
    assert timedelta(days=1) < held.until - now <= LONGEST_HOLD


@pytest.mark.parametrize("lane", list(Lane))
@pytest.mark.parametrize("severity", list(Severity))
def test_what_cannot_wait_would_wait(severity: Severity, lane: Lane) -> None:
    held = hold_of(DAILY, severity, lane, utc(2026, 11, 15, 23, 10))
    grave = severity in (Severity.HIGH, Severity.CRITICAL)
    assert (held is None) == (grave or lane not in MAY_WAIT)


def test_without_settings_everything_would_wait_or_nothing_be_told() -> None:
    assert hold_of(Alerts(), Severity.LOW, Lane.STANDARD, utc(2026, 11, 15, 23, 10)) is None
