"""The parts that sheets are made of: headings, sentences, lists of facts, tables, and a label to sign."""

from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import CondPageBreak, Flowable, KeepTogether, Paragraph, Spacer, Table, TableStyle

from alerts.export.sheets.fonts import BOLD, MONO, SANS
from alerts.export.sheets.page import ACROSS
from alerts.export.sheets.seen import pieces
from alerts.export.sheets.verbatim import GREY, INK, INSET, Laid, Look, Verbatim, lay_out

_QUIET = HexColor("#484f54")
_BODY = ParagraphStyle("body", fontName=SANS, fontSize=10, leading=14, textColor=INK, splitLongWords=1)
_STYLES = {
    "title": ParagraphStyle("title", _BODY, fontName=BOLD, fontSize=20, leading=25, spaceAfter=6),
    "heading": ParagraphStyle(
        "heading", _BODY, fontName=BOLD, fontSize=13, leading=17, spaceBefore=14, spaceAfter=5
    ),
    "lead": ParagraphStyle("lead", _BODY, fontSize=11.5, leading=16, textColor=_QUIET, spaceAfter=8),
    "body": ParagraphStyle("paragraph", _BODY, spaceAfter=6),
    "small": ParagraphStyle("small", _BODY, fontSize=8.5, leading=11.5, textColor=_QUIET, spaceAfter=4),
    "key": ParagraphStyle("key", _BODY, fontName=BOLD, fontSize=9.5, leading=13),
    "value": ParagraphStyle("value", _BODY, fontSize=9.5, leading=13),
    "cell": ParagraphStyle("cell", _BODY, fontSize=8.5, leading=11.5),
    "mono": ParagraphStyle("mono", _BODY, fontName=MONO, fontSize=7.6, leading=11),
}  # fmt: skip
CELL = Look(size=8.5, leading=11.5)
VALUE = Look(size=9.5, leading=13)
_PAD = 4.0


def words(text: str, style: str = "body") -> Paragraph:
    """Our own words. Names in them (a school, a person) are shown, never read as markup."""
    return Paragraph(safe(text), _STYLES[style])


def heading(text: str) -> list[Flowable]:
    """Never the last line of a page."""
    return [CondPageBreak(130), words(text, "heading")]


def together(title: str, paragraphs: Iterable[str]) -> list[Flowable]:
    """A heading and its few paragraphs on one page."""
    return [KeepTogether([words(title, "heading"), *map(words, paragraphs)])]


def warning(text: str) -> list[Flowable]:
    """In a box: what must not be overlooked."""
    box = (("BOX", (0, 0), (-1, -1), 1.2, INK), ("LEFTPADDING", (0, 0), (-1, -1), 8))
    return [space(8), _table([[words(text, "key")]], (ACROSS,), box), space(4)]


def safe(text: str) -> str:
    """Any text as harmless markup on one line; what no font has is told by number and name."""
    return "".join(_safe(piece.shown or " ", piece.font) for piece in pieces(text[:4_000], SANS))


def _safe(shown: str, font: str) -> str:
    return escape(shown) if font == SANS else f'<font name="{font}">{escape(shown)}</font>'


def numbered(lines: Sequence[str]) -> list[Flowable]:
    rows = [
        [words(f"{number}.", "value"), words(line, "value")] for number, line in enumerate(lines, start=1)
    ]
    return [_table(rows, (18, ACROSS - 18), (("LEFTPADDING", (0, 0), (-1, -1), 0),)), Spacer(1, 4)]


def foreign(text: str, across: float, look: Look = CELL, *, most_lines: int = 4) -> list[Flowable]:
    """What somebody else wrote, short, for a cell `across` points wide; says when it was cut."""
    laid = lay_out(text, across, look, most_lines=most_lines, most_letters=2_000)
    block: list[Flowable] = [Verbatim(laid.lines, across, look)] if laid.lines else [words("–", "cell")]
    return [*block, words(cut_note(laid), "small")] if laid.is_cut else block


def cut_note(laid: Laid) -> str:
    return f"[cut: {laid.shown:,} of {laid.whole:,} characters shown; the sealed record has all]"


def quoted(laid: Laid, look: Look) -> list[Flowable]:
    """A long text with a bar beside it; breaks over pages."""
    return [Verbatim(laid.lines, ACROSS - INSET, look), Spacer(1, 4)]


def facts(rows: Iterable[tuple[str, str | list[Flowable]]]) -> Table:
    """What it is on the left, what was found on the right, a thin line under each."""
    cells = [
        [words(key, "key"), words(value, "value") if isinstance(value, str) else value] for key, value in rows
    ]
    return _table(cells, (FACT_KEY, ACROSS - FACT_KEY), _ruled())


FACT_KEY = 118.0
FACT_ACROSS = ACROSS - FACT_KEY - _PAD
"""Points for the right column of `facts`."""


def table(
    header: Sequence[str], rows: Sequence[Sequence[str | list[Flowable]]], across: Sequence[float]
) -> Table:
    """With its heading again on every page. `across`: the columns' shares, adding up to 1."""
    top = [words(cell, "key") for cell in header]
    body = [[words(cell, "cell") if isinstance(cell, str) else cell for cell in row] for row in rows]
    head = (("LINEBELOW", (0, 0), (-1, 0), 1.2, INK), ("VALIGN", (0, 0), (-1, 0), "BOTTOM"))
    return _table([top, *body], [share * ACROSS for share in across], (*_ruled(), *head), repeat=1)


def inner(share: float) -> float:
    """Points inside a cell of `table` with this share."""
    return share * ACROSS - _PAD - 2


def _ruled() -> tuple[tuple[object, ...], ...]:
    return (("LINEBELOW", (0, 0), (-1, -1), 0.5, GREY), ("LEFTPADDING", (0, 0), (-1, -1), 0))


def _table(
    rows: Sequence[Sequence[object]],
    across: Sequence[float],
    more: Iterable[tuple[object, ...]],
    *,
    repeat: int = 0,
) -> Table:
    shape = (
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("RIGHTPADDING", (0, 0), (-1, -1), _PAD),
        ("TOPPADDING", (0, 0), (-1, -1), 3),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
    )
    return Table(rows, colWidths=across, repeatRows=repeat, style=TableStyle([*shape, *more]), hAlign="LEFT")


def label(exhibit_ref: str, reference: str) -> Flowable:
    """The box that a person fills in and signs by hand when they produce the exhibit."""
    half = ACROSS / 2
    rows = [
        [_field("Exhibit reference", exhibit_ref), _field("School's own reference", reference)],
        [_field("Produced by (name)"), _field("Crime reference, if there is one")],
        [_field("Referred to in the statement of"), _field("Statement dated")],
        [_field("Signature of the person producing it"), _field("Date signed")],
    ]
    box = TableStyle(
        [
            ("BOX", (0, 0), (-1, -1), 1.2, INK),
            ("INNERGRID", (0, 0), (-1, -1), 0.5, GREY),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("TOPPADDING", (0, 0), (-1, -1), 3),
        ]
    )
    return KeepTogether([Table(rows, colWidths=(half, half), rowHeights=38, style=box), Spacer(1, 6)])


def _field(name: str, filled: str = "") -> list[Flowable]:
    within = ACROSS / 2 - 14
    bold = Look(font=BOLD, size=11, leading=14)
    known = foreign(filled, within, bold, most_lines=1) if filled else []
    return [words(name, "small"), *known]


def space(points: float) -> Spacer:
    return Spacer(1, points)
