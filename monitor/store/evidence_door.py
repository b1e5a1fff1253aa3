"""The one door to sealed evidence: nobody reads it without an event in the custody record.

Whoever is to read an item's files, or the words of a sealed item out of its row, says who, in what role, why
and on whose authority. The event is committed before anything is handed out, so that a reading that dies
half-way is on record too. A test forbids reading item folders anywhere else than here, in `sealing` and in
the verification.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor.evidence.bundle import SEAL
from monitor.evidence.canonical import sha256
from monitor.evidence.folder import read_item
from monitor.store import custody
from monitor.store.models import EvidenceItem, Incident, IncidentItem, Item

if TYPE_CHECKING:
    from monitor.site import Site

VIEWED = "viewed"
EXPORTED = "exported"
_AT_ONCE = 200
_log = structlog.get_logger()


@dataclass(frozen=True)
class Access:
    """Who reads evidence, in what role, why, and on whose authority."""

    actor: str
    role: str
    purpose: str
    authority: str
    action: str = VIEWED
    """`viewed`, or `exported` when what is read leaves the store."""
    recipient: str | None = None
    """For whom it leaves, where it does."""


class NotEvidence(Exception):
    """An item was asked for of which no evidence stands here."""


def opened_evidence(site: "Site", uids: Iterable[str], access: Access) -> dict[str, dict[str, bytes]]:
    """Item → its files as they stand (file name → bytes), after one event an item was committed.

    A withheld, locked or erased item gives what is left of it. Every file is hashed again: an event whose
    `match` is false names an item whose files are not those that were sealed; they are handed out as they
    stand, because what was tampered with is evidence too, and `evidence verify` says what differs.
    Opens transactions of its own: call it outside of one. Raises NotEvidence.
    """
    opened: dict[str, dict[str, bytes]] = {}
    for part in _parts(uids):
        with site.database.write() as session:
            book = _Book(session, site, access, part)
            book.all_must_be(part)
            for uid, row in book.rows.items():
                opened[uid] = read_item(site.evidence, uid)
                book.note_opened(row, opened[uid])
    return opened


def shown_evidence(session: Session, site: "Site", uids: Iterable[str], access: Access) -> None:
    """Note in the caller's transaction that the words of sealed items are read out of their rows.

    Items that were never sealed are passed over: there is no evidence of them.
    """
    for part in _parts(uids):
        book = _Book(session, site, access, part)
        for uid in book.rows:
            book.note(uid)


def _parts(uids: Iterable[str]) -> Iterator[list[str]]:
    """As many at once as one statement of any database may name, and as one transaction should take."""
    wanted = list(dict.fromkeys(uids))
    return (wanted[start : start + _AT_ONCE] for start in range(0, len(wanted), _AT_ONCE))


class _Book:
    """Writes what is read of some items, in a transaction that somebody else opened."""

    def __init__(self, session: Session, site: "Site", access: Access, uids: list[str]) -> None:
        self.session = session
        self.site = site
        self.access = access
        query = select(EvidenceItem).where(
            EvidenceItem.school_id == site.school_id, EvidenceItem.item_uid.in_(uids)
        )
        found = {row.item_uid: row for row in session.scalars(query)}
        self.rows = {uid: found[uid] for uid in uids if uid in found}
        self._references = _references(session, site.school_id, uids)

    def all_must_be(self, uids: list[str]) -> None:
        missing = [uid for uid in uids if uid not in self.rows]
        if missing:
            raise NotEvidence(f"there is no evidence of item {missing[0]}; `schoolwatch items` lists them")

    def note_opened(self, row: EvidenceItem, files: Mapping[str, bytes]) -> None:
        match = {name: sha256(content) for name, content in files.items()} == row.files
        if not match:
            _log.error("evidence_differs", item=row.item_uid)
        after = sha256(files[SEAL]) if SEAL in files else None
        self.note(row.item_uid, before=row.files.get(SEAL), after=after, match=match)

    def note(self, uid: str, **details: Any) -> None:
        if self.access.recipient is not None:
            details["recipient"] = self.access.recipient
        custody.note(
            self.session, self.site.school_id, self.site.now(), self.access.action,
            actor=self.access.actor, role=self.access.role, purpose=self.access.purpose,
            authority=self.access.authority, item_uid=uid, reference=self._references.get(uid), **details,
        )  # fmt: skip


def _references(session: Session, school_id: int, uids: list[str]) -> dict[str, str]:
    """Item → the newest incident that it belongs to."""
    query = (
        select(Item.uid, Incident.reference)
        .join(IncidentItem, IncidentItem.item_id == Item.id)
        .join(Incident, Incident.id == IncidentItem.incident_id)
        .where(Item.school_id == school_id, Item.uid.in_(uids))
        .order_by(Incident.id)
    )
    return dict(session.execute(query).all())
