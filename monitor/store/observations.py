"""What was seen of evidence after it was sealed: a row and a leaf each, never a change of what stands."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from monitor.evidence.identity import new_uid
from monitor.evidence.leaf import LeafKind, commit_to
from monitor.evidence.observation import Observation, observation_record
from monitor.store import log
from monitor.store.models import ObservationRow


def observe(
    session: Session, school_id: int, at: datetime, seen: Sequence[Observation],
    *, tool: Mapping[str, str | None], how: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    """Write observations in the caller's transaction, which locks the school before any incident."""
    uids = [new_uid(at) for _ in seen]
    records = [
        observation_record(one, uid=uid, at=at, tool=tool, how=how)
        for one, uid in zip(seen, uids, strict=True)
    ]
    made = [commit_to(record) for record in records]
    entries = [log.Entry(LeafKind.OBSERVATION, uid, one.commit) for uid, one in zip(uids, made, strict=True)]
    leaves = log.append(session, school_id, at, entries)
    session.add_all(
        ObservationRow(
            school_id=school_id,
            uid=uid,
            item_uid=one.item_uid,
            at=at,
            observed=str(one.observed),
            leaf_seq=leaf.seq,
            salt=commit.salt,
            record=record,
        )
        for one, uid, commit, record, leaf in zip(seen, uids, made, records, leaves, strict=True)
    )


def of_item(session: Session, school_id: int, item_uid: str) -> Sequence[ObservationRow]:
    """All that was seen of an item after it was sealed, oldest first."""
    query = select(ObservationRow).filter_by(school_id=school_id, item_uid=item_uid)
    return session.scalars(query.order_by(ObservationRow.id)).all()


def forget(session: Session, school_id: int, item_uid: str) -> int:
    """Erase what was seen of an item, salts included, and answer how many there were. The leaves stay."""
    erased = update(ObservationRow).where(
        ObservationRow.school_id == school_id,
        ObservationRow.item_uid == item_uid,
        ObservationRow.record.is_not(None),
    )
    found = session.scalars(erased.values(salt=None, record=None).returning(ObservationRow.id))
    return len(found.all())
