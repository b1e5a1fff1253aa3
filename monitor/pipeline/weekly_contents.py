"""What goes into a week's export, from the database and the evidence folder."""

from collections import Counter
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from alerts.export.contents import (
    Counts,
    CustodyRow,
    ExportContents,
    ExportedItem,
    FailureRow,
    SourceRow,
    TaskRow,
)
from alerts.export.week import IsoWeek
from config.words import Flag, Label, Lane, Outcome, Rung, Severity, TaskState
from monitor import __version__
from monitor.evidence.folder import read_item
from monitor.site import Site
from monitor.store.models import (
    CustodyEvent,
    EvidenceItem,
    Incident,
    IncidentItem,
    Item,
    ItemState,
    Outage,
    Source,
    StreamCursor,
    TakedownTask,
)

WITHHELD = "Possible indecent image: the reference only; ask the headteacher or the DSL."


def week_contents(
    session: Session,
    site: Site,
    week: IsoWeek,
    lanes: tuple[Lane, ...],
    kept_from_reader: frozenset[int] = frozenset(),
) -> ExportContents:
    """A week for a reader of these lanes; incidents (ids) that name the reader are counted only."""
    rows = _sealed(session, site, week)
    shown = [row for row in rows if Lane(row[2].lane) in lanes and row[2].id not in kept_from_reader]
    incidents = {row[2].id: row[2] for row in shown}
    return ExportContents(
        school_name=site.school_name,
        week=week,
        lanes=lanes,
        items=tuple(_item(site, *row) for row in shown),
        tasks=tuple(_tasks(session, incidents, site.now())),
        custody=tuple(_custody(session, site, [row[0].item_uid for row in shown])),
        failures=_failures(session, site, week),
        sources=tuple(_sources(session, site, week)),
        counts=_counts(session, site, week, Counter(Lane(row[2].lane) for row in rows)),
        tool=f"schoolwatch {__version__}",
        contact=site.settings.mail.sender,
    )


_Sealed = tuple[EvidenceItem, Item, Incident]


def _sealed(session: Session, site: Site, week: IsoWeek) -> list[_Sealed]:
    query = (
        select(EvidenceItem, Item, Incident)
        .join(Item, Item.id == EvidenceItem.item_id)
        .join(IncidentItem, IncidentItem.item_id == Item.id)
        .join(Incident, Incident.id == IncidentItem.incident_id)
        .where(
            EvidenceItem.school_id == site.school_id,
            EvidenceItem.sealed_at >= week.start,
            EvidenceItem.sealed_at < week.end,
        )
        .order_by(Incident.id, Item.id)
    )
    return [(row[0], row[1], row[2]) for row in session.execute(query)]


def _item(site: Site, evidence: EvidenceItem, item: Item, incident: Incident) -> ExportedItem:
    lane = Lane(incident.lane)
    withheld = evidence.withheld is not None or lane is Lane.INDECENT_IMAGE
    return ExportedItem(
        item_id=item.uid,
        reference=incident.reference,
        platform=item.platform,
        url=item.url,
        external_id=item.external_id,
        handle=item.author_handle or item.author_name or "",
        posted_at=item.posted_at,
        seen_at=item.first_seen_at,
        sealed_at=evidence.sealed_at,
        categories=tuple(_category(word) for word in incident.categories),
        severity=Severity(incident.severity),
        lane=lane,
        files={} if withheld else read_item(site.evidence, item.uid),
        withheld_reason=WITHHELD if withheld else None,
        text="" if withheld else item.text or "",
    )


def _category(word: str) -> Label | Flag:
    return Label(word) if word in set(Label) else Flag(word)


def _tasks(session: Session, incidents: dict[int, Incident], now: datetime) -> list[TaskRow]:
    query = select(TakedownTask).where(TakedownTask.incident_id.in_(incidents)).order_by(TakedownTask.id)
    return [_task(task, incidents[task.incident_id], now) for task in session.scalars(query)]


def _task(task: TakedownTask, incident: Incident, now: datetime) -> TaskRow:
    state = TaskState(task.state)
    undecided = state in (TaskState.OPEN, TaskState.ACKNOWLEDGED, TaskState.WAITING)
    return TaskRow(
        task_id=str(task.id),
        reference=incident.reference,
        rung=Rung(task.rung) if task.rung else None,
        step=task.step,
        owner_role=task.owner_role,
        state=state,
        outcome=Outcome(task.outcome) if task.outcome else None,
        opened_at=task.opened_at,
        due_at=task.due_at,
        ended_at=task.decided_at,
        overdue=undecided and task.due_at is not None and task.due_at <= now,
        reason=task.reason or "",
    )


def _custody(session: Session, site: Site, uids: list[str]) -> list[CustodyRow]:
    query = (
        select(CustodyEvent)
        .where(CustodyEvent.school_id == site.school_id, CustodyEvent.item_uid.in_(uids))
        .order_by(CustodyEvent.id)
    )
    return [
        CustodyRow(
            at=event.at,
            item_id=event.item_uid or "",
            action=event.action,
            actor=event.actor,
            role=str(event.details.get("role", "")),
            purpose="; ".join(f"{key} {value}" for key, value in event.details.items() if key != "sha256"),
            sha256=str(event.details.get("sha256", "")),
        )
        for event in session.scalars(query)
    ]


def _failures(session: Session, site: Site, week: IsoWeek) -> tuple[FailureRow, ...]:
    """The spans of the week in which a source was not read, whatever the reason."""
    query = (
        select(Outage, Source.name)
        .join(Source, Source.id == Outage.source_id)
        .where(
            Outage.school_id == site.school_id,
            or_(Outage.started_at.is_(None), Outage.started_at < week.end),
            or_(Outage.ended_at.is_(None), Outage.ended_at >= week.start),
        )
        .order_by(Outage.id)
    )
    outages = [
        FailureRow(
            name, outage.started_at or week.start, outage.ended_at, f"{outage.problem}: {outage.words}"
        )
        for outage, name in session.execute(query)
    ]
    return (*_not_yet_watched(session, site, week), *outages)


def _not_yet_watched(session: Session, site: Site, week: IsoWeek) -> list[FailureRow]:
    """A source that was added in mid-week was not read before; that must not look like silence."""
    query = (
        select(Source)
        .where(Source.school_id == site.school_id, Source.added_at > week.start, Source.added_at < week.end)
        .order_by(Source.id)
    )
    words = "Not watched yet: schoolwatch was set up for it at the end of this span."
    return [FailureRow(one.name, week.start, one.added_at, words) for one in session.scalars(query)]


def _sources(session: Session, site: Site, week: IsoWeek) -> list[SourceRow]:
    seen = dict(
        session.execute(
            select(Item.source_id, func.count())
            .where(
                Item.school_id == site.school_id,
                Item.first_seen_at >= week.start,
                Item.first_seen_at < week.end,
            )
            .group_by(Item.source_id)
        ).all()
    )
    sources = session.scalars(
        select(Source).filter_by(school_id=site.school_id, enabled=True).order_by(Source.id)
    )
    return [
        SourceRow(
            source.name,
            source.platform,
            seen.get(source.id, 0),
            _read_in(week, _last_read(session, site, source)),
        )
        for source in sources
    ]


def _last_read(session: Session, site: Site, source: Source) -> datetime | None:
    """When all of a source was last read: its mentions may be behind while its comments are not."""
    streams = select(StreamCursor).filter_by(school_id=source.school_id, source_id=source.id)
    if source.name in site.source_names:
        # What was taken out of the settings is not read any more, and not missed.
        wanted = site.source_settings(source.name)
        streams = streams.where(
            StreamCursor.watch.in_([str(watch) for watch in wanted.watch]),
            StreamCursor.key.in_([wanted.account_id, *wanted.search]),
        )
    reads = [stream.last_read_at for stream in session.scalars(streams)]
    known = [read for read in reads if read is not None]
    return min(known) if known and len(known) == len(reads) else None


def _read_in(week: IsoWeek, last: datetime | None) -> datetime | None:
    return None if last is None or last < week.start else min(last, week.end)


def _counts(session: Session, site: Site, week: IsoWeek, by_lane: Counter[Lane]) -> Counts:
    in_week = (
        select(func.count())
        .select_from(Item)
        .where(
            Item.school_id == site.school_id, Item.first_seen_at >= week.start, Item.first_seen_at < week.end
        )
    )
    return Counts(
        items_seen=session.scalar(in_week) or 0,
        not_judged=session.scalar(in_week.where(Item.state == ItemState.NOT_JUDGED)) or 0,
        by_lane=dict(by_lane),
    )
