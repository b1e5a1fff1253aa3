"""How long each step may take, how the time is counted, and who says so."""

from datetime import timedelta
from enum import StrEnum
from functools import cache

from pydantic import BaseModel, ConfigDict, field_validator

from config.durations import parse_duration
from config.policy.known import load


class Counting(StrEnum):
    """Which time counts."""

    ALWAYS = "always"
    """Nights, weekends and holidays too; cannot be paused."""
    SCHOOL_DAYS = "school_days"
    WORKING_DAYS = "working_days"
    """Monday to Friday without the bank holidays of the school's own part of the country."""
    SECTION_5 = "section_5"
    """Without Saturday, Sunday, Good Friday, Christmas Day and the bank holidays of England and Wales,
    wherever the school is (Defamation (Operators of Websites) Regulations 2013, reg. 1(3))."""


class Deadline(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    what: str
    span: timedelta
    """For SCHOOL_DAYS and WORKING_DAYS, whole days of that kind."""
    counting: Counting
    source: str
    """The rule it comes from; "house rule" when it is ours and the school may change it."""

    @field_validator("span", mode="before")
    @classmethod
    def _span(cls, value: object) -> timedelta:
        return parse_duration(value)


@cache
def deadlines() -> dict[str, Deadline]:
    """Every deadline by its name."""
    return {
        name: Deadline.model_validate({"name": name, **facts})
        for name, facts in load("deadlines.toml").items()
    }


def deadline(name: str) -> Deadline:
    """One deadline; raises KeyError for a name that `deadlines.toml` does not hold."""
    return deadlines()[name]
