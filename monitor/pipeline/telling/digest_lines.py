"""An incident as one line of a mail that tells of several."""

from collections.abc import Sequence

from alerts.mail.facts import DigestLine
from config.words import Lane, Severity, TaskState
from monitor.store.models import Incident

UNDECIDED = (TaskState.OPEN, TaskState.ACKNOWLEDGED, TaskState.WAITING)


def digest_line(incident: Incident) -> DigestLine:
    """`due_at` is that of the task that runs out first."""
    due = [task.due_at for task in incident.tasks if task.due_at and task.state in UNDECIDED]
    return DigestLine(
        reference=incident.reference,
        severity=Severity(incident.severity),
        lane=Lane(incident.lane),
        platform=incident.platform,
        due_at=min(due, default=None),
    )


def worst_of(incidents: Sequence[Incident]) -> Severity:
    return max((Severity(incident.severity) for incident in incidents), key=lambda one: one.rank)
