"""A person or the school as it stands in a text, and the words of that text."""

import re
from bisect import bisect_left
from enum import StrEnum
from itertools import accumulate
from typing import NamedTuple

from classifiers.normalising import View


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
    INITIAL = "initial"
    """A title and one letter of a surname: Mr M."""
    NAME = "name"


class Mention(NamedTuple):
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
    name: str = ""
    """The register's spelling that was found, where it is a first name or a surname."""


class Word(NamedTuple):
    lower: str
    start: int
    end: int
    capital: bool


_WORD = re.compile(r"([^\W_](?:(?<!'s)|(?=[^\W_]))[^\W_]*)")
"""The s of a possessive ("Khan's") is no word."""


class Words:
    """The words of a text in order. Where they stand is reckoned when first asked: most name nobody."""

    __slots__ = ("_edges", "_parts", "lower", "said", "text", "text_lower")

    def __init__(self, view: View) -> None:
        self.text = view.text
        self.text_lower = view.lower
        self._parts = _WORD.split(self.text_lower)
        self.lower = self._parts[1::2]
        self.said = frozenset(self.lower)
        self._edges: list[int] | None = None

    def __len__(self) -> int:
        return len(self.lower)

    def __getitem__(self, place: int) -> Word:
        start, end = self.edges[2 * place : 2 * place + 2]
        return Word(self.lower[place], start, end, self.text[start].isupper())

    def between(self, first: int, behind: int) -> list[Word]:
        return [self[place] for place in range(first, min(behind, len(self)))]

    @property
    def edges(self) -> list[int]:
        """Where the first word starts and ends, where the second starts and so on; then the text's end."""
        if self._edges is None:
            self._edges = list(accumulate(map(len, self._parts)))
        return self._edges

    def number_at(self, start: int) -> int | None:
        """Of the word that starts there."""
        place = bisect_left(self.edges, start)
        is_start = place % 2 == 0 and place < 2 * len(self) and self.edges[place] == start
        return place // 2 if is_start else None


class Stretch(NamedTuple):
    """Words of a text that stand together."""

    found: Words
    """All words of the text."""
    first: int
    length: int

    @property
    def text(self) -> str:
        return self.found.text

    @property
    def word(self) -> Word:
        return self.found[self.first]

    @property
    def spoken(self) -> tuple[str, ...]:
        return tuple(self.found.lower[self.first : self.first + self.length])

    @property
    def end(self) -> int:
        return self.found.edges[2 * (self.first + self.length) - 1]

    def around(self, most: int) -> str:
        """The words and up to so many characters on both sides, in lower case."""
        return self.text[max(self.word.start - most, 0) : self.end + most].lower()

    def earlier(self, most: int) -> list[str]:
        """The words before, at most so many, in lower case."""
        return self.found.lower[max(0, self.first - most) : self.first]

    def later(self, most: int) -> list[str]:
        behind = self.first + self.length
        return self.found.lower[behind : behind + most]

    def wider(self, before: int, behind: int) -> "Stretch":
        return Stretch(self.found, self.first - before, self.length + before + behind)
