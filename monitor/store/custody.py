"""The custody record: who did what to which evidence, and why.

An event is a row and a leaf of the log at once: `custody_watch` makes the leaf when the row is written, in
the same transaction, whoever wrote the row. What an event says stands in clear in `content`, with its salt
beside it; both can be erased later, and the leaf stays valid.

Appending a leaf locks the school's row until the commit. On PostgreSQL a transaction that locks an incident
as well locks the school first (`first_in_line`), or two of them wait for each other.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from monitor.evidence.canonical import canonical_json
from monitor.evidence.identity import new_uid
from monitor.evidence.machine import host_id
from monitor.store.models import CustodyEvent, School

DAEMON = "schoolwatch"
"""The actor of whatever no person did."""
SYSTEM = "system"
"""The role of that actor."""
ERASED = "erased"
"""Stands for the actor of an event whose content was erased."""
EVENT_SCHEMA = "schoolwatch-custody-1"
BY_DETAILS = ("role", "authority", "purpose")
"""Fields of an event that the row keeps among its details."""
_ACTING = "custody_acting"


def note(
    session: Session, school_id: int, at: datetime, action: str, *,
    actor: str | None = None, role: str | None = None, authority: str | None = None,
    purpose: str | None = None, item_uid: str | None = None, reference: str | None = None, **details: Any,
) -> CustodyEvent:  # fmt: skip
    """Write one event in the caller's transaction, so that the act and its record cannot part.

    `details` are JSON values without personal data of pupils; `sha256`, `before`, `after` and `match` are the
    words for what an artefact's hash was and is. Its leaf is made when the session is flushed.
    """
    acting = session.info.get(_ACTING, {})
    said = {
        "role": role or acting.get("role") or (SYSTEM if actor in (None, DAEMON) else None),
        "authority": authority or acting.get("authority"),
        "purpose": purpose or acting.get("purpose"),
    }
    event = CustodyEvent(
        school_id=school_id,
        at=at,
        action=action,
        actor=actor or acting.get("actor") or DAEMON,
        item_uid=item_uid,
        reference=reference,
        details={**details, **{name: value for name, value in said.items() if value is not None}},
        uid=new_uid(at),
    )
    session.add(event)
    return event


def acting(
    session: Session, *, actor: str, role: str | None = None,
    authority: str | None = None, purpose: str | None = None,
) -> None:  # fmt: skip
    """Say for the rest of this session who acts, and why, in the events that the store writes by itself."""
    session.info[_ACTING] = {"actor": actor, "role": role, "authority": authority, "purpose": purpose}


def first_in_line(session: Session, school_id: int) -> None:
    """Lock the school's row before any incident: whoever appends a leaf takes the locks in this order.

    The lock lets others write rows that belong to the school: one that holds an incident and queues a mail,
    as the ladder's clock does, would otherwise wait for somebody who waits for that incident.
    """
    session.execute(select(School.id).filter_by(id=school_id).with_for_update(key_share=True))


def event_content(event: CustodyEvent) -> bytes:
    """What an event's leaf commits to: every column of it, and where it was written."""
    return canonical_json({"schema": EVENT_SCHEMA, "host": host_id(), **said_by_row(event)})


def said_by_row(event: CustodyEvent) -> Mapping[str, Any]:
    """The part of `event_content` that follows from the row alone, by which the two are compared."""
    details = dict(event.details)
    return {
        "event_id": event.uid,
        "at": event.at.isoformat(timespec="microseconds"),
        "action": event.action,
        "actor": event.actor,
        **{name: details.pop(name, None) for name in BY_DETAILS},
        "item_id": event.item_uid,
        "reference": event.reference,
        "details": details,
    }


def forget(session: Session, school_id: int, which: ColumnElement[bool]) -> int:
    """Erase what some events say, salt included, and answer how many there were.

    That something was done, when, and its leaf stay. The database allows no other change of an event.
    """
    session.flush()
    those = update(CustodyEvent).where(
        CustodyEvent.school_id == school_id, which, CustodyEvent.actor != ERASED
    )
    erased = those.values(actor=ERASED, details={}, salt=None, content=None).returning(CustodyEvent.id)
    return len(session.scalars(erased).all())
