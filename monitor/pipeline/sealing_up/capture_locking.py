"""Captures of locked items are locked too: a stolen disk gives no old picture.

Each has a box of its own in its folder, made and opened like the items' (decision 19). What is isolated is
left as it lies: to lock it would be to read it.
"""

import structlog
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor.evidence.canonical import sha256
from monitor.evidence.captures import add_to_capture, keep_in_capture, read_capture
from monitor.evidence.lock_keys import KeyUnusable
from monitor.evidence.lockbox import BOX, opened
from monitor.pipeline.at_rest.locking import LockKeys, alone, lock_keys
from monitor.pipeline.sealing_up.capture_unboxing import box_name
from monitor.site import Site
from monitor.store import custody
from monitor.store.models import Capture, CaptureState, EvidenceItem, EvidenceState, Incident

log = structlog.get_logger()


def lock_captures(site: Site) -> int:
    """Lock the captures whose item is locked; answers how many. Without keys none is (`lock_due` tells)."""
    with alone(site):
        _finish(site)
        try:
            keys = lock_keys(site)
        except KeyUnusable:
            keys = None
        return sum(_lock_one(site, keys, row) for row in _due(site)) if keys else 0


def _due(site: Site) -> list[Capture]:
    query = (
        select(Capture)
        .join(EvidenceItem, EvidenceItem.item_id == Capture.item_id)
        .where(Capture.school_id == site.school_id, Capture.state == CaptureState.SEALED)
        .where(EvidenceItem.state == EvidenceState.LOCKED)
    )
    with site.database.read() as session:
        return list(session.scalars(query))


def _lock_one(site: Site, keys: LockKeys, row: Capture) -> int:
    files = read_capture(site.evidence, row.item_uid, row.number)
    files.pop(BOX, None)  # of a pass that stopped before its row
    if {name: sha256(content) for name, content in files.items()} != row.files:
        log.error("capture_differs", item=row.item_uid, capture=row.number)  # `evidence verify` names it
        return 0
    box = keys.box(files, box_name(row))
    add_to_capture(site.evidence, row.item_uid, row.number, {BOX: box})
    with site.database.write() as session:
        custody.first_in_line(session, site.school_id)
        now = session.get_one(Capture, row.id, with_for_update=True)
        if now.state != CaptureState.SEALED:
            return 0
        now.state, now.files, now.salt = CaptureState.LOCKED, {BOX: sha256(box)}, None
        custody.note(
            session, site.school_id, site.now(), "capture_locked", item_uid=row.item_uid, capture=row.number
        )
    keep_in_capture(site.evidence, row.item_uid, row.number, {BOX})
    return 1


def _finish(site: Site) -> None:
    """Remove what a stop left beside a box that is the one its row speaks of."""
    with site.database.read() as session:
        query = select(Capture).filter_by(school_id=site.school_id, state=CaptureState.LOCKED)
        rows = list(session.scalars(query))
    for row in rows:
        files = read_capture(site.evidence, row.item_uid, row.number)
        if len(files) > 1 and sha256(files.get(BOX, b"")) == row.files.get(BOX):
            keep_in_capture(site.evidence, row.item_uid, row.number, {BOX})


def unlocked_captures(
    site: Site, reference: str, key: X25519PrivateKey, *, by: str, reason: str
) -> dict[str, dict[str, bytes]]:
    """Item → `capture-NNN/NAME` → bytes, of the locked captures of an incident. They stay locked.

    The custody record says so first. Raises BoxUnreadable.
    """
    with site.database.write() as session:
        rows = _locked(session, site, reference)
        for row in rows:
            custody.note(
                session, site.school_id, site.now(), "viewed", actor=by, purpose=reason,
                item_uid=row.item_uid, reference=reference, capture=row.number,
            )  # fmt: skip
        found = [(row.item_uid, row.number, box_name(row)) for row in rows]
    given: dict[str, dict[str, bytes]] = {}
    for uid, number, about in found:
        box = read_capture(site.evidence, uid, number).get(BOX, b"")
        files = opened(box, key, about.encode())
        given.setdefault(uid, {}).update(
            {f"capture-{number:03d}/{name}": content for name, content in files.items()}
        )
    return given


def _locked(session: Session, site: Site, reference: str) -> list[Capture]:
    query = (
        select(Capture)
        .join(Incident, Incident.id == Capture.incident_id)
        .where(Incident.school_id == site.school_id, Incident.reference == reference)
        .where(Capture.state == CaptureState.LOCKED)
        .order_by(Capture.id)
    )
    return list(session.scalars(query))
