"""`./run bench`: what storing, judging and large registers cost, in one run.

Storing stands beside the floor that the database sets: it writes as many bytes with one durable commit a
page, and does nothing else. Each figure is the median of several rounds, floor and pipeline in turn, because
a shared machine's disk drifts.
"""

import hashlib
import json
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

from config.loading import load_settings
from config.schema import Watch
from config.words import Surface
from connectors.interface import Author, Envelope, Item, Page, Stream
from monitor import bench_detoxify, bench_judging, bench_register
from monitor.clock import utc_now
from monitor.demo import stage
from monitor.demo.story import read_story
from monitor.pipeline.intake import PageIntake
from monitor.site import Site, open_site
from monitor.store.models import Source, StreamCursor

ROUNDS, PAGES, PAGE_SIZE = 5, 20, 100
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
        site = _site(Path(folder))
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


def _site(folder: Path) -> Site:
    path = folder / "schoolwatch.toml"
    path.write_text(stage.settings_text(mail_port=1, sources=_SOURCE), encoding="utf-8")
    return open_site(load_settings(path))


_SOURCE = """
[[sources]]
name = "bench"
platform = "facebook"
account = "bench"
account_id = "1"
base_url = "http://127.0.0.1:1"
"""


def _storing(site: Site, folder: Path) -> tuple[float, float]:
    """Rows per second of the floor, items per second of the pipeline."""
    floors, stores = [], []
    for number in range(ROUNDS):
        pages = [_page(number * PAGES + one) for one in range(PAGES)]
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


def _page(number: int) -> Page:
    items = tuple(_item(number * PAGE_SIZE + one) for one in range(PAGE_SIZE))
    body = b"".join(item.raw for item in items)
    envelope = Envelope(
        "GET", "http://127.0.0.1/", {}, 200, {}, utc_now(), hashlib.sha256(body).hexdigest(), len(body)
    )
    return Page(items=items, cursor={"n": number}, more=True, envelopes=(envelope,))


def _item(number: int) -> Item:
    text = f"Comment {number}: thank you for a lovely assembly, the children loved it. " * 3
    raw = json.dumps({"id": str(number), "message": text, "from": {"id": "2", "name": "A. Parent"}}).encode()
    return Item(
        platform="facebook",
        external_id=str(number),
        version="1",
        stream=Stream(Watch.COMMENTS, "1"),
        surface=Surface.COMMENT_ON_OWN_POST,
        text=text,
        url=f"https://facebook.example/{number}",
        posted_at=utc_now(),
        posted_at_raw="now",
        raw=raw,
        author=Author("2", None, "A. Parent"),
    )


if __name__ == "__main__":
    main()
