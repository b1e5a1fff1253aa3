"""Finds the people of a register in a text.

All names go into one Aho-Corasick automaton over a stream of words, so that the cost of a text does
not grow with the register. Where names overlap the longest wins ("Mr Khan" is not the pupil Khan).
"""

import itertools
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

import ahocorasick
from rapidfuzz import fuzz

from classifiers.interface import Pupil, Register, StaffMember
from classifiers.normalising import View
from classifiers.register.names import TITLES, common, role_phrases, words

_WORD = re.compile(r"[^\W_]+")
_RUN_TOGETHER = re.compile(r"[@#]?[\w.\-]{6,60}")
_LONGEST_FUZZED = 400
"""Words of a text that typing mistakes are looked for in: bounds the time of a huge comment."""
_LIKE = 80
"""Per cent of likeness (Indel) at which a word is taken for a mistyped name."""


class Kind(StrEnum):
    PUPIL = "pupil"
    STAFF = "staff"
    SCHOOL = "school"
    ADULT = "adult"
    """A title with a name that is nobody's on the staff: a parent, a governor, a neighbour."""


class Form(StrEnum):
    FULL = "full"
    FIRST = "first"
    FIRST_INITIAL = "first_initial"
    SURNAME = "surname"
    HANDLE = "handle"
    TITLED = "titled"
    KNOWN_AS = "known_as"
    ROLE = "role"
    TYPO = "typo"
    NAME = "name"


@dataclass(frozen=True)
class Mention:
    kind: Kind
    form: Form
    ids: tuple[str, ...]
    """Everyone in the register who could be meant."""
    start: int
    end: int
    """In the view's text."""
    capital: bool
    common: bool
    """The name is an ordinary word as well."""


@dataclass(frozen=True)
class Word:
    lower: str
    start: int
    end: int
    capital: bool


_Key = tuple[Kind, Form]


class Matcher:
    def __init__(self, register: Register) -> None:
        self.pupils = {pupil.pupil_id: pupil for pupil in register.pupils}
        self.staff = {member.staff_id: member for member in register.staff}
        self._surnames = {member.staff_id: words(member.surname) for member in register.staff}
        self._pupil_surnames = {pupil.pupil_id: " ".join(words(pupil.surname)) for pupil in register.pupils}
        self._pupil_firsts = {pupil.pupil_id: _firsts(pupil) for pupil in register.pupils}
        self._school_keys = _school_keys(register)
        names = _names(register)
        self._automaton = _automaton(names)
        self._joined = _joined_automaton(register)

    def find(self, view: View) -> list[Mention]:
        """People and the school, in order, none overlapping another."""
        found_words = split_words(view)
        mentions = list(self._exact(found_words))
        mentions += self._run_together(view)
        mentions += self._mistyped_staff(found_words)
        chosen = _longest(mentions)
        return _longest(self._widen(mention, found_words) for mention in chosen)

    def _exact(self, found: list[Word]) -> Iterator[Mention]:
        stream, places = _stream(found)
        for end, (length, entries) in self._automaton.iter(stream):
            last = places[end]
            first = last - length + 1
            for (kind, form), ids in entries.items():
                yield from _mention(kind, form, ids, found[first : last + 1])

    def _run_together(self, view: View) -> Iterator[Mention]:
        """Handles and hashtags: a pupil's full name in one word, or the school's."""
        for match in _RUN_TOGETHER.finditer(view.text):
            letters = "".join(character for character in match[0].lower() if character.isalpha())
            if match[0][0] in "@#" and any(key in letters for key in self._school_keys):
                yield Mention(Kind.SCHOOL, Form.HANDLE, (), match.start(), match.end(), False, False)
            for _, pupil_id in self._joined.iter(letters) if len(self._joined) else ():
                yield Mention(Kind.PUPIL, Form.HANDLE, (pupil_id,), match.start(), match.end(), False, False)

    def _mistyped_staff(self, found: list[Word]) -> Iterator[Mention]:
        """A title and a word that is nearly a surname of the staff; else a titled stranger."""
        for title, name in itertools.pairwise(found[:_LONGEST_FUZZED]):
            if title.lower not in TITLES or len(name.lower) < 4 or not name.lower.isalpha():
                continue
            close = tuple(key for key, surname in self._surnames.items() if _alike(name.lower, surname[-1]))
            if close:
                yield Mention(Kind.STAFF, Form.TYPO, close, title.start, name.end, True, False)
            elif name.capital:
                yield Mention(Kind.ADULT, Form.TITLED, (), title.start, name.end, True, False)

    def _widen(self, mention: Mention, found: list[Word]) -> Mention:
        """Take in the neighbouring words that make a first name or a surname a fuller name."""
        if mention.kind is not Kind.PUPIL or mention.form not in (Form.FIRST, Form.SURNAME):
            return mention
        before, after = _neighbours(mention, found)
        if mention.form is Form.SURNAME:
            return self._with_first_name(mention, before)
        return self._with_surname(mention, after)

    def _with_first_name(self, mention: Mention, before: Word | None) -> Mention:
        if before is None:
            return mention
        if before.lower in TITLES:
            return replace(mention, kind=Kind.ADULT, form=Form.TITLED, ids=(), start=before.start)
        near = tuple(
            key
            for key in mention.ids
            if any(_alike(before.lower, first) for first in self._pupil_firsts[key])
        )
        initial = tuple(
            key
            for key in mention.ids
            if len(before.lower) == 1 and any(f[0] == before.lower for f in self._pupil_firsts[key])
        )
        if near or initial:
            return replace(mention, form=Form.FULL, ids=near or initial, start=before.start, common=False)
        return mention

    def _with_surname(self, mention: Mention, after: Word | None) -> Mention:
        if after is None:
            return mention
        if len(after.lower) == 1 and (after.capital or after.lower not in "aiunrxk"):
            initial = tuple(key for key in mention.ids if self._pupil_surnames[key].startswith(after.lower))
            if initial:
                return replace(mention, form=Form.FIRST_INITIAL, ids=initial, end=after.end, common=False)
        near = tuple(
            key
            for key in mention.ids
            if any(_alike(after.lower, part) for part in self._pupil_surnames[key].split())
        )
        if near and len(after.lower) > 2:
            return replace(mention, form=Form.FULL, ids=near, end=after.end, common=False)
        return mention


def split_words(view: View) -> list[Word]:
    """Words in order; the s of a possessive ("Khan's") is left out."""
    text, lower = view.text, view.lower
    found = []
    for match in _WORD.finditer(text):
        start, end = match.span()
        if end - start == 1 and text[start] == "s" and start and text[start - 1] == "'":
            continue
        found.append(Word(lower[start:end], start, end, text[start].isupper()))
    return found


def _stream(found: list[Word]) -> tuple[str, list[int]]:
    """The words with one space around each, and for each place which word ends or begins there."""
    pieces = [" "]
    places = [0]
    for place, word in enumerate(found):
        pieces.append(word.lower + " ")
        places.extend([place] * (len(word.lower) + 1))
    return "".join(pieces), places


def _mention(kind: Kind, form: Form, ids: Iterable[str], found: list[Word]) -> Iterator[Mention]:
    """The mention that these words make, unless they are an ordinary word in lower case."""
    capital = found[0].capital
    is_common = len(found) == 1 and common(found[0].lower)
    # A pupil's first name may still turn out to be one: "rose p in 8O".
    if is_common and not capital and form not in (Form.KNOWN_AS, Form.FIRST):
        return
    if form is Form.SURNAME and len(found[0].lower) < 3 and not capital:
        return
    yield Mention(kind, form, tuple(sorted(ids)), found[0].start, found[-1].end, capital, is_common)


def _neighbours(mention: Mention, found: list[Word]) -> tuple[Word | None, Word | None]:
    before = after = None
    for word in found:
        if word.end <= mention.start and mention.start - word.end <= 2:
            before = word
        if word.start >= mention.end:
            after = word if word.start - mention.end <= 2 else None
            break
    return before, after


_RANK = {
    Form.FULL: 0,
    Form.HANDLE: 0,
    Form.TITLED: 1,
    Form.KNOWN_AS: 1,
    Form.NAME: 1,
    Form.FIRST_INITIAL: 1,
    Form.ROLE: 2,
    Form.TYPO: 3,
    Form.FIRST: 4,
    Form.SURNAME: 5,
}
_KIND_RANK = {Kind.STAFF: 0, Kind.PUPIL: 1, Kind.SCHOOL: 2, Kind.ADULT: 3}


def _longest(mentions: Iterable[Mention]) -> list[Mention]:
    """Of overlapping mentions the longest, then the surer form; in the order of the text."""
    ordered = sorted(
        mentions, key=lambda m: (m.start - m.end, _RANK[m.form], _KIND_RANK[m.kind], m.start, m.ids)
    )
    taken: list[Mention] = []
    covered: set[int] = set()
    for mention in ordered:
        span = range(mention.start, mention.end)
        if covered.isdisjoint(span):
            covered.update(span)
            taken.append(mention)
    return sorted(taken, key=lambda m: m.start)


def _alike(word: str, name: str) -> bool:
    """Nearly the same spelling, or a short form of at least three letters (Fred for Freddie)."""
    if len(word) < 3 or len(name) < 3 or word[0] != name[0]:
        return False
    short, long = sorted((word, name), key=len)
    return long.startswith(short) or fuzz.ratio(word, name) >= _LIKE


def _firsts(pupil: Pupil) -> tuple[str, ...]:
    return tuple({" ".join(words(name)) for name in (pupil.first_name, pupil.preferred_name) if words(name)})


def _names(register: Register) -> dict[str, dict[_Key, set[str]]]:
    """Each name as a stretch of the word stream, with who could be meant by it, and how."""
    names: dict[str, dict[_Key, set[str]]] = defaultdict(lambda: defaultdict(set))

    def add(kind: Kind, form: Form, name: tuple[str, ...], key: str) -> None:
        if name and (len(name) > 1 or len(name[0]) > 1):
            names[f" {' '.join(name)} "][kind, form].add(key)

    for pupil in register.pupils:
        for form, name in _pupil_forms(pupil):
            add(Kind.PUPIL, form, name, pupil.pupil_id)
    for member in register.staff:
        for form, name in _staff_forms(member):
            add(Kind.STAFF, form, name, member.staff_id)
    for school in (register.school_name, *register.also_known_as):
        add(Kind.SCHOOL, Form.NAME, words(school), "school")
    return names


def _pupil_forms(pupil: Pupil) -> Iterator[tuple[Form, tuple[str, ...]]]:
    surname = words(pupil.surname)
    for first in {words(pupil.first_name), words(pupil.preferred_name)}:
        if not first:
            continue
        for written in _spellings(first):
            yield Form.FIRST, written
            for last in (*_spellings(surname), surname[-1:], surname[:1]):
                yield from ((Form.FULL, written + end) for end in _with_plural(last))
                yield Form.FULL, last + written
    for written in _spellings(surname):
        yield from ((Form.SURNAME, end) for end in _with_plural(written))


def _spellings(name: tuple[str, ...]) -> set[tuple[str, ...]]:
    """Lily-Mae, Lily Mae and LilyMae."""
    return {name, ("".join(name),)} if len(name) > 1 else {name}


def _with_plural(name: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """With the s of a possessive whose apostrophe was forgotten."""
    yield name
    if name and len(name[-1]) > 3 and not name[-1].endswith("s") and not common(name[-1]):
        yield (*name[:-1], name[-1] + "s")


def _staff_forms(member: StaffMember) -> Iterator[tuple[Form, tuple[str, ...]]]:
    surname, first = words(member.surname), words(member.first_name)
    for last in {surname, surname[:1], *_spellings(surname)}:
        for title in ("mr", "mrs", "miss", "ms", "mx", "dr", "sir", *words(member.title)):
            yield from ((Form.TITLED, (title, *end)) for end in _with_plural(last))
        yield Form.FULL, first + last
        yield Form.SURNAME, last
    if first:
        yield Form.FIRST, first
    for name in member.also_known_as:
        yield Form.KNOWN_AS, words(name.split("(")[0])
    for phrase in role_phrases(member):
        yield Form.ROLE, phrase


def _automaton(names: dict[str, dict[_Key, set[str]]]) -> ahocorasick.Automaton:
    automaton = ahocorasick.Automaton()
    for name, entries in names.items():
        automaton.add_word(name, (name.count(" ") - 1, entries))
    automaton.add_word("\0", (0, {}))  # an automaton without a word cannot be searched
    automaton.make_automaton()
    return automaton


def _joined_automaton(register: Register) -> ahocorasick.Automaton:
    automaton = ahocorasick.Automaton()
    automaton.add_word("\0", "")
    for pupil in register.pupils:
        surname = "".join(words(pupil.surname))
        for first in _firsts(pupil):
            bare = first.replace(" ", "")
            if len(bare) > 2 and len(surname) > 2 and len(bare + surname) >= 7:
                automaton.add_word(bare + surname, pupil.pupil_id)
                automaton.add_word(surname + bare, pupil.pupil_id)
    automaton.make_automaton()
    return automaton


def _school_keys(register: Register) -> tuple[str, ...]:
    """The words by which a handle or a hashtag shows that it is the school's."""
    every = {word for name in (register.school_name, *register.also_known_as) for word in words(name)}
    return tuple(sorted(word for word in every if len(word) >= 5 and word not in _GENERIC))


_GENERIC = frozenset(
    {
        "school",
        "academy",
        "primary",
        "nursery",
        "infant",
        "junior",
        "senior",
        "secondary",
        "college",
        "catholic",
        "community",
        "federation",
        "trust",
        "learning",
        "sixth",
        "middle",
        "church",
        "england",
        "saint",
    }
)
