"""`./run bench`: what storing, judging and large registers cost, in one run.

Storing stands beside the floor that the database sets: it writes as many bytes with one durable commit a
page, and does nothing else. Each figure is the median of several rounds, floor and pipeline in turn, because
a shared machine's disk drifts.
"""

import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table

from connectors.interface import Page
from monitor import bench_detoxify, bench_judging, bench_register
from monitor.bench_pages import PAGE_SIZE, bench_page, bench_site
from monitor.demo.story import read_story
from monitor.pipeline.intake import PageIntake
from monitor.site import Site
from monitor.store.models import Source, StreamCursor

ROUNDS, PAGES = 5, 20
SECOND_OPINION = 64
"""Comments that detoxify itself is asked about: it needs about a second for each."""


def main() -> None:
    _print_pipeline()
    screen = Console(width=110)
    screen.print(bench_judging.table(bench_judging.measure()))
    screen.print(bench_register.table(bench_register.measure()))
    _print_second_opinion()


def _print_pipeline() -> None:
    with tempfile.TemporaryDirectory() as folder:
        site = bench_site(Path(folder))
        floor, stored = _storing(site, Path(folder))
        site.close()
    table = Table(box=None, title=f"{ROUNDS} rounds of {PAGES} pages with {PAGE_SIZE} items, medians")
    for column in ("what", "per second", "of the floor"):
        table.add_column(column, justify="left" if column == "what" else "right")
    table.add_row("floor: rows of the same size, one durable commit a page", f"{floor:,.0f}", "1.00")
    table.add_row("items stored, committed to the log and held", f"{stored:,.0f}", f"{stored / floor:.2f}")
    Console(width=110).print(table)


def _print_second_opinion() -> None:
    """Only where the extra is installed; where it is not, that is said instead of measured."""
    screen = Console(width=110)
    if lacking := bench_detoxify.missing():
        screen.print(f"Not measured: the second opinion; not installed here: {', '.join(lacking)}")
        return
    texts = [line.text for line in read_story() if line.text.strip()][:SECOND_OPINION]
    title = f"{len(texts)} comments, random weights, processor time of one core"
    table = Table(box=None, title=title)
    for column in ("second opinion on abuse", "per second", "times", "scores differ by at most"):
        table.add_column(column, justify="left" if column.startswith("second") else "right")
    for what, rate, times, apart in bench_detoxify.rows(texts):
        table.add_row(what, f"{rate:,.1f}", f"{times:.1f}", f"{apart:.1g}")
    screen.print(table)


def _storing(site: Site, folder: Path) -> tuple[float, float]:
    """Rows per second of the floor, items per second of the pipeline."""
    floors, stores = [], []
    for number in range(ROUNDS):
        pages = [bench_page(number * PAGES + one) for one in range(PAGES)]
        size = len(pages[0].items[0].raw) * 3
        floors.append(_rate(partial(_write_floor, folder / "floor.db", size)))
        stores.append(_rate(partial(_store, site, pages)))
    return statistics.median(floors), statistics.median(stores)


def _rate(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return PAGES * PAGE_SIZE / (time.perf_counter() - started)


def _write_floor(path: Path, size: int) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("CREATE TABLE IF NOT EXISTS rows (id INTEGER PRIMARY KEY, body BLOB)")
        for _ in range(PAGES):
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(
                "INSERT INTO rows (body) VALUES (?)", [(b"x" * size,) for _ in range(PAGE_SIZE)]
            )
            connection.execute("COMMIT")


def _store(site: Site, pages: list[Page]) -> None:
    for page in pages:
        with site.database.write() as session:
            source = session.query(Source).one()
            cursor = session.query(StreamCursor).one_or_none() or _cursor(source)
            session.add(cursor)
            PageIntake(session, site, source, cursor).store(page)


def _cursor(source: Source) -> StreamCursor:
    return StreamCursor(school_id=source.school_id, source_id=source.id, watch="comments", key="1", cursor={})


if __name__ == "__main__":
    main()
