"""Checking everything that is kept against the log: any changed, missing or added byte is named."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor.evidence.bundle import SEAL, faults_within
from monitor.evidence.canonical import sha256
from monitor.evidence.folder import item_folder, read_item
from monitor.evidence.leaf import commitment, leaf_body
from monitor.store.database import Database
from monitor.store.models import EvidenceItem, Holding, Item, ItemState, Leaf, School


@dataclass(frozen=True)
class Fault:
    """One thing that is not as the log says. `item` is an item's id, or the place in the log."""

    item: str
    why: str


@dataclass(frozen=True)
class Verified:
    leaves: int
    evidence: int
    held: int
    faults: tuple[Fault, ...]


def verify_store(database: Database, evidence: Path, school_id: int) -> Verified:
    """Check the log, the holding area, every evidence folder, and that nothing stands there besides.

    A running daemon seals between the look at the rows and the look at the folders; so a fault counts
    only when a second look finds it again.
    """
    first = _look(database, evidence, school_id)
    if not first.faults:
        return first
    again = _look(database, evidence, school_id)
    return replace(again, faults=tuple(fault for fault in again.faults if fault in first.faults))


def _look(database: Database, evidence: Path, school_id: int) -> Verified:
    with database.read() as session:
        check = _Check(session, evidence, school_id)
        faults = (*check.log(), *check.holdings(), *check.evidence_items(), *check.strays())
        return Verified(len(check.leaves), check.sealed, check.held, faults)


class _Check:
    def __init__(self, session: Session, evidence: Path, school_id: int) -> None:
        self.session = session
        self.folder = evidence
        self.school_id = school_id
        rows = session.scalars(select(Leaf).filter_by(school_id=school_id).order_by(Leaf.seq))
        self.leaves = {leaf.seq: leaf for leaf in rows}
        self.sealed = 0
        self.held = 0

    def log(self) -> Iterator[Fault]:
        """Numbers without a hole, and each leaf's bytes as its columns say."""
        count = self.session.get_one(School, self.school_id).leaf_count
        for seq in range(max(count, len(self.leaves))):
            leaf = self.leaves.get(seq)
            if leaf is None:
                yield Fault(f"log line {seq}", "is missing")
            elif seq >= count:
                yield Fault(leaf.item_uid, f"log line {seq} was added")
            elif leaf.body.encode() != _body(leaf):
                yield Fault(leaf.item_uid, f"log line {seq} was changed")

    def holdings(self) -> Iterator[Fault]:
        """What is held for 24 hours still matches the commitment made when it was seen."""
        query = (
            select(Holding, Item)
            .join(Item, Item.id == Holding.item_id)
            .where(Holding.school_id == self.school_id)
        )
        for holding, item in self.session.execute(query):
            self.held += 1
            leaf = self.leaves.get(holding.leaf_seq)
            if leaf is None or commitment(holding.salt, holding.record) != leaf.commitment:
                yield Fault(item.uid, "the held record does not match the commitment made when it was seen")
                continue
            yield from _against_record(item, holding.record)
            recorded = json.loads(holding.record)["how"]["raw_commit"]
            if commitment(holding.raw_salt, holding.raw) != recorded:
                yield Fault(item.uid, "the held object of the platform was changed")

    def evidence_items(self) -> Iterator[Fault]:
        rows = self.session.scalars(select(EvidenceItem).filter_by(school_id=self.school_id))
        for row in rows:
            self.sealed += 1
            yield from (Fault(row.item_uid, why) for why in self._one_item(row))
        yield from self._sealed_without_evidence()

    def _one_item(self, row: EvidenceItem) -> Iterator[str]:
        files = read_item(self.folder, row.item_uid)
        if not files:
            yield "its evidence folder is missing"
            return
        # First the files one by one, so that a broken seal accuses no file but itself.
        differing = list(_differing(row.files, files))
        yield from differing or faults_within(row.item_uid, files)
        if not differing:
            yield from self._against_log(row, files)

    def _against_log(self, row: EvidenceItem, files: dict[str, bytes]) -> Iterator[str]:
        if not {SEAL, "record.json"} <= files.keys():
            yield "its seal or record is not among its files"
            return
        seal = json.loads(files[SEAL])
        leaf, second = self.leaves.get(row.leaf_seq), self.leaves.get(row.evidence_leaf_seq)
        if leaf is None or leaf.body != seal["leaf"]:
            yield "its seal names another log line than the log has"
        if second is None or second.commitment != seal["manifest_commit"]:
            yield "its files are not those that the log was told of"
        item = self.session.get_one(Item, row.item_id)
        yield from (fault.why for fault in _against_record(item, files["record.json"]))

    def _sealed_without_evidence(self) -> Iterator[Fault]:
        has_evidence = select(EvidenceItem.item_id).where(EvidenceItem.school_id == self.school_id)
        query = select(Item.uid).where(
            Item.school_id == self.school_id, Item.state == ItemState.SEALED, Item.id.not_in(has_evidence)
        )
        for uid in self.session.scalars(query):
            yield Fault(uid, "it is marked as sealed and has no evidence")

    def strays(self) -> Iterator[Fault]:
        """Files that no row speaks of. A folder whose item is still to be judged is work under way."""
        sealed = set(self.session.scalars(select(EvidenceItem.item_uid).filter_by(school_id=self.school_id)))
        waiting = set(
            self.session.scalars(
                select(Item.uid).filter_by(school_id=self.school_id, state=ItemState.WAITING)
            )
        )
        known = {item_folder(self.folder, uid) for uid in sealed | waiting}
        for path in sorted(self.folder.rglob("*")):
            if (path.is_file() and path.parent not in known) or (path.is_dir() and path.parent in known):
                yield Fault(path.parent.name, f"{path.relative_to(self.folder)} was added")


def _differing(digests: dict[str, str], files: dict[str, bytes]) -> Iterator[str]:
    for name in sorted(digests.keys() | files.keys()):
        if name not in files:
            yield f"{name} is missing"
        elif name not in digests:
            yield f"{name} was added"
        elif sha256(files[name]) != digests[name]:
            yield f"{name} was changed"


def _body(leaf: Leaf) -> bytes:
    return leaf_body(leaf.seq, leaf.kind, leaf.at, leaf.item_uid, leaf.commitment)


def _against_record(item: Item, record: bytes) -> Iterator[Fault]:
    """The row that screens and mails are made from says what the record says."""
    recorded = json.loads(record)
    if recorded["item_id"] != item.uid or recorded["what"]["text"] != item.text:
        yield Fault(item.uid, "the stored text is not the text of its record")
    if recorded["where"]["url"] != item.url:
        yield Fault(item.uid, "the stored address is not the address of its record")
