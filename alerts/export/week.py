"""The ISO week by which exports are made, as people in the UK live it."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
_WRITTEN = re.compile(r"(\d{4})-W(\d{2})", re.ASCII)


class BadWeek(ValueError):
    """Something that names no week; the text shows what was found and what was expected."""


@dataclass(frozen=True, slots=True, order=True)
class IsoWeek:
    """One week (ISO 8601), Monday 00:00 to Monday 00:00 in Europe/London: 167, 168 or 169 hours.

    Raises BadWeek for a week that the year does not have.
    """

    year: int
    week: int

    def __post_init__(self) -> None:
        try:
            # The week after must exist too, because the end of a week is the start of the next.
            date.fromisocalendar(self.year, self.week, 7) + timedelta(days=1)
        except (ValueError, OverflowError):
            raise BadWeek(f"there is no week {self.week} in {self.year}") from None

    @classmethod
    def parse(cls, text: str) -> Self:
        """From `2026-W47`."""
        found = _WRITTEN.fullmatch(text.strip())
        if found is None:
            raise BadWeek(f"{text!r} is not a week; expected e.g. 2026-W47")
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def of(cls, instant: datetime) -> Self:
        """The week in which an aware instant lies."""
        if instant.tzinfo is None:
            raise ValueError("an instant without a time zone lies in no week")
        year, week, _ = instant.astimezone(LONDON).isocalendar()
        return cls(year, week)

    @property
    def start(self) -> datetime:
        """Monday 00:00 in London, in UTC."""
        return _midnight(self._monday)

    @property
    def end(self) -> datetime:
        """The next Monday 00:00 in London, in UTC; no longer part of the week."""
        return _midnight(self._monday + timedelta(days=7))

    @property
    def previous(self) -> "IsoWeek":
        return self._near(-7)

    @property
    def next(self) -> "IsoWeek":
        return self._near(7)

    def __contains__(self, instant: datetime) -> bool:
        return self.start <= instant < self.end

    def __str__(self) -> str:
        return f"{self.year:04}-W{self.week:02}"

    @property
    def _monday(self) -> date:
        return date.fromisocalendar(self.year, self.week, 1)

    def _near(self, days: int) -> "IsoWeek":
        year, week, _ = (self._monday + timedelta(days=days)).isocalendar()
        return IsoWeek(year, week)


def _midnight(day: date) -> datetime:
    """London's clocks change at 01:00 UTC, so midnight there exists once on every day."""
    return datetime.combine(day, time(), LONDON).astimezone(UTC)
