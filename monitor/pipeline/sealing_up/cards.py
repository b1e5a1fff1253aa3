"""The text card of one item, from its sealed record alone: no picture, no platform, no network."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from alerts.export.sheets import Exhibit, FileHash
from config.words import Lane
from monitor import __version__
from monitor.evidence.canonical import sha256
from monitor.site import Site
from monitor.store.evidence_door import Access, opened_evidence
from monitor.store.models import HANDED_IN, EvidenceItem, Incident, IncidentItem, Item

RECORD = "record.json"
SUSPECTED = "It may show an indecent image of a child."
NOT_READABLE = "Its sealed words cannot be read here: they are locked or were erased."


class NoCard(Exception):
    """No card can be made of what was asked for; the text says why and what can be done."""


def find_item(session: Session, school_id: int, wanted: str) -> str:
    """The uid of a sealed item, from its uid, `platform:id`, or an incident's reference. Raises NoCard."""
    platform, _, external_id = wanted.partition(":")
    named = or_(
        Item.uid == wanted.lower(),
        Incident.reference == wanted.upper(),
        and_(Item.platform == platform, Item.external_id == external_id),
    )
    uids: list[str] = [item.uid for _, item, _ in session.execute(_with_incident(school_id).where(named))]
    if not uids:
        raise NoCard(
            f"there is no sealed item {wanted}; expected an item's number, platform:id as `incidents --json` "
            "shows it, or an incident such as SW-2026-0001"
        )
    if len(uids) > 1:
        raise NoCard(f"{wanted} has {len(uids)} sealed items; name one of them: {', '.join(uids[:10])}")
    return uids[0]


def _with_incident(school_id: int) -> Any:
    return (
        select(EvidenceItem, Item, Incident)
        .join(Item, Item.id == EvidenceItem.item_id)
        .join(IncidentItem, IncidentItem.item_id == Item.id)
        .join(Incident, Incident.id == IncidentItem.incident_id)
        .where(EvidenceItem.school_id == school_id)
        .order_by(Item.id)
    )


def card_facts(site: Site, uid: str, access: Access) -> Exhibit:
    """What stands on the card of a sealed item. That it was read is in the custody record before.

    Of a possible indecent image the reference alone; its sealed words are not opened. Raises NoCard when the
    sealed files are not those that were sealed.
    """
    with site.database.read() as session:
        found = session.execute(_with_incident(site.school_id).where(Item.uid == uid)).first()
        if found is None:
            raise NoCard(f"there is no sealed item {uid}")
        evidence, item, incident = found
        suspected = evidence.withheld is not None or incident.lane == Lane.INDECENT_IMAGE
        reference = _reference(site, evidence, item, incident)
        sealed: dict[str, str] = dict(evidence.files)
    if suspected:
        return Exhibit(**reference, text="", withheld_reason=SUSPECTED, indecent=True)
    files = opened_evidence(site, [uid], access)[uid]
    changed = [name for name in sealed if name in files and sha256(files[name]) != sealed[name]]
    if changed:
        raise NoCard(f"{changed[0]} of item {uid} is not as it was sealed; run `schoolwatch evidence verify`")
    hashes = tuple(FileHash(name, digest) for name, digest in sorted(sealed.items()) if name in files)
    if RECORD not in files:
        return Exhibit(**reference, text="", withheld_reason=NOT_READABLE, hashes=hashes)
    return Exhibit(**reference | _words(json.loads(files[RECORD])), hashes=hashes)


def _reference(site: Site, evidence: EvidenceItem, item: Item, incident: Incident) -> dict[str, Any]:
    """What the rows say of it: where, who and when, and none of its words."""
    return {
        "exhibit_ref": "",
        "reference": incident.reference,
        "item_id": item.uid,
        "school": site.school_name,
        "platform": item.platform,
        "url": item.url,
        "external_id": item.external_id,
        "handle": item.author_handle or "",
        "display_name": item.author_name or "",
        "posted_raw": item.posted_at_raw,
        "posted_at": item.posted_at,
        "seen_at": item.first_seen_at,
        "sealed_at": evidence.sealed_at,
        "tool": f"schoolwatch {__version__}",
        "handed_in": item.watch == HANDED_IN,
    }


def _words(record: dict[str, Any]) -> dict[str, Any]:
    """What the sealed record says; it goes before what the rows say."""
    what, who, when = record["what"], record["who"] or {}, record["when"]
    return {
        "text": what["text"] or "",
        "context": what["context"] or "",
        "has_media": bool(what["media_not_fetched"]),
        "handle": who.get("handle") or "",
        "display_name": who.get("display_name") or "",
        "posted_raw": when["posted_raw"],
        "posted_at": _instant(when["posted_utc"]),
        "seen_at": datetime.fromisoformat(when["seen_utc"]),
        # A platform that knows no edits and one that saw none look alike in a record.
        "edited": True if when["edited_utc"] else None,
        "edited_at": _instant(when["edited_utc"]),
        "captured_at": _instant(when.get("captured_utc")),
    }


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
