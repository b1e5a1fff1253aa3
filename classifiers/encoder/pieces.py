"""Words cut into the pieces that the encoder knows, longest first (WordPiece).

A vocabulary is a list of pieces; a piece that begins with `##` goes on inside a word. The same code
serves training and judging, so the two cannot drift apart.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

SPECIAL = PAD, UNKNOWN, START, END = "[PAD]", "[UNK]", "[CLS]", "[SEP]"
"""They come first in every vocabulary, in this order."""
_WORD = re.compile(r"[^\W_]+|[^\w\s]|_")
_LONGEST_WORD = 40
"""Characters of one word that are read: bounds the time of a keyboard mash."""


class Pieces:
    def __init__(self, vocabulary: Sequence[str]) -> None:
        """`vocabulary[number]` is the piece with that number. It must hold the four special pieces."""
        self.vocabulary = tuple(vocabulary)
        self._numbers = {piece: number for number, piece in enumerate(self.vocabulary)}
        self.pad, self.start, self.end = (self._numbers[piece] for piece in (PAD, START, END))
        self._unknown = self._numbers[UNKNOWN]
        self._cut = lru_cache(maxsize=50_000)(self._cut_word)

    def numbers(self, lower: str, most: int) -> list[int]:
        """The first `most` pieces of a text in lower case, as numbers."""
        found: list[int] = []
        for match in _WORD.finditer(lower):
            found += self._cut(match[0])
            if len(found) >= most:
                break
        return found[:most]

    def _cut_word(self, word: str) -> tuple[int, ...]:
        return tuple(self._longest_first(word[:_LONGEST_WORD])) or (self._unknown,)

    def _longest_first(self, word: str) -> Iterator[int]:
        """Nothing when some part of the word is in no piece: the whole word is then unknown."""
        found, start = [], 0
        while start < len(word):
            number, start = self._next_piece(word, start)
            if number is None:
                return iter(())
            found.append(number)
        return iter(found)

    def _next_piece(self, word: str, start: int) -> tuple[int | None, int]:
        for end in range(len(word), start, -1):
            number = self._numbers.get(f"##{word[start:end]}" if start else word[start:end])
            if number is not None:
                return number, end
        return None, start
