"""Which pupils a text lets a reader find, and by what."""

import itertools
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from classifiers.places import Place
from classifiers.reading import Reader, Reading
from classifiers.register.mentions import Form, Kind, Mention
from classifiers.register.names import words
from classifiers.register.pupils import PupilIndex
from classifiers.register.tokens import keyed_token

_INITIALS = re.compile(r"([A-Z])(?<![\w.'].)\.? ?([A-Z])(?:\.|(?= (?:in|from|of|,)))(?!\w)")
_MOST_INITIALS = 50
_KIN_BEFORE = re.compile(r"\b(?:brother|sister|bro|sis|twin|sibling|cousin|our|and|&)s?,? ?\(?$")
_FAMILY_BEHIND = re.compile(
    r"(?:'?s)?'? (?:\w+ )?(?:twins?|brothers?|sisters?|siblings|kids|children|boys|girls|lads|famil\w+)\b"
)


class Identified(NamedTuple):
    """One way in which the text points at a child."""

    form: str
    start: int
    end: int
    ids: tuple[str, ...]
    """Register ids left after class, year, teacher and surname were taken into account."""
    anchors: frozenset[str]
    """What narrowed it: class, year, teacher, context, sibling."""
    common: bool
    name: str = ""
    """The register's spelling of a first name or a surname."""


def identify(reading: Reading, reader: Reader, token_key: bytes) -> list[Identified]:
    index, teachers = reader.matcher.pupil_index, reader.place_finder.teachers
    named, initials = reading.of(Kind.PUPIL), _initials(reading)
    found: list[Identified] = []
    if named or initials:
        hints = _Hints(reading, teachers, index)
        found += [hints.narrow(mention) for mention in named]
        found += _by_initials(initials, hints)
    found += _by_upn(reading, index, token_key)
    return _with_siblings(found, reading, index)


class _Hints:
    """Classes and years that the text, the teachers named in it, or the post above it give."""

    def __init__(self, reading: Reading, teachers: dict[str, tuple[str, ...]], index: PupilIndex) -> None:
        self.index = index
        self.by_name = {
            "class": _values(reading.places, "class"),
            "year": _values(reading.places, "year"),
            "teacher": _taught(reading.of(Kind.STAFF), teachers),
            "context": _values(reading.context_places, "class")
            | _values(reading.context_places, "year")
            | _taught((m for m in reading.context_mentions if m.kind is Kind.STAFF), teachers),
        }

    def narrow(self, mention: Mention) -> Identified:
        ids, anchors = self.filtered(mention.ids, mention.name)
        return Identified(
            mention.form.value, mention.start, mention.end, ids, anchors, mention.common, mention.name
        )

    def filtered(self, ids: tuple[str, ...], name: str) -> tuple[tuple[str, ...], frozenset[str]]:
        anchors = set()
        for hint, groups in self.by_name.items():
            kept = self.index.in_groups(ids, groups, name)
            if kept:
                ids = kept
                anchors.add(hint)
        return ids, frozenset(anchors)


def _values(places: Iterable[Place], kind: str) -> set[str]:
    return {place.value.lower() for place in places if place.kind == kind}


def _taught(mentions: Iterable[Mention], teachers: dict[str, tuple[str, ...]]) -> set[str]:
    """Classes of a teacher who is meant without doubt."""
    return {name for m in mentions if len(m.ids) == 1 for name in teachers.get(m.ids[0], ())}


def _initials(reading: Reading) -> list[re.Match[str]]:
    """Two capitals that are no part of a name that was found."""
    return [
        match
        for match in itertools.islice(_INITIALS.finditer(reading.view.text), _MOST_INITIALS)
        if not any(m.start < match.end() and match.start() < m.end for m in reading.mentions)
    ]


def _by_initials(initials: Iterable[re.Match[str]], hints: _Hints) -> Iterator[Identified]:
    for match in initials:
        letters = match[1].lower() + match[2].lower()
        kept, anchors = hints.filtered(hints.index.with_initials(letters), letters)
        if anchors:
            yield Identified("initials", *match.span(), kept, anchors, False)


def _by_upn(reading: Reading, index: PupilIndex, token_key: bytes) -> Iterator[Identified]:
    if not token_key:
        return
    for place in reading.places:
        if place.kind == "upn":
            ids = index.with_token(keyed_token(token_key, place.value))
            anchors = frozenset({"upn"}) if ids else frozenset[str]()
            yield Identified("upn", place.start, place.end, ids, anchors, False)


def _with_siblings(found: list[Identified], reading: Reading, index: PupilIndex) -> list[Identified]:
    """A first name beside a resolved pupil or a family is first looked for among that surname."""
    surnames = [_surnames_of(one, reading, index) for one in found]
    return [
        _as_sibling(one, set().union(*surnames[:place], *surnames[place + 1 :]), reading, index)
        for place, one in enumerate(found)
    ]


def _surnames_of(one: Identified, reading: Reading, index: PupilIndex) -> set[str]:
    """The surname that a name gives away to its neighbours."""
    if one.form == Form.SURNAME and _names_a_family(one, reading):
        return {one.name}
    if len(one.ids) == 1 and _sure(one):
        return {" ".join(words(index.pupils[one.ids[0]].surname))}
    return set()


def _as_sibling(one: Identified, surnames: set[str], reading: Reading, index: PupilIndex) -> Identified:
    if one.form != Form.FIRST or not surnames:
        return one
    kept = tuple(dict.fromkeys(key for name in sorted(surnames) for key in index.named(one.name, name)))
    kin = bool(_KIN_BEFORE.search(reading.lower[max(0, one.start - 24) : one.start]))
    narrower = tuple(key for key in kept if key in one.ids)
    if narrower and (len(one.ids) > 1 or one.common or kin):
        return one._replace(ids=narrower, anchors=one.anchors | {"sibling"})
    return one


def _names_a_family(one: Identified, reading: Reading) -> bool:
    """The Birch twins, the Zhang family: a surname that stands for the children of one house."""
    return bool(_FAMILY_BEHIND.match(reading.lower[one.end : one.end + 24]))


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
