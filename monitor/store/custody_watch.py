"""What the store itself writes into the custody record, so that no caller can forget it.

A change of an evidence row becomes an event, and every event becomes a leaf, when the session is flushed.
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Delete, Update, event, inspect
from sqlalchemy.orm import ORMExecuteState, Session

from monitor.clock import utc_now
from monitor.evidence.bundle import SEAL
from monitor.evidence.identity import new_uid
from monitor.evidence.leaf import LeafKind, commit_to
from monitor.evidence.lockbox import BOX
from monitor.store import custody, log
from monitor.store.models import CustodyEvent, EvidenceItem

CLOCK = "now"
"""Where a session keeps the injected clock."""


class EvidenceInBulk(Exception):
    """Evidence rows were to be changed by one statement, which the custody record would not see."""


@event.listens_for(Session, "before_flush")
def _write_custody(session: Session, _context: object, _instances: object) -> None:
    for row in list(session.new):
        if isinstance(row, EvidenceItem):
            _note_change(session, row, "sealed", row.sealed_at, {"after": _seal(row.files)})
    for row in list(session.dirty):
        if isinstance(row, EvidenceItem):
            _note_changed(session, row)
    for row in list(session.deleted):
        if isinstance(row, EvidenceItem):
            _note_change(session, row, "erased", _now(session), {"before": _seal(row.files)})
    _make_leaves(session, [row for row in session.new if isinstance(row, CustodyEvent)])


@event.listens_for(Session, "do_orm_execute")
def _refuse_bulk(state: ORMExecuteState) -> None:
    statement = state.statement
    if isinstance(statement, Update | Delete) and _name(statement.table) == EvidenceItem.__tablename__:
        raise EvidenceInBulk(
            "Evidence rows are changed one by one through the session: a statement over many of them "
            "would leave no custody event."
        )


def _name(table: object) -> str:
    """The table that a statement names may be a marked copy of ours."""
    return getattr(table, "name", "")


def _note_changed(session: Session, row: EvidenceItem) -> None:
    before = dict(_changes(row))
    if not before.keys() & {"files", "withheld", "state"}:
        return
    details = {"before": _seal(before.get("files", row.files)), "after": _seal(row.files)}
    _note_change(session, row, _act(row, before), _now(session), details)


def _changes(row: EvidenceItem) -> Iterator[tuple[str, Any]]:
    """Column → what it was, of those that say something else now."""
    for attribute in inspect(row).attrs:
        history = attribute.load_history()
        if history.has_changes() and history.deleted and history.deleted[0] != attribute.value:
            yield attribute.key, history.deleted[0]


def _act(row: EvidenceItem, before: dict[str, Any]) -> str:
    if "state" in before:
        state = str(getattr(row, "state", ""))
        return "unlocked" if state == "open" else state
    if "withheld" in before:
        return "withheld" if row.withheld else "released"
    return "reduced" if row.withheld else "files_changed"


def _note_change(
    session: Session, row: EvidenceItem, action: str, at: datetime, details: dict[str, Any]
) -> None:
    """The artefact is named by the hash of its seal, which is salted; a file's own could be guessed."""
    if row.withheld is not None:
        details |= {"reason": row.withheld}
    custody.note(session, row.school_id, at, action, item_uid=row.item_uid, **details)


def _seal(files: dict[str, Any] | None) -> str | None:
    """Of what is locked, the hash of its box: the event of the locking commits to it."""
    return (files or {}).get(SEAL) or (files or {}).get(BOX)


def _now(session: Session) -> datetime:
    now: datetime = session.info.get(CLOCK, utc_now)()
    return now


def _make_leaves(session: Session, events: list[CustodyEvent]) -> None:
    fresh = sorted((one for one in events if one.leaf_seq is None), key=_place)
    for (school_id, at), together in groupby(fresh, key=lambda one: (one.school_id, one.at)):
        _append(session, school_id, at, list(together))


def _place(one: CustodyEvent) -> tuple[int, datetime, int]:
    """In the order in which they were added, which SQLAlchemy gives its new rows too."""
    return one.school_id, one.at, inspect(one).insert_order or 0


def _append(session: Session, school_id: int, at: datetime, events: list[CustodyEvent]) -> None:
    commitments = []
    for one in events:
        one.uid = one.uid or new_uid(at)
        one.content = custody.event_content(one)
        commitments.append(commit_to(one.content))
    entries = [
        log.Entry(LeafKind.CUSTODY, one.uid or "", made.commit)
        for one, made in zip(events, commitments, strict=True)
    ]
    for one, made, leaf in zip(events, commitments, log.append(session, school_id, at, entries), strict=True):
        one.salt, one.leaf_seq = made.salt, leaf.seq
