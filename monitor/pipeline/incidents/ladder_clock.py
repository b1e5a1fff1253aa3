"""The ladder's clock: what fell due inside the school is said inside the school. It sends nothing out."""

from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.ladder.machine import tick
from alerts.ladder.state import Ladder, Reminder
from alerts.ladder.words import ReminderKind
from alerts.mail.facts import Asked, ReminderFacts
from alerts.recipients import NobodyToTell, holders
from config.schema import Person
from config.words import TaskState
from monitor.pipeline.incidents.ladders import read_ladder, write_ladder
from monitor.pipeline.telling.alerting import queue_reminder
from monitor.pipeline.telling.people import head_is_among, named_staff, people_to_tell
from monitor.site import Site
from monitor.store.models import Incident

log = structlog.get_logger()


def run_ladders(site: Site) -> None:
    """Look at every open incident once; only those for which the time has come are written.

    One that breaks is raised after the others had their turn: it must not keep their clocks still.
    """
    with site.database.read() as session:
        query = select(Incident.id).filter_by(school_id=site.school_id, state="open")
        incident_ids = session.scalars(query).all()
    broken: list[Exception] = []
    for incident_id in incident_ids:
        try:
            _look_at(site, incident_id)
        except Exception as error:
            log.exception("ladder_broke", incident=incident_id)
            broken.append(error)
    if broken:
        raise broken[0]


def _look_at(site: Site, incident_id: int) -> None:
    with site.database.read() as session:
        has_come = _has_come(session.get_one(Incident, incident_id), site.now())
    if has_come:
        with site.database.write() as session:
            _run_one(session, site, incident_id)


def _has_come(incident: Incident, now: datetime) -> bool:
    before = read_ladder(incident)
    after, reminders = tick(before, now)
    return bool(reminders) or after != before


def _run_one(session: Session, site: Site, incident_id: int) -> None:
    incident = session.scalars(select(Incident).where(Incident.id == incident_id).with_for_update()).one()
    before, now = read_ladder(incident), site.now()
    after, reminders = tick(before, now)
    if after != before:
        write_ladder(session, incident, after)
    for reminder in reminders:
        _remind(session, site, incident, after, reminder)


def _remind(session: Session, site: Site, incident: Incident, ladder: Ladder, reminder: Reminder) -> None:
    event = f"reminder:{incident.reference}:{reminder.task}:{reminder.kind}:{reminder.at.isoformat()}"
    facts = _facts(session, site, incident, ladder, reminder)
    people = _readers(session, site, incident, reminder, site.now())
    alone = reminder.kind is ReminderKind.LAW_DATE
    queue_reminder(session, site, incident, people, event=event, facts=facts, alone=alone)


def _facts(
    session: Session, site: Site, incident: Incident, ladder: Ladder, reminder: Reminder
) -> ReminderFacts:
    passed_on = reminder.kind is ReminderKind.UNACKNOWLEDGED
    session.flush()  # the tasks get their numbers
    row = next((task for task in incident.tasks if task.number == reminder.task), None)
    return ReminderFacts(
        school_name=site.school_name,
        reference=incident.reference,
        severity=ladder.severity,
        lane=ladder.lane,
        platform=incident.platform,
        asked=Asked(reminder.text, ladder.task(reminder.task).due_at),
        now=site.now(),
        passed_on_from=ladder.task(reminder.task).owner_role.shown_as if passed_on else None,
        acknowledge_task=row.id if row is not None and row.state == TaskState.OPEN else None,
    )


def _readers(
    session: Session, site: Site, incident: Incident, reminder: Reminder, now: datetime
) -> tuple[Person, ...]:
    """The people in the role that is to hear it and are not named in it; else whoever heard the alert."""
    named = named_staff(session, incident)
    try:
        return holders(
            reminder.to_role,
            site.settings.people,
            named_staff=named,
            subject_is_head=head_is_among(session, site.school_id, named),
        )
    except NobodyToTell:
        return people_to_tell(session, site, incident, now)
