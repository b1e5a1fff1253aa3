"""A letter as a row of blocks: what mail and paper are both made from, so that they say the same.

A template writes one block after another with an empty line between: `# heading`, `- entry`, `= key | value`,
`! warning`, `> quote`, else a paragraph. What stands in for a field starts with `FILLED` and is never read as
a mark, whatever its first letter.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from pydantic import TypeAdapter

FILLED = "\x02"


class Sort(StrEnum):
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ENTRIES = "entries"
    FACTS = "facts"
    WARNING = "warning"
    QUOTE = "quote"


@dataclass(frozen=True)
class Block:
    """`lines` of text; of facts, one key and one value after the other."""

    sort: Sort
    lines: tuple[str, ...]

    @property
    def facts(self) -> tuple[tuple[str, str], ...]:
        return tuple(zip(self.lines[::2], self.lines[1::2], strict=True))


_FORM = TypeAdapter(tuple[Block, ...])
_SORTS = {
    "# ": Sort.HEADING, "- ": Sort.ENTRIES, "= ": Sort.FACTS, "! ": Sort.WARNING, "> ": Sort.QUOTE,
}  # fmt: skip


def parsed(written: str) -> tuple[Block, ...]:
    """The blocks of what a template wrote."""
    blocks: list[Block] = []
    for part in _parts(written.splitlines()):
        for sort, lines in groupby(part, _sort):
            blocks.append(_block(sort, [_bare(line, sort) for line in lines]))
    return tuple(blocks)


def to_json(blocks: Sequence[Block]) -> str:
    """The same for the same blocks."""
    return _FORM.dump_json(tuple(blocks)).decode()


def from_json(form: str) -> tuple[Block, ...]:
    return _FORM.validate_json(form)


def _parts(lines: Iterable[str]) -> Iterator[list[str]]:
    """Lines that stand together, without the empty ones between."""
    for empty, part in groupby(lines, lambda line: not line.strip()):
        if not empty:
            yield list(part)


def _sort(line: str) -> Sort:
    return _SORTS.get(line[:2], Sort.PARAGRAPH)


def _bare(line: str, sort: Sort) -> str:
    return line if sort is Sort.PARAGRAPH else line[2:]


def _block(sort: Sort, lines: Sequence[str]) -> Block:
    if sort is Sort.FACTS:
        lines = [part.strip() for line in lines for part in _key_and_value(line)]
    elif sort is Sort.PARAGRAPH:
        lines = [" ".join(lines)]
    return Block(sort, tuple(line.replace(FILLED, "").strip() for line in lines))


def _key_and_value(line: str) -> tuple[str, str]:
    key, _, value = line.partition(" |")
    return key, value
