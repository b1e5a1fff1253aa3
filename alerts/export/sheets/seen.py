"""What of a hostile text can be shown, and how: nothing is dropped, nothing is obeyed.

Letters that a font has are shown as they are. All else stands in its place as a mark of ours with the
character's number (and its name, for what is no letter): controls, marks that turn text around, what has no
width, emoji, letters of scripts that the fonts lack. The bytes themselves stand in the sealed record.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from alerts.export.sheets.fonts import font_for

MOST_ON_ONE_LETTER = 2
"""Accents on one letter. More are not writing but a way to blot out the lines around."""

_EMOJI_FROM = 0x1F000
"""From here on symbols are told by name: small and without colour they would be hard to make out."""
_UNSEEN = frozenset("\u00ad\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ufffc")
"""No width and no ink, though Unicode does not count them among the controls."""
_BREAKS = {
    "\n": "", "\r": "", "\v": "U+000B", "\f": "U+000C", "\x85": "U+0085",
    "\u2028": "U+2028", "\u2029": "U+2029",
}  # fmt: skip
_ACCENTS = ("Mn", "Me")


@dataclass(frozen=True, slots=True)
class Piece:
    """The smallest thing that is drawn: a letter with its accents, a mark of ours, or a break."""

    shown: str
    """What is drawn; empty for a break."""
    font: str
    letters: int
    """How many characters of the text it stands for."""
    is_mark: bool = False
    is_break: bool = False
    brief: str = ""
    """A mark without the name, for a narrow column."""

    @property
    def is_space(self) -> bool:
        return self.shown == " " and not self.is_mark


def pieces(text: str, font: str) -> Iterator[Piece]:
    """The text, piece by piece, in the order in which it was written."""
    for _, group in groupby(_each(text, font), key=_repeats):
        same = list(group)
        yield from (_times(same),) if same[0].is_mark else same


def _repeats(piece: Piece) -> str | None:
    """Marks that follow each other and are the same become one: `U+1F602 … × 300`."""
    return piece.shown if piece.is_mark else None


def _times(same: list[Piece]) -> Piece:
    first, number = same[0], len(same)
    if number == 1:
        return first
    many = f" × {number}"
    letters = sum(piece.letters for piece in same)
    return Piece(first.shown + many, first.font, letters, is_mark=True, brief=first.brief + many)


def _each(text: str, font: str) -> Iterator[Piece]:
    start = 0
    while start < len(text):
        end = _cluster_end(text, start)
        yield from _cluster(text[start:end], font)
        start = end


def _cluster_end(text: str, start: int) -> int:
    end = start + 1
    if text.startswith("\r\n", start):
        return start + 2
    while end < len(text) and unicodedata.category(text[end]) in _ACCENTS and not _is_unseen(text[end]):
        end += 1
    return end


def _cluster(cluster: str, font: str) -> Iterator[Piece]:
    """One letter with all its accents; those too many, or that no font has, become marks behind it."""
    if cluster[0] in _BREAKS:
        yield from _break(cluster, font)
        return
    kept = cluster[: 1 + MOST_ON_ONE_LETTER]
    whole = unicodedata.normalize("NFC", kept)
    shown_in = _one_font(whole, font)
    if shown_in is None:
        yield from (_single(character, font) for character in cluster)
        return
    yield Piece(whole, shown_in, len(kept))
    yield from (_mark(character, font) for character in cluster[len(kept) :])


def _break(cluster: str, font: str) -> Iterator[Piece]:
    """The end of a line; of the rarer kinds also its number, because they look no different."""
    if cluster == "\r\n":
        yield Piece("", font, 2, is_break=True)
        return
    if _BREAKS[cluster[0]]:
        yield _mark(cluster[0], font)
    yield Piece("", font, 0 if _BREAKS[cluster[0]] else 1, is_break=True)
    yield from (_mark(character, font) for character in cluster[1:])


def _one_font(cluster: str, font: str) -> str | None:
    """The font that shows all of it; None if none does or it must not be shown as it is."""
    if cluster[0] in _ACCENTS or any(not _may_show(character) for character in cluster):
        return None
    fonts = {font_for(character, font) for character in cluster}
    if len(fonts) == 1:
        return fonts.pop()
    # A letter in one font and its accent in another would not sit on each other.
    wide = {font_for(character, "") for character in cluster}
    return wide.pop() if len(wide) == 1 else None


def _single(character: str, font: str) -> Piece:
    shown_in = font_for(character, font) if _may_show(character) else None
    # An accent on its own would be drawn over its neighbour.
    alone = unicodedata.category(character) in _ACCENTS
    return _mark(character, font) if shown_in is None or alone else Piece(character, shown_in, 1)


def _may_show(character: str) -> bool:
    if character == " ":
        return True
    if ord(character) >= _EMOJI_FROM or _is_unseen(character):
        return False
    # C*: controls, marks for direction, surrogates, private and unassigned. Z*: spaces of other widths.
    return unicodedata.category(character)[0] != "C" and unicodedata.category(character)[0] != "Z"


def _is_unseen(character: str) -> bool:
    return character in _UNSEEN or "\ufe00" <= character <= "\ufe0f" or character >= "\U000e0100"


def _mark(character: str, font: str) -> Piece:
    number = f"U+{ord(character):04X}"
    is_letter = unicodedata.category(character)[0] in "LM" and not _is_unseen(character)
    words = number if is_letter or "\ufe00" <= character <= "\ufe0f" else f"{number} {name(character)}"
    return Piece(words, font, 1, is_mark=True, brief=number)


def name(character: str) -> str:
    """`grinning face`; for a control its usual name; `no name` for what Unicode has none."""
    if character in _CONTROL_NAMES:
        return _CONTROL_NAMES[character]
    kind = unicodedata.category(character)
    without = {"Cc": "control character", "Cs": "half of a character", "Co": "private use"}
    return unicodedata.name(character, without.get(kind, "no name")).lower()


_CONTROL_NAMES = {"\t": "tab", "\0": "null", "\x08": "backspace", "\x1b": "escape", "\x7f": "delete"} | {
    "\v": "vertical tab", "\f": "form feed", "\x85": "next line"
}  # fmt: skip
