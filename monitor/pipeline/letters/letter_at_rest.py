"""What letters say ends with their incident: locked with its evidence, and erased with it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from monitor.store.models import Incident, Letter, LetterState

ERASED = "(erased)"


def letter_words(session: Session, incident_id: int) -> dict[str, dict[str, Any]]:
    """Uid → what a letter says, of those that do not wait to be sent; for the incident's box."""
    return {
        row.uid: {"fields": row.fields, "body": row.body, "note": row.note}
        for row in _of(session, incident_id)
        if not row.locked and row.state != LetterState.QUEUED and row.erased_at is None
    }


def blank_letters(session: Session, incident_id: int, words: Mapping[str, Any]) -> None:
    """Take out what `letter_words` gave; what was written since stays until the next box."""
    for row in _of(session, incident_id):
        if row.uid in words:
            row.fields, row.body, row.note, row.locked = {}, None, None, True


def put_back_letters(session: Session, incident_id: int, words: Mapping[str, Any]) -> None:
    for row in _of(session, incident_id):
        if row.locked and row.uid in words:
            said = words[row.uid]
            row.fields, row.body, row.note, row.locked = said["fields"], said["body"], said["note"], False


def waits_for_a_box() -> ColumnElement[bool]:
    """In a query of incidents: one has a letter in clear that does not wait to be sent."""
    in_clear = Letter.locked.is_(False) & Letter.erased_at.is_(None) & (Letter.state != LetterState.QUEUED)
    return exists().where(Letter.incident_id == Incident.id, in_clear)


def _of(session: Session, incident_id: int) -> list[Letter]:
    return list(session.scalars(select(Letter).filter_by(incident_id=incident_id).order_by(Letter.id)))


def forget(session: Session, incident_ids: Sequence[int], at: datetime) -> None:
    """Erase what letters about these incidents say and to whom they went; that there was one stays."""
    for row in session.scalars(select(Letter).where(Letter.incident_id.in_(incident_ids))):
        row.fields, row.title, row.body, row.note, row.sent_to = {}, None, None, None, []
        row.made_by, row.locked = ERASED, False
        for name in ("approved_by", "sent_by"):
            setattr(row, name, ERASED if getattr(row, name) else None)
        row.erased_at = at
