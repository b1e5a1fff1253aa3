"""Phrases that hint at a topic, all found in one pass over a text.

A phrase is lower case and matches whole words; a `*` at its end lets the last word go on.
"""

from collections.abc import Mapping
from typing import NamedTuple

import ahocorasick


class Cue(NamedTuple):
    topic: str
    start: int
    end: int


class _Phrase(NamedTuple):
    length: int
    begins_word: bool
    """Its first character is a letter or digit, so that none may stand before it."""
    ends_word: bool
    whole: tuple[str, ...]
    """Topics of the phrase where its last word ends with it."""
    going_on: tuple[str, ...]
    """Topics where the last word may go on."""


class CueBook:
    def __init__(self, *books: Mapping[str, str]) -> None:
        """Each book maps a topic to its phrases, divided by line ends or commas."""
        phrases: dict[str, list[tuple[str, bool]]] = {}
        for book in books:
            for topic, listed in book.items():
                for phrase in filter(None, (part.strip() for part in listed.replace("\n", ",").split(","))):
                    phrases.setdefault(phrase.rstrip("*"), []).append((topic, phrase.endswith("*")))
        self._automaton = ahocorasick.Automaton()
        for phrase, topics in phrases.items():
            self._automaton.add_word(phrase, _phrase(phrase, topics))
        self._automaton.make_automaton()

    def find(self, lower: str, most: int) -> list[Cue]:
        """The first cues, at most so many, of a text that is in lower case already."""
        found: list[Cue] = []
        size = len(lower)
        for last, (length, begins_word, ends_word, whole, going_on) in self._automaton.iter(lower):
            start, end = last - length + 1, last + 1
            if begins_word and start and lower[start - 1].isalnum():
                continue
            topics = going_on if ends_word and end < size and lower[end].isalnum() else whole
            for topic in topics:
                found.append(Cue(topic, start, end))
            if len(found) >= most:
                return found[:most]
        return found


def _phrase(phrase: str, topics: list[tuple[str, bool]]) -> _Phrase:
    return _Phrase(
        len(phrase),
        phrase[0].isalnum(),
        phrase[-1].isalnum(),
        tuple(topic for topic, _ in topics),
        tuple(topic for topic, goes_on in topics if goes_on),
    )
