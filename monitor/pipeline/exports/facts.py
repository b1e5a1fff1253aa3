"""The facts of an export that change or are erased later, as they were at its checkpoint.

They are kept with the export's row, so that the same export can be made again: counts of items whose rows
end after 30 days, tasks that somebody has decided since, mails that ended.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from alerts.export.contents import Counts, FailureRow, SourceRow, TaskRow, WitnessMail
from config.words import Flag, Label, Outcome, Rung, Severity, TaskState
from monitor.pipeline.exports.choice import Choice, Sealed
from monitor.pipeline.exports.order import Moment, Span
from monitor.pipeline.exports.witnesses import witnesses
from monitor.site import Site
from monitor.store.models import (
    HANDED_IN,
    CustodyEvent,
    Incident,
    Item,
    ItemState,
    Judgement,
    Outage,
    Source,
    StreamCursor,
    TakedownTask,
)
from monitor.store.stamps import stamps_for


@dataclass(frozen=True)
class Thought:
    """What the classifiers said of one item."""

    severity: Severity
    categories: tuple[str, ...]


@dataclass(frozen=True)
class Facts:
    tasks: tuple[TaskRow, ...]
    failures: tuple[FailureRow, ...]
    sources: tuple[SourceRow, ...]
    counts: Counts
    witnesses: tuple[WitnessMail, ...]
    thoughts: dict[str, Thought]
    """By item."""
    stamps: tuple[tuple[str, datetime], ...] = field(default=())
    stamped_size: int = 0


_FACTS = TypeAdapter(Facts)


def written(facts: Facts) -> dict[str, Any]:
    as_json: dict[str, Any] = _FACTS.dump_python(facts, mode="json")
    return as_json


def read(document: dict[str, Any]) -> Facts:
    return _FACTS.validate_python(document)


def gathered(
    session: Session, site: Site, chosen: Choice, moment: Moment,
    *, readers: Sequence[str], stamped_size: int,
) -> Facts:  # fmt: skip
    """`readers`: the mail addresses of those it is for. `stamped_size`: whose stamps it will carry."""
    incidents = {row[2].id: row[2] for row in chosen.shown}
    return Facts(
        tasks=tuple(_tasks(session, site, incidents, moment)),
        failures=_failures(session, site, chosen.span, moment),
        sources=tuple(_sources(session, site, chosen.span, moment)),
        counts=_counts(session, site, chosen, moment),
        witnesses=witnesses(session, site, moment, readers),
        thoughts={row[1].uid: _thought(session, row) for row in chosen.shown},
        stamps=tuple(
            (stamp.authority, stamp.gen_time)
            for stamp in stamps_for(session, site.school_id, stamped_size)
            if stamp.gen_time is not None
        ),
        stamped_size=stamped_size,
    )


def _thought(session: Session, row: Sealed) -> Thought:
    """Of the item itself: what joins its incident later changes the incident, and not this."""
    _, item, incident = row
    query = select(Judgement).filter_by(school_id=item.school_id, item_id=item.id)
    judgement = session.scalars(query).one_or_none()
    if judgement is None or judgement.failure:
        return Thought(Severity(incident.severity), tuple(incident.categories))
    labels = [word for word, says in judgement.labels.items() if says]
    return Thought(Severity(judgement.severity), (*sorted(labels), *sorted(judgement.flags)))


def categories(thought: Thought) -> tuple[Label | Flag, ...]:
    """Labels and flags; an incident's words hold situations as well, which are a person's."""
    labels, flags = set(Label), set(Flag)
    return tuple(
        Label(word) if word in labels else Flag(word)
        for word in thought.categories
        if word in labels or word in flags
    )


def _tasks(session: Session, site: Site, incidents: dict[int, Incident], moment: Moment) -> list[TaskRow]:
    query = (
        select(TakedownTask)
        .where(TakedownTask.incident_id.in_(incidents), TakedownTask.opened_at <= moment.made_at)
        .order_by(TakedownTask.id)
    )
    later = _decided_later(session, site, moment)
    return [_task(task, incidents[task.incident_id], moment, later) for task in session.scalars(query)]


def _decided_later(session: Session, site: Site, moment: Moment) -> set[tuple[str | None, int]]:
    """Incident and number of the tasks that somebody decided after the checkpoint."""
    query = select(CustodyEvent).where(
        CustodyEvent.school_id == site.school_id,
        CustodyEvent.action == "task_decided",
        CustodyEvent.leaf_seq >= moment.size,
    )
    return {(one.reference, int(one.details.get("task", -1))) for one in session.scalars(query)}


def _task(
    task: TakedownTask, incident: Incident, moment: Moment, later: set[tuple[str | None, int]]
) -> TaskRow:
    decided_later = (incident.reference, task.number) in later or (
        task.decided_at is not None and task.decided_at > moment.made_at
    )
    state = TaskState.OPEN if decided_later else TaskState(task.state)
    undecided = state in (TaskState.OPEN, TaskState.ACKNOWLEDGED, TaskState.WAITING)
    return TaskRow(
        task_id=str(task.id),
        reference=incident.reference,
        rung=Rung(task.rung) if task.rung else None,
        step=task.step,
        owner_role=task.owner_role,
        state=state,
        outcome=Outcome(task.outcome) if task.outcome and not decided_later else None,
        opened_at=task.opened_at,
        due_at=task.due_at,
        ended_at=None if decided_later else task.decided_at,
        overdue=undecided and task.due_at is not None and task.due_at <= moment.made_at,
        reason="" if decided_later else task.reason or "",
    )


def _failures(session: Session, site: Site, span: Span, moment: Moment) -> tuple[FailureRow, ...]:
    """The times in which a source was not read, whatever the reason."""
    query = (
        select(Outage, Source.name)
        .join(Source, Source.id == Outage.source_id)
        .where(
            Outage.school_id == site.school_id,
            or_(Outage.started_at.is_(None), Outage.started_at < span.end),
            or_(Outage.started_at.is_(None), Outage.started_at <= moment.made_at),
            or_(Outage.ended_at.is_(None), Outage.ended_at >= span.start),
        )
        .order_by(Outage.id)
    )
    outages = [_failure(outage, name, span, moment) for outage, name in session.execute(query)]
    return (*_not_yet_watched(session, site, span), *outages)


def _failure(outage: Outage, name: str, span: Span, moment: Moment) -> FailureRow:
    over = outage.ended_at is not None and outage.ended_at <= moment.made_at
    return FailureRow(
        name,
        outage.started_at or span.start,
        outage.ended_at if over else None,
        f"{outage.problem}: {outage.words}",
    )


def _not_yet_watched(session: Session, site: Site, span: Span) -> list[FailureRow]:
    """A source that was added in mid-week was not read before; that must not look like silence."""
    query = (
        select(Source)
        .where(
            Source.school_id == site.school_id,
            Source.added_at > span.start,
            Source.added_at < span.end,
            Source.platform != HANDED_IN,  # nothing polls it
        )
        .order_by(Source.id)
    )
    words = "Not watched yet: schoolwatch was set up for it at the end of this span."
    return [FailureRow(one.name, span.start, one.added_at, words) for one in session.scalars(query)]


def _sources(session: Session, site: Site, span: Span, moment: Moment) -> list[SourceRow]:
    seen = dict(
        session.execute(
            select(Item.source_id, func.count())
            .where(
                Item.school_id == site.school_id,
                Item.first_seen_at >= span.start,
                Item.first_seen_at < span.end,
                Item.first_seen_at <= moment.made_at,
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
            _read_in(span, moment, _last_read(session, site, source)),
        )
        for source in sources
        if source.added_at <= moment.made_at
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


def _read_in(span: Span, moment: Moment, last: datetime | None) -> datetime | None:
    return None if last is None or last < span.start else min(last, span.end, moment.made_at)


def _counts(session: Session, site: Site, chosen: Choice, moment: Moment) -> Counts:
    in_span = (
        select(func.count())
        .select_from(Item)
        .where(
            Item.school_id == site.school_id,
            Item.first_seen_at >= chosen.span.start,
            Item.first_seen_at < chosen.span.end,
            Item.first_seen_at <= moment.made_at,
        )
    )
    return Counts(
        items_seen=session.scalar(in_span) or 0,
        not_judged=session.scalar(in_span.where(Item.state == ItemState.NOT_JUDGED)) or 0,
        by_lane=dict(chosen.by_lane),
    )
