"""Takes in the words beside a pupil's name that make it a fuller one: a mistyped surname, an initial."""

from rapidfuzz import fuzz

from classifiers.register.mentions import Form, Kind, Mention, Word, Words
from classifiers.register.names import SOFT_TITLES, TITLES
from classifiers.register.pupils import FEW, PupilIndex, first_forms, surname_forms

_LIKE = 80
"""Per cent of likeness (Indel) at which a word is taken for a mistyped name."""
_PRONOUNS_AND_SUCH = "aiunrxk"
"""Single letters that people write for words: "Ayaan u star"."""


def widen(mention: Mention, found: Words, index: PupilIndex) -> Mention:
    """The mention, or a wider one. `found`: the words of its text."""
    if mention.kind is not Kind.PUPIL or mention.form not in (Form.SURNAME, Form.FIRST):
        return mention
    place = found.number_at(mention.start)
    if place is None:
        return mention
    if mention.form is Form.SURNAME:
        return _with_first_name(mention, _before(found, place), index)
    return _with_surname(mention, _after(found, place, mention.end), index)


def _with_first_name(mention: Mention, before: Word | None, index: PupilIndex) -> Mention:
    if before is None:
        return mention
    if before.lower in TITLES and before.lower not in SOFT_TITLES:
        return mention._replace(kind=Kind.ADULT, form=Form.TITLED, ids=(), start=before.start)
    if len(mention.ids) > FEW:
        return mention
    firsts = {key: _firsts(key, index) for key in mention.ids}
    near = tuple(key for key, names in firsts.items() if any(alike(before.lower, name) for name in names))
    if not near and len(before.lower) == 1:
        near = tuple(key for key, names in firsts.items() if any(name[0] == before.lower for name in names))
    if near:
        return mention._replace(form=Form.FULL, ids=near, start=before.start, common=False)
    return mention


def _firsts(key: str, index: PupilIndex) -> tuple[str, ...]:
    return first_forms(index.pupils[key].first_name, index.pupils[key].preferred_name)


def _with_surname(mention: Mention, after: Word | None, index: PupilIndex) -> Mention:
    if after is None:
        return mention
    if len(after.lower) == 1 and (after.capital or after.lower not in _PRONOUNS_AND_SUCH):
        if initial := index.with_initial(mention.name, after.lower):
            return mention._replace(form=Form.FIRST_INITIAL, ids=initial, end=after.end, common=False)
        return mention
    lower_case_word = mention.common and not mention.capital
    if lower_case_word or len(after.lower) < 3 or len(mention.ids) > FEW:
        return mention
    near = tuple(
        key for key in mention.ids if any(alike(after.lower, part) for part in _surname_words(key, index))
    )
    return mention._replace(form=Form.FULL, ids=near, end=after.end, common=False) if near else mention


def _surname_words(key: str, index: PupilIndex) -> list[str]:
    alone, _ = surname_forms(index.pupils[key].surname)
    return [part for name in alone for part in name.split()]


def _before(found: Words, place: int) -> Word | None:
    if not place or found[place].start - found[place - 1].end > 2:
        return None
    return found[place - 1]


def _after(found: Words, place: int, end: int) -> Word | None:
    """The word behind a mention, when no more than a comma parts them."""
    for word in found.between(place + 1, place + 6):
        if word.start >= end:
            return word if word.start - end <= 2 else None
    return None


def alike(word: str, name: str) -> bool:
    """Nearly the same spelling, or a short form of at least three letters (Fred for Freddie)."""
    if len(word) < 3 or len(name) < 3 or word[0] != name[0]:
        return False
    short, long = sorted((word, name), key=len)
    return long.startswith(short) or fuzz.ratio(word, name) >= _LIKE
