"""For whom an export is made, and which incidents they are not shown: those that name one of them."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.recipients import BY_LANE, NEXT_TO, NobodyToTell, holders, not_named
from config.schema import Person, Role
from config.words import Lane
from monitor.pipeline.telling.people import head_is_among
from monitor.site import Site
from monitor.store.models import IncidentItem, Judgement


def lanes_of(role: Role) -> tuple[Lane, ...]:
    """The lanes whose incidents somebody in this role is told of. The headteacher sees them all."""
    if role is Role.HEADTEACHER:
        return tuple(Lane)
    return tuple(
        lane
        for lane in Lane
        if role in BY_LANE[lane] or any(NEXT_TO.get(one) is role for one in BY_LANE[lane])
    )


def readers_of(site: Site, role: Role) -> tuple[Person, ...]:
    """Who reads the export for a role: its holders, or whoever stands in; nobody when there is neither.

    Somebody named in an incident still reads of the others, so no name is taken out here.
    """
    try:
        return holders(role, site.settings.people, named_staff=frozenset(), subject_is_head=False)
    except NobodyToTell:
        return ()


def kept_from(session: Session, site: Site, readers: Sequence[Person]) -> frozenset[int]:
    """The incidents that name one of the readers: counted for them, and not shown."""
    return frozenset(
        incident_id
        for incident_id, named in _named(session, site.school_id).items()
        if not _may_all_see(session, site, readers, frozenset(named))
    )


def _named(session: Session, school_id: int) -> dict[int, set[str]]:
    query = (
        select(IncidentItem.incident_id, Judgement.staff)
        .join(Judgement, Judgement.item_id == IncidentItem.item_id)
        .where(IncidentItem.school_id == school_id)
    )
    named: dict[int, set[str]] = defaultdict(set)
    for incident_id, staff in session.execute(query):
        named[incident_id].update(staff)
    return {incident_id: staff for incident_id, staff in named.items() if staff}


def _may_all_see(session: Session, site: Site, readers: Sequence[Person], named: frozenset[str]) -> bool:
    head = head_is_among(session, site.school_id, named)
    allowed = not_named(site.settings.people, named, subject_is_head=head)
    return all(reader in allowed for reader in readers)
