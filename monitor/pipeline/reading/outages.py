"""Keeping account of when a source was not seen, so that "nothing found" never hides "not looked"."""

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from connectors.errors import ConnectorError
from monitor.site import Site
from monitor.store.models import Outage, Source

_UNWATCHED_AFTER = 3
"""Intervals without a look after which the span counts as not watched."""


def current_outage(session: Session, source: Source) -> Outage | None:
    query = select(Outage).where(
        Outage.school_id == source.school_id, Outage.source_id == source.id, Outage.ended_at.is_(None)
    )
    return session.scalars(query).first()


def note_outage(session: Session, source: Source, error: ConnectorError, now: datetime) -> None:
    """Open an outage, or keep the open one up to date with what is wrong now."""
    outage = current_outage(session, source)
    if outage is None:
        outage = Outage(school_id=source.school_id, source_id=source.id, started_at=now)
        session.add(outage)
    outage.problem = type(error).__name__
    outage.words = str(error)
    outage.mend = error.mend


def end_outage(session: Session, source: Source, now: datetime) -> None:
    outage = current_outage(session, source)
    if outage is not None:
        outage.ended_at = now


def note_unwatched(session: Session, source: Source, now: datetime, interval: timedelta) -> None:
    """Record a span in which nobody looked at all, because the service was not running.

    Asked before an outage is opened or ended: the poll that comes after the silence may fail as well.
    """
    since = source.last_success_at
    if since is None or current_outage(session, source) is not None:
        return
    if now - since > max(interval * _UNWATCHED_AFTER, timedelta(minutes=15)):
        session.add(
            Outage(
                school_id=source.school_id,
                source_id=source.id,
                started_at=since,
                ended_at=now,
                problem="NotRunning",
                words="schoolwatch was not running, or its machine was asleep.",
                mend="Nothing: what the platform still shows of that span is read from now on.",
            )
        )


_A_PERSON_MENDS = (
    "Blocked",
    "CredentialsRefused",
    "CreditsUsedUp",
    "PermissionMissing",
    "SourceMisconfigured",
)


def ask_again_what_was_mended(session: Session, site: Site) -> None:
    """Whoever mended a token starts the service anew, and should not wait half an hour for the proof."""
    broken = select(Outage.source_id).where(
        Outage.school_id == site.school_id, Outage.ended_at.is_(None), Outage.problem.in_(_A_PERSON_MENDS)
    )
    session.execute(update(Source).where(Source.id.in_(broken)).values(next_poll_at=site.now()))
