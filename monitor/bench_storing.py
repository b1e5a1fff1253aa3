"""What storing and sealing an item cost, beside what the disk asks for by itself.

*Stored* is the whole way of a page into the store, by the code of the service: what is known of it already,
record, commitments, leaf, row, holding area and cursor, in one durable transaction. *Sealed* is the part of
it that makes evidence: record, commitments and leaf, durable. *Promoted* is what a finding adds: the item's
files in its folder, each durable, then the rows and leaves that speak of them.

Two floors write as many bytes and do nothing else. The careful way with one item is a row with a durable
commit of its own (SQLite, synchronous=FULL) and a line appended to a file and forced to the disk; the way
with a page is one durable commit for all its rows. Each figure is the median of several rounds, all in turn,
because a shared machine's disk drifts. Beside it stands the rate by the processor's time alone, as it would
be with a disk that answers at once and nothing else to do.
"""

import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

from rich.table import Table
from sqlalchemy import select
from sqlalchemy.orm import Session

from config.words import Lane
from connectors.interface import Page
from monitor.bench_pages import PAGE_SIZE, bench_page, bench_site
from monitor.evidence.identity import new_uid
from monitor.evidence.leaf import LeafKind, commit_to
from monitor.evidence.machine import tool
from monitor.evidence.record import PageRecorder
from monitor.pipeline.reading.intake import PageIntake
from monitor.pipeline.sealing_up.sealing import promote, record_evidence
from monitor.site import Site
from monitor.store import log
from monitor.store.models import Holding, Source, StreamCursor

ROUNDS, PAGES, ALONE = 5, 20, 100
"""In every round: pages of 100 items, and items that come on a page each."""
_LEAF_BYTES = 220
_FLOOR_ITEM, _FLOOR_PAGE = "floor: a commit and an fsynced line an item", "floor: a commit a page of 100"
_STORED_PAGE, _STORED_ALONE = "stored: items in pages of 100", "stored: items on a page each"
_SEALED_PAGE, _SEALED_ALONE = "sealed: items in pages of 100", "sealed: items on a page each"
_PROMOTED = "promoted: 100 items' files and rows"


class Rate(NamedTuple):
    """Items a second."""

    seen: float
    """By the clock on the wall, waits for the disk included."""
    processor: float
    """By the processor's time of this process."""


def table() -> Table:
    rates, size = measure()
    made = Table(
        box=None, title=f"Storing: items a second, medians of {ROUNDS} rounds; {size:,.0f} bytes an item"
    )
    for column in ("what", "per second", "by processor time", "of the floor an item", "of the floor a page"):
        made.add_column(column, justify="left" if column == "what" else "right")
    for what, rate in rates.items():
        shares = (f"{rate.seen / rates[floor].seen:.2f}" for floor in (_FLOOR_ITEM, _FLOOR_PAGE))
        made.add_row(what, f"{rate.seen:,.0f}", f"{rate.processor:,.0f}", *shares)
    return made


def measure() -> tuple[dict[str, Rate], float]:
    """(what → items a second, bytes that the database grows by with an item that is stored)."""
    found: dict[str, list[Rate]] = {}
    grown = 0
    with tempfile.TemporaryDirectory() as name, _opened(Path(name)) as site:
        for number in range(ROUNDS):
            for what, items, work in _round(site, Path(name), number):
                before = _size(site)
                found.setdefault(what, []).append(_rate(items, work))
                grown += _size(site) - before if what in (_STORED_PAGE, _STORED_ALONE) else 0
    return {what: _median(rates) for what, rates in found.items()}, grown / (ROUNDS * _IN_ROUND)


_IN_ROUND = PAGES * PAGE_SIZE + ALONE
_Work = Callable[[], None]


def _round(site: Site, folder: Path, number: int) -> Iterator[tuple[str, int, _Work]]:
    first = number * (PAGES + ALONE // PAGE_SIZE)
    pages = [bench_page(first + one) for one in range(PAGES)]
    singles = [
        replace(page, items=(item,))
        for page in (bench_page(first + PAGES + one) for one in range(ALONE // PAGE_SIZE))
        for item in page.items
    ]
    row = b"x" * len(pages[0].items[0].raw) * 3
    yield _FLOOR_ITEM, ALONE, partial(_floor_of_items, folder, row)
    yield _STORED_ALONE, ALONE, partial(_store, site, singles)
    yield _SEALED_ALONE, ALONE, partial(_seal, site, singles)
    yield _FLOOR_PAGE, PAGES * PAGE_SIZE, partial(_floor_of_pages, folder, row)
    yield _STORED_PAGE, PAGES * PAGE_SIZE, partial(_store, site, pages)
    yield _SEALED_PAGE, PAGES * PAGE_SIZE, partial(_seal, site, pages)
    yield _PROMOTED, ALONE, partial(_promote, site)


@contextmanager
def _opened(folder: Path) -> Iterator[Site]:
    site = bench_site(folder)
    try:
        yield site
    finally:
        site.close()


def _rate(items: int, work: _Work) -> Rate:
    started, worked = time.perf_counter(), time.process_time()
    work()
    return Rate(items / (time.perf_counter() - started), items / (time.process_time() - worked))


def _median(rates: Sequence[Rate]) -> Rate:
    return Rate(*(statistics.median(column) for column in zip(*rates, strict=True)))


def _size(site: Site) -> int:
    """Of the database's pages in use."""
    with site.database.read() as session:
        connection = session.connection()
        pages, page = (
            connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in ("page_count", "page_size")
        )
    return int(pages * page)


def _floor_of_items(folder: Path, row: bytes) -> None:
    with _floor(folder) as connection, (folder / "floor.log").open("ab") as lines:
        for _ in range(ALONE):
            connection.execute("INSERT INTO rows (body) VALUES (?)", (row,))  # its own transaction
            lines.write(b"x" * _LEAF_BYTES)
            lines.flush()
            os.fsync(lines.fileno())


def _floor_of_pages(folder: Path, row: bytes) -> None:
    with _floor(folder) as connection:
        for _ in range(PAGES):
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("INSERT INTO rows (body) VALUES (?)", [(row,)] * PAGE_SIZE)
            connection.execute("COMMIT")


@contextmanager
def _floor(folder: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(folder / "floor.db", isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("CREATE TABLE IF NOT EXISTS rows (id INTEGER PRIMARY KEY, body BLOB)")
        yield connection


def _store(site: Site, pages: Sequence[Page]) -> None:
    for page in pages:
        with site.database.write() as session:
            store(session, site, page)


def store(session: Session, site: Site, page: Page) -> None:
    """One page, in the caller's transaction, by the way of the service."""
    source = session.query(Source).one()
    cursor = session.query(StreamCursor).one_or_none() or _cursor(source)
    session.add(cursor)
    PageIntake(session, site, source, cursor).store(page)


def _cursor(source: Source) -> StreamCursor:
    return StreamCursor(school_id=source.school_id, source_id=source.id, watch="comments", key="1", cursor={})


def _seal(site: Site, pages: Sequence[Page]) -> None:
    """Leaves that no row speaks of: only for a store that is thrown away."""
    for page in pages:
        now = site.now()
        recorder = PageRecorder(
            site.school_name, "bench", None, now, page.envelopes[-1], tool(site.settings), site.kernel_clock()
        )
        with site.database.write() as session:
            log.append(session, site.school_id, now, _entries(recorder, page))


def _entries(recorder: PageRecorder, page: Page) -> list[log.Entry]:
    entries = []
    for item in page.items:
        uid = new_uid(recorder.seen_at)
        record = recorder.record(item, uid=uid, raw_commit=commit_to(item.raw).commit)
        entries.append(log.Entry(LeafKind.ITEM, uid, commit_to(record).commit))
    return entries


def _promote(site: Site) -> None:
    """As judging does with what a finding raised, but for the incident."""
    with site.database.read() as session:
        ids = session.scalars(select(Holding.item_id).order_by(Holding.item_id).limit(ALONE)).all()
    promoted = promote(site, dict.fromkeys(ids, Lane.STANDARD))
    with site.database.write() as session:
        record_evidence(session, site.school_id, promoted, site.now())
