"""The end of the audit record: after six years it says what was done and when, and no longer by whom and why.

Of what still stands as evidence, or is held, it stays whole: evidence without its record is worth little.
"""

from datetime import datetime

from sqlalchemy import Select, or_, select, union, update
from sqlalchemy.orm import Session

from monitor.pipeline.at_rest.clear_copies import Why, note_erasure
from monitor.pipeline.at_rest.clear_words import ERASED
from monitor.pipeline.at_rest.holds import held_incidents
from monitor.pipeline.at_rest.periods import begun_by, periods
from monitor.site import Site
from monitor.store import custody
from monitor.store.models import (
    CustodyEvent,
    Erasure,
    EvidenceItem,
    EvidenceState,
    Incident,
    IncidentItem,
    Item,
)

BATCH = 500


def end_events(session: Session, site: Site, now: datetime) -> int:
    """Empty one batch of old events, salt included; answers how many. Their leaves stay."""
    period = periods(site)["audit_log"]
    begun = begun_by(period, now)
    if begun is None:
        return 0
    kept = _kept(site)
    references = select(Incident.reference).where(Incident.id.in_(kept))
    uids = (
        select(Item.uid)
        .join(IncidentItem, IncidentItem.item_id == Item.id)
        .where(IncidentItem.incident_id.in_(kept))
    )
    due = (
        select(CustodyEvent.id)
        .where(CustodyEvent.school_id == site.school_id, CustodyEvent.at <= begun)
        .where(CustodyEvent.actor != custody.ERASED)
        .where(or_(CustodyEvent.reference.is_(None), CustodyEvent.reference.not_in(references)))
        .where(or_(CustodyEvent.item_uid.is_(None), CustodyEvent.item_uid.not_in(uids)))
        .limit(BATCH)
    )
    emptied = custody.forget(session, site.school_id, CustodyEvent.id.in_(session.scalars(due).all()))
    if emptied:
        shown = f"{period.title}: {period.shown} from {period.counted_from}."
        note_erasure(session, site, "custody", f"{emptied} events", Why(period.name, shown))
    return emptied


def end_reasons(session: Session, site: Site, now: datetime) -> int:
    """Take names and reasons out of one batch of old lines of the list of what was deleted; answers how many.

    What was deleted, when and by which rule stays. The lines that a rule wrote by itself name nobody.
    """
    begun = begun_by(periods(site)["audit_log"], now)
    if begun is None:
        return 0
    due = (
        select(Erasure.id)
        .where(Erasure.school_id == site.school_id, Erasure.at <= begun)
        .where(Erasure.by.not_in((custody.DAEMON, ERASED)))
        .limit(BATCH)
    )
    ids = session.scalars(due).all()
    session.execute(update(Erasure).where(Erasure.id.in_(ids)).values(reason=ERASED, by=ERASED, second=None))
    return len(ids)


def _kept(site: Site) -> Select[int]:
    """The incidents that are held, or of which evidence stands."""
    standing = (
        select(IncidentItem.incident_id)
        .join(EvidenceItem, EvidenceItem.item_id == IncidentItem.item_id)
        .where(EvidenceItem.school_id == site.school_id, EvidenceItem.state != EvidenceState.ERASED)
    )
    return select(union(held_incidents(site), standing).subquery().c[0])
