"""What storing an item costs: commitment, leaf and what is held, beside what the disk asks for by itself.

Two floors write as many bytes and do nothing else. The careful way with one item is a row with a durable
commit of its own (SQLite, synchronous=FULL) and a line appended to a file and forced to the disk; the way
with a page is one durable commit for all its rows. Each figure is the median of several rounds, all in turn,
because a shared machine's disk drifts.
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

from rich.table import Table
from sqlalchemy.orm import Session

from connectors.interface import Page
from monitor.bench_pages import PAGE_SIZE, bench_page, bench_site
from monitor.pipeline.intake import PageIntake
from monitor.site import Site
from monitor.store.models import Source, StreamCursor

ROUNDS, PAGES, ALONE = 5, 20, 100
"""In every round: pages of 100 items, and items that come on a page each."""
_LEAF_BYTES = 220
_FLOOR_ITEM, _FLOOR_PAGE = "floor: a commit and an fsynced line an item", "floor: a commit a page of 100"
_STORED_PAGE, _STORED_ALONE = "stored: items in pages of 100", "stored: items on a page each"


def table() -> Table:
    rates, size = measure()
    made = Table(
        box=None, title=f"Storing: items a second, medians of {ROUNDS} rounds; {size:,.0f} bytes an item"
    )
    for column in ("what", "per second", "of the floor an item", "of the floor a page"):
        made.add_column(column, justify="left" if column == "what" else "right")
    for what, rate in rates.items():
        shares = (f"{rate / rates[floor]:.2f}" for floor in (_FLOOR_ITEM, _FLOOR_PAGE))
        made.add_row(what, f"{rate:,.0f}", *shares)
    return made


def measure() -> tuple[dict[str, float], float]:
    """(what → items a second, bytes that the database grows by with an item)."""
    found: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as name, _opened(Path(name)) as site:
        before = _size(site)
        for number in range(ROUNDS):
            for what, items, work in _round(site, Path(name), number):
                found.setdefault(what, []).append(_rate(items, work))
        grown = _size(site) - before
    return {what: statistics.median(rates) for what, rates in found.items()}, grown / (ROUNDS * _IN_ROUND)


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
    yield _FLOOR_PAGE, PAGES * PAGE_SIZE, partial(_floor_of_pages, folder, row)
    yield _STORED_PAGE, PAGES * PAGE_SIZE, partial(_store, site, pages)


@contextmanager
def _opened(folder: Path) -> Iterator[Site]:
    site = bench_site(folder)
    try:
        yield site
    finally:
        site.close()


def _rate(items: int, work: _Work) -> float:
    started = time.perf_counter()
    work()
    return items / (time.perf_counter() - started)


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
