"""The evidence of what was handed in: its record like any item's, its files like a capture.

As a capture, a file that is suspected later is isolated where it lies: nothing opens, copies, exports or
quietly deletes it, and the police say what becomes of it (docs/pictures.md).
"""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from alerts.export.contents import PLACELESS
from monitor.evidence.bundle import Held, make_bundle
from monitor.evidence.canonical import canonical_json, sha256
from monitor.evidence.captures import SealedCapture, remove_capture, seal_capture, write_capture
from monitor.evidence.folder import remove_item, write_item
from monitor.evidence.leaf import LeafKind, commit_to
from monitor.pipeline.boundaries import Boundary, passing
from monitor.pipeline.handing_in.handed_in_files import HandedFile, without_place
from monitor.pipeline.handing_in.handed_in_record import (
    METHOD,
    capture_document,
    raw_document,
    record_document,
)
from monitor.pipeline.handing_in.handing import Handing
from monitor.pipeline.sealing_up.sealing import Promoted, record_evidence
from monitor.site import Site
from monitor.store import custody, log
from monitor.store.models import Capture, CaptureState, Incident, Item

NUMBER = 1
"""Of the capture that holds the files; what a person captures later is counted on."""


@dataclass(frozen=True)
class Handed:
    item: Item
    handing: Handing
    files: tuple[HandedFile, ...]
    """Those that are kept."""


def seal_item(session: Session, site: Site, handed: Handed, *, withheld: bool) -> None:
    """Leaf, files and rows of the item, in the caller's transaction; who rolls back removes the files."""
    item = handed.item
    raw = raw_document(item, handed.handing, handed.files)
    raw_committed = commit_to(raw)
    record = record_document(
        site, item, handed.handing, handed.files, raw_commit=raw_committed.commit, raw_bytes=len(raw)
    )
    committed = commit_to(record)
    entry = log.Entry(LeafKind.ITEM, item.uid, committed.commit)
    (leaf,) = log.append(session, site.school_id, site.now(), [entry])
    bundle = make_bundle(
        Held(
            uid=item.uid,
            salt=committed.salt,
            raw_salt=raw_committed.salt,
            record=record,
            raw=raw,
            envelope=canonical_json(None),
            context=None,
            item_leaf=leaf.body.encode(),
            withheld=withheld,
        )
    )
    passing(Boundary.BEFORE_PROMOTE)
    write_item(site.evidence, item.uid, bundle.files)
    passing(Boundary.AFTER_PROMOTE)
    promoted = Promoted(item.id, item.uid, leaf.seq, bundle, withheld)
    record_evidence(session, site.school_id, [promoted], site.now())


def seal_files(session: Session, site: Site, handed: Handed, incident: Incident) -> None:
    """The files byte for byte, and beside a picture that may say where it was taken, a copy that does not."""
    if not handed.files:
        return
    stored = {file.stored_as(number): file.data for number, file in enumerate(handed.files, 1)}
    placeless = _placeless(handed.files)
    record = capture_document(site, handed.item, handed.handing, handed.files)
    sealed = seal_capture(handed.item.uid, NUMBER, {**stored, **placeless, **record})
    write_capture(site.evidence, handed.item.uid, NUMBER, sealed.files)
    session.add(_capture(session, site, handed, sealed, incident))
    if placeless:
        custody.note(
            session, site.school_id, site.now(), "place_set_aside", item_uid=handed.item.uid,
            reference=incident.reference, files=len(placeless),
        )  # fmt: skip


def _placeless(files: tuple[HandedFile, ...]) -> dict[str, bytes]:
    copies = {file.stored_as(number): without_place(file) for number, file in enumerate(files, 1)}
    return {f"{PLACELESS}{name}": copy for name, copy in copies.items() if copy is not None}


def _capture(
    session: Session, site: Site, handed: Handed, sealed: SealedCapture, incident: Incident
) -> Capture:
    entry = log.Entry(LeafKind.CAPTURE, handed.item.uid, sealed.manifest.commit)
    (leaf,) = log.append(session, site.school_id, site.now(), [entry])
    return Capture(
        school_id=site.school_id,
        incident_id=incident.id,
        item_id=handed.item.id,
        item_uid=handed.item.uid,
        number=NUMBER,
        wanted=["handed_in"],
        asked_by=handed.handing.by.strip(),
        reason=METHOD,
        asked_at=handed.item.first_seen_at,
        state=CaptureState.SEALED,
        ended_at=site.now(),
        files={name: sha256(content) for name, content in sealed.files.items()},
        salt=sealed.manifest.salt,
        commitment=sealed.manifest.commit,
        leaf_seq=leaf.seq,
    )


def remove_files(site: Site, uid: str) -> None:
    """Whatever of it stands in the folders; nothing is said where nothing does."""
    remove_capture(site.evidence, uid, NUMBER)
    remove_item(site.evidence, uid)
