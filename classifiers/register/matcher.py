"""Finds the people of a register in a text.

Every word of the text is looked up once, so that its cost does not grow with the register; typing
mistakes are measured only against what begins or sounds alike. Where names overlap the longest wins
("Mr Khan" is not the pupil Khan).
"""

import itertools
import re
from collections.abc import Iterable, Iterator

from classifiers.interface import Register
from classifiers.register.index import SHORTEST_RUN, Entry, Phrases, Runs
from classifiers.register.mentions import Form, Kind, Mention, Stretch, Word, Words
from classifiers.register.names import SOFT_TITLES, TITLES, Sound, common, singular, skeleton
from classifiers.register.neighbours import bears_another_name, is_a_childs, is_another_person
from classifiers.register.pupils import FEW, PupilIndex
from classifiers.register.roles import means_somebody
from classifiers.register.staff import StaffIndex
from classifiers.register.widening import widen
from classifiers.scanning import Hinted

MOST_MENTIONS = 200
"""Of one text; a longer list of names is no comment, and must not cost more time than one."""
_MARKED_RUN = Hinted(
    re.compile(r"[@#\d_.\-][\w.\-]{4}"),
    re.compile(r"[@#][\w.\-]{5,60}|(?<!\w)[^\W\d_]{0,40}+[\d_.\-][\w.\-]{4,60}"),
)
_LONGEST_FUZZED = 400
"""Words of a text that typing mistakes are looked for in: bounds the time of a huge comment."""
_LONGEST_SURNAME = 3
"""Words of the longest surname that is looked for behind a first name or a title."""
_CHECKED = frozenset({"the head", "the chair"})
"""Nicknames that are limbs and furniture too."""
_LEET = str.maketrans("013457", "oieast")
_LEET_DIGIT = re.compile(r"[a-z][013457]+[a-z]")


class Matcher:
    def __init__(self, register: Register) -> None:
        self.pupil_index = PupilIndex(register.pupils)
        self.staff_index = StaffIndex(register.staff)
        self._sounding = ((Kind.PUPIL, self.pupil_index), (Kind.STAFF, self.staff_index))
        self._phrases = Phrases(register, self.pupil_index, self.staff_index)
        self._runs = Runs(register, self.pupil_index, self.staff_index)

    def find(self, found: Words) -> list[Mention]:
        """People and the school, in order, none overlapping another."""
        mentions = list(self._known(found))
        mentions += self._run_together(found)
        mentions += self._marked(found.text_lower)
        mentions += self._by_sound(found)
        if not mentions:
            return mentions
        chosen = _longest(mentions)[:MOST_MENTIONS]
        return _longest(widen(one, found, self.pupil_index) for one in chosen)

    def _known(self, found: Words) -> Iterator[Mention]:
        """Whatever stands in the register word for word, and whoever has a title."""
        entries = self._phrases.entries
        for first, word in enumerate(found.lower):
            if word in entries:
                yield from self._phrase(found, first)
            elif word[-1] == "s" and word[:-1] in entries:
                yield from self._plural(Stretch(found, first, 1))
            if word in TITLES and first + 1 < len(found):
                yield from self._behind_title(Stretch(found, first, 2))

    def _phrase(self, found: Words, first: int) -> Iterator[Mention]:
        """Everyone meant by the phrases that begin with this word."""
        phrases, phrase = self._phrases, found.lower[first]
        for behind in range(first + 1, len(found) + 1):
            for entry in phrases.entries.get(phrase, ()):
                finder = self._staff if entry.kind is Kind.STAFF else self._pupil
                yield from finder(entry, Stretch(found, first, behind - first), phrase)
            if phrase not in phrases.goes_on or behind == len(found):
                return
            phrase = f"{phrase} {found.lower[behind]}"

    def _plural(self, at: Stretch) -> Iterator[Mention]:
        """A surname with the s of a possessive or of a family: "whitlocks office", "the Hartnells"."""
        name = singular(at.word.lower)
        for entry in self._phrases.entries.get(name, ()):
            if entry.form is Form.SURNAME or (entry.form is Form.FIRST and entry.kind is Kind.PUPIL):
                yield _mention(entry, at, name)

    def _pupil(self, entry: Entry, at: Stretch, phrase: str) -> Iterator[Mention]:
        if entry.form is Form.FIRST:
            yield from self._full(at, phrase)
        if _is_a_word(entry, at):
            return
        mention = _mention(entry, at, phrase)
        # Rosa Parks is no Rosa of ours: the name alone then tells as little as an ordinary word.
        yield mention._replace(common=True) if bears_another_name(entry, at) else mention

    def _full(self, at: Stretch, first_name: str) -> Iterator[Mention]:
        """A pupil's first name with the surname behind it or before it."""
        behind, before = at.later(_LONGEST_SURNAME), at.earlier(_LONGEST_SURNAME)
        for size in range(1, len(behind) + 1):
            if ids := self.pupil_index.named(first_name, " ".join(behind[:size])):
                yield _mention(Entry(Kind.PUPIL, Form.FULL, ids), at.wider(0, size), first_name)
        for size in range(1, len(before) + 1):
            if ids := self.pupil_index.named(first_name, " ".join(before[-size:])):
                yield _mention(Entry(Kind.PUPIL, Form.FULL, ids), at.wider(size, 0), first_name)

    def _staff(self, entry: Entry, at: Stretch, phrase: str) -> Iterator[Mention]:
        if entry.form is Form.ROLE or phrase in _CHECKED:
            if means_somebody(at):
                yield _mention(entry, at, phrase)
        elif _is_a_word(entry, at):
            return
        elif is_another_person(entry, at):
            yield from self._short_form(entry, at)
        elif not self._is_a_childs(entry, at, phrase):
            yield _mention(entry, at, phrase)

    def _is_a_childs(self, entry: Entry, at: Stretch, phrase: str) -> bool:
        if entry.form not in (Form.FIRST, Form.KNOWN_AS) or phrase not in self.pupil_index.firsts:
            return False
        return common(phrase) or is_a_childs(at)

    def _short_form(self, entry: Entry, at: Stretch) -> Iterator[Mention]:
        """Pam Gaunt, who is Mrs Pamela Gaunt."""
        before = at.earlier(1)
        if entry.form is not Form.SURNAME or not before:
            return
        ids = tuple(key for key in entry.ids[:FEW] if self.staff_index.is_called(key, before[0]))
        if ids:
            yield _mention(Entry(Kind.STAFF, Form.FULL, ids), at.wider(1, 0), before[0])

    def _behind_title(self, at: Stretch) -> Iterator[Mention]:
        """A title with a surname of the staff, with its initial, with a mistyped one; else a stranger's."""
        title, name = at.word, at.found[at.first + 1]
        exact = list(self._titled(at))
        yield from exact
        if exact or len(name.lower) < 4 or not name.lower.isalpha() or at.first > _LONGEST_FUZZED:
            return
        if close := self.staff_index.nearly(title.lower, name.lower):
            yield _mention(Entry(Kind.STAFF, Form.TYPO, close), at, name.lower)
        elif name.capital and not self._is_kin(title, name):
            yield _mention(Entry(Kind.ADULT, Form.TITLED, ()), at, name.lower)

    def _titled(self, at: Stretch) -> Iterator[Mention]:
        title, behind = at.word.lower, at.wider(0, -1).later(_LONGEST_SURNAME)
        for size in range(1, len(behind) + 1):
            wide, name = at.wider(0, size - 1), " ".join(behind[:size])
            if ids := self.staff_index.titled(title, name):
                yield _mention(Entry(Kind.STAFF, Form.TITLED, ids), wide, name)
            elif _are_initials(wide) and (ids := self.staff_index.with_initial(title, name)):
                yield _mention(Entry(Kind.STAFF, Form.INITIAL, ids), wide, name)

    def _is_kin(self, title: Word, name: Word) -> bool:
        """His sister Rosa is a child, Sister Mary is a grown-up."""
        if title.lower not in SOFT_TITLES:
            return False
        return not title.capital or name.lower in self.pupil_index.firsts

    def _run_together(self, found: Words) -> Iterator[Mention]:
        """A pupil's full name in one word."""
        for place, word in enumerate(found.lower):
            for pupil_id in self._runs.pupils(word) if len(word) >= SHORTEST_RUN else ():
                yield _run(pupil_id, found[place].start, found[place].end)

    def _marked(self, lower: str) -> Iterator[Mention]:
        """Handles, hashtags, addresses: a full name, a surname of the staff, or the school's name in them."""
        for match in _MARKED_RUN.finditer(lower):
            word = match[0]
            letters = "".join(filter(str.isalpha, word))
            if word[0] in "@#":
                yield from self._tagged(match.span(), letters)
            yield from self._pupils_in_run(match.span(), letters)
            if _LEET_DIGIT.search(word):
                spelled = "".join(filter(str.isalpha, word.translate(_LEET)))
                yield from self._pupils_in_run(match.span(), spelled)

    def _tagged(self, span: tuple[int, int], letters: str) -> Iterator[Mention]:
        if self._runs.school(letters):
            yield Mention(Kind.SCHOOL, Form.HANDLE, (), *span, False, False)
        elif ids := self._runs.staff(letters):
            yield Mention(Kind.STAFF, Form.HANDLE, ids, *span, False, False)

    def _pupils_in_run(self, span: tuple[int, int], letters: str) -> Iterator[Mention]:
        for pupil_id in self._runs.pupils(letters):
            yield _run(pupil_id, *span)

    def _by_sound(self, found: Words) -> Iterator[Mention]:
        """Two words side by side that sound like a full name: "tylar scaif", "Bronwyn Hughs"."""
        pupils, staff = self.pupil_index.sounds, self.staff_index.sounds
        sounds = map(skeleton, found.lower[:_LONGEST_FUZZED])
        for place, sound in enumerate(itertools.pairwise(sounds)):
            if sound in pupils or sound in staff:
                yield from self._sounding_so(sound, Stretch(found, place, 2))

    def _sounding_so(self, sound: Sound, at: Stretch) -> Iterator[Mention]:
        first, last = at.found.between(at.first, at.first + 2)
        one, other = first.lower, last.lower
        if len(one) < 3 or len(other) < 4 or last.start - first.end != 1:
            return
        for kind, index in self._sounding:
            ids = index.sounding(sound, one, other)
            if ids and (first.capital or not common(one)) and not (common(one) and common(other)):
                yield _mention(Entry(kind, Form.FULL, ids), at, one)


def _run(pupil_id: str, start: int, end: int) -> Mention:
    return Mention(Kind.PUPIL, Form.HANDLE, (pupil_id,), start, end, False, False)


def _mention(entry: Entry, at: Stretch, name: str) -> Mention:
    start = at.word
    is_common = at.length == 1 and common(start.lower)
    return Mention(entry.kind, entry.form, entry.ids, start.start, at.end, start.capital, is_common, name)


def _is_a_word(entry: Entry, at: Stretch) -> bool:
    """Whether this is an ordinary word in lower case, or a syllable, rather than a name."""
    word = at.word
    if at.length > 1 or word.capital:
        return False
    # A first name of a pupil may still turn out to be one: "rose p in 8O".
    kept = entry.kind is Kind.PUPIL and entry.form is Form.FIRST
    if common(word.lower) and not kept:
        return True
    return entry.form is Form.SURNAME and len(word.lower) < 3


def _are_initials(at: Stretch) -> bool:
    """Mr M, miss p, Mrs P-L: letters beside a title, and no surname behind them."""
    title, *letters = at.found.between(at.first, at.first + at.length)
    if any(len(word.lower) > 1 for word in letters) or letters[0].start - title.end > 2:
        return False
    if title.lower in SOFT_TITLES or (letters[0].lower in "aiu" and not letters[0].capital):
        return False
    behind = at.found.between(at.first + at.length, at.first + at.length + 1)
    return not any(word.capital and len(word.lower) > 1 and word.start - at.end <= 2 for word in behind)


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
    ordered = sorted(mentions, key=_worth)
    if len(ordered) < 2:
        return ordered
    taken: list[Mention] = []
    covered: set[int] = set()
    for mention in ordered:
        span = range(mention.start, mention.end)
        if covered.isdisjoint(span):
            covered.update(span)
            taken.append(mention)
    return sorted(taken, key=lambda m: m.start)


def _worth(one: Mention) -> tuple[int, int, int, int, int, tuple[str, ...]]:
    length = one.start - one.end
    return length, _RANK[one.form], _KIND_RANK[one.kind], one.start, len(one.ids), one.ids[:1]
