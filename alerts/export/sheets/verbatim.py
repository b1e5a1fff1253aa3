"""A hostile text laid out in lines, as a block that a sheet can hold and break over pages."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.platypus import Flowable

from alerts.export.sheets import turning
from alerts.export.sheets.fonts import SANS, font_for, width
from alerts.export.sheets.seen import Piece, pieces

MARK_SIZE = 0.8
"""Of the size of the letters around."""
MARK_MARGIN = 2.0
"""Points on each side of a mark, inside its box."""
BAR, INSET = 3.0, 12.0
"""Points: the grey bar beside what somebody else wrote, and how far the words stand from it."""
INK, GREY, PALE = HexColor("#0b0c0c"), HexColor("#b1b4b6"), HexColor("#eef0f1")


@dataclass(frozen=True, slots=True)
class Look:
    font: str = SANS
    size: float = 10
    leading: float = 14
    bar: bool = False
    """A bar beside it, and text from right to left begins on the right."""


@dataclass(frozen=True, slots=True)
class Line:
    """Pieces in the order in which they are drawn, from left to right."""

    pieces: tuple[Piece, ...]
    from_right: bool = False


@dataclass(frozen=True, slots=True)
class Laid:
    """Lines of a text, and how much of it they show, in characters."""

    lines: tuple[Line, ...]
    shown: int
    whole: int
    only_numbered: tuple[str, ...] = ()
    """Characters shown by their number alone (`U+0995`), each once."""

    @property
    def is_cut(self) -> bool:
        return self.shown < self.whole


def lay_out(text: str, across: float, look: Look, *, most_lines: int, most_letters: int = 8_000) -> Laid:
    """As many lines of at most `across` points as are allowed. Looks at no more than `most_letters`."""
    lines: list[Line] = []
    shown = 0
    for paragraph in _paragraphs(pieces(text[:most_letters], look.font)):
        for line, letters in _lines(paragraph, across, look):
            if len(lines) == most_lines:
                return _laid(lines, shown, text)
            lines.append(line)
            shown += letters
    return _laid(lines, min(len(text), most_letters), text)


def _laid(lines: list[Line], shown: int, text: str) -> Laid:
    marks = (piece for line in lines for piece in line.pieces if piece.is_mark)
    numbered = {piece.shown.split(" ")[0] for piece in marks if piece.shown == piece.brief}
    return Laid(tuple(lines), shown, len(text), tuple(sorted(numbered)))


def _paragraphs(found: Iterable[Piece]) -> Iterable[list[Piece]]:
    paragraph: list[Piece] = []
    for piece in found:
        paragraph.append(piece)
        if piece.is_break:
            yield paragraph
            paragraph = []
    if paragraph:
        yield paragraph


def _lines(paragraph: list[Piece], across: float, look: Look) -> Iterable[tuple[Line, int]]:
    """Each line with the number of characters it shows."""
    kinds = [turning.NEUTRAL if piece.is_mark or piece.is_break else turning.kind(piece.shown)
             for piece in paragraph]  # fmt: skip
    from_right = turning.goes_right_to_left(kinds)
    letters_only = ["" if piece.is_mark else piece.shown for piece in paragraph]
    depths = turning.levels(kinds, letters_only, right_to_left=from_right)
    fitting = [_fitting(piece, across, look) for piece in _shaped(paragraph, kinds)]
    for start, end in _broken(fitting, across, look):
        letters = sum(piece.letters for piece in fitting[start:end])
        yield Line(tuple(_turned(fitting[start:end], depths[start:end])), from_right), letters


def _shaped(paragraph: list[Piece], kinds: Sequence[str]) -> list[Piece]:
    if "AL" not in kinds:
        return paragraph
    letters = ["" if piece.is_mark else piece.shown for piece in paragraph]
    return [
        piece
        if piece.is_mark or font_for(shown[:1] or " ", piece.font) != piece.font
        else replace(piece, shown=shown)
        for piece, shown in zip(paragraph, turning.joined(letters), strict=True)
    ]


def _turned(line: Sequence[Piece], depths: Sequence[int]) -> Iterable[Piece]:
    for place in turning.display_order(depths):
        piece = line[place]
        if depths[place] % 2 and not piece.is_mark:
            piece = replace(piece, shown=turning.mirrored(piece.shown))
        if not piece.is_break:
            yield piece


def _fitting(piece: Piece, across: float, look: Look) -> Piece:
    """A mark too long for the column is told by its number alone."""
    return replace(piece, shown=piece.brief) if piece.is_mark and _wide(piece, look) > across else piece


def _broken(paragraph: Sequence[Piece], across: float, look: Look) -> Iterable[tuple[int, int]]:
    """Where each line starts and ends: after a space, else after any piece."""
    start, after_space, used = 0, 0, 0.0
    place = 0
    while place < len(paragraph):
        piece = paragraph[place]
        wide = _wide(piece, look)
        if used + wide > across and place > start and not piece.is_space:
            end = after_space if after_space > start else place
            yield start, end
            start, place, used = end, end, 0.0
            continue
        used += wide
        place += 1
        if piece.is_space:
            after_space = place
    if start < len(paragraph):
        yield start, len(paragraph)


def _wide(piece: Piece, look: Look) -> float:
    if piece.is_mark:
        return width(piece.shown, SANS, look.size * MARK_SIZE) + 4 * MARK_MARGIN
    return width(piece.shown, piece.font, look.size) if piece.shown else 0.0


class Verbatim(Flowable):  # type: ignore[misc]  # reportlab has no types
    """What somebody else wrote: never read as markup, laid out beforehand."""

    def __init__(self, lines: Sequence[Line], across: float, look: Look) -> None:
        super().__init__()
        self._lines, self._across, self._look = tuple(lines), across, look
        self.width = across + (INSET if look.bar else 0)
        self.height = len(self._lines) * look.leading

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        return self.width, self.height

    def split(self, _width: float, height: float) -> list[Flowable]:
        fit = int(height // self._look.leading)
        if fit < 2 or fit >= len(self._lines):
            return [] if fit < 2 else [self]
        parts = self._lines[:fit], self._lines[fit:]
        return [Verbatim(part, self._across, self._look) for part in parts]

    def draw(self) -> None:
        look, left = self._look, INSET if self._look.bar else 0.0
        if look.bar:
            self.canv.setFillColor(GREY)
            self.canv.rect(0, 0, BAR, self.height, stroke=0, fill=1)
        for number, line in enumerate(self._lines):
            up = self.height - number * look.leading - look.size
            draw_line(self.canv, (left, up), line, self._across, look)


def draw_line(canvas: Any, foot: tuple[float, float], line: Line, across: float, look: Look) -> None:
    """`foot`: where the letters stand, in points from the left and from below."""
    left, up = foot
    if line.from_right and look.bar:
        left += max(0.0, across - sum(_wide(piece, look) for piece in line.pieces))
    for piece in _runs(line.pieces):
        wide = _wide(piece, look)
        if piece.is_mark:
            _draw_mark(canvas, (left, up), piece, look)
        else:
            canvas.setFillColor(INK)
            canvas.setFont(piece.font, look.size)
            canvas.drawString(left, up, piece.shown)
        left += wide


def _draw_mark(canvas: Any, foot: tuple[float, float], piece: Piece, look: Look) -> None:
    """A grey box around words of ours, so that nobody takes them for the writer's."""
    (left, up), size, wide = foot, look.size * MARK_SIZE, _wide(piece, look)
    canvas.setFillColor(PALE)
    canvas.setStrokeColor(GREY)
    canvas.setLineWidth(0.4)
    canvas.rect(left + MARK_MARGIN, up - 0.25 * size, wide - 2 * MARK_MARGIN, 1.3 * size, stroke=1, fill=1)
    canvas.setFillColor(INK)
    canvas.setFont(SANS, size)
    canvas.drawString(left + 2 * MARK_MARGIN, up, piece.shown)


def _runs(line: Iterable[Piece]) -> list[Piece]:
    """Neighbours in one font become one string, so that words can be read back out of the sheet."""
    runs: list[Piece] = []
    for piece in line:
        if runs and not piece.is_mark and not runs[-1].is_mark and piece.font == runs[-1].font:
            runs[-1] = replace(runs[-1], shown=runs[-1].shown + piece.shown)
        else:
            runs.append(piece)
    return runs
