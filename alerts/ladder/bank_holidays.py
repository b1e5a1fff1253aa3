"""Bank holidays of the three divisions of the United Kingdom, computed by rule.

The rules are those of the Banking and Financial Dealings Act 1971 and the yearly custom of substitute
days, in force since 2007 (St Andrew's Day). A rule cannot know a day that is proclaimed once: those
stand in `PROCLAIMED`, as known on 2026-11-20, and have to be added by hand when another is announced.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from itertools import count

from config.schema import Nation

MONDAY, SATURDAY = 0, 5


class Division(StrEnum):
    """The three lists that the government publishes."""

    ENGLAND_AND_WALES = "england-and-wales"
    SCOTLAND = "scotland"
    NORTHERN_IRELAND = "northern-ireland"


PROCLAIMED: dict[date, tuple[Division, ...]] = {
    date(2026, 6, 15): (Division.SCOTLAND,),  # men's football World Cup
}


def division_of(nation: Nation) -> Division:
    return {
        Nation.ENGLAND: Division.ENGLAND_AND_WALES,
        Nation.WALES: Division.ENGLAND_AND_WALES,
        Nation.SCOTLAND: Division.SCOTLAND,
        Nation.NORTHERN_IRELAND: Division.NORTHERN_IRELAND,
    }[nation]


@cache
def bank_holidays(year: int, division: Division) -> frozenset[date]:
    """Every bank holiday of one year in one division; substitute days stand in for weekend dates."""
    days = {easter(year) - timedelta(days=2), _first_monday(year, 5), _last_monday(year, 5)}
    days |= _substituted([date(year, 12, 25), date(year, 12, 26)])
    if division is Division.SCOTLAND:
        days |= _substituted([date(year, 1, 1), date(year, 1, 2)])
        days |= {_first_monday(year, 8)} | _substituted([date(year, 11, 30)])
    else:
        days |= _substituted([date(year, 1, 1)])
        days |= {easter(year) + timedelta(days=1), _last_monday(year, 8)}
    if division is Division.NORTHERN_IRELAND:
        days |= _substituted([date(year, 3, 17)]) | _substituted([date(year, 7, 12)])
    return frozenset(
        days | {day for day, where in PROCLAIMED.items() if day.year == year and division in where}
    )


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar, from the golden number and the epact."""
    golden = year % 19
    century = year // 100
    epact = (century - century // 4 - (8 * century + 13) // 25 + 19 * golden + 15) % 30
    moon = epact - (epact // 28) * (1 - (29 // (epact + 1)) * ((21 - golden) // 11))
    weekday = (year + year // 4 + moon + 2 - century + century // 4) % 7
    return date(year, 3, 28) + timedelta(days=moon - weekday)


def _substituted(days: list[date]) -> set[date]:
    """Each day that falls on a weekend moves to the next weekday that no other of them takes."""
    fixed = {day for day in days if day.weekday() < SATURDAY}
    for day in sorted(set(days) - fixed):
        fixed.add(
            next(later for later in _days_from(day) if later.weekday() < SATURDAY and later not in fixed)
        )
    return fixed


def _days_from(day: date) -> Iterator[date]:
    return (day + timedelta(days=n) for n in count())


def _first_monday(year: int, month: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(MONDAY - first.weekday()) % 7)


def _last_monday(year: int, month: int) -> date:
    last = date(year, month + 1, 1) - timedelta(days=1)
    return last - timedelta(days=last.weekday())
