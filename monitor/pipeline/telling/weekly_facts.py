"""The counts of the weekly mail, for the lanes that its reader is told of."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from alerts.export.contents import ExportContents
from alerts.export.week import IsoWeek
from alerts.export.writer import ExportMade
from alerts.mail.facts import DigestLine, Gap, Tally, WeeklyFacts
from alerts.mail.wording import LANES
from config.words import Lane, Outcome, Rung, Severity, TaskState
from monitor.pipeline.at_rest.at_rest_notes import at_rest_notes
from monitor.pipeline.telling.weekly_notes import reopened_in, week_notes
from monitor.site import Site
from monitor.store.models import Incident, TakedownTask


def weekly_facts(
    session: Session, site: Site, contents: ExportContents, made: ExportMade, kept_from_reader: frozenset[int]
) -> WeeklyFacts:
    """The notice of an export. Incidents (ids) that name its reader are only counted."""
    week, counts = contents.week, contents.counts
    if week is None or counts is None:
        raise ValueError(f"{contents.export_id} is not about a week")
    readable = _readable(site, contents.lanes, kept_from_reader)
    incidents = _opened_in(session, week, readable)
    still_open = session.scalars(select(Incident).where(readable, Incident.state == "open")).all()
    return WeeklyFacts(
        school_name=site.school_name,
        week=str(week),
        start=week.start,
        end=week.end,
        items_seen=counts.items_seen,
        items_raised=sum(counts.by_lane.values()),
        not_judged=counts.not_judged,
        by_category=_tally(word for incident in incidents for word in incident.categories),
        by_lane=_tally(LANES[Lane(incident.lane)] for incident in incidents),
        by_state=_tally(incident.state for incident in incidents),
        by_severity=_tally(incident.severity for incident in incidents),
        in_other_lanes=sum(contents.counted_only.values()),
        overdue=tuple(_overdue(session, site.now(), readable)),
        gaps=tuple(Gap(row.source, row.start, row.end, row.words) for row in contents.failures),
        file=made.path,
        sha256=made.sha256,
        refused_by_host=sum(_refused_by_host(incident) for incident in incidents),
        reopened=reopened_in(week, still_open),
        notes=(
            *_notes(site, week),
            *week_notes(session, site, week, incidents, still_open),
            *at_rest_notes(session, site),
        ),
        urgent=tuple(
            incident.reference
            for incident in incidents
            if Severity(incident.severity).rank >= Severity.HIGH.rank
        ),
    )


def _notes(site: Site, week: IsoWeek) -> tuple[str, ...]:
    if site.now() >= week.end:
        return ()
    return ("This export was made before the week was over; what came later is not in it.",)


def _readable(site: Site, lanes: Sequence[Lane], kept_from_reader: frozenset[int]) -> ColumnElement[bool]:
    return and_(
        Incident.school_id == site.school_id,
        Incident.lane.in_([str(lane) for lane in lanes]),
        Incident.id.not_in(kept_from_reader),
    )


def _opened_in(session: Session, week: IsoWeek, readable: ColumnElement[bool]) -> Sequence[Incident]:
    query = (
        select(Incident)
        .where(readable, Incident.opened_at >= week.start, Incident.opened_at < week.end)
        .order_by(Incident.id)
    )
    return session.scalars(query).all()


def _tally(words: Iterable[str]) -> tuple[Tally, ...]:
    return tuple(Tally(word.replace("_", " "), number) for word, number in Counter(words).most_common())


def _overdue(session: Session, now: datetime, readable: ColumnElement[bool]) -> Iterable[DigestLine]:
    undecided = [str(state) for state in (TaskState.OPEN, TaskState.ACKNOWLEDGED, TaskState.WAITING)]
    query = (
        select(TakedownTask, Incident)
        .join(Incident, Incident.id == TakedownTask.incident_id)
        .where(
            readable,
            Incident.state == "open",
            TakedownTask.state.in_(undecided),
            TakedownTask.due_at <= now,
        )
        .order_by(TakedownTask.due_at)
    )
    earliest: dict[int, DigestLine] = {}
    for task, incident in session.execute(query):
        earliest.setdefault(
            incident.id,
            DigestLine(
                incident.reference,
                Severity(incident.severity),
                Lane(incident.lane),
                incident.platform,
                task.due_at,
            ),
        )
    return earliest.values()


def _refused_by_host(incident: Incident) -> bool:
    return any(task.rung == Rung.HOST_REPORT and task.outcome == Outcome.REFUSED for task in incident.tasks)
