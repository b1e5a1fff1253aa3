"""Whom to mail about an incident: by lane and role, and never somebody who is named in it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.ladder.policy import calendar_of
from alerts.recipients import NobodyToTell, recipients
from config.schema import Person
from config.words import Lane, Severity
from monitor.pipeline.incidents.ladders import policy_in_force
from monitor.pipeline.telling.operator_alerts import Trouble, tell_operators
from monitor.site import Site
from monitor.store.models import Incident, IncidentItem, Judgement, StaffMember


def people_to_tell(
    session: Session, site: Site, incident: Incident, now: datetime, *, among: Sequence[Person] | None = None
) -> tuple[Person, ...]:
    """Who is mailed about an incident; when nobody may be, whoever runs the service hears that."""
    named = named_staff(session, incident)
    try:
        return recipients(
            Lane(incident.lane),
            Severity(incident.severity),
            site.settings.people if among is None else among,
            named_staff=named,
            subject_is_head=head_is_among(session, site.school_id, named),
            at=now,
            calendar=calendar_of(policy_in_force(site.settings)),
        )
    except NobodyToTell as nobody:
        trouble = Trouble("nobody_to_tell", incident.reference, str(nobody), "Add people to the settings.")
        tell_operators(session, site, trouble)
        return ()


def named_staff(session: Session, incident: Incident) -> frozenset[str]:
    """The register ids of the staff that an incident's items speak of."""
    query = (
        select(Judgement.staff)
        .join(IncidentItem, IncidentItem.item_id == Judgement.item_id)
        .where(IncidentItem.incident_id == incident.id)
    )
    return frozenset(staff_id for ids in session.scalars(query) for staff_id in ids)


def head_is_among(session: Session, school_id: int, named: frozenset[str]) -> bool:
    if not named:
        return False
    query = select(StaffMember.role).where(
        StaffMember.school_id == school_id, StaffMember.staff_id.in_(named)
    )
    return any(_is_head(role.casefold()) for role in session.scalars(query))


def _is_head(role: str) -> bool:
    heads = (
        "head",
        "headteacher",
        "headmaster",
        "headmistress",
        "executive head",
        "acting head",
        "interim head",
    )
    return any(role == head or role.startswith((f"{head} ", f"{head}teacher")) for head in heads) and (
        "head of" not in role
    )
