"""The weekly export: made once a week from what was sealed, and announced to its reader."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.export.contents import ExportContents
from alerts.export.week import IsoWeek
from alerts.export.writer import ExportMade
from alerts.mail.drafts import weekly_draft
from config.schema import Role
from monitor.pipeline.exports.making import Built, finish, make_export, plan
from monitor.pipeline.exports.order import Order, Scope
from monitor.pipeline.exports.proving import finish_exports, making
from monitor.pipeline.sealing_up.checkpointing import foot
from monitor.pipeline.telling import outbox
from monitor.pipeline.telling.quiet_hours import quiet_hold
from monitor.pipeline.telling.weekly_facts import weekly_facts
from monitor.pipeline.telling.weekly_readers import kept_from, readers_of
from monitor.site import Site
from monitor.store import custody
from monitor.store.models import Export, ExportState, School, Source, WeeklyExport

MADE_AFTER = timedelta(hours=6)
"""Monday 06:00 in London: clear of the hour that the clocks skip or repeat."""
CAUGHT_UP = 53
"""Weeks: a year without power. More can only come from a clock that was wrong when the school began."""


def export_week(
    site: Site,
    week: IsoWeek,
    folder: Path,
    reader: Role = Role.SENIOR_MANAGER,
    *,
    actor: str = custody.DAEMON,
) -> ExportMade:
    """Write one week's export for one reader, and record who made it and what was given."""
    return make_export(site, Order(Scope(week=week), folder, reader, actor=actor))


def make_due_export(site: Site) -> None:
    """Make and announce what is due: last week's export, and those that fell due while nothing ran.

    Before that, proofs that a crash came before are caught up on.
    """
    finish_exports(site)
    for week in _due_weeks(site):
        export_and_announce(site, week)


def _due_weeks(site: Site) -> list[IsoWeek]:
    """The weeks since the school began that were watched and have no export yet, oldest first."""
    with site.database.read() as session:
        started = session.get_one(School, site.school_id).started_at
        if not _was_watched(session, site):
            return []
        made = set(session.scalars(select(WeeklyExport.week).filter_by(school_id=site.school_id)))
    weeks: list[IsoWeek] = []
    week = due_week(site.now())
    while started < week.end and len(weeks) < CAUGHT_UP:
        weeks.append(week)
        week = week.previous
    return [week for week in reversed(weeks) if str(week) not in made]


def due_week(now: datetime) -> IsoWeek:
    """The last week whose export is due: the one before, from Monday 06:00 in London on."""
    return IsoWeek.of(now - MADE_AFTER).previous


def export_and_announce(site: Site, week: IsoWeek) -> ExportMade:
    """The plan first, then the file, then in one transaction its line in the log, its row and its mails.

    A crash in between takes up the same plan, and so writes the same bytes to the same place; so do two who
    make it at once.
    """
    order = Order(Scope(week=week), export_folder(site))

    def beside(session: Session, built: Built, made: ExportMade) -> None:
        if _made(session, site, week) is None:
            session.add(_row(site, week, made))
        _announce(session, site, built.contents, made)

    with making(site):
        return finish(site, plan(site, order, _begun), order, beside)


def _begun(session: Session, site: Site, order: Order) -> int | None:
    """What a crash or another process left for this week, begun or finished."""
    query = (
        select(Export.id)
        .filter_by(
            school_id=site.school_id, scope=str(order.scope), made_by=custody.DAEMON,
            profile=str(order.profile), reader=str(order.reader),
        )
        .where(Export.state != ExportState.ERASED)
        .order_by(Export.id)
    )  # fmt: skip
    return session.scalars(query).first()


def _row(site: Site, week: IsoWeek, made: ExportMade) -> WeeklyExport:
    return WeeklyExport(
        school_id=site.school_id, week=str(week), path=str(made.path), sha256=made.sha256, made_at=site.now()
    )


def _announce(session: Session, site: Site, contents: ExportContents, made: ExportMade) -> None:
    readers = readers_of(site, Role.SENIOR_MANAGER)
    facts = weekly_facts(session, site, contents, made, kept_from(session, site, readers))
    draft = weekly_draft(replace(facts, checkpoint=foot(session, site)))
    for person in readers:
        letter = outbox.Letter(
            "weekly",
            f"weekly:{contents.scope}",
            person.email,
            outbox.WEEKLY_PRIORITY,
            draft,
            held=quiet_hold(site.settings.alerts, site.now()),
        )
        outbox.queue(session, site.school_id, site.settings.mail, letter, site.now())


def export_folder(site: Site) -> Path:
    return site.evidence.parent / "export"


def _made(session: Session, site: Site, week: IsoWeek) -> WeeklyExport | None:
    query = select(WeeklyExport).filter_by(school_id=site.school_id, week=str(week))
    return session.scalars(query).one_or_none()


def _was_watched(session: Session, site: Site) -> bool:
    """A school that never looked is not sent exports of nothing."""
    looked = select(Source.id).where(Source.school_id == site.school_id, Source.last_attempt_at.is_not(None))
    return session.execute(looked).first() is not None
