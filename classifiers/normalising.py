"""One reading of hostile, playful or careless spelling, with a way back to what was written.

A `View` holds rewritten text and, for each of its characters, the place in the original that it came
from, so that a reason can point at `comment.text[start:end]`. Case is kept: a capital tells a name
from a word. Emoji stay: they are signals of their own. Every step is linear in the length of the text.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from classifiers.characters import fold_character, is_upside_down, stand_up, unmix
from classifiers.spelling import REMOVED, hashtag_seams, join_spaced, shorten_stretched, undo_leet

_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_ASCII = dict.fromkeys((*range(32), 127), " ") | {ord("`"): "'"}
"""What has no shape becomes a space; the table fits into the fast way of `str.translate`."""


@dataclass(frozen=True)
class View:
    text: str
    starts: Sequence[int]
    """For each character of `text`, the index of the original character that it came from; never falling."""

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
    """Fold look-alikes, drop what is not seen, undo leet, spaced and stretched letters, part hashtags."""
    view = _folded(original)
    for step in (join_spaced, undo_leet, shorten_stretched):
        changed = step(view.text)
        if changed is not view.text:
            view = _without_removed(changed, view.starts)
    seams = hashtag_seams(view.text)
    return _parted(view, seams) if seams else view


def _folded(original: str) -> View:
    if original.isascii():
        return View(original.translate(_ASCII), range(len(original)))
    pieces: list[str] = []
    starts: list[int] = []
    position = 0
    text = unmix(original)
    for match in _BEYOND_ASCII.finditer(text):
        place = match.start()
        folded = fold_character(match[0])
        pieces += (text[position:place], folded)
        starts += range(position, place)
        starts += [place] * len(folded)
        position = place + 1
    starts += range(position, len(text))
    view = View("".join((*pieces, text[position:])).translate(_ASCII), starts)
    return _stood_up(view) if is_upside_down(view.text) else view


def _without_removed(changed: str, starts: Sequence[int]) -> View:
    if REMOVED not in changed:
        return View(changed, starts)
    kept = [place for place, character in enumerate(changed) if character != REMOVED]
    return View(changed.replace(REMOVED, ""), [starts[place] for place in kept])


def _parted(view: View, seams: Sequence[int]) -> View:
    """With a space at each seam, which came from the letter that follows it."""
    pieces: list[str] = []
    starts: list[int] = []
    for begin, end in zip((0, *seams), (*seams, len(view.text)), strict=True):
        if begin:
            pieces.append(" ")
            starts.append(view.starts[begin])
        pieces.append(view.text[begin:end])
        starts += view.starts[begin:end]
    return View("".join(pieces), starts)


def _stood_up(view: View) -> View:
    """Words on their heads, read from their end. All of such a word came from the whole of it."""
    starts = list(view.starts)
    text, words = stand_up(view.text)
    for start, end in words:
        starts[start + 1 : end] = [starts[end - 1]] * (end - start - 1)
    return View(text, starts)
