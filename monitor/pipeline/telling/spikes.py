"""Many at once, told in one alert: a pile-on on one incident, or many incidents of one source.

What is critical, or in a lane where somebody may have to act at once, is told singly all the same.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from alerts.mail.facts import Spike
from config.words import Severity
from monitor.pipeline.incidents.ladders import read_ladder
from monitor.pipeline.telling import outbox
from monitor.pipeline.telling.alerting import pile_on_event, queue_pile_on
from monitor.pipeline.telling.quiet_hours import MAY_WAIT, quiet_until
from monitor.site import Site
from monitor.store.models import Incident, IncidentItem, Item, MailState, OutgoingMail, Source

_KEY = "spike:"


def gather_spikes(session: Session, site: Site, items: Sequence[Item]) -> None:
    """Look at what a batch has raised, before any of its mails can leave."""
    session.flush()
    fresh = [item for item in items if not item.first_pass]
    for source_id in sorted({item.source_id for item in fresh}):
        _gather_source(session, site, source_id)
    for incident, joined in _piled_on(session, site, fresh):
        _tell_of_pile_on(session, site, incident, joined)


def is_spike(fold_key: str) -> bool:
    return fold_key.startswith(_KEY)


def spike_of(session: Session, site: Site, fold_key: str) -> Spike:
    """What a fold key stands for, as it is now."""
    source = session.get_one(Source, int(fold_key.removeprefix(_KEY)))
    crowd = Incident.id.in_(_crowd(site, source.id))
    number, since = session.execute(select(func.count(), func.min(Incident.opened_at)).where(crowd)).one()
    return Spike(source.name, number, since or site.now())


def last_told(session: Session, site: Site, fold_key: str) -> datetime | None:
    """When this spike was told within the span that counts as one."""
    return _newest(session, site, f"{fold_key}:")


def _newest(session: Session, site: Site, event: str) -> datetime | None:
    query = select(func.max(OutgoingMail.created_at)).where(
        OutgoingMail.school_id == site.school_id,
        OutgoingMail.dedupe_key.startswith(event, autoescape=True),
        OutgoingMail.created_at > _begin(site),
    )
    return session.scalar(query)


def _begin(site: Site) -> datetime:
    return site.now() - site.settings.alerts.spike_within


def _crowd(site: Site, source_id: int) -> Select[int]:
    """The ids of the incidents of a source that opened within the span."""
    of_source = (
        select(IncidentItem.incident_id)
        .join(Item, Item.id == IncidentItem.item_id)
        .where(Item.source_id == source_id)
    )
    return select(Incident.id).where(
        Incident.school_id == site.school_id,
        Incident.opened_at > _begin(site),
        Incident.first_pass.is_(False),
        Incident.id.in_(of_source),
    )


def _gather_source(session: Session, site: Site, source_id: int) -> None:
    """Mark the alerts that have not left yet as one spike, once the incidents are many enough."""
    crowd = _crowd(site, source_id)
    number = session.scalar(select(func.count()).select_from(crowd.subquery())) or 0
    if number < site.settings.alerts.spike_incidents:
        return
    waiting = _unsent(session, site, crowd.where(Incident.lane.in_([str(lane) for lane in MAY_WAIT])))
    key = f"{_KEY}{source_id}"
    told = last_told(session, site, key)
    _fold_channels([mail for mail in waiting if mail.channel], told_before=told is not None)
    mails = [mail for mail in waiting if not mail.channel]
    urgent = any(mail.priority <= outbox.priority_of(Severity.HIGH) for mail in mails)
    until = _when(site, told, urgent=urgent)
    for mail in mails:
        mail.fold_key, mail.held_until = key, until


def _when(site: Site, told: datetime | None, *, urgent: bool) -> datetime:
    """A spike is told at once, and again after its span; what is high is told at once again (NEU 7.2)."""
    if urgent:
        return site.now()
    until = told + site.settings.alerts.spike_within if told else site.now()
    return quiet_until(site.settings.alerts.quiet_hours, until) or until


def _fold_channels(messages: Iterable[OutgoingMail], *, told_before: bool) -> None:
    """One message a channel is enough to make somebody read the mail."""
    first: dict[tuple[str, str | None], OutgoingMail] = {}
    for message in messages:
        kept = first.setdefault((message.recipient, message.channel), message)
        if told_before or kept is not message:
            message.state = MailState.FOLDED
            message.folded_into = None if kept is message else kept.id


def unclaimed(site: Site) -> ColumnElement[bool]:
    return or_(OutgoingMail.claimed_until.is_(None), OutgoingMail.claimed_until < site.now())


def _unsent(session: Session, site: Site, incident_ids: Select[int]) -> list[OutgoingMail]:
    query = (
        select(OutgoingMail)
        .where(OutgoingMail.school_id == site.school_id, OutgoingMail.state == MailState.QUEUED)
        .where(OutgoingMail.incident_id.in_(incident_ids), OutgoingMail.kind.in_(("alert", "channel")))
        .where(OutgoingMail.priority > outbox.priority_of(Severity.CRITICAL), unclaimed(site))
        .order_by(OutgoingMail.id)
        .with_for_update(skip_locked=True)
    )
    return list(session.scalars(query))


def _piled_on(session: Session, site: Site, items: Sequence[Item]) -> list[tuple[Incident, int]]:
    """The incidents of these items that so many joined within the span, and how many did."""
    touched = select(IncidentItem.incident_id).where(IncidentItem.item_id.in_([item.id for item in items]))
    query = (
        select(IncidentItem.incident_id, func.count())
        .join(Item, Item.id == IncidentItem.item_id)
        .where(IncidentItem.incident_id.in_(touched))
        .where(Item.first_seen_at > _begin(site), Item.first_pass.is_(False))
        .group_by(IncidentItem.incident_id)
        .having(func.count() >= site.settings.alerts.spike_items)
        .order_by(IncidentItem.incident_id)
    )
    found = [(session.get_one(Incident, number), joined) for number, joined in session.execute(query)]
    return [(incident, joined) for incident, joined in found if incident.state == "open"]


def _tell_of_pile_on(session: Session, site: Site, incident: Incident, joined: int) -> None:
    event = pile_on_event(incident)
    if _newest(session, site, event):
        return
    plain = [mail for mail in _unsent_of(session, site, incident) if not mail.dedupe_key.startswith(event)]
    query = select(func.count(IncidentItem.id)).where(IncidentItem.incident_id == incident.id)
    items = session.scalar(query) or joined
    queue_pile_on(session, site, incident, read_ladder(incident), joined=joined, items=items)
    _put_in_place(session, site, event, plain)


def _unsent_of(session: Session, site: Site, incident: Incident) -> list[OutgoingMail]:
    query = select(OutgoingMail).where(
        OutgoingMail.incident_id == incident.id,
        OutgoingMail.state == MailState.QUEUED,
        OutgoingMail.kind == "alert",
        unclaimed(site),
    )
    return list(session.scalars(query.with_for_update(skip_locked=True)))


def _put_in_place(session: Session, site: Site, event: str, plain: Sequence[OutgoingMail]) -> None:
    """The alert that the incident opened need not come beside the one that says that it is a pile-on."""
    by_recipient: dict[str, list[OutgoingMail]] = defaultdict(list)
    for mail in plain:
        by_recipient[mail.recipient].append(mail)
    query = select(OutgoingMail).where(
        OutgoingMail.school_id == site.school_id,
        OutgoingMail.dedupe_key.startswith(event, autoescape=True),
        OutgoingMail.kind == "alert",
        OutgoingMail.created_at == site.now(),
    )
    for told in session.scalars(query):
        for mail in by_recipient[told.recipient]:
            mail.state, mail.folded_into = MailState.FOLDED, told.id
