"""What a person finds out about an incident: the facts change, lane and tasks follow, people hear of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from alerts.ladder import correcting
from alerts.ladder.correcting import Correction
from alerts.ladder.state import Ladder
from config.schema import Person, Role
from config.words import Lane, Severity
from monitor.pipeline.incidents.decisions import Opened, incident_in_turn, opened_since
from monitor.pipeline.incidents.ladders import read_ladder, write_ladder
from monitor.pipeline.telling.alerting import queue_alert
from monitor.pipeline.telling.people import people_to_tell
from monitor.site import Site
from monitor.store import custody
from monitor.store.models import Incident


@dataclass(frozen=True)
class Corrected:
    reference: str
    lane: Lane
    severity: Severity
    opened: tuple[Opened, ...]


def correct(site: Site, reference: str, correction: Correction, *, reason: str, by: str) -> Corrected:
    """Record what is known better now. Whoever the new lane concerns is told as of a new incident.

    Raises NoSuchTask or LadderRefused.
    """
    with incident_in_turn(site, reference) as (session, incident):
        before, now = read_ladder(incident), site.now()
        told = people_to_tell(session, site, incident, now)
        after = correcting.correct(before, correction, reason=reason, by=by, at=now)
        write_ladder(session, incident, after)
        custody.note(
            session, site.school_id, now, "incident_corrected", actor=by, reference=incident.reference,
            facts=[said.partition(":")[0] for said in after.changes[-1].what], lane=str(after.lane),
        )  # fmt: skip
        session.flush()
        if _is_graver(before, after):
            queue_alert(session, site, incident, after, f"corrected:{len(after.changes)}")
        elif after.lane is not before.lane and after.closing is None:
            _tell_who_is_new(session, site, incident, after, told)
        return Corrected(incident.reference, after.lane, after.severity, opened_since(incident, before))


def _tell_who_is_new(
    session: Session, site: Site, incident: Incident, after: Ladder, told: Sequence[Person]
) -> None:
    """In a milder lane others lead; whoever has not heard of it would find out when it is overdue."""
    new = [person for person in people_to_tell(session, site, incident, site.now()) if person not in told]
    if new:
        queue_alert(session, site, incident, after, None, to=new)


def _is_graver(before: Ladder, after: Ladder) -> bool:
    order = list(Lane)
    stricter = order.index(after.lane) < order.index(before.lane)
    return stricter or after.severity.rank > before.severity.rank


def add_note(site: Site, reference: str, text: str, *, by: str, role: Role) -> None:
    """A note on the record; once it was handed over, only by the head or the DSL (QC and Nunney 1.2.3)."""
    with incident_in_turn(site, reference) as (session, incident):
        noted = correcting.note(read_ladder(incident), text, by=by, role=role, at=site.now())
        write_ladder(session, incident, noted)
        custody.note(
            session, site.school_id, site.now(), "note_added", actor=by, role=str(role),
            reference=incident.reference,
        )  # fmt: skip
