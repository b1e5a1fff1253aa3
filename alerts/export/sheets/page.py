"""One look for every sheet: A4, a line at the head and foot, `Page x of y`, and the same bytes each time."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate

from alerts.export.sheets import fonts
from alerts.export.sheets.verbatim import GREY, INK, Look, draw_line, lay_out

WIDTH: float = A4[0]
HEIGHT: float = A4[1]
MARGIN: float = 20 * mm
ACROSS: float = WIDTH - 2 * MARGIN
"""Points between the margins."""
_HEAD: float = 24 * mm
_FOOT: float = 22 * mm
DOWN: float = HEIGHT - _HEAD - _FOOT
"""Points between head and foot."""
_SMALL = Look(size=8, leading=10)


@dataclass(frozen=True, slots=True)
class Edges:
    """What stands on every page. Each is one line, cut where the room ends."""

    title: str
    """Of the document, as a reader's window shows it."""
    left: str
    right: str
    foot: str


def built(story: Sequence[Flowable], edges: Edges) -> bytes:
    """The PDF. Nothing in it tells when or where it was made, so the same story gives the same bytes."""
    fonts.ready()
    written = io.BytesIO()
    document = BaseDocTemplate(
        written,
        pagesize=A4,
        invariant=1,
        lang="en-GB",
        title=_plain(edges.title),
        author=_plain(edges.left),
        creator="schoolwatch",
        displayDocTitle=1,
    )
    frame = Frame(MARGIN, _FOOT, ACROSS, DOWN, leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0)
    document.addPageTemplates(PageTemplate(frames=[frame], onPage=partial(_edges, edges)))
    document.build(list(story), canvasmaker=_Counted)
    return written.getvalue()


def _plain(text: str) -> str:
    """For the document's own facts: printable characters on one line, no more than 200."""
    return "".join(letter if letter.isprintable() else " " for letter in text[:200])


def _edges(edges: Edges, canvas: Any, _document: Any) -> None:
    top, bottom = HEIGHT - 16 * mm, 14 * mm
    half = ACROSS / 2 - 6
    _one_line(canvas, (MARGIN, top), edges.left, half)
    _one_line(canvas, (MARGIN + half + 12, top), edges.right, half, from_right=True)
    canvas.setStrokeColor(GREY)
    canvas.setLineWidth(0.6)
    canvas.line(MARGIN, top - 5, MARGIN + ACROSS, top - 5)
    canvas.line(MARGIN, bottom + 12, MARGIN + ACROSS, bottom + 12)
    _one_line(canvas, (MARGIN, bottom), edges.foot, ACROSS * 0.8)


def _one_line(
    canvas: Any, foot: tuple[float, float], text: str, across: float, *, from_right: bool = False
) -> None:
    left, up = foot
    laid = lay_out(" ".join(text.split()), across, _SMALL, most_lines=1, most_letters=300)
    for line in laid.lines:
        used = sum(fonts.width(piece.shown, piece.font, _SMALL.size) for piece in line.pieces)
        draw_line(canvas, (left + (across - used if from_right else 0), up), line, across, _SMALL)


class _Counted(Canvas):  # type: ignore[misc]  # reportlab has no types
    """Holds the pages back until their number is known."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._pages: list[dict[str, Any]] = []

    def showPage(self) -> None:  # noqa: N802  reportlab's name
        self._pages.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        for number, page in enumerate(self._pages, start=1):
            self.__dict__.update(page)
            self.setFont(fonts.SANS, _SMALL.size)
            self.setFillColor(INK)
            self.drawRightString(MARGIN + ACROSS, 14 * mm, f"Page {number} of {len(self._pages)}")
            super().showPage()
        super().save()
