"""Finding an incident by its reference."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor.store.models import Incident


class NoSuchIncident(Exception):
    """There is no such incident; the text says how to find the right one."""


def incident_called(session: Session, school_id: int, reference: str, *, lock: bool = False) -> Incident:
    """The incident of a reference, typed in any case. Raises NoSuchIncident.

    `lock` keeps it for this transaction, so that two people who decide at once follow one another; whoever
    appends to the log locks the school first.
    """
    query = select(Incident).filter_by(school_id=school_id, reference=reference.strip().upper())
    found = session.scalars(query.with_for_update() if lock else query).one_or_none()
    if found is None:
        raise NoSuchIncident(f"there is no incident {reference}; `schoolwatch incidents` lists them")
    return found
