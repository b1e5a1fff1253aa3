"""Checking everything that is kept against the log: any changed, missing or added byte is named.

Rows and folders are read in streams and none is kept, so that a store of any size fits into the same memory.
"""

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Row, Select, and_, select
from sqlalchemy.orm import Session, aliased

from monitor.evidence.at_rest import at_rest_counts, at_rest_faults, without_unfinished_box
from monitor.evidence.bundle import SEAL, Read, digests_of, read_bundle
from monitor.evidence.captures import capture_root
from monitor.evidence.custody_check import custody_faults
from monitor.evidence.faults import Fault
from monitor.evidence.folder import Standing, is_part, item_folder, read_standing
from monitor.evidence.leaf import commitment
from monitor.evidence.leftovers import leftovers
from monitor.evidence.stamping.stored import stamp_faults
from monitor.evidence.verify_captures import capture_faults
from monitor.evidence.verify_log import LogCheck, Outside
from monitor.store.database import Database
from monitor.store.models import SEALED_STATES, EvidenceItem, EvidenceState, Holding, Item, ItemState, Leaf

__all__ = ["Fault", "Outside", "Verified", "verify_store"]

_ROWS_AT_ONCE, _NAMES_AT_ONCE = 200, 500
_READERS, _RUN = 4, 25
"""Threads that read files, and how many items one of them takes at a time."""
_SealedLeaf, _FilesLeaf = aliased(Leaf), aliased(Leaf)


@dataclass(frozen=True)
class Verified:
    leaves: int
    evidence: int
    held: int
    faults: tuple[Fault, ...]
    checkpoints: int = 0
    key: str | None = None
    """The fingerprint of the key that signs the log."""
    at_rest: tuple[str, ...] = ()
    """How many of the items are locked, or were erased on which day by which rule."""
    leftovers: tuple[str, ...] = ()
    """Parts of files that a crash left in the evidence folder; no tampering."""


def verify_store(
    database: Database, evidence: Path, school_id: int, outside: Outside | None = None
) -> Verified:
    """Check the log, its signatures and stamps, the holding area, every evidence folder, and that nothing
    stands there besides. `outside` is what the caller holds that does not lie in the store.

    A running daemon seals between the look at the rows and the look at the folders; so a fault counts
    only when a second look finds one of its kind at the same item again: what it counts may have grown.
    """
    first = _look(database, evidence, school_id, outside or Outside())
    if not first.faults:
        return first
    again = _look(database, evidence, school_id, outside or Outside())
    seen = {_kind(fault) for fault in first.faults}
    return replace(again, faults=tuple(fault for fault in again.faults if _kind(fault) in seen))


def _kind(fault: Fault) -> tuple[str, str]:
    return fault.item, re.sub(r"\b\d[\d,]*\b", "N", fault.why)


def _look(database: Database, evidence: Path, school_id: int, outside: Outside) -> Verified:
    with database.read() as session:
        log = LogCheck(session, school_id, outside)
        check = _Check(session, evidence, school_id)
        faults = (
            *log.faults(),
            *(Fault(where, why) for where, why in stamp_faults(session, school_id, outside.roots)),
            *(Fault(where, why) for where, why in custody_faults(session, school_id)),
            *check.holdings(),
            *check.evidence_items(),
            *check.sealed_without_evidence(),
            *check.strays(),
            *capture_faults(session, evidence, school_id),
        )
        at_rest = tuple(at_rest_counts(session, school_id))
        counted = (log.leaves, check.sealed, check.held, faults, log.checkpoints, log.key, at_rest)
        parts = sorted([*check.parts, *leftovers(evidence, capture_root(evidence))])
        return Verified(*counted, leftovers=tuple(parts))


class _Check:
    def __init__(self, session: Session, evidence: Path, school_id: int) -> None:
        self.session = session
        self.folder = evidence
        self.school_id = school_id
        self.sealed = 0
        self.held = 0
        self.parts: list[str] = []
        """Where crashed attempts left something half-written, as far as it was come across."""

    def holdings(self) -> Iterator[Fault]:
        """What is held for 24 hours still matches the commitment made when it was seen."""
        leaf = and_(Leaf.school_id == Holding.school_id, Leaf.seq == Holding.leaf_seq)
        query = (
            select(Holding.record, Holding.salt, Holding.raw, Holding.raw_salt, Leaf.commitment)
            .add_columns(Item.uid, Item.text, Item.url)
            .join(Item, Item.id == Holding.item_id)
            .outerjoin(Leaf, leaf)
            .where(Holding.school_id == self.school_id)
        )
        for row in self._stream(query):
            self.held += 1
            if commitment(row.salt, row.record) != row.commitment:
                yield Fault(row.uid, "the held record does not match the commitment made when it was seen")
                continue
            recorded = json.loads(row.record)
            yield from (Fault(row.uid, why) for why in _against_record(row.uid, row.text, row.url, recorded))
            if commitment(row.raw_salt, row.raw) != recorded["how"]["raw_commit"]:
                yield Fault(row.uid, "the held object of the platform was changed")

    def evidence_items(self) -> Iterator[Fault]:
        school = EvidenceItem.school_id
        query = (
            select(EvidenceItem, Item.text, Item.url)
            .add_columns(_SealedLeaf.body, _FilesLeaf.commitment)
            .outerjoin(Item, Item.id == EvidenceItem.item_id)
            .outerjoin(
                _SealedLeaf, and_(_SealedLeaf.school_id == school, _SealedLeaf.seq == EvidenceItem.leaf_seq)
            )
            .outerjoin(
                _FilesLeaf,
                and_(_FilesLeaf.school_id == school, _FilesLeaf.seq == EvidenceItem.evidence_leaf_seq),
            )
            .where(school == self.school_id)
        )
        with ThreadPoolExecutor(_READERS) as readers:
            rows = self.session.execute(query, execution_options={"yield_per": _ROWS_AT_ONCE})
            for together in rows.partitions():
                self.sealed += len(together)
                standing = self._standing(readers, [found[0].item_uid for found in together])
                for found, stands in zip(together, standing, strict=True):
                    yield from self._evidence_item(found, stands)

    def _standing(self, readers: Executor, uids: Sequence[str]) -> list[Standing]:
        """The folders of items, in this order. A disk that is asked for several at once answers sooner."""
        runs = [uids[start : start + _RUN] for start in range(0, len(uids), _RUN)]
        # All of them before any is checked: threads that read beside one that computes wait for it each time.
        return [one for run in readers.map(partial(_read_run, self.folder), runs) for one in run]

    def _evidence_item(self, found: Row[Any], stands: Standing) -> Iterator[Fault]:
        row: EvidenceItem = found[0]
        if row.state == EvidenceState.OPEN:
            faults = _item_faults(row, without_unfinished_box(stands.files), found)
        else:
            faults = at_rest_faults(self.session, row, stands.files)
        yield from (Fault(row.item_uid, why) for why in faults)
        yield from self._besides(row.item_uid, stands)

    def sealed_without_evidence(self) -> Iterator[Fault]:
        has_evidence = select(EvidenceItem.item_id).where(EvidenceItem.school_id == self.school_id)
        query = select(Item.uid).where(
            Item.school_id == self.school_id, Item.state.in_(SEALED_STATES), Item.id.not_in(has_evidence)
        )
        for uid in self.session.scalars(query):
            yield Fault(uid, "it is marked as sealed and has no evidence")

    def strays(self) -> Iterator[Fault]:
        """Files that no row speaks of. A folder whose item is still to be judged is work under way."""
        for top in _entries(self.folder):
            if top == capture_root(self.folder) and top.is_dir():
                continue  # `capture_faults` knows what belongs there
            if top.name != "items" or not top.is_dir():
                yield from self._added(top)
                continue
            for shelf in _entries(top):
                yield from self._strays_on(shelf)

    def _strays_on(self, shelf: Path) -> Iterator[Fault]:
        if not shelf.is_dir():
            yield from self._added(shelf)
            return
        for standing in _standing_on(shelf):
            folders = [name for name, is_folder in standing if is_folder and name[:2] == shelf.name]
            sealed, waiting = self._sealed(folders), self._waiting(folders)
            known = sealed | waiting
            for name, _ in standing:
                if name not in known:
                    yield from self._added(shelf / name)
                elif name not in sealed:
                    yield from self._besides(name, read_standing(self.folder, name))

    def _besides(self, uid: str, stands: Standing) -> Iterator[Fault]:
        """An item's plain files are compared with its row; there is nothing else but what a crash left."""
        self.parts += (self._place(uid, name) for name in stands.parts)
        yield from (Fault(uid, f"{self._place(uid, name)} was added") for name in stands.others)

    def _place(self, uid: str, name: str) -> str:
        return str((item_folder(self.folder, uid) / name).relative_to(self.folder))

    def _sealed(self, uids: Sequence[str]) -> set[str]:
        query = select(EvidenceItem.item_uid).where(
            EvidenceItem.school_id == self.school_id, EvidenceItem.item_uid.in_(uids)
        )
        return set(self.session.scalars(query))

    def _waiting(self, uids: Sequence[str]) -> set[str]:
        query = select(Item.uid).where(
            Item.school_id == self.school_id, Item.state == ItemState.WAITING, Item.uid.in_(uids)
        )
        return set(self.session.scalars(query))

    def _added(self, path: Path) -> Iterator[Fault]:
        """A file, link or pipe, and all of them below a folder."""
        for one in sorted(path.rglob("*")) if _is_folder(path) else [path]:
            if is_part(one) and one.is_file():
                self.parts.append(str(one.relative_to(self.folder)))
            elif not _is_folder(one):
                yield Fault(one.parent.name, f"{one.relative_to(self.folder)} was added")

    def _stream(self, query: Select[Any]) -> Iterator[Row[Any]]:
        yield from self.session.execute(query, execution_options={"yield_per": _ROWS_AT_ONCE})


def _standing_on(shelf: Path) -> Iterator[list[tuple[str, bool]]]:
    """(name, is a folder), some hundred at a time: ids begin with the time, so one shelf may hold most."""
    with os.scandir(shelf) as entries:
        while some := [
            (one.name, one.is_dir(follow_symlinks=False)) for one in islice(entries, _NAMES_AT_ONCE)
        ]:
            yield sorted(some)


def _read_run(root: Path, uids: Sequence[str]) -> list[Standing]:
    return [read_standing(root, uid) for uid in uids]


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _entries(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _item_faults(row: EvidenceItem, files: Mapping[str, bytes], found: Row[Any]) -> Iterator[str]:
    """What is wrong with a sealed item. `found` has its item's text and address and its two leaves."""
    if not files:
        yield "its evidence folder is missing"
        return
    # First the files one by one, so that a broken seal accuses no file but itself.
    digests = digests_of(files)
    if digests != row.files:
        yield from _differing(row.files, digests)
        return
    read = read_bundle(row.item_uid, files, digests)
    yield from read.faults or _against_log(row, read, found)


def _against_log(row: EvidenceItem, read: Read, found: Row[Any]) -> Iterator[str]:
    if not {SEAL, "record.json"} <= row.files.keys():
        yield "its seal or record is not among its files"
        return
    if found.body != read.seal["leaf"]:
        yield "its seal names another log line than the log has"
    if found.commitment != read.seal["manifest_commit"]:
        yield "its files are not those that the log was told of"
    yield from _against_record(row.item_uid, found.text, found.url, read.record)


def _differing(told: Mapping[str, str], digests: Mapping[str, str]) -> Iterator[str]:
    for name in sorted(told.keys() | digests.keys()):
        if name not in digests:
            yield f"{name} is missing"
        elif name not in told:
            yield f"{name} was added"
        elif digests[name] != told[name]:
            yield f"{name} was changed"


def _against_record(
    uid: str, text: str | None, url: str | None, recorded: Mapping[str, Any]
) -> Iterator[str]:
    """The row that screens and mails are made from says what the record says."""
    if recorded["item_id"] != uid or recorded["what"]["text"] != text:
        yield "the stored text is not the text of its record"
    if recorded["where"]["url"] != url:
        yield "the stored address is not the address of its record"
