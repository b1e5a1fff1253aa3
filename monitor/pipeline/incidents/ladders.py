"""An incident's ladder between the database and the state machine: read it, change it, write it back."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from alerts.ladder.machine import ladder_from_json, ladder_to_json, next_recheck
from alerts.ladder.policy import default_policy
from alerts.ladder.state import Ladder
from config.schema import Settings
from monitor.store.models import Incident, Recheck, TakedownTask


def policy_in_force(settings: Settings) -> dict[str, Any]:
    """The policy as this school has set it, to be copied onto an incident that opens now."""
    school, support = settings.school, settings.support
    return default_policy(school.nation, school.closed) | {
        "meeting_with": settings.ladder.meeting_with.value,
        "staff_remarks_to_lado": settings.ladder.staff_remarks_to_lado,
        "support": {"eap": support.eap, "union": support.union},
    }


def read_ladder(incident: Incident) -> Ladder:
    return ladder_from_json(incident.ladder)


def write_ladder(session: Session, incident: Incident, ladder: Ladder) -> None:
    """Bring an incident and its task rows to what the ladder says, and plan the next look."""
    incident.ladder = ladder_to_json(ladder)
    incident.lane, incident.severity = str(ladder.lane), str(ladder.severity)
    incident.state = "open" if ladder.closing is None else "closed"
    incident.closed_at = ladder.closing.at if ladder.closing else None
    incident.next_recheck_at = next_recheck(ladder, _last_look(session, incident))
    _write_tasks(incident, ladder)


def _last_look(session: Session, incident: Incident) -> datetime | None:
    query = select(func.max(Recheck.asked_at)).where(Recheck.incident_id == incident.id)
    return session.scalar(query)


def _write_tasks(incident: Incident, ladder: Ladder) -> None:
    rows = {row.number: row for row in incident.tasks}
    for task in ladder.tasks:
        row = rows.get(task.number)
        if row is None:
            row = TakedownTask(school_id=incident.school_id, incident_id=incident.id, number=task.number)
            incident.tasks.append(row)
        row.rung = str(task.rung) if task.rung else None
        row.step = str(task.step)
        row.owner_role = str(task.owner_role)
        row.what_to_do = task.what_to_do
        row.opened_at, row.due_at = task.opened_at, task.due_at
        row.state = str(task.state)
        row.outcome = str(task.outcome) if task.outcome else None
        row.reason = task.reason
        row.decided_by, row.decided_at = task.decided_by, task.decided_at
