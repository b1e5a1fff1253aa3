"""Acknowledging an alert from its link: the tasks that wait for this person are taken on by them.

Whoever acknowledges says “I have seen it and am on it” and no more: nothing is decided, nothing leaves the
school, and nothing that may be quoted is shown (NEU 8.1).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from alerts.clocks import SchoolCalendar
from alerts.ladder import machine
from alerts.ladder.state import Decision, Ladder
from alerts.ladder.tasks import Task
from alerts.ladder.words import DecisionKind, Step
from alerts.mail.wording import CAUTIONS, LANES, SEVERITIES
from alerts.recipients import not_named
from config.schema import Person
from config.words import Lane, Severity, TaskState
from monitor.pipeline.handing_in.links import LinkRefused, mark_used
from monitor.pipeline.incidents.calling import NoCallSheet, call_sheet_of
from monitor.pipeline.incidents.ladders import read_ladder, write_ladder
from monitor.pipeline.telling.people import head_is_among, named_staff
from monitor.pipeline.telling.weekly_readers import lanes_of
from monitor.site import Site
from monitor.store import custody
from monitor.store.models import Incident, SinglePurposeLink

_ALIVE = frozenset({TaskState.OPEN, TaskState.ACKNOWLEDGED, TaskState.WAITING})


@dataclass(frozen=True)
class ToDo:
    shown_as: str
    due_at: datetime | None
    taken_by: str | None


@dataclass(frozen=True)
class Matter:
    """What a page shows of an incident to whoever was alerted: no name, no handle and no word of the post."""

    reference: str
    severity: str
    lane: str
    caution: str
    closed: bool
    tasks: tuple[ToDo, ...]
    numbers: tuple[tuple[str, str], ...]
    """Whom to ring, where minutes count: name and number (QC and Nunney 2.7.4)."""


def matter_of_link(session: Session, site: Site, link: SinglePurposeLink) -> Matter:
    """Raises LinkRefused when the matter has become one that this person is not told of."""
    incident = session.get_one(Incident, link.incident_id)
    ladder = read_ladder(incident)
    if not _still_told(session, site, incident, link):
        raise LinkRefused("Others deal with this matter now. There is nothing for you to do here.")
    urgent = ladder.lane in (Lane.INDECENT_IMAGE, Lane.LIFE, Lane.CHILD)
    return Matter(
        reference=incident.reference,
        severity=SEVERITIES[Severity(incident.severity)],
        lane=LANES[ladder.lane],
        caution=CAUTIONS.get(ladder.lane, ""),
        closed=ladder.closing is not None,
        tasks=tuple(sorted((_to_do(task) for task in machine.open_tasks(ladder)), key=_when)),
        numbers=tuple(_numbers(site)) if urgent else (),
    )


def _still_told(session: Session, site: Site, incident: Incident, link: SinglePurposeLink) -> bool:
    """Asked at each look: since the mail left, the lane may be stricter, or the person named in it."""
    named = named_staff(session, incident)
    head_is_named = head_is_among(session, site.school_id, named)
    may_hear = not_named(site.settings.people, named, subject_is_head=head_is_named)
    lane, owners = Lane(incident.lane), {task.owner_role for task in incident.tasks if task.state in _ALIVE}
    at_night = incident.severity == Severity.CRITICAL and not SchoolCalendar().in_school_hours(link.made_at)
    return any(
        lane in lanes_of(one.role) or str(one.role) in owners or (at_night and _is_on_call(one))
        for one in may_hear
        if one.name == link.person
    )


def _is_on_call(person: Person) -> bool:
    """Told of what is critical at night and in the holidays, and may answer it in the morning."""
    return person.out_of_hours or person.holiday_cover


def _to_do(task: Task) -> ToDo:
    return ToDo(task.step.shown_as, task.due_at, task.acknowledged_by)


def _when(task: ToDo) -> datetime:
    """What has no time of its own stands last."""
    return task.due_at or datetime.max.replace(tzinfo=UTC)


def _numbers(site: Site) -> Iterator[tuple[str, str]]:
    contacts = site.settings.contacts
    yield "Police", "999 if anybody is in danger now, otherwise 101"
    if contacts.police:
        yield "Police, local contact", contacts.police
    yield "LADO", contacts.lado or "no number in the settings: look it up on an official page"
    if contacts.childrens_services:
        yield "Children's services", contacts.childrens_services


def acknowledge(site: Site, link: SinglePurposeLink) -> Matter:
    """Take on what waits for this person; pressed twice, the first time stands."""
    with site.database.write() as session:
        custody.first_in_line(session, site.school_id)
        row = session.get_one(SinglePurposeLink, link.id)
        incident = session.get_one(Incident, link.incident_id, with_for_update=True)
        ladder = read_ladder(incident)
        matter_of_link(session, site, row)  # refuses before anything is taken on
        for task in _waiting_for(ladder, _roles(site, row.person)) if ladder.closing is None else ():
            decision = Decision(DecisionKind.ACKNOWLEDGE, row.person)
            ladder = machine.decide(ladder, task.number, decision, site.now())
            custody.note(
                session, site.school_id, site.now(), "task_decided", actor=row.person,
                reference=incident.reference, task=task.number, step=str(task.step),
                decision=str(DecisionKind.ACKNOWLEDGE),
            )  # fmt: skip
        write_ladder(session, incident, ladder)
        mark_used(session, site, row)
        return matter_of_link(session, site, row)


def _roles(site: Site, person: str) -> set[str]:
    return {str(one.role) for one in site.settings.people if one.name == person}


def _waiting_for(ladder: Ladder, roles: set[str]) -> list[Task]:
    """Those of the person's own roles; of somebody who only stands in, the one that comes first."""
    waiting = [task for task in ladder.tasks if task.state is TaskState.OPEN]
    own = [task for task in waiting if str(task.owner_role) in roles]
    first = [task for task in waiting if task.step is Step.TRIAGE] or waiting[:1]
    return own or first


def call_sheet_for(site: Site, link: SinglePurposeLink, reference: str) -> str | None:
    """The call sheet of a possible indecent image; None in any other lane. That it was shown is on record."""
    try:
        return call_sheet_of(site, reference, actor=link.person)
    except NoCallSheet:
        return None
