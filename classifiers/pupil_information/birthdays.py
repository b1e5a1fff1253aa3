"""Dates of birth in a text beside those of the register, which are held as keyed tokens only.

This settles who is meant, after the models have judged: they read that a date of birth stands there, and
not whose.
"""

import datetime as dt
import re
from collections.abc import Iterator, Sequence

from classifiers.places import Place
from classifiers.pupil_information.identify import Identified
from classifiers.reading import Reading
from classifiers.register.pupils import Ids, PupilIndex
from classifiers.register.tokens import keyed_token

ANCHOR = FORM = "date_of_birth"
_DATE = re.compile(r"(\d{1,2})[\s/.\-](\d{1,2}|[a-z]{3,9})(?:[\s/.\-,]{1,2}((?:20)?\d\d)(?!\d))?")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_BEHIND = 6
"""Characters behind a place in which its year may stand."""
_YEARS = range(2000, 2030)
"""Tried where the text gives no year, for those whom it names."""
_MOST = 20
"""Dates of one text that are looked up."""


def with_birthdays(
    found: Sequence[Identified], reading: Reading, index: PupilIndex, token_key: bytes
) -> list[Identified]:
    """A name is narrowed to those born on a date beside it; a whole date said to be a birthday stands alone.

    A bare date does not: among a thousand pupils some child was born on almost any day.
    """
    places = [place for place in reading.places if place.kind == "date_of_birth"][:_MOST]
    known = list(found)
    for place in places if token_key else ():
        ids, whole = _born(place, reading, index, token_key)
        named = [number for number, one in enumerate(known) if not set(ids).isdisjoint(one.ids)]
        for number in named:
            known[number] = _narrowed(known[number], ids)
        if ids and whole and not named and place.value[0].isalpha():
            known.append(Identified(FORM, place.start, place.end, ids, frozenset({ANCHOR}), False))
    return known


def _narrowed(one: Identified, born: Ids) -> Identified:
    return one._replace(ids=tuple(key for key in one.ids if key in born), anchors=one.anchors | {ANCHOR})


def _born(place: Place, reading: Reading, index: PupilIndex, token_key: bytes) -> tuple[Ids, bool]:
    """Who was born on the day that stands there, and whether it stands there with its year."""
    match = _DATE.search(reading.lower[place.start : place.end + _BEHIND])
    if match is None:
        return (), False
    days = _days(*match.groups())
    return tuple(key for day in days for key in index.born(keyed_token(token_key, day))), bool(match[3])


def _days(day: str, month: str, year: str | None) -> Iterator[str]:
    """ISO dates that may be meant; none for what is no date."""
    number = int(month) if month.isdigit() else _MONTHS.index(month[:3]) + 1 if month[:3] in _MONTHS else 0
    for one in (2000 + int(year[-2:]),) if year else _YEARS:
        try:
            yield dt.date(one, number, int(day)).isoformat()
        except ValueError:
            continue
