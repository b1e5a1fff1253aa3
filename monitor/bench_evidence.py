"""`./run bench`: what the evidence costs. `verifying` checks stores of many items, from log to files."""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor.bench_pages import PAGE_SIZE, bench_page, bench_site
from monitor.clock import utc_now
from monitor.evidence.bundle import Held, make_bundle
from monitor.evidence.folder import item_folder
from monitor.evidence.verify import verify_store
from monitor.pipeline.checkpointing import signed
from monitor.pipeline.intake import PageIntake
from monitor.pipeline.sealing import Promoted, record_evidence
from monitor.site import Site, open_site
from monitor.store.models import Envelope, Holding, Item, ItemState, Leaf, Source, StreamCursor

SMALL, LARGE = 10_000, 100_000


def verifying(sizes: tuple[int, ...] = (SMALL, LARGE)) -> list[tuple[str, float, float]]:
    """(what, seconds, peak of memory in MB) for stores of these sizes, each checked by a fresh process."""
    return [(f"{size:,} sealed items verified", *_verify_one(size)) for size in sizes]


def _verify_one(size: int) -> tuple[float, float]:
    with tempfile.TemporaryDirectory() as folder:
        fill(Path(folder), size)
        command = [sys.executable, "-I", "-m", "monitor.bench_evidence", folder]
        answer = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603  our own
        seconds, memory = answer.stdout.split()[-2:]
        return float(seconds), float(memory)


def _verify_here(folder: Path) -> None:
    from config.loading import load_settings  # noqa: PLC0415  only the measured process needs it

    site = open_site(load_settings(folder / "schoolwatch.toml"), utc_now)
    started = time.perf_counter()
    found = verify_store(site.database, site.evidence, site.school_id)
    seconds = time.perf_counter() - started
    site.close()
    if found.faults:
        raise RuntimeError(f"the store of the benchmark is not whole: {found.faults[0]}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(f"{found.evidence} items, {found.leaves} leaves: {seconds} {peak}\n")


def fill(folder: Path, size: int) -> None:
    """A store of sealed items by the way of the service, but for waiting until the disk has each file."""
    site = bench_site(folder)
    for number in range(size // PAGE_SIZE):
        with site.database.write() as session:
            _store(session, site, number)
        with site.database.write() as session:
            _seal(session, site)
    site.close()


def _store(session: Session, site: Site, number: int) -> None:
    source = session.scalars(select(Source)).one()
    cursor = session.scalars(select(StreamCursor)).one_or_none()
    if cursor is None:
        cursor = StreamCursor(
            school_id=source.school_id, source_id=source.id, watch="comments", key="1", cursor={}
        )
        session.add(cursor)
    PageIntake(session, site, source, cursor).store(bench_page(number))


def _seal(session: Session, site: Site) -> None:
    query = (
        select(Item, Holding, Envelope.document, Leaf.body)
        .join(Holding, Holding.item_id == Item.id)
        .join(Envelope, Envelope.id == Holding.envelope_id)
        .join(Leaf, Leaf.seq == Holding.leaf_seq)
    )
    promoted = [_promoted(site, *found) for found in session.execute(query)]
    record_evidence(session, site.school_id, promoted, site.now())
    signed(session, site)


def _promoted(site: Site, item: Item, holding: Holding, envelope: bytes, leaf: str) -> Promoted:
    held = Held(
        item.uid, holding.salt, holding.raw_salt, holding.record, holding.raw, envelope, None, leaf.encode()
    )
    bundle, folder = make_bundle(held), item_folder(site.evidence, item.uid)
    folder.mkdir(parents=True)
    for name, content in bundle.files.items():
        (folder / name).write_bytes(content)
    item.state = ItemState.SEALED
    return Promoted(item.id, item.uid, holding.leaf_seq, bundle, withheld=False)


if __name__ == "__main__":
    _verify_here(Path(sys.argv[1]))
