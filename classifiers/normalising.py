"""One reading of hostile, playful or careless spelling, with a way back to what was written.

A `View` holds rewritten text and, for each of its characters, the place in the original that it came
from, so that a reason can point at `comment.text[start:end]`. Case is kept: a capital tells a name
from a word. Every step is linear in the length of the text.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

REMOVED = "\0"
"""Marks a character that a step takes out. A NUL in a comment becomes a space before any step runs."""

# Cyrillic and Greek letters that are drawn like a Latin one.
_LOOKALIKES = dict(
    zip(
        "АВЕЅКМНОРСТУХІЈҮаеорсухіјѕһԁԛԝкмтпвгΑΒΕΖΗΙΚΜΝΟΡΤΥΧαεικνορτυχ",
        "ABESKMHOPCTYXIJYaeopcyxijshdqwkmtnbrABEZHIKMNOPTYXaeiknoptux",
        strict=True,
    )
)
# Letters that Unicode does not decompose but that people type without their stroke or as two letters.
_PLAIN_LETTERS = {
    "ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ı": "i", "ß": "ss", "æ": "ae",
    "Æ": "Ae", "œ": "oe", "Œ": "Oe", "þ": "th", "ð": "d", "‘": "'", "’": "'", "ʼ": "'", "`": "'",
    "“": '"', "”": '"', "–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-",
}  # fmt: skip
_LEET = str.maketrans("013457@$!|", "oieastasil")
_LEET_WORD = re.compile(
    r"(?<![\w@#$!.])(?=[\w@$!|]*[A-Za-z])[A-Za-z0-9$][A-Za-z0-9@$!|]{2,39}(?![\w@$|]|\.[a-z])"
)
_LEET_INSIDE = re.compile(r"[A-Za-z][013457@$!|]+[A-Za-z]|[A-Za-z]1?\$+$|^[013457@$][A-Za-z]{2}.*[A-Za-z]$")
# Class codes (4B, 10H, 3KS), ordinals, times, amounts, years of birth and UPN-like codes keep their digits.
_KEEPS_DIGITS = re.compile(
    r"\d{1,2}[A-Za-z]{1,2}|[A-Z]{1,2}\d{1,2}[A-Z]?|(?i:y|yr|ks|year)\d{1,2}[A-Za-z]?|"
    r"\d+(?:st|nd|rd|th|am|pm|k|m|mins?|yrs?|hrs?)|[A-Za-z]\d{11,12}[\dA-Za-z]?|.*\d{4,}.*"
)
_SPACED = re.compile(r"(?<![\w.'])(?:[A-Za-z0-9@$!][ .\-_*·]{1,2}){2,40}[A-Za-z0-9](?![\w'])")
_STRETCHED = re.compile(r"([A-Za-z])\1{2,}")


@dataclass(frozen=True)
class View:
    text: str
    starts: Sequence[int]
    """For each character of `text`, the index of the original character that it came from."""

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The place in the original of `text[start:end]`, which must not be empty."""
        return self.starts[start], self.starts[end - 1] + 1

    @property
    def lower(self) -> str:
        """Lower case of the same length, so that places found in it hold in `text`."""
        lowered = self.text.lower()
        if len(lowered) == len(self.text):
            return lowered
        return "".join(low if len(low := char.lower()) == 1 else char for char in self.text)


def normalise(original: str) -> View:
    """Fold look-alikes, take out what is not seen, undo leet, spaced and stretched spelling."""
    view = _fold(original)
    view = _rewrite(view, _SPACED, _join_spaced)
    view = _rewrite(view, _LEET_WORD, _undo_leet)
    return _rewrite(view, _STRETCHED, lambda match: match[1] + REMOVED * (len(match[0]) - 1))


def _fold(original: str) -> View:
    if original.isascii():
        return View("".join(map(_fold_character, original)), range(len(original)))
    fold = _fold_lookalike if _mostly_latin(original) else _fold_character
    characters: list[str] = []
    starts: list[int] = []
    for place, character in enumerate(original):
        folded = fold(character)
        characters.append(folded)
        starts.extend([place] * len(folded))
    return View("".join(characters), starts)


def _mostly_latin(text: str) -> bool:
    """Whether Cyrillic and Greek letters stand in Latin writing, rather than in a language of their own."""
    other = sum("Ͱ" <= character <= "ӿ" for character in text)
    latin = sum(character.isascii() and character.isalpha() for character in text)
    return latin >= other


def _fold_lookalike(character: str) -> str:
    return _LOOKALIKES.get(character) or _fold_character(character)


@lru_cache(maxsize=8192)
def _fold_character(character: str) -> str:
    if character in _PLAIN_LETTERS:
        return _PLAIN_LETTERS[character]
    if character.isascii():
        return character if character.isprintable() else " "
    if unicodedata.category(character) == "Cs":
        return " "
    decomposed = unicodedata.normalize("NFKD", character)
    return "".join(_visible(part) for part in decomposed)


def _visible(character: str) -> str:
    """Nothing for what has no shape of its own: accents, zero-width and direction marks, tags."""
    category = unicodedata.category(character)
    if category in ("Mn", "Me", "Cf"):
        return ""
    if character in _PLAIN_LETTERS:
        return _PLAIN_LETTERS[character]
    return " " if category[0] in "ZC" else character


def _rewrite(view: View, pattern: re.Pattern[str], replace: Callable[[re.Match[str]], str]) -> View:
    """Apply a replacement of equal length in which `REMOVED` stands for a character taken out."""
    changed = pattern.sub(replace, view.text)
    if changed == view.text:
        return view
    if REMOVED not in changed:
        return View(changed, view.starts)
    kept = [place for place, character in enumerate(changed) if character != REMOVED]
    return View("".join(changed[place] for place in kept), [view.starts[place] for place in kept])


def _join_spaced(match: re.Match[str]) -> str:
    joined = re.sub(r"[ .\-_*·]", REMOVED, match[0])
    letters = sum(character.isalpha() for character in joined)
    digits = sum(character.isdigit() for character in joined)
    return joined if letters >= 3 and letters > digits else match[0]


def _undo_leet(match: re.Match[str]) -> str:
    word = match[0]
    if word.isalpha() or _KEEPS_DIGITS.fullmatch(word) or not _LEET_INSIDE.search(word):
        return word
    return word.translate(_LEET)
