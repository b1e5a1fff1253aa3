"""A critical incident at school (Nunney 2.9): looked at oftener, said on every screen, ended by a person."""

from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from monitor.site import Site
from monitor.store import custody
from monitor.store.models import CriticalIncident, Source

LOOK_EVERY = timedelta(minutes=1)
"""Unless a platform asks for a longer pause."""


class CriticalRefused(Exception):
    """It cannot be started or ended now; the text says why."""


def start(site: Site, *, by: str, reason: str) -> CriticalIncident:
    """Every source is due at once, and then every minute."""
    if not reason.strip():
        raise CriticalRefused("say in a few words what has happened, without names: --reason")
    with site.database.write() as session:
        if current(session, site) is not None:
            raise CriticalRefused("it is on already; `schoolwatch critical end` ends it")
        now = site.now()
        row = CriticalIncident(school_id=site.school_id, started_at=now, started_by=by, reason=reason.strip())
        session.add(row)
        due = update(Source).where(Source.school_id == site.school_id, Source.next_poll_at > now)
        session.execute(due.values(next_poll_at=now))
        custody.note(session, site.school_id, now, "critical_incident_started", actor=by)
        session.flush()
        session.expunge(row)
        return row


def end(site: Site, *, by: str) -> None:
    with site.database.write() as session:
        row = current(session, site)
        if row is None:
            raise CriticalRefused("no critical incident is on")
        row.ended_at, row.ended_by = site.now(), by
        custody.note(session, site.school_id, site.now(), "critical_incident_ended", actor=by)


def current(session: Session, site: Site) -> CriticalIncident | None:
    query = select(CriticalIncident).where(
        CriticalIncident.school_id == site.school_id, CriticalIncident.ended_at.is_(None)
    )
    return session.scalars(query).first()
