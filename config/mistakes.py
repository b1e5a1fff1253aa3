"""Mistakes in the settings, told so that a technician can mend them without us.

A value is shown only when it cannot be a secret: never for an unknown key, never where a secret belongs,
never when it looks like one.
"""

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from config.addresses import looks_like_a_secret, names_a_secret
from config.lines import Place, shown
from config.schema import Settings
from config.secrets import SecretReference

_LONGEST_SHOWN = 60
_HIDDEN_TAGS = ("<text>", "<reference>")

_MAY_HOLD_A_SECRET = re.compile(r"\?|[:/].*@")
"""The query of an address, or a name and password before its host."""

_EXPECTED = {
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "string_type": 'text in quotation marks, "like this"',
    "path_type": 'a path in quotation marks, "like this"',
    "tuple_type": 'a list, ["like", "this"], or tables in [[double brackets]]',
    "dict_type": "a table, [like.this]",
    "model_type": "a table, [like.this]",
    "model_attributes_type": "a table, [like.this]",
    "string_too_short": "text that is not blank",
    "too_short": "at least one entry",
}


class SettingsError(Exception):
    """The settings cannot be used. The text lists every mistake and may be printed as it is."""

    def __init__(self, heading: str, mistakes: "Sequence[Mistake]" = ()) -> None:
        self.heading = heading
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join([heading, *(f"  {mistake}" for mistake in self.mistakes)]))


@dataclass(frozen=True)
class Mistake:
    place: Place
    message: str
    """What was found and what was expected."""
    line: int | None = None

    def __str__(self) -> str:
        where = [f"line {self.line}"] if self.line else []
        where += [shown(self.place)] if self.place else []
        return f"{', '.join(where)}: {self.message}" if where else self.message


def mistakes_of(error: ValidationError) -> list[Mistake]:
    """Pydantic's findings in our words, in the order of the tables."""
    return [_mistake(details) for details in error.errors(include_url=False)]


def _mistake(details: Any) -> Mistake:
    place = tuple(part for part in details["loc"] if part not in _HIDDEN_TAGS)
    kind = details["type"]
    if kind == "extra_forbidden":
        return Mistake(place, _unknown_key(place))
    if kind == "missing":
        return Mistake(place, f"missing; expected {_expected_at(place)}")
    if kind in ("value_error", "between_tables"):
        message = details["msg"].removeprefix("Value error, ")
        return Mistake(
            place, message if message.startswith("found") else _found(place, details["input"]) + message
        )
    return Mistake(place, f"{_found(place, details['input'])}expected {_expected(kind, details)}")


def _found(place: Place, value: object) -> str:
    """`found "x"; `, or nothing when the value is a table or may be a secret."""
    secret = any(isinstance(part, str) and names_a_secret(part) for part in place)
    if secret or _holds_secret(place) or value is None or isinstance(value, (dict, list, tuple)):
        return ""
    text = str(value)
    if not text.strip():
        return "found nothing; "
    if _MAY_HOLD_A_SECRET.search(text) or looks_like_a_secret(text) or not text.isprintable():
        return "found a value that is not shown here; "
    quoted = f'"{text}"' if isinstance(value, str) else text
    return f"found {quoted if len(text) <= _LONGEST_SHOWN else 'a long value'}; "


def _expected(kind: str, details: Any) -> str:
    context = details.get("ctx", {})
    if kind == "enum":
        nearest = difflib.get_close_matches(str(details["input"]), _choices(details), n=1)
        return f"{context['expected']}" + (f'; did you mean "{nearest[0]}"?' if nearest else "")
    if kind in ("greater_than_equal", "less_than_equal"):
        bound = context.get("ge", context.get("le"))
        return f"a number {'from' if 'ge' in context else 'up to'} {bound}"
    return _EXPECTED.get(kind, str(details["msg"]).removeprefix("Input should be "))


def _choices(details: Any) -> list[str]:
    return [word.strip("' ") for word in details["ctx"]["expected"].replace(" or ", ",").split(",")]


def _unknown_key(place: Place) -> str:
    table, key = _model_at(place[:-1]), str(place[-1])
    known = list(table.model_fields) if table else []
    nearest = difflib.get_close_matches(key.casefold(), known, n=1, cutoff=0.6)
    if nearest:
        return f'unknown key; did you mean "{nearest[0]}"?'
    if place[0] == "sources" and names_a_secret(key):
        return "unknown key; a secret belongs under [sources.credentials], as a reference"
    return f"unknown key; expected one of {', '.join(known)}" if known else "unknown key"


def _expected_at(place: Place) -> str:
    model = _model_at(place)
    if place == ("people",):
        return "a [[people]] table for everybody who is to be told"
    if model is not None and not issubclass(model, SecretReference):
        return f"a table [{shown(place)}]"
    return "a value for this key"


def _holds_secret(place: Place) -> bool:
    return any(_model_at(place[:length]) is SecretReference for length in range(1, len(place) + 1))


def _model_at(place: Place) -> type[BaseModel] | None:
    """The table that stands at a place of the settings, or None."""
    model: type[BaseModel] | None = Settings
    for part in place:
        if isinstance(part, int):
            continue
        if model is None:
            return None
        field = model.model_fields.get(part)
        if field is None:
            return model if model is SecretReference else None
        model = next(_models_in(field.annotation), None)
        if model is SecretReference:
            return model
    return model


def _models_in(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_in(inner)
