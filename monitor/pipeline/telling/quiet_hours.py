"""What waits for the morning: only how mail leaves, never whether something is looked at.

Critical and high are never held, nor is anything of a lane in which somebody may have to act before the
morning (NEU 7.2). Times of day are London's.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from alerts.clocks import LONDON
from config.clock_times import ClockSpan
from config.schema import Alerts
from config.words import Lane, Severity

DAILY = "daily"
"""What is told together once a day."""
MAY_WAIT = frozenset({Lane.STANDARD, Lane.COMPLAINT})
"""Lanes in which nobody has to act within the hour."""
LONGEST_HOLD = timedelta(hours=50)
"""A day until the digest, or of a spike, and a day of quiet hours; a day has 25 hours in October. Whatever is
held for longer was written while the clock ran ahead."""


@dataclass(frozen=True)
class Held:
    """Until when a mail waits, and what it is told together with then."""

    until: datetime
    fold_key: str | None = None


def may_wait(severity: Severity, lane: Lane) -> bool:
    return severity.rank < Severity.HIGH.rank and lane in MAY_WAIT


def hold_of(alerts: Alerts, severity: Severity, lane: Lane, now: datetime) -> Held | None:
    """How long a mail about an incident waits; None for one that leaves at once."""
    if not may_wait(severity, lane):
        return None
    if alerts.digest_at is None:
        return quiet_hold(alerts, now)
    until = _next(alerts.digest_at, now)
    still_quiet = quiet_until(alerts.quiet_hours, until)
    return Held(still_quiet or until, DAILY)


def quiet_hold(alerts: Alerts, now: datetime) -> Held | None:
    """For what is nobody's hurry and comes by itself: the weekly notice, a reminder of a review."""
    until = quiet_until(alerts.quiet_hours, now)
    return Held(until) if until else None


def quiet_until(span: ClockSpan | None, now: datetime) -> datetime | None:
    """When the quiet hours end that it is now; None outside them."""
    if span is None or not span.holds(now.astimezone(LONDON).time()):
        return None
    return _next(span.end, now)


def _next(clock: time, after: datetime) -> datetime:
    """The next time that London's clocks show this; the first of two in the hour that comes twice."""
    day = after.astimezone(LONDON).date()
    today = datetime.combine(day, clock, LONDON).astimezone(UTC)
    if today > after:
        return today
    return datetime.combine(day + timedelta(days=1), clock, LONDON).astimezone(UTC)
