"""Which items an export shows, and which its reader is only told the number of."""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config.words import Lane
from monitor.evidence.leaf import LeafKind
from monitor.pipeline.exports.order import ExportRefused, Moment, Order, Scope, Span
from monitor.pipeline.telling.weekly_readers import kept_from, lanes_of, readers_of
from monitor.site import Site
from monitor.store.incidents import incident_called
from monitor.store.models import EvidenceItem, Incident, IncidentItem, Item, Leaf

Sealed = tuple[EvidenceItem, Item, Incident]


@dataclass(frozen=True)
class Choice:
    lanes: tuple[Lane, ...]
    shown: tuple[Sealed, ...]
    by_lane: Counter[Lane]
    """Of all items, also those that this reader is not shown."""
    span: Span


def choice(session: Session, site: Site, order: Order, moment: Moment) -> Choice:
    """Raises ExportRefused for an incident that there is not, or that the reader may not see."""
    lanes = lanes_of(order.reader)
    unseen = kept_from(session, site, readers_of(site, order.reader))
    if order.scope.incident is not None:
        _may_see(session, site, order, lanes, unseen)
    rows = _sealed(session, site, order.scope, moment)
    shown = tuple(row for row in rows if Lane(row[2].lane) in lanes and row[2].id not in unseen)
    by_lane = Counter(Lane(row[2].lane) for row in rows)
    return Choice(lanes, shown, by_lane, _span(order.scope, rows, moment))


def _may_see(
    session: Session, site: Site, order: Order, lanes: tuple[Lane, ...], unseen: frozenset[int]
) -> None:
    incident = incident_called(session, site.school_id, str(order.scope.incident))
    if Lane(incident.lane) not in lanes or incident.id in unseen:
        raise ExportRefused(
            f"{incident.reference} is not shown to the {order.reader.shown_as}; name with --reader a role "
            "that is told of it"
        )


def _sealed(session: Session, site: Site, scope: Scope, moment: Moment) -> list[Sealed]:
    """What the log had sealed below the checkpoint's size, by the line made when it was first sealed."""
    first = (
        select(Leaf.item_uid)
        .where(Leaf.school_id == site.school_id, Leaf.kind == str(LeafKind.EVIDENCE))
        .group_by(Leaf.item_uid)
        .having(func.min(Leaf.seq) < moment.size)
    )
    query = (
        select(EvidenceItem, Item, Incident)
        .join(Item, Item.id == EvidenceItem.item_id)
        .join(IncidentItem, IncidentItem.item_id == Item.id)
        .join(Incident, Incident.id == IncidentItem.incident_id)
        .where(EvidenceItem.school_id == site.school_id, EvidenceItem.item_uid.in_(first))
        .order_by(Incident.id, Item.id)
    )
    if scope.week is not None:
        query = query.where(
            EvidenceItem.sealed_at >= scope.week.start, EvidenceItem.sealed_at < scope.week.end
        )
    else:
        query = query.where(Incident.reference == scope.incident)
    return [(row[0], row[1], row[2]) for row in session.execute(query)]


def _span(scope: Scope, rows: list[Sealed], moment: Moment) -> Span:
    if scope.week is not None:
        return Span(scope.week.start, scope.week.end)
    return Span(min((item.first_seen_at for _, item, _ in rows), default=moment.made_at), moment.made_at)
