"""Finds the people of a register in a text.

Every word of the text is looked up once, so that its cost does not grow with the register; typing
mistakes are measured only against what begins or sounds alike. Where names overlap the longest wins
("Mr Khan" is not the pupil Khan).
"""

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from rapidfuzz import fuzz

from classifiers.interface import Register
from classifiers.normalising import View
from classifiers.register.index import Entry, Phrases, Runs
from classifiers.register.mentions import Form, Kind, Mention, Word
from classifiers.register.names import SOFT_TITLES, TITLES, common, singular, sound_of
from classifiers.register.neighbours import is_a_childs, is_another_person
from classifiers.register.pupils import FEW, PupilIndex, first_forms, surname_forms
from classifiers.register.roles import means_somebody
from classifiers.register.staff import StaffIndex

MOST_MENTIONS = 200
"""Of one text; a longer list of names is no comment, and must not cost more time than one."""
_WORD = re.compile(r"[^\W_]+")
_RUN_TOGETHER = re.compile(r"[@#]?[\w.\-]{6,60}")
_LONGEST_FUZZED = 400
"""Words of a text that typing mistakes are looked for in: bounds the time of a huge comment."""
_LONGEST_SURNAME = 3
"""Words of the longest surname that is looked for behind a first name or a title."""
_LIKE = 80
"""Per cent of likeness (Indel) at which a word is taken for a mistyped name."""
_CHECKED = frozenset({"the head", "the chair"})
"""Nicknames that are furniture and limbs too."""
_LEET = str.maketrans("013457", "oieast")
_LEET_DIGIT = re.compile(r"[a-z][013457]+[a-z]")


class Matcher:
    def __init__(self, register: Register) -> None:
        self.pupil_index = PupilIndex(register.pupils)
        self.staff_index = StaffIndex(register.staff)
        self._sounding = ((Kind.PUPIL, self.pupil_index), (Kind.STAFF, self.staff_index))
        self._phrases = Phrases(register, self.pupil_index, self.staff_index)
        self._runs = Runs(register, self.pupil_index, self.staff_index)

    def find(self, view: View) -> list[Mention]:
        """People and the school, in order, none overlapping another."""
        found = split_words(view)
        mentions = list(self._known(found, view.text))
        mentions += self._titled(found)
        mentions += self._run_together(view)
        mentions += self._by_sound(found)
        chosen = _longest(mentions)[:MOST_MENTIONS]
        places = {word.start: place for place, word in enumerate(found)}
        return _longest(self._widen(mention, found, places.get(mention.start)) for mention in chosen)

    def _known(self, found: list[Word], text: str) -> Iterator[Mention]:
        """Whatever stands in the register word for word."""
        longest = self._phrases.longest
        for first, word in enumerate(found):
            most = longest.get(word.lower)
            if most:
                yield from self._phrase(found, first, most, text)
            elif word.lower.endswith("s"):
                yield from self._plural(found, first)

    def _phrase(self, found: list[Word], first: int, most: int, text: str) -> Iterator[Mention]:
        phrase = ""
        for count in range(1, min(most, len(found) - first) + 1):
            lower = found[first + count - 1].lower
            phrase = f"{phrase} {lower}" if phrase else lower
            for entry in self._phrases.entries(phrase):
                yield from self._mentions(entry, found, first, count, phrase, text)

    def _plural(self, found: list[Word], first: int) -> Iterator[Mention]:
        """A surname with the s of a possessive or of a family: "whitlocks office", "the Hartnells"."""
        name = singular(found[first].lower)
        for entry in self._phrases.entries(name) if name else ():
            if entry.form is Form.SURNAME or (entry.form is Form.FIRST and entry.kind is Kind.PUPIL):
                yield _mention(entry, found, first, 1, name)

    def _mentions(
        self, entry: Entry, found: list[Word], first: int, count: int, phrase: str, text: str
    ) -> Iterator[Mention]:
        if entry.kind is Kind.STAFF:
            yield from self._staff(entry, found, first, count, phrase, text)
            return
        if entry.form is Form.FIRST:
            yield from self._full(entry, found, first, count, phrase)
        if not _is_a_word(entry, found, first, count):
            yield _mention(entry, found, first, count, phrase)

    def _staff(
        self, entry: Entry, found: list[Word], first: int, count: int, phrase: str, text: str
    ) -> Iterator[Mention]:
        if entry.form is Form.ROLE or phrase in _CHECKED:
            if means_somebody(found, first, count, text):
                yield _mention(entry, found, first, count, phrase)
            return
        if _is_a_word(entry, found, first, count):
            return
        if is_another_person(entry, found, first, count, text):
            yield from self._short_form(entry, found, first)
            return
        if self._is_a_pupils(entry, phrase) and (common(phrase) or is_a_childs(found, first, count)):
            return
        yield _mention(entry, found, first, count, phrase)

    def _short_form(self, entry: Entry, found: list[Word], first: int) -> Iterator[Mention]:
        """ "Pam Gaunt" is Mrs Pamela Gaunt."""
        if entry.form is not Form.SURNAME or not first:
            return
        before = found[first - 1].lower
        ids = tuple(key for key in entry.ids[:FEW] if self.staff_index.is_called(key, before))
        if ids:
            yield _mention(Entry(Kind.STAFF, Form.FULL, ids), found, first - 1, 2, before)

    def _is_a_pupils(self, entry: Entry, phrase: str) -> bool:
        return entry.form in (Form.FIRST, Form.KNOWN_AS) and phrase in self.pupil_index.firsts

    def _full(
        self, entry: Entry, found: list[Word], first: int, count: int, phrase: str
    ) -> Iterator[Mention]:
        """A pupil's first name with the surname behind it or before it."""
        after = first + count
        for size in range(1, min(_LONGEST_SURNAME, len(found) - after) + 1):
            ids = self.pupil_index.named(phrase, _joined(found, after, size))
            if ids:
                yield _mention(Entry(Kind.PUPIL, Form.FULL, ids), found, first, count + size, phrase)
        for size in range(1, min(_LONGEST_SURNAME, first) + 1):
            ids = self.pupil_index.named(phrase, _joined(found, first - size, size))
            if ids:
                yield _mention(Entry(Kind.PUPIL, Form.FULL, ids), found, first - size, count + size, phrase)

    def _titled(self, found: list[Word]) -> Iterator[Mention]:
        """A title with a surname of the staff, with its initial, with a mistyped one; else a stranger."""
        for place, title in enumerate(found[:-1]):
            if title.lower in TITLES:
                yield from self._behind_title(found, place)

    def _behind_title(self, found: list[Word], place: int) -> Iterator[Mention]:
        title, name = found[place], found[place + 1]
        exact = False
        for size in range(1, min(_LONGEST_SURNAME, len(found) - place - 1) + 1):
            letters = _joined(found, place + 1, size)
            ids = self.staff_index.titled(title.lower, letters)
            form = Form.TITLED
            if not ids and _are_initials(found, place, size):
                ids, form = self.staff_index.with_initial(title.lower, letters), Form.INITIAL
            if ids:
                exact = True
                yield _mention(Entry(Kind.STAFF, form, ids), found, place, size + 1, letters)
        if exact or len(name.lower) < 4 or not name.lower.isalpha() or place > _LONGEST_FUZZED:
            return
        if close := self.staff_index.nearly(title.lower, name.lower):
            yield _mention(Entry(Kind.STAFF, Form.TYPO, close), found, place, 2, name.lower)
        elif name.capital and not self._is_kin(found, place):
            yield Mention(Kind.ADULT, Form.TITLED, (), title.start, name.end, True, False)

    def _is_kin(self, found: list[Word], place: int) -> bool:
        """ "His sister Rosa" speaks of a child, "Sister Mary" of a grown-up."""
        title, name = found[place], found[place + 1]
        if title.lower not in SOFT_TITLES:
            return False
        return not title.capital or name.lower in self.pupil_index.firsts

    def _run_together(self, view: View) -> Iterator[Mention]:
        """Handles and hashtags: a full name in one word, a surname of the staff, or the school's name."""
        for match in _RUN_TOGETHER.finditer(view.lower):
            word = match[0]
            if word.isalpha():
                yield from self._pupils_in_run(match.span(), word)
                continue
            yield from self._tagged(match)
            letters = "".join(filter(str.isalpha, word))
            yield from self._pupils_in_run(match.span(), letters)
            if len(letters) < len(word) - 1 and _LEET_DIGIT.search(word):
                yield from self._pupils_in_run(
                    match.span(), "".join(filter(str.isalpha, word.translate(_LEET)))
                )

    def _tagged(self, match: re.Match[str]) -> Iterator[Mention]:
        if match[0][0] not in "@#":
            return
        letters = "".join(filter(str.isalpha, match[0]))
        if self._runs.school(letters):
            yield Mention(Kind.SCHOOL, Form.HANDLE, (), *match.span(), False, False)
        elif ids := self._runs.staff(letters):
            yield Mention(Kind.STAFF, Form.HANDLE, ids, *match.span(), False, False)

    def _pupils_in_run(self, span: tuple[int, int], letters: str) -> Iterator[Mention]:
        for pupil_id in self._runs.pupils(letters) if len(letters) > 6 else ():
            yield Mention(Kind.PUPIL, Form.HANDLE, (pupil_id,), *span, False, False)

    def _by_sound(self, found: list[Word]) -> Iterator[Mention]:
        """Two words side by side that sound like a full name: "tylar scaif", "Bronwyn Hughs"."""
        for place, (first, last) in enumerate(itertools.pairwise(found[:_LONGEST_FUZZED])):
            one, other = first.lower, last.lower
            if len(one) < 3 or len(other) < 4 or last.start - first.end != 1:
                continue
            sound = sound_of(one, other)
            for kind, index in self._sounding:
                ids = index.sounding(sound, one, other)
                if ids and not (common(one) and common(other)):
                    yield _mention(Entry(kind, Form.FULL, ids), found, place, 2, one)

    def _widen(self, mention: Mention, found: list[Word], place: int | None) -> Mention:
        """Take in the neighbouring words that make a first name or a surname a fuller name."""
        if mention.kind is not Kind.PUPIL or place is None:
            return mention
        if mention.form is Form.SURNAME:
            return self._with_first_name(mention, _before(found, place))
        return self._with_surname(mention, found, place) if mention.form is Form.FIRST else mention

    def _with_first_name(self, mention: Mention, before: Word | None) -> Mention:
        if before is None:
            return mention
        if before.lower in TITLES and before.lower not in SOFT_TITLES:
            return replace(mention, kind=Kind.ADULT, form=Form.TITLED, ids=(), start=before.start)
        if len(mention.ids) > FEW:
            return mention
        firsts = {key: self._firsts(key) for key in mention.ids}
        near = tuple(k for k, names in firsts.items() if any(_alike(before.lower, name) for name in names))
        if not near and len(before.lower) == 1:
            near = tuple(
                key for key, names in firsts.items() if any(name[0] == before.lower for name in names)
            )
        if near:
            return replace(mention, form=Form.FULL, ids=near, start=before.start, common=False)
        return mention

    def _firsts(self, key: str) -> tuple[str, ...]:
        pupil = self.pupil_index.pupils[key]
        return first_forms(pupil.first_name, pupil.preferred_name)

    def _with_surname(self, mention: Mention, found: list[Word], place: int) -> Mention:
        after = _after(found, place, mention)
        if after is None:
            return mention
        if len(after.lower) == 1 and (after.capital or after.lower not in "aiunrxk"):
            initial = self.pupil_index.with_initial(mention.name, after.lower)
            if initial:
                return replace(mention, form=Form.FIRST_INITIAL, ids=initial, end=after.end, common=False)
        if len(after.lower) < 3 or len(mention.ids) > FEW:
            return mention
        near = tuple(
            key for key in mention.ids
            if any(_alike(after.lower, part) for part in self._surname_words(key))
        )  # fmt: skip
        return replace(mention, form=Form.FULL, ids=near, end=after.end, common=False) if near else mention

    def _surname_words(self, key: str) -> list[str]:
        alone, _ = surname_forms(self.pupil_index.pupils[key].surname)
        return [part for name in alone for part in name.split()]


def split_words(view: View) -> list[Word]:
    """Words in order; the s of a possessive ("Khan's") is left out."""
    text, lower = view.text, view.lower
    found = []
    for match in _WORD.finditer(text):
        start, end = match.span()
        if end - start == 1 and text[start] in "sS" and start and text[start - 1] == "'":
            continue
        found.append(Word(lower[start:end], start, end, text[start].isupper()))
    return found


def _joined(found: Sequence[Word], first: int, count: int) -> str:
    return " ".join(word.lower for word in found[first : first + count])


def _mention(entry: Entry, found: Sequence[Word], first: int, count: int, name: str) -> Mention:
    start = found[first]
    is_common = count == 1 and common(start.lower)
    end = found[first + count - 1].end
    return Mention(entry.kind, entry.form, entry.ids, start.start, end, start.capital, is_common, name)


def _is_a_word(entry: Entry, found: Sequence[Word], first: int, count: int) -> bool:
    """Whether this is an ordinary word in lower case, or a syllable, rather than a name."""
    word = found[first]
    if count > 1 or word.capital:
        return False
    # A first name of a pupil may still turn out to be one: "rose p in 8O".
    kept = entry.kind is Kind.PUPIL and entry.form is Form.FIRST
    if common(word.lower) and not kept:
        return True
    return entry.form is Form.SURNAME and len(word.lower) < 3


def _are_initials(found: Sequence[Word], place: int, size: int) -> bool:
    """Mr M, miss p, Mrs P-L: letters beside a title, and no surname behind them."""
    title, letters = found[place], found[place + 1 : place + 1 + size]
    if any(len(word.lower) > 1 for word in letters) or letters[0].start - title.end > 2:
        return False
    if title.lower in SOFT_TITLES or (letters[0].lower in "aiu" and not letters[0].capital):
        return False
    behind = found[place + 1 + size : place + 2 + size]
    return not (
        behind and behind[0].capital and len(behind[0].lower) > 1 and behind[0].start - letters[-1].end <= 2
    )


def _before(found: Sequence[Word], place: int) -> Word | None:
    if not place or found[place].start - found[place - 1].end > 2:
        return None
    return found[place - 1]


def _after(found: Sequence[Word], place: int, mention: Mention) -> Word | None:
    """The word behind a mention, when no more than a comma parts them."""
    for word in found[place + 1 : place + 6]:
        if word.start >= mention.end:
            return word if word.start - mention.end <= 2 else None
    return None


_RANK = {
    Form.FULL: 0,
    Form.HANDLE: 0,
    Form.TITLED: 1,
    Form.KNOWN_AS: 1,
    Form.NAME: 1,
    Form.FIRST_INITIAL: 1,
    Form.INITIAL: 2,
    Form.ROLE: 2,
    Form.TYPO: 3,
    Form.FIRST: 4,
    Form.SURNAME: 5,
}
_KIND_RANK = {Kind.STAFF: 0, Kind.PUPIL: 1, Kind.SCHOOL: 2, Kind.ADULT: 3}


def _longest(mentions: Iterable[Mention]) -> list[Mention]:
    """Of overlapping mentions the longest, then the surer form; in the order of the text."""
    ordered = sorted(
        mentions,
        key=lambda m: (m.start - m.end, _RANK[m.form], _KIND_RANK[m.kind], m.start, len(m.ids), m.ids[:1]),
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
