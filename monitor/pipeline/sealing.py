"""Promoting held items to evidence: the files first, made durable, then the rows that speak of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from config.words import Lane
from monitor.evidence.bundle import Bundle, Held, make_bundle
from monitor.evidence.canonical import canonical_json, sha256
from monitor.evidence.folder import write_item
from monitor.evidence.leaf import LeafKind
from monitor.pipeline.boundaries import Boundary, passing
from monitor.site import Site
from monitor.store import custody, log
from monitor.store.models import Envelope, EvidenceItem, Holding, Item, Leaf


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
        held = [_held(session, item_id, lane) for item_id, lane in items.items()]
    promoted = []
    for item_id, leaf_seq, what in filter(None, held):
        bundle = make_bundle(what)
        passing(Boundary.BEFORE_PROMOTE)
        write_item(site.evidence, what.uid, bundle.files)
        passing(Boundary.AFTER_PROMOTE)
        promoted.append(Promoted(item_id, what.uid, leaf_seq, bundle, what.withheld))
    return promoted


def _held(session: Session, item_id: int, lane: Lane) -> tuple[int, int, Held] | None:
    """What is held of an item; None when another pass has sealed it in the meantime."""
    item = session.get_one(Item, item_id)
    holding = session.get(Holding, item_id)
    if holding is None:
        return None
    leaf = session.scalars(select(Leaf).filter_by(school_id=item.school_id, seq=holding.leaf_seq)).one()
    envelope = session.get(Envelope, holding.envelope_id) if holding.envelope_id else None
    held = Held(
        uid=item.uid,
        salt=holding.salt,
        raw_salt=holding.raw_salt,
        record=holding.record,
        raw=holding.raw,
        envelope=envelope.document if envelope else canonical_json(None),
        context=_context(session, item),
        item_leaf=leaf.body.encode(),
        withheld=lane is Lane.INDECENT_IMAGE,
    )
    return item_id, holding.leaf_seq, held


def _context(session: Session, item: Item) -> bytes | None:
    """The words that an item answers to, and the ids of the post they stand in."""
    if item.context is None and item.parent_id is None:
        return None
    parent = session.scalars(
        select(Item)
        .filter_by(school_id=item.school_id, platform=item.platform, external_id=item.parent_id)
        .order_by(Item.id)
    ).first()
    return canonical_json(
        {
            "parent_id": item.parent_id,
            "root_id": item.root_id,
            "text_when_seen": item.context,
            "parent_item_id": parent.uid if parent else None,
            "parent_url": parent.url if parent else None,
        }
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
                files={name: sha256(content) for name, content in one.bundle.files.items()},
                withheld=str(Lane.INDECENT_IMAGE) if one.withheld else None,
            )
        )
        custody.note(session, school_id, now, "sealed", item_uid=one.uid)
        _erase_holding(session, one.item_id)


def _erase_holding(session: Session, item_id: int) -> None:
    """What is in the evidence folder need not be held twice; in the indecent-image lane it must not be."""
    holding = session.get(Holding, item_id)
    if holding is not None:
        session.delete(holding)
