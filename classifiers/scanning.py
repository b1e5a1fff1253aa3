r"""Regular expressions that the engine can look for quickly.

Python's engine leaps to the next character that a pattern may begin with, but only when the pattern
begins with a character or a set of them, and not with `\b` or a look behind. So the check that a word
begins here is put after its first character: the same matches, several times as fast.
"""

import re
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from typing import NamedTuple


class Hinted(NamedTuple):
    """A pattern, and another that the engine looks for faster and without which it cannot match."""

    hint: re.Pattern[str]
    pattern: re.Pattern[str]

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        return self.pattern.finditer(text) if self.hint.search(text) else iter(())


class Worded(NamedTuple):
    """A pattern, and words (letters and digits, lower case) of which every match of it holds one."""

    words: frozenset[str]
    pattern: re.Pattern[str]

    def finditer(self, text: str, said: AbstractSet[str]) -> Iterator[re.Match[str]]:
        """Matches in a text of which all words are `said`."""
        return iter(()) if self.words.isdisjoint(said) else self.pattern.finditer(text)

    def is_in(self, text: str, said: AbstractSet[str]) -> bool:
        return not self.words.isdisjoint(said) and bool(self.pattern.search(text))


def worded(words: str, pattern: str) -> Worded:
    """`words`: with spaces between them."""
    return Worded(frozenset(words.split()), re.compile(pattern))


def word_start(first: str) -> str:
    """The character `first`, or one of a set such as `[a-z]`, where it begins a word."""
    return rf"{first}(?<!\w{first})"


def any_of(beginnings: Iterable[str]) -> str:
    """Any of some regular expressions that begin with a plain letter or digit, at the start of a word."""
    parts = [word_start(part[0]) + part[1:] for part in beginnings]
    return f"(?:{'|'.join(parts)})"


def any_phrase(phrases: Iterable[str]) -> str:
    """Any of some phrases as they stand, whole words at both ends; the longest wins."""
    ordered = sorted(phrases, key=lambda phrase: (-len(phrase), phrase))
    parts = [word_start(re.escape(phrase[0])) + re.escape(phrase[1:]) for phrase in ordered]
    return rf"(?:{'|'.join(parts)})(?!\w)"
