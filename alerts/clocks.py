"""The clocks that a school's policies set: absolute hours, school days, working days, section 5.

Every function takes and gives aware times and answers in UTC. "Days" are days in Europe/London.
"""

from calendar import monthrange
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
POSTER_REPLY_DAYS = 5
LIMITATION_MONTHS = 12
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


def poster_reply_deadline(notified_at: datetime) -> datetime:
    """Until when the poster may answer the operator: midnight at the end of the fifth calendar day after
    the notification was sent (SI 2013/3028, Schedule). Weekends and holidays count.
    """
    last = notified_at.astimezone(LONDON).date() + timedelta(days=POSTER_REPLY_DAYS)
    return _end_of_day(last)


def limitation_ends(published_at: datetime) -> datetime:
    """The end of the year in which a claim for defamation is brought (Limitation Act 1980, section 4A)."""
    return _end_of_day(_months_on(published_at, LIMITATION_MONTHS))


def false_message_deadline(evidence_at: datetime) -> datetime:
    """Six months from sufficient evidence: a case about a false message (Online Safety Act s.179(7))."""
    return _end_of_day(_months_on(evidence_at, 6))


def false_message_reminder(evidence_at: datetime) -> datetime:
    """At four months, while there is time left to act on it."""
    return _end_of_day(_months_on(evidence_at, 4))


def access_request_deadline(received_at: datetime) -> datetime:
    """One calendar month for a request to see one's own data (UK GDPR article 12); holidays do not stop it.

    Where the month has no such day, its last day.
    """
    return _end_of_day(_months_on(received_at, 1))


def _months_on(at: datetime, months: int) -> date:
    day = at.astimezone(LONDON).date()
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _end_of_day(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), LONDON).astimezone(UTC)


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
    return _end_of_day(at.astimezone(LONDON).date())


def _counts_for_section_5(day: date) -> bool:
    good_friday = easter(day.year) - timedelta(days=2)
    christmas = date(day.year, 12, 25)
    holidays = bank_holidays(day.year, Division.ENGLAND_AND_WALES)
    return day.weekday() < 5 and day not in holidays and day not in (good_friday, christmas)
