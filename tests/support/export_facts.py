"""An invented school's export with a log of its own, for the tests of writing and checking one."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from alerts.export.contents import (
    Counts,
    CustodyRow,
    ExportContents,
    ExportedCapture,
    ExportedItem,
    FailureRow,
    LaterObservation,
    SourceRow,
    TaskRow,
)
from alerts.export.files import export_files
from alerts.export.seal import Seal, StampFile
from alerts.export.week import IsoWeek
from config.words import Flag, Label, Lane, Rung, Severity, TaskState
from monitor.evidence.canonical import canonical_json, sha256
from monitor.evidence.keys import fingerprint, public_pem
from monitor.evidence.leaf import LeafKind, commitment, leaf_body
from monitor.evidence.log.checkpoint import Checkpoint
from monitor.evidence.log.note import Signer
from monitor.evidence.log.proof import TlogProof, tied
from monitor.evidence.log.tree import Frontier, consistency_path, inclusion_path, leaf_hash
from monitor.evidence.observation import Observation, Observed, observation_record

SEEN = datetime(2026, 11, 17, 20, 15, tzinfo=UTC)
MADE = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
ORIGIN = "fernhill.example/evidence-log"
SALT = "5a" * 32


def signer(seed: int = 1) -> Signer:
    return Signer(ORIGIN, Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32))


@dataclass
class FakeLog:
    """A log in memory, made of the product's own tree, notes and leaves."""

    key: Signer = field(default_factory=signer)
    leaves: list[bytes] = field(default_factory=list)

    def add(self, kind: LeafKind, uid: str, commit: str) -> int:
        seq = len(self.leaves)
        self.leaves.append(leaf_body(seq, kind, SEEN, uid, commit))
        return seq

    def checkpoint(self, size: int | None = None) -> Checkpoint:
        size = len(self.leaves) if size is None else size
        frontier = Frontier()
        for leaf in self.leaves[:size]:
            list(frontier.append(leaf_hash(leaf)))
        return Checkpoint(self.key.name, size, frontier.root())

    def note(self, size: int | None = None) -> str:
        return self.key.sign(self.checkpoint(size).body())

    def proof(self, seq: int, size: int) -> bytes:
        hashes = [leaf_hash(leaf) for leaf in self.leaves[:size]]
        return TlogProof(seq, inclusion_path(hashes, seq), self.note(size), self.leaves[seq]).text().encode()

    def tie(self, sealed: int) -> list[bytes]:
        return consistency_path([leaf_hash(leaf) for leaf in self.leaves], sealed, len(self.leaves))

    def own_proof(self, seq: int, sealed: int, tie: Sequence[bytes] | None = None) -> bytes:
        """Of an export's own line, with what ties it to the checkpoint of `sealed` leaves in its SEAL/."""
        hashes = [leaf_hash(leaf) for leaf in self.leaves]
        extra = tied(self.leaves[seq], self.tie(sealed) if tie is None else tie)
        return TlogProof(seq, inclusion_path(hashes, seq), self.note(), extra).text().encode()

    def consistency(self, sizes: Sequence[int], new: int) -> str:
        hashes = [leaf_hash(leaf) for leaf in self.leaves[:new]]
        return "".join(
            " ".join(
                [str(old), _b64(self.checkpoint(old).root), *map(_b64, consistency_path(hashes, old, new))]
            )
            + "\n"
            for old in sizes
        )

    def seal(
        self,
        size: int,
        sizes: Sequence[int] = (),
        stamps: tuple[StampFile, ...] = (),
        stamped: int | None = None,
    ) -> Seal:
        checkpoint, verifier = self.checkpoint(size), self.key.verifier
        return Seal(
            origin=self.key.name,
            size=size,
            root_base64=_b64(checkpoint.root),
            checkpoint=self.note(size),
            vkey=verifier.vkey,
            public_key=public_pem(verifier),
            fingerprint=fingerprint(verifier.public_key),
            consistency=self.consistency(sizes, size),
            salt=SALT,
            sign=self.key.sign,
            stamps=stamps,
            stamped_checkpoint=self.note(stamped) if stamped else None,
            stamped_size=stamped or size,
        )


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def sealed_files(uid: str, log: FakeLog, number: int) -> tuple[dict[str, bytes], int, int]:
    """An item's files with a true seal, and its two places in the log."""
    raw = b'{"id":%d}' % number
    record = canonical_json(
        {
            "item_id": uid,
            "what": {"text": f"words {number} “said” of Mr Example", "context": "", "media_not_fetched": []},
            "who": {"handle": "@a_parent", "name": "A Parent"},
            "when": {"posted_raw": "2026-11-17T20:12:00Z", "edited_utc": None},
            "how": {"raw_commit": commitment(bytes(32), raw)},
        }
    )
    salt, second = bytes([number]) * 32, bytes([number, 1]) * 16
    first = log.add(LeafKind.ITEM, uid, commitment(salt, record))
    files = {"record.json": record, "raw.json": raw}
    manifest = {name: sha256(data) for name, data in files.items()}
    commit = commitment(second, canonical_json(manifest))
    seal = {
        "item_id": uid,
        "leaf": log.leaves[first].decode(),
        "salt": salt.hex(),
        "raw_salt": bytes(32).hex(),
        "manifest": manifest,
        "manifest_salt": second.hex(),
        "manifest_commit": commit,
    }
    return {**files, "seal.json": canonical_json(seal)}, first, log.add(LeafKind.EVIDENCE, uid, commit)


def captured(uid: str, log: FakeLog, number: int) -> tuple[dict[str, bytes], int]:
    """A capture's files with a true seal, and its place in the log."""
    files = {"capture.json": b'{"asked_by":"J. Smith"}', "media-1.png": b"picture %d" % number}
    salt = bytes([number, 3]) * 16
    manifest = {name: sha256(data) for name, data in files.items()}
    commit = commitment(salt, canonical_json(manifest))
    seal = {
        "item_id": uid, "capture": 1, "manifest": manifest, "manifest_salt": salt.hex(), "manifest_commit": commit,
    }  # fmt: skip
    return {**files, "seal.json": canonical_json(seal)}, log.add(LeafKind.CAPTURE, uid, commit)


def seen_later(uid: str, log: FakeLog, number: int) -> tuple[bytes, bytes, int]:
    """The record of an observation, its salt, and its place in the log."""
    seen = Observation(uid, Observed.COUNTS, counts={"likes": number})
    record = observation_record(seen, uid=f"0194-{number}", at=SEEN, tool={"name": "schoolwatch"})
    salt = bytes([number, 2]) * 16
    return record, salt, log.add(LeafKind.OBSERVATION, f"0194-{number}", commitment(salt, record))


def item(number: int, **changes: Any) -> ExportedItem:
    values: dict[str, Any] = {
        "item_id": f"0193-{number}",
        "reference": f"SW-2026-{number:04}",
        "platform": "x",
        "url": f"https://x.example/a/status/186000000000000{number:04}",
        "external_id": f"186000000000000{number:04}",
        "handle": "@a_parent",
        "posted_at": SEEN - timedelta(minutes=3),
        "seen_at": SEEN,
        "sealed_at": SEEN + timedelta(seconds=2),
        "categories": (Label.ABUSE, Flag.THREAT),
        "severity": Severity.HIGH,
        "lane": Lane.STANDARD,
        "files": {"record.json": b'{"text":"x"}\n', "raw.json": b'{"id":%d}' % number},
    }
    return ExportedItem(**(values | changes))


def contents(**changes: Any) -> ExportContents:
    reference_only = item(
        43, lane=Lane.INDECENT_IMAGE, files={}, withheld_reason="Possible indecent image: reference only"
    )
    values: dict[str, Any] = {
        "export_id": "EXP-2026-W47-police",
        "profile": "police",
        "school_name": "Fernhill Primary & Nursery School",
        "week": IsoWeek(2026, 47),
        "incident": None,
        "as_of": MADE,
        "lanes": tuple(Lane),
        "items": (item(41), item(42), reference_only),
        "tasks": (
            TaskRow(
                "T-1",
                "SW-2026-0041",
                Rung.HOST_REPORT,
                "host report",
                "senior_manager",
                TaskState.OPEN,
                None,
                SEEN,
                SEEN + timedelta(hours=24),
                None,
                True,
            ),
        ),
        "custody": (
            CustodyRow(SEEN, "0193-41", "sealed", "schoolwatch", "service", "first capture", "5b" * 32),
        ),
        "failures": (
            FailureRow(
                "x-mentions",
                datetime(2026, 11, 17, 3, 10, tzinfo=UTC),
                datetime(2026, 11, 17, 9, 40, tzinfo=UTC),
                "the platform did not answer",
            ),
        ),
        "sources": (
            SourceRow("x-mentions", "x", 140, SEEN),
            SourceRow("facebook-page", "facebook", 1383, SEEN),
        ),
        "counts": Counts(1523, 3, {Lane.STANDARD: 2, Lane.INDECENT_IMAGE: 1}),
        "tool": "schoolwatch 0.1.0",
        "contact": "A. Manager, senior manager, office@fernhill.example",
    }
    return ExportContents(**(values | changes))


@dataclass(frozen=True)
class Bag:
    """A good export of two sealed items and one reference, and all that belongs to it."""

    files: dict[str, bytes]
    proof: bytes
    log: FakeLog
    contents: ExportContents

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.log.key.verifier.public_key)

    def earlier(self, size: int) -> bytes:
        """The three lines as they stand at the foot of a mail."""
        return self.log.checkpoint(size).body().encode()


def good_bag(
    key: Signer | None = None, *, words: Mapping[int, bytes] | None = None, stamps: tuple[StampFile, ...] = (),
    stamped: int | None = None, listed: Sequence[int] = (1, 3, 5), **changes: Any,
) -> Bag:  # fmt: skip
    """`key` and `words` (number of an early line → what it commits to) make the same export of another log.

    `listed`: sizes of the earlier checkpoints that the export has a proof from.
    """
    log = FakeLog(key or signer())
    for number in range(3):
        said = (words or {}).get(number, b"earlier %d" % number)
        log.add(LeafKind.ITEM, f"0190-{number}", hashlib.sha256(said).hexdigest())
    sealed = [sealed_files(f"0193-{number}", log, number) for number in (41, 42)]
    hidden = log.add(LeafKind.ITEM, "0193-43", "00" * 32)
    pictures = [captured(f"0193-{number}", log, number) for number in (41, 42)]
    later = [seen_later(f"0193-{number}", log, number) for number in (41, 42)]
    log.add(LeafKind.CUSTODY, "0199-1", "11" * 32)
    size = len(log.leaves)
    items = [
        item(
            number, files=files, log_line=first, text=f"words {number}",
            proofs={".tlog-proof": log.proof(first, size), ".evidence.tlog-proof": log.proof(second, size)},
            captures=(ExportedCapture(1, picture, log.proof(taken, size)),),
            observations=(LaterObservation(1, record, salt, log.proof(seen, size)),),
        )
        for number, (files, first, second), (picture, taken), (record, salt, seen) in zip(
            (41, 42), sealed, pictures, later, strict=True
        )
    ]  # fmt: skip
    reference = item(
        43, lane=Lane.INDECENT_IMAGE, files={}, withheld_reason="Possible indecent image: reference only",
        log_line=hidden, proofs={".tlog-proof": log.proof(hidden, size)},
    )  # fmt: skip
    made = contents(items=(*items, reference), **changes)
    files = export_files(made, log.seal(size, listed, stamps, stamped))
    commit = commitment(bytes.fromhex(SALT), files["manifest-sha256.txt"])
    line = log.add(LeafKind.EXPORT, "0200-1", commit)
    return Bag(files, log.own_proof(line, size), log, made)
