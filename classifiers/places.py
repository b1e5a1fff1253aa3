"""Classes, year groups, and the personal data that has a shape of its own."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from classifiers.interface import Register
from classifiers.normalising import View
from classifiers.register.names import words
from classifiers.register.upn import is_upn

_CODE = re.compile(r"(?<![\w£$.:/])(1[0-3]|[1-9])\s?-?([A-Za-z]{1,2})(?![\w'])")
_NOT_A_CLASS = frozenset(
    {
        "am",
        "pm",
        "st",
        "nd",
        "rd",
        "th",
        "kg",
        "km",
        "cm",
        "mm",
        "ft",
        "hr",
        "yr",
        "yo",
        "x",
        "s",
        "k",
        "m",
        "p",
        "l",
        "d",
        "g",
        "gb",
        "mb",
        "ml",
        "oz",
        "lb",
        "in",
        "pt",
    }
)
_YEAR = re.compile(r"(?<!\w)(?:years?|yrs?|y|ks)\.?\s?-?(1[0-3]|[1-9])(?:s|'s)?(?!\w)|"
                   r"(?<!\w)(reception|nursery|pre-?school|sixth form|6th form)(?!\w)", re.I)  # fmt: skip
_NAMED_YEARS = {"reception": "Reception", "nursery": "Nursery"}

PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("email", re.compile(r"[\w.+\-]{1,64}@[\w\-]{1,63}\.[\w.\-]{2,60}")),
    ("phone", re.compile(r"(?<![\w£])(?:\+44\s?|0)(?:\d[\s\-]?){8,10}\d(?!\w)")),
    ("postcode", re.compile(r"(?<!\w)[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}(?!\w)", re.I)),
    ("date_of_birth", re.compile(
        r"(?:\bd\.?o\.?b\.?\b|\bborn\b|\bbirthday\b|\bdate of birth\b)[^\d\n]{0,25}"
            r"\d{1,2}[\s/.\-](?:\d{1,2}|[a-z]{3,9})|"
        r"(?<!\d)(?:0?[1-9]|[12]\d|3[01])[/.\-](?:0?[1-9]|1[0-2])[/.\-](?:20)?[012]\d(?!\d)", re.I)),
    ("address", re.compile(
        r"(?<![\w£])\d{1,3}[a-c]?,? [A-Z][a-z]+(?: [A-Z][a-z]+)? "
        r"(?:street|st|road|rd|lane|avenue|ave|close|drive|way|walk|terrace|crescent|rise|row|court|gardens|grove|place)\b",
        re.I)),
    ("username", re.compile(
        r"(?:\binsta(?:gram)?|\bsnap(?:chat)?|\btik ?tok|\broblox|\bfortnite|\bxbox|\bpsn|"
            r"\bdiscord|\busername|\bgamertag|"
        r"\badd me)\b[^\n]{0,20}?(?:\bis\b|:|=|-|@|\bas\b|\bon\b)?\s*@?[\w.]*[._\d][\w.]{2,30}|"
            r"(?<!\w)@?[A-Za-z]+[._][A-Za-z]+[._]?\d{2,4}(?!\w)",
        re.I)),
)  # fmt: skip
_UPN = re.compile(r"(?<!\w)[A-Za-z]\d{11}[\dA-Za-z](?!\w)")


@dataclass(frozen=True)
class Place:
    """A class, a year group or a piece of personal data, where it stands in the view."""

    kind: str
    value: str
    start: int
    end: int


class PlaceFinder:
    """Knows the school's own names of classes; a code such as 4B counts without being known."""

    def __init__(self, register: Register) -> None:
        self.years = {
            pupil.class_name.lower(): pupil.year_group for pupil in register.pupils if pupil.class_name
        }
        named = [
            name
            for name in {pupil.class_name for pupil in register.pupils}
            if name and not _CODE.fullmatch(name)
        ]
        # Oak and NA are words as well: they count only in the register's own spelling.
        parts = "|".join(re.escape(name) for name in sorted(named, key=lambda name: (-len(name), name)))
        self._named = re.compile(rf"(?<!\w)(?:{parts})(?!\w)") if parts else None
        loose = "|".join(re.escape(name) for name in sorted(named) if len(name) > 2)
        self._loose = (
            re.compile(
                rf"(?<!\w)(?:in|from|class|form|of) (?:{loose})(?!\w)|(?<!\w)(?:{loose}) class(?!\w)", re.I
            )
            if loose
            else None
        )
        self.teachers = _class_teachers(register)

    def find(self, view: View) -> list[Place]:
        places = [*self._classes(view), *_years(view), *_personal(view)]
        return sorted(places, key=lambda place: (place.start, place.end, place.kind))

    def _classes(self, view: View) -> Iterator[Place]:
        for match in _CODE.finditer(view.text):
            value = (match[1] + match[2]).lower()
            # "9M" in a school that has 9M is a class; "2m" of rope is not.
            if value in self.years or (match[2].isupper() and match[2].lower() not in _NOT_A_CLASS):
                yield Place("class", value, *match.span())
        for pattern in (self._named, self._loose):
            for match in pattern.finditer(view.text) if pattern else ():
                value = next(
                    word for word in (match[0].lower(), *match[0].lower().split()) if word in self.years
                )
                yield Place("class", value, *match.span())


def _class_teachers(register: Register) -> dict[str, tuple[str, ...]]:
    """Class or year group (lower case) that each member of staff's role names."""
    classes = {pupil.class_name.lower() for pupil in register.pupils} | {
        p.year_group.lower() for p in register.pupils
    }
    result = {}
    for member in register.staff:
        role = " ".join(words(member.role))
        taught = tuple(name for name in classes if name and f" {' '.join(words(name))} " in f" {role} ")
        if taught:
            result[member.staff_id] = tuple(sorted(taught))
    return result


def _years(view: View) -> Iterator[Place]:
    for match in _YEAR.finditer(view.text):
        if match[1]:
            yield Place("year", f"Year {match[1]}", *match.span())
        else:
            yield Place("year", _NAMED_YEARS.get(match[2].lower(), match[2].lower()), *match.span())


def _personal(view: View) -> Iterator[Place]:
    for kind, pattern in PATTERNS:
        for match in pattern.finditer(view.text):
            yield Place(kind, match[0], *match.span())
    for match in _UPN.finditer(view.text):
        if is_upn(match[0]):
            yield Place("upn", match[0].upper(), *match.span())
