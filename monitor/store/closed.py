"""What stands in the indecent-image lane: nobody asks about it, stores more of it or captures it."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor.store.models import EvidenceItem, Item


def closed_among(session: Session, school_id: int, platform: str, external_ids: Iterable[str]) -> set[str]:
    """Those of a platform's ids under which an item stands in that lane, in whatever version."""
    wanted = set(external_ids)
    query = (
        select(Item.external_id)
        .join(EvidenceItem, EvidenceItem.item_id == Item.id)
        .where(
            Item.school_id == school_id,
            Item.platform == platform,
            Item.external_id.in_(wanted),
            EvidenceItem.withheld.is_not(None),
        )
    )
    return set(session.scalars(query)) if wanted else set()


def closed_to_source(session: Session, school_id: int, platform: str) -> frozenset[str]:
    """All such ids and versions on a platform, for its connector: it asks about none of them."""
    query = (
        select(Item.external_id, Item.version)
        .join(EvidenceItem, EvidenceItem.item_id == Item.id)
        .where(Item.school_id == school_id, Item.platform == platform, EvidenceItem.withheld.is_not(None))
    )
    return frozenset(one for row in session.execute(query) for one in row)
