"""A person or the school as it stands in a text."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


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
    name: str = ""
    """The register's spelling that was found, where it is a first name or a surname."""


class Word(NamedTuple):
    lower: str
    start: int
    end: int
    capital: bool


class Stretch(NamedTuple):
    """Words of a text that stand together."""

    found: Sequence[Word]
    """All words of the text."""
    first: int
    length: int
    text: str

    @property
    def word(self) -> Word:
        return self.found[self.first]

    @property
    def spoken(self) -> tuple[str, ...]:
        return tuple(word.lower for word in self.found[self.first : self.first + self.length])

    @property
    def end(self) -> int:
        return self.found[self.first + self.length - 1].end

    def around(self, most: int) -> str:
        """The words and up to so many characters on both sides, in lower case."""
        return self.text[max(self.word.start - most, 0) : self.end + most].lower()

    def earlier(self, most: int) -> list[str]:
        """The words before, at most so many, in lower case."""
        return [word.lower for word in self.found[max(0, self.first - most) : self.first]]

    def later(self, most: int) -> list[str]:
        behind = self.first + self.length
        return [word.lower for word in self.found[behind : behind + most]]

    def wider(self, before: int, behind: int) -> "Stretch":
        return Stretch(self.found, self.first - before, self.length + before + behind, self.text)
