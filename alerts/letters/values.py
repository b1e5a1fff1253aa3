"""The types of a letter's fields: what a person types on one side, what a template shows on the other."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from alerts.clocks import LONDON
from alerts.mail.wording import clean, one_line


class Mark(StrEnum):
    """What a field holds beyond its type."""

    PERSON = "person"
    """The name of somebody written to or signing: not looked through for pupils' names."""
    QUOTED = "quoted"
    """Somebody else's words: not looked through for words that the school itself does not use."""


class Fields(BaseModel):
    """The fields of one letter. What is required by policy has no default, and never will."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, str_strip_whitespace=True, hide_input_in_errors=True
    )


def _yes_or_no(value: object) -> object:
    words = {"yes": True, "y": True, "true": True, "no": False, "n": False, "false": False}
    return words.get(value.strip().casefold(), value) if isinstance(value, str) else value


def _london(value: object) -> object:
    """A time without a zone is read as a clock on a wall in the UK."""
    if not isinstance(value, str):
        return value
    try:
        at = datetime.fromisoformat(value.strip())
    except ValueError:
        return value
    return at.replace(tzinfo=LONDON) if at.tzinfo is None else at


def _listed(value: object) -> object:
    """One entry a line."""
    if isinstance(value, str):
        return [line.strip() for line in value.splitlines() if line.strip()]
    return value


_Filled = StringConstraints(min_length=1, strip_whitespace=True, max_length=20_000)
Line = Annotated[str, _Filled, AfterValidator(one_line)]
Text = Annotated[str, _Filled, AfterValidator(clean)]
"""May have paragraphs, with an empty line between."""
Person = Annotated[Line, Mark.PERSON]
Quoted = Annotated[Text, Mark.QUOTED]
Lines = Annotated[tuple[Line, ...], BeforeValidator(_listed), Field(min_length=1)]
Address = Annotated[str, StringConstraints(pattern=r"^https?://[^\s<>\"]+$", max_length=2_000)]
Addresses = Annotated[tuple[Address, ...], BeforeValidator(_listed), Field(min_length=1)]
Time = Annotated[datetime, BeforeValidator(_london)]
Day = date
YesNo = Annotated[bool, BeforeValidator(_yes_or_no), Field(strict=True)]
Yes = Annotated[Literal[True], BeforeValidator(_yes_or_no)]
"""Has to be yes: what it says is a condition of the letter."""
