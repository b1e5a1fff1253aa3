"""Appending to the log of commitments. One writer at a time, numbers without a hole."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from monitor.evidence.leaf import LeafKind, leaf_body
from monitor.store.bulk import insert_many
from monitor.store.models import Leaf, School

GREW = "log_grew"
"""Set in a session's `info` when its transaction adds to the log: whoever commits it has a copy made."""


@dataclass(frozen=True)
class Entry:
    kind: LeafKind
    item_uid: str
    commit: str


_LEAVES = Leaf.metadata.tables["leaves"]
# With marks in place of values it is understood once. No school that is loaded is asked for its count.
_RAISED = (
    update(School)
    .where(School.id == bindparam("school"))
    .values(leaf_count=School.leaf_count + bindparam("more"))
    .returning(School.leaf_count)
    .execution_options(synchronize_session=False)
)


class Appended(NamedTuple):
    """A leaf that was added: its place, and its bytes."""

    seq: int
    body: str


def append(session: Session, school_id: int, at: datetime, entries: Sequence[Entry]) -> list[Appended]:
    """Add leaves in order, inside the caller's transaction.

    Raising the school's count locks its row until the commit, so two writers can neither give a number
    twice nor leave one out.
    """
    if not entries:
        return []
    last = session.execute(_RAISED, {"school": school_id, "more": len(entries)}).scalar_one()
    first = last - len(entries)
    rows = [_leaf(school_id, first + offset, at, entry) for offset, entry in enumerate(entries)]
    insert_many(session, _LEAVES, rows)
    session.info[GREW] = True
    return [Appended(row["seq"], row["body"]) for row in rows]


def _leaf(school_id: int, seq: int, at: datetime, entry: Entry) -> dict[str, Any]:
    """A row for one statement over many: an object each would take longer than all the hashing."""
    return {
        "school_id": school_id,
        "seq": seq,
        "kind": str(entry.kind),
        "at": at,
        "item_uid": entry.item_uid,
        "commitment": entry.commit,
        "body": leaf_body(seq, entry.kind, at, entry.item_uid, entry.commit).decode(),
    }
