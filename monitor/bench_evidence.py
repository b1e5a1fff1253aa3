"""`./run bench`: what the evidence costs. `verifying` checks stores of many items, from log to files."""

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from rich.table import Table
from sqlalchemy import Row, and_, delete, select, update
from sqlalchemy.orm import Session

from monitor import bench_storing
from monitor.bench_pages import PAGE_SIZE, bench_page, bench_site
from monitor.clock import utc_now
from monitor.evidence.bundle import SEAL, Bundle, Held, make_bundle
from monitor.evidence.canonical import sha256
from monitor.evidence.folder import item_folder
from monitor.evidence.identity import new_uid
from monitor.evidence.leaf import LeafKind, commit_to
from monitor.evidence.verify import verify_store
from monitor.pipeline.sealing_up.checkpointing import signed
from monitor.site import Site, open_site
from monitor.store import custody, log
from monitor.store.bulk import insert_many
from monitor.store.models import CustodyEvent, Envelope, EvidenceState, Holding, Item, ItemState, Leaf

SMALL, LARGE = 10_000, 100_000
_PAGES_A_CHECKPOINT = 10
_tables = Item.metadata.tables


class Checked(NamedTuple):
    """What checking a store took."""

    items: int
    leaves: int
    seconds: float
    processor: float
    """Seconds of one core: what `seconds` would be at least on a machine with nothing else to do."""
    memory: float
    """At its peak, in MiB, of the process that checked."""


def table(found: Sequence[Checked]) -> Table:
    made = Table(box=None, title="`evidence verify` of a whole store, each by a fresh process")
    for column in ("sealed items", "leaves", "seconds", "of the processor", "items a second", "peak, MiB"):
        made.add_column(column, justify="right")
    for one in found:
        rate = one.items / one.seconds
        seconds = (f"{one.seconds:.1f}", f"{one.processor:.1f}")
        made.add_row(f"{one.items:,}", f"{one.leaves:,}", *seconds, f"{rate:,.0f}", f"{one.memory:.0f}")
    return made


def verifying(sizes: tuple[int, ...] = (SMALL, LARGE)) -> list[Checked]:
    """One store that grows to each of these sizes and is checked there."""
    found = []
    with tempfile.TemporaryDirectory() as name:
        folder, filled = Path(name), 0
        for size in sizes:
            fill(folder, filled, size)
            filled = size
            found.append(_verify(folder))
    return found


def _verify(folder: Path) -> Checked:
    command = [sys.executable, "-I", "-m", "monitor.bench_evidence", str(folder)]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603  our own
    items, leaves, seconds, processor, memory = answer.stdout.split()[-5:]
    return Checked(int(items), int(leaves), float(seconds), float(processor), float(memory))


def _verify_here(folder: Path) -> None:
    from config.loading import load_settings  # noqa: PLC0415  only the measured process needs it

    site = open_site(load_settings(folder / "schoolwatch.toml"), utc_now)
    started, worked = time.perf_counter(), time.process_time()
    found = verify_store(site.database, site.evidence, site.school_id)
    seconds, processor = time.perf_counter() - started, time.process_time() - worked
    site.close()
    if found.faults:
        raise RuntimeError(f"the store of the benchmark is not whole: {found.faults[0]}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(f"{found.evidence} {found.leaves} {seconds} {processor} {peak}\n")


def fill(folder: Path, first: int, size: int) -> None:
    """Let a store of `first` sealed items grow to `size`, page by page: the service's own records, leaves and
    files, but rows written many at once and files that nobody waits for until the disk has them.
    """
    site = bench_site(folder)
    last = size // PAGE_SIZE
    for start in range(first // PAGE_SIZE, last, _PAGES_A_CHECKPOINT):
        with site.database.write() as session:
            for number in range(start, min(start + _PAGES_A_CHECKPOINT, last)):
                bench_storing.store(session, site, bench_page(number))
            _seal(session, site)
            signed(session, site)
    site.close()


def _seal(session: Session, site: Site) -> None:
    """All that is held becomes evidence."""
    query = (
        select(
            Item.id, Item.uid, Holding.leaf_seq, Holding.salt, Holding.raw_salt, Holding.record, Holding.raw
        )
        .add_columns(Envelope.document, Leaf.body)
        .join(Holding, Holding.item_id == Item.id)
        .join(Envelope, Envelope.id == Holding.envelope_id)
        .join(Leaf, and_(Leaf.school_id == Holding.school_id, Leaf.seq == Holding.leaf_seq))
    )
    held = session.execute(query).all()
    bundles = [_written(site, row) for row in held]
    now, school = site.now(), site.school_id
    entries = [
        log.Entry(LeafKind.EVIDENCE, row.uid, bundle.manifest.commit)
        for row, bundle in zip(held, bundles, strict=True)
    ]
    leaves = log.append(session, school, now, entries)
    evidence = [
        {
            "school_id": school, "item_id": row.id, "item_uid": row.uid, "leaf_seq": row.leaf_seq,
            "evidence_leaf_seq": leaf.seq, "sealed_at": now, "state": EvidenceState.OPEN,
            "files": {name: sha256(content) for name, content in bundle.files.items()},
        }
        for row, bundle, leaf in zip(held, bundles, leaves, strict=True)
    ]  # fmt: skip
    insert_many(session, _tables["evidence_items"], evidence)
    _note(session, school, now, evidence)
    items, holdings = _tables["items"], _tables["holdings"]
    ids = [row.id for row in held]
    session.execute(update(items).where(items.c.id.in_(ids)).values(state=ItemState.SEALED))
    session.execute(delete(holdings).where(holdings.c.item_id.in_(ids)))


def _written(site: Site, row: Row[Any]) -> Bundle:
    bundle = make_bundle(
        Held(row.uid, row.salt, row.raw_salt, row.record, row.raw, row.document, None, row.body.encode())
    )
    folder = item_folder(site.evidence, row.uid)
    folder.mkdir(parents=True)
    for name, content in bundle.files.items():
        (folder / name).write_bytes(content)
    return bundle


def _note(session: Session, school: int, now: datetime, evidence: Sequence[Mapping[str, Any]]) -> None:
    """The custody event of each sealing."""
    events = [
        CustodyEvent(
            school_id=school, at=now, action="sealed", actor=custody.DAEMON, item_uid=one["item_uid"],
            details={"after": one["files"][SEAL], "role": custody.SYSTEM}, uid=new_uid(now),
        )
        for one in evidence
    ]  # fmt: skip
    contents = [custody.event_content(one) for one in events]
    commitments = [commit_to(content) for content in contents]
    entries = [
        log.Entry(LeafKind.CUSTODY, one.uid or "", made.commit)
        for one, made in zip(events, commitments, strict=True)
    ]
    leaves = log.append(session, school, now, entries)
    rows = [
        {
            "school_id": school, "at": now, "action": one.action, "actor": one.actor, "uid": one.uid,
            "item_uid": one.item_uid, "details": one.details, "content": content, "salt": made.salt,
            "leaf_seq": leaf.seq,
        }
        for one, content, made, leaf in zip(events, contents, commitments, leaves, strict=True)
    ]  # fmt: skip
    insert_many(session, _tables["custody_events"], rows)


if __name__ == "__main__":
    _verify_here(Path(sys.argv[1]))
