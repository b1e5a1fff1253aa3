"""Every way in which the people of a register may be written, laid out for one pass over a text."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import ahocorasick

from classifiers.interface import Register
from classifiers.register.mentions import Form, Kind
from classifiers.register.names import words
from classifiers.register.pupils import Ids, PupilIndex
from classifiers.register.staff import StaffIndex


class Entry(NamedTuple):
    kind: Kind
    form: Form
    ids: Ids


class Phrases:
    """Names and roles as stretches of words: a text asks once for each of its words, whatever stands here."""

    def __init__(self, register: Register, pupils: PupilIndex, staff: StaffIndex) -> None:
        entries: dict[str, list[Entry]] = defaultdict(list)
        for phrase, form, ids in staff.phrases():
            entries[phrase].append(Entry(Kind.STAFF, form, ids))
        for name, ids in pupils.firsts.items():
            entries[name].append(Entry(Kind.PUPIL, Form.FIRST, ids))
        for name, ids in pupils.surnames.items():
            entries[name].append(Entry(Kind.PUPIL, Form.SURNAME, ids))
        for school in (register.school_name, *register.also_known_as):
            entries[" ".join(words(school))].append(Entry(Kind.SCHOOL, Form.NAME, ("school",)))
        self.entries = {phrase: tuple(found) for phrase, found in entries.items() if len(phrase) > 1}
        """For each phrase whom it may mean: nobody where it is but the beginning of others."""
        self.goes_on = frozenset(begun for phrase in self.entries for begun in _beginnings(phrase))
        """Phrases with which longer ones begin."""
        for begun in self.goes_on:
            self.entries.setdefault(begun, ())


def _beginnings(phrase: str) -> Iterator[str]:
    """The head, the head of: of the head of year."""
    if " " in phrase:
        parts = phrase.split(" ")
        yield from (" ".join(parts[:count]) for count in range(1, len(parts)))


class Runs:
    """Full names run together in one word: handles, hashtags, e-mail addresses."""

    def __init__(self, register: Register, pupils: PupilIndex, staff: StaffIndex) -> None:
        self._pupils = pupils
        self._staff = staff
        self._school_keys = school_keys(register)
        self._automaton = ahocorasick.Automaton()
        for name in (*pupils.firsts, *pupils.surnames, *staff.surnames):
            bare = name.replace(" ", "")
            if len(bare) > 2:
                self._automaton.add_word(bare, bare)
        self._automaton.add_word("\0", "\0")  # an automaton without a word cannot be searched
        self._automaton.make_automaton()

    def school(self, letters: str) -> bool:
        return any(key in letters for key in self._school_keys)

    def pupils(self, letters: str) -> Iterable[str]:
        """Those whose first name and surname stand side by side in these letters, in either order."""
        names = list(self._automaton.iter(letters)) if len(letters) >= SHORTEST_RUN else ()
        return self._side_by_side(names) if len(names) > 1 else ()

    def _side_by_side(self, names: Iterable[tuple[int, str]]) -> Iterator[str]:
        """Of names with the place of their last letter."""
        ends: dict[int, list[str]] = defaultdict(list)
        for last, name in names:
            start = last + 1 - len(name)
            for before in ends.get(start, ()):
                if len(before) + len(name) >= SHORTEST_RUN:
                    yield from self._pupils.named(before, name)
                    yield from self._pupils.named(name, before)
            ends[last + 1].append(name)

    def staff(self, letters: str) -> Ids:
        """Those whose surname is part of these letters, where it is long enough to be no other word."""
        found = (name for _, name in self._automaton.iter(letters) if len(name) >= _SHORTEST_SURNAME)
        return tuple(dict.fromkeys(key for name in found for key in self._staff.surnames.get(name, ())))


SHORTEST_RUN = 7
"""Letters of a first name and a surname in one word."""
_SHORTEST_SURNAME = 6


def school_keys(register: Register) -> tuple[str, ...]:
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
