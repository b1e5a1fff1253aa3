"""What `./run stress` found, as docs/stress.md."""

import platform
import re
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from support import postgres
from support.crash_books import Books

PLACE = Path(__file__).resolve().parents[2] / "docs" / "stress.md"
_PACKAGES = ("schoolwatch", "SQLAlchemy", "APScheduler", "tweepy", "facebook-sdk", "psycopg")


@dataclass(frozen=True)
class Row:
    """One school that was killed again and again and then compared, with no fault found."""

    database: str
    where: str
    kills: int
    comments: int
    incidents: int
    mails: int
    copies: int
    seconds: float


def row(database: str, where: str, kills: int, books: Books, seconds: float) -> Row:
    copies = sum(books.copies.values()) - len(books.mails)
    return Row(
        database, where, kills, len(books.items), len(books.incidents), len(books.mails), copies, seconds
    )


def write(rows: list[Row]) -> None:
    put(_text(rows))


def write_steps(done: list[tuple[str, int, float]]) -> None:
    """Act, at how many of its steps it was ended, and how long that took."""
    put(
        _STEPS.format(
            date=datetime.now(UTC).strftime("%d %B %Y"),
            machine=f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}",
            kills=sum(kills for _, kills, _ in done),
            lines="\n".join(f"| {act} | {kills} | {seconds:.0f} |" for act, kills, seconds in done),
        )
    )


def put(part: str) -> None:
    """Put a part into docs/stress.md in place of the one under the same heading; the others stay."""
    old = (
        re.split(r"^(?=# )", PLACE.read_text(encoding="utf-8"), flags=re.MULTILINE) if PLACE.exists() else []
    )
    heading = part.partition("\n")[0]
    parts = [one.strip() for one in old if one.strip()]
    places = [place for place, one in enumerate(parts) if one.partition("\n")[0] == heading]
    parts[slice(places[0], places[0] + 1) if places else slice(len(parts), None)] = [part.strip()]
    PLACE.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def _text(rows: list[Row]) -> str:
    lines = [_line(one) for one in rows]
    versions = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    return _FRAME.format(
        date=datetime.now(UTC).strftime("%d %B %Y"),
        machine=f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, "
        f"PostgreSQL {postgres.describe().partition(' (')[0]}",
        versions=versions,
        kills=sum(one.kills for one in rows),
        comments=sum(one.comments for one in rows),
        mails=sum(one.mails for one in rows),
        copies=sum(one.copies for one in rows),
        minutes=sum(one.seconds for one in rows) / 60,
        lines="\n".join(lines),
    )


def _line(one: Row) -> str:
    return (
        f"| {one.database} | {one.where} | {one.kills} | {one.comments} | {one.incidents} | {one.mails} "
        f"| {one.copies} | {one.seconds:.0f} |"
    )


_FRAME = """# Killed at any moment

Written by `./run stress` on {date}. {machine}; {versions}.

The service was ended with `kill -9` {kills} times in {minutes:.0f} minutes, and started again each time. X and
Facebook on loopback misbehaved meanwhile (429, 500, 502, a web filter's page, bodies cut off, connections
dropped, pages repeated, out of order or empty), comments arrived late, were edited, and stood in two lists
at once; the mail server put mails off and dropped connections, also after it had taken a mail. A kill at a
boundary happens inside the process, at one of its first passings; half of those lives were the daemon, half
one pass by hand. A kill at random strikes the daemon from outside, from its first milliseconds on.

After the last kill of each line the daemon ran until nothing waited, and everything was compared with the
servers' own books. Nothing differed: every version of every comment that the platforms ever had ({comments}) is
stored once; the log has no line missing or twice; `evidence verify` is clean and no file is left over; every
incident was told; each of {mails} mails arrived, all copies of it under one Message-ID. {copies} mails came
more than once, which is what a lost answer must lead to.

| Database | Killed | Kills | Comments | Incidents | Mails | Further copies | Seconds |
|---|---|--:|--:|--:|--:|--:|--:|
{lines}

The short form of this runs with every `./run test`: `tests/end_to_end/test_crash_recovery.py`.
"""

_STEPS = """# Killed before each durable step

Written by `./run stress` on {date}. {machine}.

Each act that writes evidence was done in a process of its own, again and again on a fresh copy of one school,
and ended with `kill -9` before its first step that makes something durable, before its second, and so on to its
last: {kills} times. A step is an fsync, a rename or a removal of a file, or a commit of the database. Then
schoolwatch started again on what was left, and did the act to its end.

Nothing was lost: each time the log began with the lines that it had before (never a fork), every item that was
sealed before was there byte for byte, in clear or in a box that the manager's key opens, each export that its row
speaks of checked out, no file was left over, and `evidence verify` was clean, the second log among it.

| Act | Killed at | Seconds |
|---|--:|--:|
{lines}

What this does not show: a power cut, in which a disk may lose what was not synced; and what SQLite does inside
of a commit. Two writers at once, one of them killed, run on SQLite and PostgreSQL in the short form.

The short form runs with every `./run test`: `tests/integration/test_durable_kills.py`.
"""
