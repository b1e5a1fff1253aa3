"""A CSV of personal data, checked whole: every fault with its place, no cell quoted."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from classifiers.errors import Fault, RegisterError

if TYPE_CHECKING:
    import _csv

MAX_CELL = 500
"""Characters. A longer cell means a lost quotation mark: half the file would sit in one name."""
_MOST_FAULTS = 50


@dataclass
class Table:
    """Rows as dictionaries with their number in the spreadsheet, and what the reader should be told."""

    name: str
    rows: list[tuple[int, dict[str, str]]]
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def fault(self, row: int | None, column: str | None, what: str) -> None:
        self.faults.append(Fault(self.name, row, column, what))

    def refuse_if_faulty(self) -> None:
        if len(self.faults) > _MOST_FAULTS:
            rest = len(self.faults) - _MOST_FAULTS
            more = Fault(self.name, None, None, f"and {rest} further faults of the same sort")
            raise RegisterError([*self.faults[:_MOST_FAULTS], more])
        if self.faults:
            raise RegisterError(self.faults)


def read_table(
    source: Path | bytes, name: str, columns: Sequence[str], *, optional: Sequence[str] = ()
) -> Table:
    """Rows of a CSV with exactly these columns (any order), or `RegisterError` with every fault.

    `optional` columns may be left out; their cells are then empty.
    """
    name = source.name if isinstance(source, Path) else name
    text, notes = _decode(_content(source, name), name)
    table = Table(name, [], notes=notes)
    delimiter = _delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        _fill(table, reader, columns, optional)
    except csv.Error as error:
        row = reader.line_num
        table.fault(row, None, f"not readable as CSV ({error}); look for a lost quotation mark near here")
    table.refuse_if_faulty()
    return table


def _content(source: Path | bytes, name: str) -> bytes:
    if isinstance(source, bytes):
        return source
    try:
        return source.read_bytes()
    except OSError as error:
        what = f"cannot be read ({error.strerror}); check the path and the file's permissions"
        raise RegisterError([Fault(name, None, None, what)]) from error


def _decode(content: bytes, name: str) -> tuple[str, list[str]]:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace"), [f"{name}: read as UTF-16"]
    if b"\0" in content:
        row = content[: content.index(b"\0")].count(b"\n") + 1
        what = "holds a NUL byte, so it is not a CSV; export it again as “CSV UTF-8”"
        raise RegisterError([Fault(name, row, None, what)])
    try:
        return content.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        return _decode_windows(content, name, content[: error.start].count(b"\n") + 1)


def _decode_windows(content: bytes, name: str, row: int) -> tuple[str, list[str]]:
    """Excel's plain “CSV” on a UK machine is Windows-1252: taken, with a note. `row`: where UTF-8 ends."""
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError as error:
        what = "neither UTF-8 nor Windows-1252; export it again as “CSV UTF-8”"
        raise RegisterError([Fault(name, row, None, what)]) from error
    note = f"{name}: not UTF-8, read as Windows-1252; check names with accents, or export as “CSV UTF-8”"
    return text, [note]


def _delimiter(text: str) -> str:
    """The heading holds no data, so whichever sign it has most of divides the cells."""
    heading = text.lstrip("\r\n").partition("\n")[0]
    return max(",;\t", key=heading.count)


def _fill(table: Table, reader: "_csv.Reader", columns: Sequence[str], optional: Sequence[str]) -> None:
    heading: list[str] | None = None
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        if heading is None:
            heading = [cell.strip().lower().replace(" ", "_") for cell in cells]
            if not _heading_is_right(table, heading, columns, optional):
                return
        else:
            _add_row(table, reader.line_num, heading, cells)
    for _, row in table.rows:
        row.update((column, "") for column in optional if column not in row)
    if heading is None:
        table.fault(None, None, f"is empty; the first row must be: {','.join(columns)}")
    elif not table.rows and not table.faults:
        table.fault(None, None, "has a heading and no rows")


def _heading_is_right(
    table: Table, heading: list[str], columns: Sequence[str], optional: Sequence[str]
) -> bool:
    missing = [column for column in columns if column not in heading]
    if missing:
        what = f"lacks {', '.join(missing)}; the first row must be: {','.join(columns)}"
        table.fault(1, None, what)
    for place, column in enumerate(heading, start=1):
        if column not in (*columns, *optional):
            # A file without its heading would put a child's name here: the place, not the content.
            table.fault(1, f"number {place}", "is not a known column; remove it or name it as listed")
        elif heading.index(column) + 1 != place:
            table.fault(1, column, "stands there twice; remove one")
    return not table.faults


def _add_row(table: Table, number: int, heading: list[str], cells: list[str]) -> None:
    if len(cells) != len(heading):
        what = f"has {len(cells)} cells where the heading has {len(heading)}; quote a cell that holds a comma"
        table.fault(number, None, what)
        return
    row = {column: " ".join(cell.split()) for column, cell in zip(heading, cells, strict=True)}
    for column, cell in row.items():
        if len(cell) > MAX_CELL:
            table.fault(number, column, f"is {len(cell)} characters long (at most {MAX_CELL})")
    table.rows.append((number, row))


def need(table: Table, *columns: str) -> None:
    """A fault for each empty cell that must not be empty."""
    for number, row in table.rows:
        for column in columns:
            if not row[column]:
                table.fault(number, column, "is empty")


def unique(table: Table, column: str) -> None:
    seen: dict[str, int] = {}
    for number, row in table.rows:
        value = row[column].casefold()
        if value and value in seen:
            table.fault(number, column, f"is the same as in row {seen[value]}")
        seen.setdefault(value, number)


def check(table: Table, column: str, right: Callable[[str], bool], expected: str) -> None:
    for number, row in table.rows:
        if row[column] and not right(row[column]):
            table.fault(number, column, f"is not {expected}")


def listed(row: Mapping[str, str], column: str) -> tuple[str, ...]:
    """A cell with several entries, divided by semicolons."""
    return tuple(part.strip() for part in row[column].split(";") if part.strip())
