"""The fonts built into every sheet, and which of them can show a character."""

from functools import cache
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

SANS, BOLD, MONO, WIDE = "SheetSans", "SheetSans-Bold", "SheetMono", "SheetWide"
"""WIDE has what SANS has not: Arabic, Armenian, Georgian, symbols."""

_FILES = {
    SANS: "LiberationSans-Regular.ttf",
    BOLD: "LiberationSans-Bold.ttf",
    MONO: "LiberationMono-Regular.ttf",
    WIDE: "DejaVuSans.ttf",
}


@cache
def ready() -> None:
    """Make the fonts known to reportlab, once in a process."""
    for name, file in _FILES.items():
        pdfmetrics.registerFont(TTFont(name, str(Path(__file__).with_name("fonts") / file)))
    pdfmetrics.registerFontFamily(SANS, normal=SANS, bold=BOLD, italic=SANS, boldItalic=BOLD)


@cache
def covered(font: str) -> frozenset[int]:
    """The code points a font has a shape for."""
    ready()
    return frozenset(pdfmetrics.getFont(font).face.charToGlyph)


def font_for(character: str, wanted: str) -> str | None:
    """`wanted` if it has the character, else WIDE, else None."""
    code = ord(character)
    return next((font for font in (wanted, WIDE) if code in covered(font)), None)


def width(text: str, font: str, size: float) -> float:
    """In points."""
    return float(pdfmetrics.stringWidth(text, font, size))
