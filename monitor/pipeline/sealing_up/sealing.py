"""Promoting held items to evidence: the files first, made durable, then the rows that speak of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Row, and_, bindparam, delete, select
from sqlalchemy.orm import Session

from config.words import Lane
from monitor.evidence.bundle import WITHHELD_FILES, Bundle, Held, digests_of, make_bundle, reduced
from monitor.evidence.canonical import canonical_json
from monitor.evidence.folder import items_written, read_item, remove_item, stored_uids, write_item
from monitor.evidence.leaf import LeafKind
from monitor.pipeline.boundaries import Boundary, passing
from monitor.site import Site
from monitor.store import log
from monitor.store.models import (
    SEALED_STATES,
    Envelope,
    EvidenceItem,
    EvidenceState,
    Holding,
    Item,
    ItemState,
    Leaf,
)

log_lines = structlog.get_logger()


@dataclass(frozen=True)
class Promoted:
    """Files that stand in the evidence folder and wait for their rows."""

    item_id: int
    uid: str
    leaf_seq: int
    bundle: Bundle
    withheld: bool


def promote(site: Site, items: Mapping[int, Lane]) -> list[Promoted]:
    """Write the evidence files of items. Until the rows are written too, nothing refers to them."""
    with site.database.read() as session:
        held = _held(session, items)
    promoted = []
    with items_written(site.evidence) as write:
        for item_id, leaf_seq, what in held:
            bundle = make_bundle(what)
            passing(Boundary.BEFORE_PROMOTE)
            write(what.uid, bundle.files)
            passing(Boundary.AFTER_PROMOTE)
            promoted.append(Promoted(item_id, what.uid, leaf_seq, bundle, what.withheld))
    return promoted


def _held(session: Session, items: Mapping[int, Lane]) -> list[tuple[int, int, Held]]:
    """What is held of items, in their order, less those that another pass has sealed in the meantime.

    Only what never changes goes in, so that two passes over one item write the same bytes.
    """
    found = {row.id: row for row in session.execute(_HELD, {"ids": list(items)})}
    return [
        (item_id, found[item_id].leaf_seq, _as_held(found[item_id], lane))
        for item_id, lane in items.items()
        if item_id in found and not _lost_its_envelope(found[item_id])
    ]


_HELD = (
    select(Item.id, Item.uid, Item.context, Item.parent_id, Item.root_id)
    .add_columns(Holding.leaf_seq, Holding.salt, Holding.raw_salt, Holding.record, Holding.raw)
    .add_columns(Holding.envelope_id, Envelope.document, Leaf.body)
    .join(Holding, Holding.item_id == Item.id)
    .outerjoin(Leaf, and_(Leaf.school_id == Item.school_id, Leaf.seq == Holding.leaf_seq))
    .outerjoin(Envelope, Envelope.id == Holding.envelope_id)
    .where(Item.id.in_(bindparam("ids", expanding=True)))
)


def _lost_its_envelope(row: Row[Any]) -> bool:
    return row.envelope_id is not None and row.document is None


def _as_held(row: Row[Any], lane: Lane) -> Held:
    if row.body is None:
        raise LookupError(f"the log has no line {row.leaf_seq}, to which item {row.uid} was committed")
    return Held(
        uid=row.uid,
        salt=row.salt,
        raw_salt=row.raw_salt,
        record=row.record,
        raw=row.raw,
        envelope=canonical_json(None) if row.document is None else row.document,
        context=_context(row),
        item_leaf=row.body.encode(),
        withheld=lane is Lane.INDECENT_IMAGE,
    )


def _context(item: Row[Any]) -> bytes | None:
    """The words that an item answers to, and the ids of the post they stand in."""
    if item.context is None and item.parent_id is None:
        return None
    return canonical_json(
        {"parent_id": item.parent_id, "root_id": item.root_id, "text_when_seen": item.context}
    )


def record_evidence(session: Session, school_id: int, promoted: Sequence[Promoted], now: datetime) -> None:
    """The rows of promoted items: evidence, the leaf that commits to every file, custody."""
    entries = [log.Entry(LeafKind.EVIDENCE, one.uid, one.bundle.manifest.commit) for one in promoted]
    for one, leaf in zip(promoted, log.append(session, school_id, now, entries), strict=True):
        session.add(
            EvidenceItem(
                school_id=school_id,
                item_id=one.item_id,
                item_uid=one.uid,
                leaf_seq=one.leaf_seq,
                evidence_leaf_seq=leaf.seq,
                sealed_at=now,
                files=digests_of(one.bundle.files),
                withheld=str(Lane.INDECENT_IMAGE) if one.withheld else None,
            )
        )
    # What is in the evidence folder need not be held twice; in the indecent-image lane it must not be.
    session.execute(delete(Holding).where(Holding.item_id.in_([one.item_id for one in promoted])))


def tidy(site: Site, uids: Iterable[str] | None = None) -> None:
    """Remove evidence folders that no row will ever speak of (all of them, or those of some items).

    A pass that died after writing files may be followed by one that finds the item harmless, and of two
    passes at once only one can win. What was left must go like any harmless text.
    """
    on_disk = stored_uids(site.evidence) if uids is None else set(uids)
    with site.database.read() as session:
        rows = session.execute(
            select(Item.uid, Item.state).where(Item.school_id == site.school_id, Item.uid.in_(on_disk))
        )
        unsealed = [uid for uid, state in rows if state not in (ItemState.WAITING, *SEALED_STATES)]
    for uid in unsealed:
        remove_item(site.evidence, uid)


def close_withheld(site: Site) -> None:
    """Reduce to their records the items whose incident came into the indecent-image lane (QC 2.7.1, 2.7.4).

    The row says first what the folder will hold; done again, it writes the same bytes.
    """
    with site.database.read() as session:
        query = select(EvidenceItem).where(
            EvidenceItem.school_id == site.school_id,
            EvidenceItem.withheld.is_not(None),
            EvidenceItem.state == EvidenceState.OPEN,
        )
        open_yet = [row for row in session.scalars(query) if _holds_more(site, row)]
    for row in open_yet:
        try:
            bundle = reduced(row.item_uid, read_item(site.evidence, row.item_uid))
        except (KeyError, ValueError, TypeError):
            # Its files were tampered with: `evidence verify` names it, and a person must look.
            log_lines.exception("withheld_not_reduced", item=row.item_uid)
            continue
        with site.database.write() as session:
            _reseal(session, site, session.get_one(EvidenceItem, row.id), bundle)
        write_item(site.evidence, row.item_uid, bundle.files)


def _holds_more(site: Site, row: EvidenceItem) -> bool:
    return set(row.files) - WITHHELD_FILES != set() or not WITHHELD_FILES.issuperset(
        read_item(site.evidence, row.item_uid)
    )


def _reseal(session: Session, site: Site, row: EvidenceItem, bundle: Bundle) -> None:
    digests = digests_of(bundle.files)
    if row.files == digests:
        return
    entry = log.Entry(LeafKind.EVIDENCE, row.item_uid, bundle.manifest.commit)
    (leaf,) = log.append(session, site.school_id, site.now(), [entry])
    session.flush()
    row.files, row.evidence_leaf_seq = digests, leaf.seq
