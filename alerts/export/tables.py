"""The CSV tables of an export: safe to open in a spreadsheet, and the same bytes each time."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from alerts.export.contents import CustodyRow, ExportContents, ExportedItem, FailureRow, SourceRow, TaskRow
from alerts.export.week import LONDON

BYTE_ORDER_MARK = "\ufeff"
"""Tells Excel that the file is UTF-8."""

_LONGEST_CELL = 32_000
"""Characters; Excel cuts a cell at 32,767 and spills the rest into other rows."""
_CUT = " [cut here; the whole stands in the sealed record]"
# Spaces, controls and invisible characters that a spreadsheet may drop before it looks at the first one.
_LEADING = re.compile(r"^[\s\u00ad\u034f\u061c\u115f\u180e\u200b-\u200f\u2060-\u2064\u3164\ufeff\ufffd]+")
_FORMULA = frozenset("=+-@\uff1d\uff0b\uff0d\uff20\u2212|%")
_NUMBER = re.compile(r"\d{12,}|0\d+|\d+(?:\.\d+)?[eE][+-]?\d+", re.ASCII)
"""What a spreadsheet would show as another number: `1860000000000000000` as 1.86E+18, `007` as 7."""
_BREAKS = re.compile(r"[\r\n\t\v\f\x85\u2028\u2029]+")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def safe_cell(text: str) -> str:
    """One line that no spreadsheet runs, turns around or reads as a number.

    A `'` stands before a cell that would be a formula (after any leading blanks), a long number, or itself
    begins with `'`. Line breaks and tabs become a space; other controls, bidirectional marks and lone
    surrogates become U+FFFD. The exact text stands in the item's sealed record.
    """
    breaking = text[:1] in ("\t", "\r", "\n")
    line = _CONTROLS.sub("\ufffd", _BREAKS.sub(" ", text))
    if len(line) > _LONGEST_CELL:
        line = line[: _LONGEST_CELL - len(_CUT)] + _CUT
    start = _LEADING.sub("", line)[:1]
    guarded = breaking or start in _FORMULA or line.startswith("'") or _NUMBER.fullmatch(line.strip())
    return f"'{line}" if guarded else line


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """UTF-8 with a byte order mark, every cell in quotes, lines end with CR LF (RFC 4180)."""
    written = io.StringIO()
    writer = csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return (BYTE_ORDER_MARK + written.getvalue()).encode("utf-8")


def utc(instant: datetime | None) -> str:
    return "" if instant is None else instant.astimezone(UTC).isoformat(sep=" ", timespec="seconds")[:19]


def local(instant: datetime | None) -> str:
    """London's time with its name, because one hour in October comes twice."""
    return "" if instant is None else f"{instant.astimezone(LONDON):%Y-%m-%d %H:%M:%S %Z}"


def index(contents: ExportContents) -> bytes:
    """One row an item, worst first."""
    header = (
        "exhibit", "incident", "item", "severity", "lane", "considered", "platform", "handle as shown",
        "address", "platform id", "posted (UTC)", "seen (UTC)", "seen (UK)", "sealed (UTC)",
        "what was written", "folder", "files", "line of the log", "why withheld",
        "captures", "captures left out", "later observations",
    )  # fmt: skip
    ordered = sorted(contents.items, key=lambda item: (-item.severity.rank, item.reference, item.item_id))
    return table(header, [_item(item, hints=contents.categories_shown) for item in ordered])


def _item(item: ExportedItem, *, hints: bool) -> list[str]:
    """Without `hints`, nothing stands there of what the program or the school thinks of it."""
    folder = f"items/{item.item_id}" if item.files else ""
    thought = [item.severity, item.lane, " ".join(item.categories)] if hints else ["", "", ""]
    named = [item.exhibit_ref, item.reference, item.item_id, *thought, item.platform, item.handle]
    timed = [utc(item.posted_at), utc(item.seen_at), local(item.seen_at), utc(item.sealed_at)]
    return [
        *named,
        item.url,
        item.external_id,
        *timed,
        item.text,
        folder,
        str(len(item.files)),
        "" if item.log_line is None else str(item.log_line),
        item.withheld_reason or "",
        " ".join(f"captures/{item.item_id}/{one.number}" for one in item.captures),
        item.captures_left_out,
        " ".join(f"observations/{item.item_id}/{one.number}.json" for one in item.observations),
    ]


def tasks(rows: Iterable[TaskRow]) -> bytes:
    header = (
        "incident", "task", "rung", "step", "owner", "state", "outcome", "opened (UTC)", "due (UTC)",
        "due (UK)", "ended (UTC)", "overdue", "reason",
    )  # fmt: skip
    return table(header, [_task(row) for row in sorted(rows, key=lambda row: (row.reference, row.task_id))])


def _task(row: TaskRow) -> list[str]:
    named = [
        row.reference,
        row.task_id,
        row.rung.shown_as if row.rung else "beside the ladder",
        row.step,
        row.owner_role,
        row.state,
        row.outcome or "",
    ]
    timed = [utc(row.opened_at), utc(row.due_at), local(row.due_at), utc(row.ended_at)]
    return [*named, *timed, "yes" if row.overdue else "no", row.reason]


def custody(rows: Iterable[CustodyRow]) -> bytes:
    header = ("at (UTC)", "item", "action", "by", "role", "purpose", "sha256", "line of the log")
    ordered = sorted(rows, key=lambda row: (row.at, row.log_line or -1, row.item_id, row.action))
    return table(header, [_event(row) for row in ordered])


def _event(row: CustodyRow) -> list[str]:
    line = "" if row.log_line is None else str(row.log_line)
    return [utc(row.at), row.item_id, row.action, row.actor, row.role, row.purpose, row.sha256, line]


def failures(rows: Iterable[FailureRow]) -> bytes:
    header = ("source", "no data from (UTC)", "to (UTC)", "from (UK)", "to (UK)", "what happened")
    return table(header, [_failure(row) for row in sorted(rows, key=lambda row: (row.start, row.source))])


def _failure(row: FailureRow) -> list[str]:
    still = "still failing when this was made"
    until = [utc(row.end) or still, local(row.start), local(row.end) or still]
    return [row.source, utc(row.start), *until, row.words]


def sources(rows: Iterable[SourceRow], broken: Iterable[FailureRow]) -> bytes:
    """Every source that should have been read, so that "nothing found" and "not looked" differ."""
    header = ("source", "platform", "items read", "last read (UTC)", "gaps", "in short")
    gaps = [row.source for row in broken]
    return table(
        header, [_source(row, gaps.count(row.source)) for row in sorted(rows, key=lambda row: row.source)]
    )


def _source(row: SourceRow, gaps: int) -> list[str]:
    if row.last_read_at is None:
        short = "NOT READ in this time"
    else:
        short = "read, with gaps: see FAILURES.csv" if gaps else "read all through"
    return [row.source, row.platform, str(row.items_seen), utc(row.last_read_at), str(gaps), short]
