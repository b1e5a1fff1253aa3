"""A letter's row: found, locked, and each act on it noted in the custody record."""

from typing import Any

from sqlalchemy.orm import Session

from monitor.site import Site
from monitor.store import custody
from monitor.store.models import Incident, Letter


class LetterRefused(Exception):
    """Something that a letter's rules do not allow; the text says why, and the mend."""


class NoSuchLetter(Exception):
    """There is no such letter or incident; the text says how to find the right one."""


def found(session: Session, site: Site, letter_id: int) -> Letter:
    row = session.get(Letter, letter_id)
    if row is None or row.school_id != site.school_id:
        raise NoSuchLetter(f"there is no letter {letter_id}; `schoolwatch letters` lists them")
    return row


def locked(session: Session, site: Site, letter_id: int) -> Letter:
    """The letter, so that two people who change it at once follow one another. Raises LetterRefused."""
    custody.first_in_line(session, site.school_id)
    row = found(session, site, letter_id)
    session.refresh(row, with_for_update=True)
    if row.locked:
        raise LetterRefused(
            f"letter {letter_id} is locked with its evidence; `schoolwatch evidence unlock` opens it"
        )
    return row


def note(session: Session, site: Site, row: Letter, action: str, by: str, **details: Any) -> None:
    """One line in the custody record: who did what to which letter; none of its words."""
    incident = session.get(Incident, row.incident_id) if row.incident_id else None
    custody.note(
        session, site.school_id, site.now(), action, actor=by,
        reference=incident.reference if incident else None, letter=row.uid, kind=str(row.kind), **details,
    )  # fmt: skip
