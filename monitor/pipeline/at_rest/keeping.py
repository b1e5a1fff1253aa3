"""How long what was sealed is kept: what goes when and why, and the pass that lets it go.

Harmless items have a pass of their own (`retention`); here is what a finding has raised, and what was
written about it (docs/retention.md).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from sqlalchemy import ColumnElement, exists, or_, select, update
from sqlalchemy.orm import Session

from config.policy import Period
from monitor.pipeline.at_rest.audit_ending import end_events, end_reasons
from monitor.pipeline.at_rest.clear_copies import Why, erase_labelled, note_erasure
from monitor.pipeline.at_rest.erasing import erase_incident
from monitor.pipeline.at_rest.holds import held_incidents, remind_of_reviews, today_in_london, why_held
from monitor.pipeline.at_rest.locking import lock_due
from monitor.pipeline.at_rest.periods import begun_by, period_of, periods
from monitor.pipeline.exports.ending import end_old_exports
from monitor.pipeline.own_pages.consents import forget_ended
from monitor.pipeline.sealing_up.capture_locking import lock_captures
from monitor.site import Site
from monitor.store import custody
from monitor.store.models import (
    Erasure,
    EvidenceItem,
    EvidenceState,
    Export,
    ExportState,
    Incident,
    IncidentItem,
    LabelledFile,
    MailState,
    OutgoingMail,
)

BATCH = 500
NOTICE = timedelta(days=28)
"""How long before a period is over the weekly mail says so: time to copy out, to hold, or to review."""
log = structlog.get_logger()


@dataclass(frozen=True)
class Kept:
    """One thing that is kept, and until when."""

    kind: str
    """incident, export or labelled_file."""
    subject: str
    period: Period
    ends_at: datetime | None
    """None: it is open, or nothing ends it but a person."""
    held: str | None
    """Why it stays even so; None when nothing holds it."""
    locked: bool = False

    def due(self, now: datetime) -> bool:
        return self.held is None and self.ends_at is not None and self.ends_at <= now


def keep_at_rest(site: Site) -> None:
    """One pass, every hour: lock, let go what is over, remind of holds. What fails keeps nothing else up."""
    steps: tuple[Callable[[Site], object], ...] = (lock_due, lock_captures, erase_due, remind_of_reviews)
    broken: list[Exception] = []
    for step in steps:
        try:
            step(site)
        except Exception as error:
            log.exception("at_rest_step_broke", step=step.__name__)
            broken.append(error)
    if broken:
        raise broken[0]


def plan(site: Site) -> list[Kept]:
    """Everything that is kept of what was raised; what ends first, first, and what does not end, last."""
    with site.database.read() as session:
        found = [*_incidents(session, site), *_files(session, site)]
    return sorted(found, key=lambda one: (one.ends_at is None, one.ends_at or site.now(), one.subject))


def erase_due(site: Site) -> int:
    """Let go whatever is over; answers how many things that were."""
    now, erased = site.now(), 0
    for incident_id in _over(site):
        erased += erase_incident(site, incident_id, now)
    why = _why(periods(site)["weekly_export"])
    for file in _labelled_due(site):
        erase_labelled(site, file, why)
        erased += 1
    erased += end_old_exports(site)
    for step in (_mails, _consents, end_events, end_reasons):
        erased += _to_the_end(site, step)
    if erased:
        site.database.forget_erased()
        log.info("let_go", things=erased)
    return erased


def ending_soon(session: Session, site: Site) -> int:
    """How many incidents reach the end of their period within four weeks and nobody holds them."""
    soon = site.now() + NOTICE
    return sum(one.due(soon) for one in _incidents(session, site))


def erasures(session: Session, site: Site) -> list[Erasure]:
    """Everything that was ever deleted by rule or request, oldest first."""
    return list(session.scalars(select(Erasure).filter_by(school_id=site.school_id).order_by(Erasure.id)))


def _why(period: Period) -> Why:
    return Why(period.name, f"{period.title}: {period.shown} from {period.counted_from}.")


def _incidents(session: Session, site: Site) -> Iterator[Kept]:
    for incident in session.scalars(select(Incident).where(*_with_evidence(site)).order_by(Incident.id)):
        period, ends_at = period_of(site, incident)
        held = why_held(session, incident)
        yield Kept(
            "incident", incident.reference, period, ends_at, held, locked=_is_locked(session, incident)
        )


def _with_evidence(site: Site) -> tuple[ColumnElement[bool], ...]:
    """Incidents of which not everything is erased."""
    standing = (
        exists()
        .where(IncidentItem.incident_id == Incident.id, EvidenceItem.item_id == IncidentItem.item_id)
        .where(EvidenceItem.state != EvidenceState.ERASED)
    )
    return (Incident.school_id == site.school_id, standing)


def _is_locked(session: Session, incident: Incident) -> bool:
    query = (
        select(EvidenceItem.state)
        .join(IncidentItem, IncidentItem.item_id == EvidenceItem.item_id)
        .where(IncidentItem.incident_id == incident.id)
    )
    return EvidenceState.OPEN not in set(session.scalars(query))


def _over(site: Site) -> list[int]:
    """Closed incidents whose period is over; whether one is held is looked at again in its transaction."""
    closed = select(Incident).where(*_with_evidence(site), Incident.state == "closed")
    with site.database.read() as session:
        ends = [(incident.id, period_of(site, incident)[1]) for incident in session.scalars(closed)]
    return [incident_id for incident_id, ends_at in ends if ends_at is not None and ends_at <= site.now()]


def _files(session: Session, site: Site) -> Iterator[Kept]:
    """Exports, and files of decided comments, that still stand where they were written."""
    period = periods(site)["weekly_export"]
    labelled = select(LabelledFile).filter_by(school_id=site.school_id, erased_at=None)
    for file in session.scalars(labelled.order_by(LabelledFile.id)):
        yield Kept("labelled_file", Path(file.path).name, period, period.end(file.made_at), None)
    exports = select(Export).where(Export.school_id == site.school_id, Export.state != ExportState.ERASED)
    for export in session.scalars(exports.order_by(Export.id)):
        locked = export.locked_to is not None
        yield Kept("export", Path(export.path).name, period, period.end(export.made_at), None, locked=locked)


def _labelled_due(site: Site) -> list[LabelledFile]:
    period = periods(site)["weekly_export"]
    query = select(LabelledFile).filter_by(school_id=site.school_id, erased_at=None)
    with site.database.read() as session:
        files = list(session.scalars(query))
    ends = [(file, period.end(file.made_at)) for file in files]
    return [file for file, ends_at in ends if ends_at is not None and ends_at <= site.now()]


_Step = Callable[[Session, Site, datetime], int]
"""Erases at most one batch and answers how many rows that was."""


def _to_the_end(site: Site, step: _Step) -> int:
    total = 0
    while True:
        with site.database.write() as session:
            custody.first_in_line(session, site.school_id)
            erased = step(session, site, site.now())
        total += erased
        if erased < BATCH:
            return total


def _mails(session: Session, site: Site, now: datetime) -> int:
    """The words of what was sent; that it was sent, when and to whom stays, or it would be sent again."""
    period = periods(site)["mail"]
    begun = begun_by(period, now)
    if begun is None:
        return 0
    due = (
        select(OutgoingMail.id)
        .where(OutgoingMail.school_id == site.school_id, OutgoingMail.state != MailState.QUEUED)
        .where(OutgoingMail.created_at <= begun, OutgoingMail.text != "")
        .where(or_(OutgoingMail.incident_id.is_(None), OutgoingMail.incident_id.not_in(held_incidents(site))))
        .limit(BATCH)
    )
    ids = session.scalars(due).all()
    session.execute(update(OutgoingMail).where(OutgoingMail.id.in_(ids)).values(text="", html=""))
    if ids:
        note_erasure(session, site, "mail", f"{len(ids)} mails", _why(period))
    return len(ids)


def _consents(session: Session, site: Site, now: datetime) -> int:
    period = periods(site)["consent_register"]
    begun = begun_by(period, now)
    if begun is None:
        return 0
    forgotten = forget_ended(session, site.school_id, today_in_london(begun).isoformat())
    if forgotten:
        note_erasure(session, site, "consent", f"{forgotten} consents", _why(period))
    return forgotten
