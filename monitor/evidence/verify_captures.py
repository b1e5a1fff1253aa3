"""Checking captures against their rows and the log. What is isolated is counted by name and never opened."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor.evidence.bundle import SEAL
from monitor.evidence.canonical import sha256
from monitor.evidence.captures import capture_faults_within, capture_folder, capture_root, read_capture
from monitor.evidence.faults import Fault
from monitor.evidence.folder import is_part
from monitor.evidence.leaf import LeafKind
from monitor.store.models import Capture, CaptureState, Leaf


def capture_faults(session: Session, evidence: Path, school_id: int) -> Iterator[Fault]:
    """Every capture that is kept, and every file among the captures that no row speaks of."""
    rows = session.scalars(select(Capture).filter_by(school_id=school_id).order_by(Capture.id)).all()
    for row in rows:
        yield from (
            Fault(row.item_uid, f"capture {row.number}: {why}") for why in _one(session, evidence, row)
        )
    yield from _strays(evidence, rows)


def _one(session: Session, evidence: Path, row: Capture) -> Iterator[str]:
    if row.state == CaptureState.LOCKED:
        yield from _against_digests(row, read_capture(evidence, row.item_uid, row.number))
    elif row.state == CaptureState.SEALED:
        yield from _against_row(row, read_capture(evidence, row.item_uid, row.number))
    elif row.state == CaptureState.ISOLATED:
        yield from _by_name(row, capture_folder(evidence, row.item_uid, row.number))
    if row.leaf_seq is not None:
        yield from _against_log(session, row)


def _against_row(row: Capture, files: dict[str, bytes]) -> Iterator[str]:
    if not files:
        yield "its folder is missing"
        return
    wrong = list(_against_digests(row, files))
    yield from wrong or capture_faults_within(row.item_uid, row.number, files)
    if not wrong and (row.commitment or "").encode() not in files[SEAL]:
        yield "its files are not those that the log was told of"


def _against_digests(row: Capture, files: dict[str, bytes]) -> Iterator[str]:
    yield from (f"{name} is missing" for name in row.files if name not in files)
    yield from (f"{name} was added" for name in files if name not in row.files)
    changed = (name for name in row.files if name in files and sha256(files[name]) != row.files[name])
    yield from (f"{name} was changed" for name in changed)


def _by_name(row: Capture, folder: Path) -> Iterator[str]:
    there = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    yield from (f"{name} is missing" for name in sorted(row.files.keys() - there))
    yield from (f"{name} was added" for name in sorted(there - row.files.keys()))


def _against_log(session: Session, row: Capture) -> Iterator[str]:
    leaf = session.scalars(select(Leaf).filter_by(school_id=row.school_id, seq=row.leaf_seq)).one_or_none()
    says = (LeafKind.CAPTURE, row.item_uid, row.commitment)
    if leaf is None or (leaf.kind, leaf.item_uid, leaf.commitment) != says:
        yield "the log has another line for it"


def _strays(evidence: Path, rows: Sequence[Capture]) -> Iterator[Fault]:
    """A capture under way may have files already; one that failed or was erased may not."""
    gone = (CaptureState.FAILED, CaptureState.ERASED)
    known = {capture_folder(evidence, row.item_uid, row.number) for row in rows if row.state not in gone}
    root = capture_root(evidence)
    for path in sorted(root.rglob("*")):
        if is_part(path):
            continue
        if (path.is_file() and path.parent not in known) or (path.is_dir() and path.parent in known):
            yield Fault(path.parent.name, f"{path.relative_to(evidence)} was added")
