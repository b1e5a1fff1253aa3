"""When the school's policies, and the law pack that comes with the program, have to be looked at again.

A policy says how often itself: Huntington 10 every three years, Queen's Crescent 4.1.1 every year.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from config.policy.law import law_pack
from config.schema import SchoolPolicy

MONTHS_BEFORE = 1
"""The reminder comes so long before: of a yearly review, after eleven months."""


class ReviewState(StrEnum):
    KEPT = "kept"
    SOON = "soon"
    OVERDUE = "overdue"


@dataclass(frozen=True)
class Review:
    name: str
    reviewed: date
    due: date

    def state(self, today: date) -> ReviewState:
        if today >= self.due:
            return ReviewState.OVERDUE
        soon = today >= months_later(self.due, -MONTHS_BEFORE)
        return ReviewState.SOON if soon else ReviewState.KEPT

    def shown(self, today: date) -> str:
        """A line of our own: `Social media policy: review overdue since 1 Mar 2024`."""
        when = {
            ReviewState.OVERDUE: "review OVERDUE since",
            ReviewState.SOON: "review due soon, on",
            ReviewState.KEPT: "next review",
        }[self.state(today)]
        return f"{self.name}: {when} {shown_day(self.due)} (last {shown_day(self.reviewed)})"


def reviews_of(policies: tuple[SchoolPolicy, ...]) -> tuple[Review, ...]:
    """Every date that is kept, the soonest first."""
    pack = law_pack()
    kept = [Review(one.name, one.reviewed, months_later(one.reviewed, one.every_months)) for one in policies]
    kept.append(Review(f"Law pack {pack.version} of schoolwatch", pack.looked_at, pack.next_look))
    return tuple(sorted(kept, key=lambda review: (review.due, review.name)))


def months_later(day: date, months: int) -> date:
    """The same day so many months on; the last of the month where there is no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def shown_day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
