"""A letter on paper: the school's name and the reference on top, then the same blocks as in the mail."""

from collections.abc import Iterator

from reportlab.platypus import Flowable

from alerts.export.sheets.page import ACROSS, Edges, built
from alerts.export.sheets.parts import facts, heading, quoted, space, warning, words
from alerts.export.sheets.verbatim import INSET, Look, lay_out
from alerts.letters.blocks import Block, Sort
from alerts.letters.kinds import LetterKind
from alerts.letters.rendering import Letterhead, Rendered, heading_of
from alerts.mail.wording import shown

_QUOTE = Look(size=10, leading=14, bar=True)
_MOST_LINES = 2_000
"""Of one quote; a platform's longest post is a fifth of it."""


_SIGNING = 26.0
"""Points for what is written in by hand."""


def as_pdf(letter: Rendered, head: Letterhead, kind: LetterKind) -> bytes:
    """The PDF of an approved letter. The same letter gives the same bytes."""
    lead = f"{shown(head.dated)} · {head.reference}"
    top: list[Flowable] = [words(heading_of(kind), "title"), words(lead, "lead")]
    return built([*top, *_flowables(letter.blocks)], _edges(letter, head, kind))


def _edges(letter: Rendered, head: Letterhead, kind: LetterKind) -> Edges:
    """A person's own notice bears no name of the school: it is not given in the school's name."""
    reference = f"Reference {head.reference}"
    if kind is LetterKind.SECTION_5_NOTICE:
        return Edges(heading_of(kind), "Notice of complaint", reference, "")
    return Edges(letter.title, head.school, reference, f"From {head.sender}")


def _flowables(blocks: tuple[Block, ...]) -> Iterator[Flowable]:
    for block in blocks:
        yield from _block(block)


def _block(block: Block) -> list[Flowable]:
    if block.sort is Sort.HEADING:
        return [one for line in block.lines for one in heading(line)]
    if block.sort is Sort.FACTS:
        return [space(4), facts([(key, value or [space(_SIGNING)]) for key, value in block.facts]), space(8)]
    if block.sort is Sort.WARNING:
        return [one for line in block.lines for one in warning(line)]
    if block.sort is Sort.QUOTE:
        text = "\n".join(block.lines)
        laid = lay_out(text, ACROSS - INSET, _QUOTE, most_lines=_MOST_LINES, most_letters=len(text) + 1)
        return [*quoted(laid, _QUOTE), space(4)]
    mark = "– " if block.sort is Sort.ENTRIES else ""
    return [words(mark + line) for line in block.lines]
