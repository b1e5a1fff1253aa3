"""Which pupils a text lets a reader find, and by what."""

import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from classifiers.interface import Pupil
from classifiers.places import Place
from classifiers.reading import Reading
from classifiers.register.matcher import Matcher
from classifiers.register.mentions import Form, Kind, Mention
from classifiers.register.names import words
from classifiers.register.tokens import keyed_token

_INITIALS = re.compile(r"(?<![\w.'])([A-Z])\.? ?([A-Z])(?:\.|(?= (?:in|from|of|,)))(?!\w)")
_MOST_INITIALS = 50


@dataclass(frozen=True)
class Identified:
    """One way in which the text points at a child."""

    form: str
    start: int
    end: int
    ids: tuple[str, ...]
    """Register ids left after class, year, teacher and surname were taken into account."""
    anchors: frozenset[str]
    """What narrowed it: class, year, teacher, context, sibling."""
    common: bool


def identify(
    reading: Reading, matcher: Matcher, teachers: dict[str, tuple[str, ...]], token_key: bytes
) -> list[Identified]:
    hints = _Hints(reading, teachers)
    found = [hints.narrow(m, matcher.pupils) for m in reading.of(Kind.PUPIL)]
    found += _by_initials(reading, hints, matcher.pupils)
    found += _by_upn(reading, matcher.pupils, token_key)
    return _with_siblings(found, matcher.pupils)


class _Hints:
    """Classes and years that the text, the teachers named in it, or the post above it give."""

    def __init__(self, reading: Reading, teachers: dict[str, tuple[str, ...]]) -> None:
        self.by_name = {
            "class": _values(reading.places, "class"),
            "year": _values(reading.places, "year"),
            "teacher": _taught(reading.of(Kind.STAFF), teachers),
            "context": _values(reading.context_places, "class")
            | _values(reading.context_places, "year")
            | _taught((m for m in reading.context_mentions if m.kind is Kind.STAFF), teachers),
        }

    def narrow(self, mention: Mention, pupils: dict[str, Pupil]) -> Identified:
        ids, anchors = self.filtered(mention.ids, pupils)
        return Identified(mention.form.value, mention.start, mention.end, ids, anchors, mention.common)

    def filtered(
        self, ids: tuple[str, ...], pupils: dict[str, Pupil]
    ) -> tuple[tuple[str, ...], frozenset[str]]:
        anchors = set()
        for name, places in self.by_name.items():
            kept = tuple(key for key in ids if _groups(pupils[key]) & places)
            if kept:
                ids = kept
                anchors.add(name)
        return ids, frozenset(anchors)


def _values(places: Iterable[Place], kind: str) -> set[str]:
    return {place.value.lower() for place in places if place.kind == kind}


def _taught(mentions: Iterable[Mention], teachers: dict[str, tuple[str, ...]]) -> set[str]:
    """Classes of a teacher who is meant without doubt."""
    return {name for m in mentions if len(m.ids) == 1 for name in teachers.get(m.ids[0], ())}


def _groups(pupil: Pupil) -> set[str]:
    return {pupil.class_name.lower(), pupil.year_group.lower()}


def _by_initials(reading: Reading, hints: _Hints, pupils: dict[str, Pupil]) -> Iterator[Identified]:
    taken = [(m.start, m.end) for m in reading.mentions]
    for match in itertools.islice(_INITIALS.finditer(reading.view.text), _MOST_INITIALS):
        if any(start < match.end() and match.start() < end for start, end in taken):
            continue
        ids = tuple(
            key for key, pupil in pupils.items() if _initials(pupil) >= {match[1].lower() + match[2].lower()}
        )
        kept, anchors = hints.filtered(ids, pupils)
        if anchors:
            yield Identified("initials", *match.span(), kept, anchors, False)


def _initials(pupil: Pupil) -> set[str]:
    surname = words(pupil.surname)
    firsts = (words(pupil.first_name), words(pupil.preferred_name))
    return {first[0][0] + surname[0][0] for first in firsts if first and surname}


def _by_upn(reading: Reading, pupils: dict[str, Pupil], token_key: bytes) -> Iterator[Identified]:
    if not token_key:
        return
    for place in reading.places:
        if place.kind == "upn":
            token = keyed_token(token_key, place.value)
            ids = tuple(key for key, pupil in pupils.items() if pupil.upn_token == token)
            yield Identified(
                "upn", place.start, place.end, ids, frozenset({"upn"}) if ids else frozenset(), False
            )


def _with_siblings(found: list[Identified], pupils: dict[str, Pupil]) -> list[Identified]:
    """A first name beside a resolved pupil is first looked for among that pupil's own surname."""
    surnames = {pupils[one.ids[0]].surname for one in found if len(one.ids) == 1 and _sure(one)}
    result = []
    for one in found:
        kept = tuple(key for key in one.ids if pupils[key].surname in surnames)
        if one.form == Form.FIRST and len(one.ids) > 1 and kept:
            one = Identified(one.form, one.start, one.end, kept, one.anchors | {"sibling"}, one.common)  # noqa: PLW2901  the loop's own value, narrowed
        result.append(one)
    return result


def _sure(one: Identified) -> bool:
    return one.form in (Form.FULL, Form.HANDLE, Form.FIRST_INITIAL) or bool(one.anchors)


def resolved(found: Iterable[Identified]) -> tuple[str, ...]:
    """Ids of the pupils that the text points at without doubt, in the order of the text."""
    keys = (
        one.ids[0] for one in sorted(found, key=lambda one: one.start) if len(one.ids) == 1 and not _weak(one)
    )
    return tuple(dict.fromkeys(keys))


def _weak(one: Identified) -> bool:
    """An ordinary word, or a surname that might be a parent's, with nothing that ties it to a class."""
    return one.common and one.form in (Form.FIRST, Form.SURNAME) and not one.anchors
