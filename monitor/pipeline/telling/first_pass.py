"""The first pass over an old page is told in one digest, so that it does not bury anybody."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from alerts.mail.drafts import digest_draft
from alerts.mail.facts import DigestFacts
from config.schema import Person
from config.words import Lane, Severity
from monitor.pipeline.sealing_up.checkpointing import foot
from monitor.pipeline.telling import outbox
from monitor.pipeline.telling.digest_lines import digest_line, worst_of
from monitor.pipeline.telling.people import people_to_tell
from monitor.pipeline.telling.quiet_hours import may_wait, quiet_hold
from monitor.site import Site
from monitor.store.models import Incident, IncidentItem, Item, ItemState, Source, StreamCursor


def tell_first_passes(site: Site) -> None:
    """Queue the digest of each source whose old pages have been read and judged to their end.

    A stream that was added later is another old page. One that cannot be read to its end does not hold
    back what the others found: that is told when it has waited as long as an operator alert would.
    """
    with site.database.write() as session:
        # Of two that come at once, one tells and the other passes on.
        query = select(Source).filter_by(school_id=site.school_id).with_for_update(skip_locked=True)
        for source in session.scalars(query):
            if not _still_waiting(session, source):
                _tell_if_read(session, site, source)


def _tell_if_read(session: Session, site: Site, source: Source) -> None:
    untold = _untold(session, source)
    waited = max((site.now() - incident.opened_at for incident in untold), default=timedelta(0))
    read_to_the_end = source.first_pass_done_at is not None and not _still_reading(session, source)
    if untold and (read_to_the_end or waited >= site.settings.operations.alert_after):
        _tell(session, site, source, untold)


def _still_reading(session: Session, source: Source) -> bool:
    query = select(StreamCursor.id).filter_by(source_id=source.id, first_pass_done_at=None).limit(1)
    return session.execute(query).first() is not None


def _still_waiting(session: Session, source: Source) -> bool:
    query = select(Item.id).filter_by(source_id=source.id, state=ItemState.WAITING).limit(1)
    return session.execute(query).first() is not None


def _tell(session: Session, site: Site, source: Source, untold: Sequence[Incident]) -> None:
    by_person: dict[str, list[Incident]] = {}
    for incident in untold:
        for person in people_to_tell(session, site, incident, site.now()):
            by_person.setdefault(person.email, []).append(incident)
        incident.told_at = site.now()
    people = {person.email: person for person in site.settings.people}
    for email, incidents in by_person.items():
        _queue(session, site, source, people[email], incidents)


def _untold(session: Session, source: Source) -> Sequence[Incident]:
    """Incidents of the first pass that nobody was mailed about yet."""
    of_source = (
        select(IncidentItem.incident_id)
        .join(Item, Item.id == IncidentItem.item_id)
        .where(Item.source_id == source.id)
    )
    query = (
        select(Incident)
        .where(Incident.id.in_(of_source), Incident.first_pass, Incident.told_at.is_(None))
        .order_by(Incident.id)
    )
    return session.scalars(query).all()


def _queue(
    session: Session, site: Site, source: Source, person: Person, incidents: Sequence[Incident]
) -> None:
    facts = DigestFacts(
        school_name=site.school_name,
        lines=tuple(digest_line(incident) for incident in incidents),
        first_pass_of=source.name,
        items_seen=_count(session, source),
        not_judged=_count(session, source, ItemState.NOT_JUDGED),
        checkpoint=foot(session, site),
    )
    worst = worst_of(incidents)
    urgent = any(not may_wait(Severity(one.severity), Lane(one.lane)) for one in incidents)
    letter = outbox.Letter(
        "digest",
        f"first-pass:{source.name}:{incidents[0].reference}",
        person.email,
        outbox.priority_of(worst),
        digest_draft(facts),
        held=None if urgent else quiet_hold(site.settings.alerts, site.now()),
    )
    outbox.queue(session, site.school_id, site.settings.mail, letter, site.now())


def _count(session: Session, source: Source, state: ItemState | None = None) -> int:
    query = select(func.count()).select_from(Item).where(Item.source_id == source.id, Item.first_pass)
    return session.scalar(query.where(Item.state == state) if state else query) or 0
