"""The one door to sealed evidence: nobody reads it without an event in the custody record.

Whoever is to read an item's files, or the words of a sealed item out of its row, says who, in what role, why
and on whose authority. The event is committed before anything is handed out, so that a reading that dies
half-way is on record too. A test forbids reading item folders anywhere else than here, in `sealing` and in
the verification.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

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
    Opens a transaction of its own: call it outside of one. Raises NotEvidence.
    """
    wanted = list(dict.fromkeys(uids))
    with site.database.write() as session:
        rows = _rows(session, site.school_id, wanted)
        opened = {uid: read_item(site.evidence, uid) for uid in wanted}
        for uid in wanted:
            _note_opened(session, site, rows[uid], opened[uid], access)
    return opened


def shown_evidence(session: Session, site: "Site", uids: Iterable[str], access: Access) -> None:
    """Note in the caller's transaction that the words of sealed items are read out of their rows.

    Items that were never sealed are passed over: there is no evidence of them.
    """
    wanted = list(dict.fromkeys(uids))
    for row in _rows(session, site.school_id, wanted, all_must_be=False).values():
        _note(session, site, row.item_uid, access)


def _rows(
    session: Session, school_id: int, uids: list[str], *, all_must_be: bool = True
) -> Mapping[str, EvidenceItem]:
    query = select(EvidenceItem).where(EvidenceItem.school_id == school_id, EvidenceItem.item_uid.in_(uids))
    found = {row.item_uid: row for row in session.scalars(query)}
    missing = [uid for uid in uids if uid not in found]
    if missing and all_must_be:
        raise NotEvidence(f"there is no evidence of item {missing[0]}; `schoolwatch items` lists them")
    return {uid: found[uid] for uid in uids if uid in found}


def _note_opened(
    session: Session, site: "Site", row: EvidenceItem, files: Mapping[str, bytes], access: Access
) -> None:
    match = {name: sha256(content) for name, content in files.items()} == row.files
    if not match:
        _log.error("evidence_differs", item=row.item_uid)
    _note(
        session, site, row.item_uid, access,
        before=row.files.get(SEAL), after=sha256(files[SEAL]) if SEAL in files else None, match=match,
    )  # fmt: skip


def _note(session: Session, site: "Site", uid: str, access: Access, **details: object) -> None:
    if access.recipient is not None:
        details["recipient"] = access.recipient
    custody.note(
        session, site.school_id, site.now(), access.action, actor=access.actor, role=access.role,
        purpose=access.purpose, authority=access.authority, item_uid=uid,
        reference=_reference(session, uid, site.school_id), **details,
    )  # fmt: skip


def _reference(session: Session, uid: str, school_id: int) -> str | None:
    """The newest incident that an item belongs to."""
    query = (
        select(Incident.reference)
        .join(IncidentItem, IncidentItem.incident_id == Incident.id)
        .join(Item, Item.id == IncidentItem.item_id)
        .where(Item.school_id == school_id, Item.uid == uid)
        .order_by(Incident.id.desc())
        .limit(1)
    )
    return session.scalar(query)
