"""Closed evidence is locked: 14 days after its incident closed, only two private keys open it again.

An item is locked in this order, so that a stop at any point loses nothing:
1. its files and the words of its rows go into `locked.box`, written durably beside the clear files;
2. one transaction says that the box is what stands there, and takes the words out of the rows;
3. the clear files are overwritten and removed, and SQLite's write-ahead log is emptied.
What a stop leaves between 1 and 2 is a box that nothing speaks of: the next pass writes a new one. What it
leaves between 2 and 3 are files beside their box: the next pass removes them.
"""

import fcntl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import structlog
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm import Session

from config.policy import retention_periods
from monitor.evidence.canonical import canonical_json, sha256
from monitor.evidence.folder import add_files, file_names, read_item, remove_item, remove_others
from monitor.evidence.lock_keys import KeyUnusable, read_public
from monitor.evidence.lockbox import BOX, locked
from monitor.pipeline.at_rest.clear_copies import Why
from monitor.pipeline.at_rest.clear_words import (
    Form,
    blank_incident,
    blank_item,
    incident_words,
    is_blank,
    item_words,
)
from monitor.pipeline.at_rest.copies import erase_copies
from monitor.pipeline.at_rest.unboxing import ROW
from monitor.pipeline.boundaries import Boundary, passing
from monitor.pipeline.letters.letter_at_rest import waits_for_a_box
from monitor.pipeline.sealing_up.capture_keeping import remove_erased
from monitor.pipeline.telling.operator_alerts import Trouble, all_clear, tell_operators
from monitor.site import Site
from monitor.store import custody
from monitor.store.models import (
    EvidenceItem,
    EvidenceState,
    Incident,
    IncidentBox,
    IncidentItem,
    Item,
    MailState,
    OutgoingMail,
)

NOTES = "notes.json"
"""In an incident's box: the notes on its ladder and the words of its mails."""
_COPIES = Why("locking", "A copy in clear of what is locked now.")
log = structlog.get_logger()


class NotAsSealed(Exception):
    """An item's files are not those that were sealed; locked, they would hide it."""


@dataclass(frozen=True)
class LockKeys:
    manager: X25519PublicKey
    recovery: X25519PublicKey

    def box(self, files: Mapping[str, bytes], aad: str) -> bytes:
        return locked(files, self.manager, self.recovery, aad.encode())


@dataclass(frozen=True)
class _Ready:
    """An item whose box stands beside its clear files."""

    uid: str
    words: bytes
    was: dict[str, str]
    box_sha256: str


def lock_keys(site: Site) -> LockKeys | None:
    """The public keys of the settings; None when the school has none. Raises KeyUnusable."""
    evidence = site.settings.evidence
    if evidence.manager_key is None or evidence.recovery_key is None:
        return None
    return LockKeys(read_public(evidence.manager_key), read_public(evidence.recovery_key))


def lock_due(site: Site) -> int:
    """Lock what has been closed for long enough; answers how many incidents that were.

    Without keys nothing is locked and nothing else is hindered. One incident that cannot be locked does not
    keep the others in clear.
    """
    with alone(site):
        finish(site)
        keys = _keys_or_told(site)
        done = sum(_lock_or_tell(site, keys, incident_id) for incident_id in _due(site)) if keys else 0
        if done:
            site.database.forget_erased()
    return done


@contextmanager
def alone(site: Site) -> Iterator[None]:
    """One pass at a time, in whatever process: two boxes of one item must not take each other's place."""
    with (site.evidence.parent / "at-rest.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _lock_or_tell(site: Site, keys: LockKeys, incident_id: int) -> int:
    try:
        return _lock_incident(site, keys, incident_id)
    except NotAsSealed as differs:
        with site.database.write() as session:
            reference = session.get_one(Incident, incident_id).reference
            mend = "Look at `schoolwatch evidence verify`; it is locked once its files are as they were."
            tell_operators(session, site, Trouble("not_locked", reference, f"{differs}.", mend))
        return 0


def _keys_or_told(site: Site) -> LockKeys | None:
    """A key file that cannot be read is told, and what is due stays due."""
    try:
        keys = lock_keys(site)
    except KeyUnusable as unusable:
        with site.database.write() as session:
            words = f"Closed evidence is not locked: {unusable}."
            tell_operators(session, site, Trouble("not_locked", "evidence", words, "Put the key file back."))
        return None
    with site.database.write() as session:
        all_clear(session, site, "not_locked", "evidence", "The keys can be read again.")
    return keys


def due_incidents(site: Site) -> Select[int]:
    """Closed for 14 days, and something of it in clear. What is written later is locked a pass later, and
    so is a mail that still waited to be sent when the rest was.
    """
    period = retention_periods(site.settings.retention.periods)["locking"]
    in_clear = (
        exists()
        .where(IncidentItem.incident_id == Incident.id, EvidenceItem.item_id == IncidentItem.item_id)
        .where(EvidenceItem.state == EvidenceState.OPEN)
    )
    has_locked = (
        exists()
        .where(IncidentItem.incident_id == Incident.id, EvidenceItem.item_id == IncidentItem.item_id)
        .where(EvidenceItem.state == EvidenceState.LOCKED)
    )
    locked_since = exists().where(
        IncidentBox.incident_id == Incident.id, IncidentBox.locked_at > Incident.closed_at
    )
    left_later = (
        exists()
        .where(OutgoingMail.incident_id == Incident.id, OutgoingMail.state != MailState.QUEUED)
        .where(or_(OutgoingMail.text != "", OutgoingMail.html != ""))
    )
    return (
        select(Incident.id)
        .where(Incident.school_id == site.school_id, Incident.state == "closed")
        .where(Incident.closed_at <= site.now() - timedelta(days=period.days))
        .where(or_(in_clear, has_locked & or_(~locked_since, left_later, waits_for_a_box())))
        .order_by(Incident.id)
    )


def _due(site: Site) -> list[int]:
    with site.database.read() as session:
        return list(session.scalars(due_incidents(site)))


def _lock_incident(site: Site, keys: LockKeys, incident_id: int) -> int:
    with site.database.read() as session:
        items = _open_items(session, incident_id)
        gathered = [(row.item_uid, dict(row.files), _words(item)) for row, item in items]
    ready = [_make_box(site, keys, uid, was, words) for uid, was, words in gathered]
    passing(Boundary.AFTER_BOX)
    with site.database.write() as session:
        custody.first_in_line(session, site.school_id)
        incident = session.get_one(Incident, incident_id, with_for_update=True)
        if session.scalar(due_incidents(site).where(Incident.id == incident_id)) is None:
            return 0  # opened again, or locked by another pass
        if not _lock_rows(session, site, incident, ready):
            return 0
        _lock_notes(session, site, keys, incident)
        reference = incident.reference
    passing(Boundary.AFTER_LOCK)
    for one in ready:
        remove_others(site.evidence, one.uid, {BOX})
    erase_copies(site, [one.uid for one in ready], reference, _COPIES, boxes_too=False)
    log.info("locked", incident=incident_id, items=len(ready))
    return 1


def _open_items(session: Session, incident_id: int) -> list[tuple[EvidenceItem, Item]]:
    query = (
        select(EvidenceItem, Item)
        .join(Item, Item.id == EvidenceItem.item_id)
        .join(IncidentItem, IncidentItem.item_id == Item.id)
        .where(IncidentItem.incident_id == incident_id, EvidenceItem.state == EvidenceState.OPEN)
        .order_by(Item.id)
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def _words(item: Item) -> bytes:
    return canonical_json(item_words(item))


def _make_box(site: Site, keys: LockKeys, uid: str, was: dict[str, str], words: bytes) -> _Ready:
    """The box of one item, durable. Raises NotAsSealed when a file is not the one that was sealed."""
    files = read_item(site.evidence, uid)
    files.pop(BOX, None)  # of a pass that stopped before its rows
    if {name: sha256(content) for name, content in files.items()} != was:
        raise NotAsSealed(f"the files of item {uid} are not those that were sealed; was found")
    box = keys.box({**files, ROW: words}, uid)
    add_files(site.evidence, uid, {BOX: box})
    return _Ready(uid, words, was, sha256(box))


def _lock_rows(session: Session, site: Site, incident: Incident, ready: list[_Ready]) -> bool:
    """Say what the folders hold now, and empty the rows; nothing when a row changed after it was read."""
    by_uid = {row.item_uid: (row, item) for row, item in _open_items(session, incident.id)}
    if by_uid.keys() != {one.uid for one in ready}:
        return False
    for one in ready:
        row, item = by_uid[one.uid]
        if row.files != one.was or _words(item) != one.words:
            return False
    for one in ready:
        row, item = by_uid[one.uid]
        row.state, row.files, row.locked_at = EvidenceState.LOCKED, {BOX: one.box_sha256}, site.now()
        blank_item(item)
    return True


def _lock_notes(session: Session, site: Site, keys: LockKeys, incident: Incident) -> None:
    words: Form = incident_words(session, incident)
    box = keys.box({NOTES: canonical_json(words)}, incident.reference)
    number = len(boxes_of(session, incident)) + 1
    session.add(
        IncidentBox(
            school_id=site.school_id, incident_id=incident.id, number=number, locked_at=site.now(), box=box
        )
    )
    if not is_blank(words):
        blank_incident(session, incident, words)


def boxes_of(session: Session, incident: Incident) -> list[IncidentBox]:
    query = select(IncidentBox).where(IncidentBox.incident_id == incident.id).order_by(IncidentBox.number)
    return list(session.scalars(query))


def finish(site: Site) -> int:
    """Remove what a stop left: files beside a lock or of what was erased, a box of what is not locked.

    Answers how many files that were.
    """
    query = select(EvidenceItem).filter_by(school_id=site.school_id)
    with site.database.read() as session:
        rows = [(row.item_uid, row.state, row.files.get(BOX)) for row in session.scalars(query)]
    return sum(_finish_one(site, uid, state, box_sha256) for uid, state, box_sha256 in rows)


def _finish_one(site: Site, uid: str, state: str, box_sha256: str | None) -> int:
    names = file_names(site.evidence, uid)
    if state == EvidenceState.ERASED:
        remove_item(site.evidence, uid)
        remove_erased(site, uid)
        return len(names)
    if state == EvidenceState.LOCKED and names != {BOX}:
        return _finish_lock(site, uid, box_sha256)
    if state == EvidenceState.OPEN and BOX in names:
        return remove_others(site.evidence, uid, names - {BOX})
    return 0


def _finish_lock(site: Site, uid: str, box_sha256: str | None) -> int:
    """The clear files go only when the box beside them is the one that the row speaks of."""
    box = read_item(site.evidence, uid).get(BOX)
    if box is None or sha256(box) != box_sha256:
        log.error("box_differs", item=uid)
        return 0
    return remove_others(site.evidence, uid, {BOX})
