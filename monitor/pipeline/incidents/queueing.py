"""The open incidents in the order in which somebody might look at them; the order decides nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from alerts.ladder.state import Ladder
from alerts.seriousness import Course, Seriousness, seriousness
from config.words import Lane, Severity
from monitor.pipeline.incidents.ladders import read_ladder
from monitor.site import Site
from monitor.store.models import Incident


@dataclass(frozen=True)
class Queued:
    reference: str
    severity: Severity
    lane: Lane
    opened_at: datetime
    score: Seriousness


def queue(site: Site) -> list[Queued]:
    """By priority, within it the most serious first; of equals, the older."""
    with site.database.read() as session:
        found = list(_queued(session, site))
    return sorted(found, key=lambda one: (-one.severity.rank, -one.score.total, one.opened_at))


def _queued(session: Session, site: Site) -> Iterator[Queued]:
    query = select(Incident).filter_by(school_id=site.school_id, state="open")
    for incident in session.scalars(query.options(selectinload(Incident.items))):
        score = score_of(incident, read_ladder(incident), site.now())
        yield Queued(
            incident.reference, Severity(incident.severity), Lane(incident.lane), incident.opened_at, score
        )


def score_of(incident: Incident, ladder: Ladder, now: datetime) -> Seriousness:
    """The four parts for one incident as it stands now (NEU 10.2)."""
    course = Course(
        _visible(ladder, now), further_copies=max(0, len(incident.items) - 1), came_back=ladder.re_opened
    )
    return seriousness(ladder.matter, ladder.lane, ladder.severity, course)


def _visible(ladder: Ladder, now: datetime) -> timedelta:
    """From when it was published, or first seen, until it was gone or hidden, or until now."""
    seen = ladder.presence
    ends = [at for at in (seen.gone_since if seen.gone_confirmed_at else None, seen.hidden_at) if at]
    since = ladder.matter.published_at or ladder.first_seen_at
    return max(timedelta(0), min(ends, default=now) - since)
