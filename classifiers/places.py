"""Classes, year groups, and the personal data that has a shape of its own."""

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from operator import itemgetter
from typing import NamedTuple

from classifiers.interface import Register
from classifiers.register.mentions import Words
from classifiers.register.names import words
from classifiers.register.upn import is_upn
from classifiers.scanning import Hinted, any_of, any_phrase, word_start, worded

_CODE = re.compile(r"([1-9](?<![\w£$.:/].)(?:(?<=1)[0-3])?)\s?-?([A-Za-z]{1,2})(?![\w'])")
_NOT_A_CLASS = frozenset(
    ("am", "pm", "st", "nd", "rd", "th", "kg", "km", "cm", "mm", "ft", "hr", "yr", "yo", "x", "s", "k", "m",
     "p", "l", "d", "g", "gb", "mb", "ml", "oz", "lb", "in", "pt")
)  # fmt: skip
_NUMBERED_YEAR = re.compile(
    rf"(?:{word_start('y')}(?:ears?|rs?)?|{word_start('k')}s)\.?\s?-?(1[0-3]|[1-9])(?:s|'s)?(?!\w)"
)
_NAMED_YEAR = worded(
    "reception nursery pre preschool sixth 6th",
    any_of(["reception", "nursery", "pre-?school", "sixth form", "6th form"]) + r"(?!\w)",
)
_YEARS_AS_NAMED = {"reception": "Reception", "nursery": "Nursery"}
_DIGIT = re.compile(r"\d")

_EMAIL = re.compile(r"(?<![\w.+\-])[\w.+\-]{1,64}@[\w\-]{1,63}\.[\w.\-]{2,60}")
# The rest is looked for in lower case. Where several patterns make one kind, the earliest match wins.
_WITH_DIGITS: tuple[tuple[str, tuple[re.Pattern[str] | Hinted, ...]], ...] = (
    ("phone", (re.compile(r"[+0](?<![\w£].)(?:(?<=\+)44\s?|(?<=0))(?:\d[\s\-]?){8,10}\d(?!\w)"),)),
    ("postcode", (Hinted(
        re.compile(r"\d[a-z]{2}(?!\w)"),
        re.compile(word_start("[a-z]") + r"[a-z]?\d[a-z\d]?\s?\d[a-z]{2}(?!\w)")),)),
    ("date_of_birth", (
        re.compile(
            any_of([r"d\.?o\.?b\.?\b", r"born\b", r"birthday\b", r"date of birth\b"])
            + r"[^\d\n]{0,25}\d{1,2}[\s/.\-](?:\d{1,2}|[a-z]{3,9})"),
        re.compile(
            r"\d(?<!\d.)(?:(?<=0)[1-9]|(?<=[12])\d|(?<=3)[01]|(?<=[1-9]))"
            r"[/.\-](?:0?[1-9]|1[0-2])[/.\-](?:20)?[012]\d(?!\d)"),
    )),
    ("address", (re.compile(
        r"\d(?<![\w£].)\d{0,2}[a-c]?,? [a-z]{2,}(?: [a-z]{2,})? "
        r"(?:street|st|road|rd|lane|avenue|ave|close|drive|way|walk|terrace|crescent|rise|row|court|gardens|grove|place)\b"),)),
)  # fmt: skip
_USERNAME_TOLD = worded(
    "insta instagram snap snapchat tik tiktok roblox fortnite xbox psn discord username gamertag add",
    any_of(
        [
            r"insta(?:gram)?", r"snap(?:chat)?", r"tik ?tok", "roblox", "fortnite", "xbox", "psn",
            "discord", "username", "gamertag", "add me",
        ]
    )
    + r"\b[^\n]{0,20}?(?:\bis\b|:|=|-|@|\bas\b|\bon\b)?\s*@?[\w.]*[._\d][\w.]{2,30}",
)  # fmt: skip
_USERNAME_SHAPED = Hinted(
    re.compile(r"[._][a-z]+[._]?\d{2,4}(?!\w)"),
    re.compile(r"[@a-z](?<!\w.)(?:(?<=@)[a-z]|(?<!@))[a-z]*[._][a-z]+[._]?\d{2,4}(?!\w)"),
)
_UPN = Hinted(re.compile(r"\d{11}"), re.compile(r"[A-Za-z](?<!\w.)\d{11}[\dA-Za-z](?!\w)"))


class Place(NamedTuple):
    """A class, a year group or a piece of personal data, where it stands in the view's text."""

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
        self._named = re.compile(any_phrase(named)) if named else None
        loose = sorted(name.lower() for name in named if len(name) > 2)
        said = [f"{before} {name}" for before in ("in", "from", "class", "form", "of") for name in loose]
        self._loose = re.compile(any_phrase([*said, *(f"{name} class" for name in loose)])) if loose else None
        self.teachers = _class_teachers(register)

    def find(self, found: Words) -> list[Place]:
        """`found`: the words of a text, and the text."""
        has_digit = bool(_DIGIT.search(found.text))
        places = [*self._classes(found, has_digit), *_years(found, has_digit), *_personal(found, has_digit)]
        return sorted(places, key=lambda place: (place.start, place.end, place.kind))

    def _classes(self, found: Words, has_digit: bool) -> Iterator[Place]:
        for match in _CODE.finditer(found.text) if has_digit else ():
            value = (match[1] + match[2]).lower()
            # "9M" in a school that has 9M is a class; "2m" of rope is not.
            if value in self.years or (match[2].isupper() and match[2].lower() not in _NOT_A_CLASS):
                yield Place("class", value, *match.span())
        for pattern, text in ((self._named, found.text), (self._loose, found.text_lower)):
            for match in pattern.finditer(text) if pattern else ():
                yield Place("class", self._class_in(match[0].lower()), *match.span())

    def _class_in(self, written: str) -> str:
        """The class that "oak", "oak class" or "class oak tree" names; as written when none is known."""
        for word in (written, *written.split()):
            if word in self.years:
                return word
        whole = " ".join(written.split())
        return max((name for name in self.years if name in whole), key=len, default=whole)


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


def _years(found: Words, has_digit: bool) -> Iterator[Place]:
    for match in _NUMBERED_YEAR.finditer(found.text_lower) if has_digit else ():
        yield Place("year", f"Year {match[1]}", *match.span())
    for match in _NAMED_YEAR.finditer(found.text_lower, found.said):
        yield Place("year", _YEARS_AS_NAMED.get(match[0], match[0]), *match.span())


def _personal(found: Words, has_digit: bool) -> Iterator[Place]:
    lower = found.text_lower
    if "@" in lower:
        yield from _shaped(found, "email", _EMAIL.finditer(lower))
    usernames = _USERNAME_TOLD.finditer(lower, found.said)
    if not has_digit:
        yield from _shaped(found, "username", usernames)
        return
    for kind, patterns in _WITH_DIGITS:
        yield from _shaped(found, kind, *(pattern.finditer(lower) for pattern in patterns))
    yield from _shaped(found, "username", usernames, _USERNAME_SHAPED.finditer(lower))
    for match in _UPN.finditer(found.text):
        if is_upn(match[0]):
            yield Place("upn", match[0].upper(), *match.span())


def _shaped(found: Words, kind: str, *matches: Iterable[re.Match[str]]) -> list[Place]:
    """Places of one kind, none overlapping another."""
    places: list[Place] = []
    position = 0
    for start, end in sorted((match.span() for match in chain(*matches)), key=itemgetter(0)):
        if start >= position:
            position = end
            places.append(Place(kind, found.text[start:end], start, end))
    return places
