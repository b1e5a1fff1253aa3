"""The clocks that a school's policies set: absolute hours, school days, working days, section 5.

Every function takes and gives aware times and answers in UTC. "Days" are days in Europe/London.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from alerts.ladder.bank_holidays import Division, bank_holidays, easter

LONDON = ZoneInfo("Europe/London")
HOST_CLOCK = timedelta(hours=24)
"""NEU 9.3: amended or removed within 24 hours; nights, weekends and holidays count."""
SECTION_5_CLOCK = timedelta(hours=48)
BREACH_CLOCK = timedelta(hours=72)
"""UK GDPR article 33; runs through school holidays."""
DAY_STARTS, DAY_ENDS = time(8), time(17)
"""School hours as far as reminders go; a lesson timetable is not needed to tell somebody."""

Span = tuple[date, date]


@dataclass(frozen=True)
class SchoolCalendar:
    """When the school is open: weekdays, less bank holidays of its division, less its own closures."""

    division: Division = Division.ENGLAND_AND_WALES
    closed: tuple[Span, ...] = ()
    """Holidays and training days, first and last day of each."""

    def is_working_day(self, day: date) -> bool:
        return day.weekday() < 5 and day not in bank_holidays(day.year, self.division)

    def is_school_day(self, day: date) -> bool:
        return self.is_working_day(day) and not any(first <= day <= last for first, last in self.closed)

    def in_school_hours(self, at: datetime) -> bool:
        local = at.astimezone(LONDON)
        return self.is_school_day(local.date()) and DAY_STARTS <= local.time() < DAY_ENDS


def in_repeated_hour(at: datetime) -> bool:
    """In the night when UK clocks go back: within the hour that they show twice, the first or second time."""
    local = at.astimezone(LONDON)
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()


def host_deadline(first_seen_at: datetime) -> datetime:
    """24 hours after the school first saw it; absolute, so it is counted in UTC."""
    return first_seen_at.astimezone(UTC) + HOST_CLOCK


def breach_deadline(aware_at: datetime) -> datetime:
    """72 hours after the school became aware of its own breach."""
    return aware_at.astimezone(UTC) + BREACH_CLOCK


def section_5_deadline(sent_at: datetime) -> datetime:
    """48 hours for the operator of a website (Defamation Act 2013, section 5).

    Saturdays, Sundays, Good Friday, Christmas Day and the bank holidays of England and Wales do not
    count, whatever the school's own nation (SI 2013/3028, regulation 1(3)).
    """
    left = SECTION_5_CLOCK
    start = sent_at.astimezone(UTC)
    while True:
        end = _end_of_local_day(start)
        counted = end - start if _counts_for_section_5(start.astimezone(LONDON).date()) else timedelta()
        if counted >= left:
            return start + left
        left -= counted
        start = end


def add_working_days(at: datetime, days: int, calendar: SchoolCalendar) -> datetime:
    """The same time of day, so many working days on."""
    local = at.astimezone(LONDON)
    day = local.date()
    for _ in range(days):
        day = _next_day(day, calendar.is_working_day)
    return datetime.combine(day, local.time(), LONDON).astimezone(UTC)


def add_school_days(at: datetime, days: int, calendar: SchoolCalendar) -> datetime:
    """So many school days on, at the same time of day but never outside school hours."""
    local = at.astimezone(LONDON)
    day = local.date()
    for _ in range(days):
        day = _next_day(day, calendar.is_school_day)
    clock = min(max(local.time(), DAY_STARTS), DAY_ENDS)
    return datetime.combine(day, clock, LONDON).astimezone(UTC)


def end_of_school_day(at: datetime, calendar: SchoolCalendar) -> datetime:
    """When the school day ends in which `at` falls; out of hours, the end of the next one."""
    local = at.astimezone(LONDON)
    day = local.date()
    if local.time() >= DAY_ENDS or not calendar.is_school_day(day):
        day = _next_day(day, calendar.is_school_day)
    return datetime.combine(day, DAY_ENDS, LONDON).astimezone(UTC)


LONGEST_CLOSURE = 366
"""Days. A calendar that is closed for longer is a mistake in it; the clock then counts all days."""


def _next_day(day: date, open_on: Callable[[date], bool]) -> date:
    ahead = (day + timedelta(days=n) for n in range(1, LONGEST_CLOSURE))
    return next((later for later in ahead if open_on(later)), day + timedelta(days=1))


def _end_of_local_day(at: datetime) -> datetime:
    tomorrow = at.astimezone(LONDON).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), LONDON).astimezone(UTC)


def _counts_for_section_5(day: date) -> bool:
    good_friday = easter(day.year) - timedelta(days=2)
    christmas = date(day.year, 12, 25)
    holidays = bank_holidays(day.year, Division.ENGLAND_AND_WALES)
    return day.weekday() < 5 and day not in holidays and day not in (good_friday, christmas)
