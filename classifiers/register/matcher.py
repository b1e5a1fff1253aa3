"""Finds the people of a register in a text.

All names go into one Aho-Corasick automaton over a stream of words, so that the cost of a text does
not grow with the register. Where names overlap the longest wins ("Mr Khan" is not the pupil Khan).
"""

import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from rapidfuzz import fuzz

from classifiers.interface import Register
from classifiers.normalising import View
from classifiers.register.index import all_names, firsts, joined_automaton, names_automaton, school_keys
from classifiers.register.mentions import Form, Kind, Mention, Word
from classifiers.register.names import TITLES, common, words

MOST_MENTIONS = 200
"""Of one text; a longer list of names is no comment, and must not cost more time than one."""
_WORD = re.compile(r"[^\W_]+")
_RUN_TOGETHER = re.compile(r"[@#]?[\w.\-]{6,60}")
_LONGEST_FUZZED = 400
"""Words of a text that typing mistakes are looked for in: bounds the time of a huge comment."""
_LIKE = 80
"""Per cent of likeness (Indel) at which a word is taken for a mistyped name."""


class Matcher:
    def __init__(self, register: Register) -> None:
        self.pupils = {pupil.pupil_id: pupil for pupil in register.pupils}
        self.staff = {member.staff_id: member for member in register.staff}
        self._surnames = {member.staff_id: words(member.surname) for member in register.staff}
        self._pupil_surnames = {pupil.pupil_id: " ".join(words(pupil.surname)) for pupil in register.pupils}
        self._pupil_firsts = {pupil.pupil_id: firsts(pupil) for pupil in register.pupils}
        self._school_keys = school_keys(register)
        self._automaton = names_automaton(all_names(register))
        self._joined = joined_automaton(register)

    def find(self, view: View) -> list[Mention]:
        """People and the school, in order, none overlapping another."""
        found_words = split_words(view)
        mentions = list(self._exact(found_words))
        mentions += self._run_together(view)
        mentions += self._mistyped_staff(found_words)
        chosen = _longest(mentions)[:MOST_MENTIONS]
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
