"""Phrases that hint at a topic, all found in one pass over a text.

A phrase is lower case and matches whole words; a `*` at its end lets the last word go on.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import ahocorasick


@dataclass(frozen=True)
class Cue:
    topic: str
    start: int
    end: int


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
            self._automaton.add_word(phrase, (len(phrase), topics))
        self._automaton.make_automaton()
        self.topics = tuple(sorted({topic for topics in phrases.values() for topic, _ in topics}))

    def find(self, lower: str) -> Iterator[Cue]:
        """Cues of a text that is in lower case already."""
        for last, (length, topics) in self._automaton.iter(lower):
            start, end = last - length + 1, last + 1
            if start and _continues(lower[start - 1], lower[start]):
                continue
            goes_on = end < len(lower) and _continues(lower[end], lower[last])
            for topic, open_ended in topics:
                if open_ended or not goes_on:
                    yield Cue(topic, start, end)


def _continues(outside: str, inside: str) -> bool:
    return outside.isalnum() and inside.isalnum()
