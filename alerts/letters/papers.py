"""A letter on paper: the school's name and the reference on top, then the same blocks as in the mail."""

from collections.abc import Iterator

from reportlab.platypus import Flowable

from alerts.export.sheets.page import ACROSS, Edges, built
from alerts.export.sheets.parts import facts, heading, quoted, space, warning, words
from alerts.export.sheets.verbatim import INSET, Look, lay_out
from alerts.letters.blocks import Block, Sort
from alerts.letters.rendering import Letterhead, Rendered
from alerts.mail.wording import shown

_QUOTE = Look(size=10, leading=14, bar=True)
_MOST_LINES = 2_000
"""Of one quote; a platform's longest post is a fifth of it."""


def as_pdf(letter: Rendered, head: Letterhead, name: str) -> bytes:
    """The PDF of an approved letter. The same letter gives the same bytes. `name` is the kind's title."""
    edges = Edges(letter.title, head.school, f"Reference {head.reference}", f"From {head.sender}")
    top: list[Flowable] = [words(name, "title"), words(f"{shown(head.dated)} · {head.reference}", "lead")]
    return built([*top, *_flowables(letter.blocks)], edges)


def _flowables(blocks: tuple[Block, ...]) -> Iterator[Flowable]:
    for block in blocks:
        yield from _block(block)


def _block(block: Block) -> list[Flowable]:
    if block.sort is Sort.HEADING:
        return [one for line in block.lines for one in heading(line)]
    if block.sort is Sort.FACTS:
        return [facts([(key, value or " ") for key, value in block.facts]), space(8)]
    if block.sort is Sort.WARNING:
        return [one for line in block.lines for one in warning(line)]
    if block.sort is Sort.QUOTE:
        text = "\n".join(block.lines)
        laid = lay_out(text, ACROSS - INSET, _QUOTE, most_lines=_MOST_LINES, most_letters=len(text) + 1)
        return [*quoted(laid, _QUOTE), space(4)]
    mark = "– " if block.sort is Sort.ENTRIES else ""
    return [words(mark + line) for line in block.lines]
