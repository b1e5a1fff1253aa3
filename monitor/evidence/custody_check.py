"""Checking the custody record and the later observations against the log. Rows are read in a stream."""

import json
from collections.abc import Iterator

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from monitor.evidence.leaf import LeafKind, commitment
from monitor.store import custody
from monitor.store.models import CustodyEvent, Erasure, EvidenceItem, EvidenceState, Leaf, ObservationRow

_ROWS_AT_ONCE = 200


def custody_faults(session: Session, school_id: int) -> Iterator[tuple[str, str]]:
    """What is wrong with any event or observation: (which, why). Memory stays flat.

    An event from before custody was part of the log has no leaf; one whose content was erased has nothing but
    its leaf. Both are right. An event without a leaf that follows one with a leaf was slipped in.
    """
    yield from _events(session, school_id)
    yield from _emptied(session, school_id)
    yield from _slipped_in(session, school_id)
    yield from _observations(session, school_id)
    yield from _leaves_alone(session, school_id)


def _events(session: Session, school_id: int) -> Iterator[tuple[str, str]]:
    leaf = aliased(Leaf)
    query = (
        select(CustodyEvent, leaf.kind, leaf.item_uid, leaf.commitment)
        .outerjoin(leaf, and_(leaf.school_id == CustodyEvent.school_id, leaf.seq == CustodyEvent.leaf_seq))
        .where(CustodyEvent.school_id == school_id, CustodyEvent.uid.is_not(None))
        .order_by(CustodyEvent.id)
        .execution_options(yield_per=_ROWS_AT_ONCE)
    )
    for event, kind, uid, committed in session.execute(query):
        where = f"custody event {event.uid}"
        if kind != LeafKind.CUSTODY or uid != event.uid:
            yield where, "the log has no line of it"
        elif event.actor != custody.ERASED or event.content is not None:
            yield from ((where, why) for why in _event_faults(event, committed))


def _event_faults(event: CustodyEvent, committed: str) -> Iterator[str]:
    if event.content is None or event.salt is None:
        yield "what it says is missing"
    elif commitment(event.salt, event.content) != committed:
        yield "what it says does not match the commitment made when it was written"
    elif not custody.said_by_row(event).items() <= json.loads(event.content).items():
        yield "its row says something else than what was committed to"


def _emptied(session: Session, school_id: int) -> Iterator[tuple[str, str]]:
    """The database lets events be emptied, at the end of their period; the list of erasures counts them."""
    events = select(func.count()).where(
        CustodyEvent.school_id == school_id, CustodyEvent.actor == custody.ERASED
    )
    told = select(Erasure.subject).filter_by(school_id=school_id, kind="custody")
    known = sum(int(subject.partition(" ")[0]) for subject in session.scalars(told))
    more = (session.scalar(events) or 0) - known
    if more > 0:
        yield "custody record", f"{more} events were emptied, and no line of `retention --done` says why"


def _slipped_in(session: Session, school_id: int) -> Iterator[tuple[str, str]]:
    first = (
        select(func.min(CustodyEvent.id))
        .where(CustodyEvent.school_id == school_id, CustodyEvent.uid.is_not(None))
        .scalar_subquery()
    )
    query = select(CustodyEvent.id).where(
        CustodyEvent.school_id == school_id, CustodyEvent.uid.is_(None), CustodyEvent.id > first
    )
    for number in session.scalars(query):
        yield f"custody event {number}", "was added without a line in the log"


def _observations(session: Session, school_id: int) -> Iterator[tuple[str, str]]:
    leaf = aliased(Leaf)
    query = (
        select(ObservationRow, leaf.kind, leaf.item_uid, leaf.commitment, EvidenceItem.state)
        .outerjoin(
            leaf, and_(leaf.school_id == ObservationRow.school_id, leaf.seq == ObservationRow.leaf_seq)
        )
        .outerjoin(
            EvidenceItem,
            and_(
                EvidenceItem.school_id == ObservationRow.school_id,
                EvidenceItem.item_uid == ObservationRow.item_uid,
            ),
        )
        .where(ObservationRow.school_id == school_id)
        .order_by(ObservationRow.id)
        .execution_options(yield_per=_ROWS_AT_ONCE)
    )
    for row, kind, uid, committed, state in session.execute(query):
        where = f"observation {row.uid} of item {row.item_uid}"
        if kind != LeafKind.OBSERVATION or uid != row.uid:
            yield where, "the log has no line of it"
        elif row.record is None and row.salt is None:
            if state != EvidenceState.ERASED:
                yield where, "is empty, and its item was not erased"
        elif row.record is None or row.salt is None or commitment(row.salt, row.record) != committed:
            yield where, "does not match the commitment made when it was seen"
        elif json.loads(row.record)["item_id"] != row.item_uid:
            yield where, "its row says something else than what was committed to"


def _leaves_alone(session: Session, school_id: int) -> Iterator[tuple[str, str]]:
    """Lines of the log whose event or observation is gone: neither is ever removed, only emptied."""
    event, seen = aliased(CustodyEvent), aliased(ObservationRow)
    query = (
        select(Leaf.seq, Leaf.item_uid, Leaf.kind)
        .outerjoin(event, and_(event.school_id == Leaf.school_id, event.leaf_seq == Leaf.seq))
        .outerjoin(seen, and_(seen.school_id == Leaf.school_id, seen.leaf_seq == Leaf.seq))
        .where(
            Leaf.school_id == school_id,
            or_(
                and_(Leaf.kind == LeafKind.CUSTODY, event.id.is_(None)),
                and_(Leaf.kind == LeafKind.OBSERVATION, seen.id.is_(None)),
            ),
        )
        .execution_options(yield_per=_ROWS_AT_ONCE)
    )
    for _seq, uid, kind in session.execute(query):
        name = "custody event" if kind == LeafKind.CUSTODY else "observation"
        yield f"{name} {uid}", "is missing"
