"""How long what was sealed is kept, and where each period comes from (UK GDPR article 5(1)(e))."""

import calendar
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from pydantic import Field

from config.policy.known import Fact, load

_LONDON = ZoneInfo("Europe/London")
_SCHOOL_YEAR_ENDS = 8
"""August: a school's records count by school years."""
_MONTHS = 12


class Period(Fact):
    """A rule of retention. Without days, months or years nothing ends by itself."""

    name: str
    title: str
    source: str
    """Where the period comes from."""
    days: int = 0
    months: int = 0
    years: int = 0
    plus_current_year: bool = False
    """The years count from the end of the school year in which it was closed."""
    counted_from: str = Field("closing", alias="from")

    @property
    def ends(self) -> bool:
        return bool(self.days or self.months or self.years)

    def end(self, start: datetime) -> datetime | None:
        """When what began then is over, in UTC; None when it never is by itself."""
        if not self.ends:
            return None
        local = start.astimezone(_LONDON)
        if self.plus_current_year:
            local = _school_year_end(local)
        later = _add_months(local, self.months + _MONTHS * self.years) + timedelta(days=self.days)
        return later.astimezone(UTC)

    @property
    def shown(self) -> str:
        """Such as `6 years and the current school year`."""
        parts = [
            f"{number} {one if number == 1 else one + 's'}"
            for number, one in ((self.years, "year"), (self.months, "month"), (self.days, "day"))
            if number
        ]
        return (" ".join(parts) or "until a person decides") + (
            " and the current school year" if self.plus_current_year else ""
        )


def _school_year_end(local: datetime) -> datetime:
    year = local.year if local.month <= _SCHOOL_YEAR_ENDS else local.year + 1
    return local.replace(year=year, month=_SCHOOL_YEAR_ENDS, day=31)


def _add_months(local: datetime, months: int) -> datetime:
    """The same day so many months later, or the month's last where it has no such day."""
    count = local.year * _MONTHS + local.month - 1 + months
    year, month = count // _MONTHS, count % _MONTHS + 1
    return local.replace(year=year, month=month, day=min(local.day, calendar.monthrange(year, month)[1]))


@cache
def shipped_periods() -> dict[str, Period]:
    """Every rule by its name."""
    return {
        name: Period.model_validate({"name": name, **facts}) for name, facts in load("retention.toml").items()
    }


def retention_periods(decided: Mapping[str, timedelta]) -> dict[str, Period]:
    """The rules, with what the school decided in their place."""
    return {
        name: _decided(period, decided[name]) if name in decided else period
        for name, period in shipped_periods().items()
    }


def _decided(period: Period, length: timedelta) -> Period:
    instead = {"days": length.days, "months": 0, "years": 0, "plus_current_year": False}
    return period.model_copy(update=instead | {"source": "decided by the school, in its settings"})
