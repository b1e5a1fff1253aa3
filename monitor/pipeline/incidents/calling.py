"""What stands on the call sheet of an incident, from the rows; that it was printed is on record."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.call_sheet import CallSheet, Reference, call_sheet
from config.words import Lane
from monitor.evidence.captures import capture_folder
from monitor.pipeline.sealing_up.pictures import ruling_of
from monitor.pipeline.telling.people import people_to_tell
from monitor.site import Site
from monitor.store import custody
from monitor.store.incidents import incident_called
from monitor.store.models import Capture, CaptureState, Incident, Item, Ruling


class NoCallSheet(Exception):
    """An incident that has no call sheet; the text says what would give it one."""


def call_sheet_of(site: Site, reference: str, *, actor: str) -> str:
    """Raises NoSuchTask or NoCallSheet."""
    with site.database.write() as session:
        incident = incident_called(session, site.school_id, reference)
        if incident.lane != Lane.INDECENT_IMAGE:
            raise NoCallSheet(
                f"{reference} is not about a possible indecent image of a child. If one is suspected: "
                f"schoolwatch incidents picture {reference} --suspected --by NAME --reason …"
            )
        facts = _facts(session, site, incident)
        for item in incident.items:
            custody.note(
                session, site.school_id, site.now(), "call_sheet", actor=actor, purpose="call sheet",
                item_uid=item.uid, reference=reference,
            )  # fmt: skip
    return call_sheet(facts)


def _facts(session: Session, site: Site, incident: Incident) -> CallSheet:
    return CallSheet(
        school=site.school_name,
        nation=site.settings.school.nation,
        reference=incident.reference,
        made_at=site.now(),
        suspected=_suspected(session, incident),
        items=tuple(_reference(item) for item in incident.items),
        people=people_to_tell(session, site, incident, site.now()),
        contacts=site.settings.contacts,
        isolated=tuple(_isolated(session, site, incident)),
    )


def _suspected(session: Session, incident: Incident) -> str:
    ruling = ruling_of(session, incident.id)
    if ruling is not None and ruling.ruling == Ruling.SUSPECTED:
        return f"by {ruling.decided_by}, {ruling.decided_at:%Y-%m-%d %H:%M} UTC"
    return "by the program, from words alone; it does not look at pictures"


def _reference(item: Item) -> Reference:
    return Reference(
        platform=item.platform,
        external_id=item.external_id,
        url=item.url,
        account=item.author_handle or item.author_name or item.author_id or "",
        posted_at=item.posted_at,
        seen_at=item.first_seen_at,
        item_id=item.uid,
    )


def _isolated(session: Session, site: Site, incident: Incident) -> list[str]:
    query = select(Capture).filter_by(incident_id=incident.id, state=CaptureState.ISOLATED)
    return [str(capture_folder(site.evidence, row.item_uid, row.number)) for row in session.scalars(query)]
