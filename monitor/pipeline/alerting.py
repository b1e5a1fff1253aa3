"""Telling people of an incident: one mail a person, in the transaction of what it tells about."""

from datetime import datetime

from sqlalchemy.orm import Session

from alerts.ladder.machine import Ladder, open_tasks
from alerts.ladder.tasks import Task
from alerts.ladder.words import Gate, Step
from alerts.mail.drafts import alert_draft
from alerts.mail.facts import AlertFacts, Asked
from config.words import Lane
from monitor.pipeline import outbox
from monitor.pipeline.checkpointing import foot
from monitor.pipeline.people import people_to_tell
from monitor.site import Site
from monitor.store.models import Incident

_EVIDENCE = {
    False: "The evidence is sealed.",
    True: "The reference is sealed; nothing else of the platform's answer is kept.",
}


def queue_alert(
    session: Session, site: Site, incident: Incident, ladder: Ladder, news: str | None, *, not_judged: int = 0
) -> None:  # fmt: skip
    """Queue the mails of an incident, one a person. `news` names what is new about one already told of."""
    facts = AlertFacts(
        school_name=site.school_name,
        reference=incident.reference,
        severity=ladder.severity,
        lane=ladder.lane,
        platform=incident.platform,
        seen_at=incident.first_seen_at,
        asked=_asked(ladder),
        reasons=(*sorted(ladder.matter.labels), *sorted(ladder.matter.flags)),
        not_judged=not_judged,
        evidence_note=_EVIDENCE[ladder.lane is Lane.INDECENT_IMAGE],
        joined=news is not None,
        checkpoint=foot(session, site),
    )
    now = site.now()
    incident.told_at = incident.told_at or now
    draft, priority = alert_draft(facts), outbox.priority_of(ladder.severity)
    event = f"alert:{incident.reference}" + (f":{news}" if news else "")
    for person in people_to_tell(session, site, incident, now):
        letter = outbox.Letter("alert", event, person.email, priority, draft, incident.id)
        outbox.queue(session, site.school_id, site.settings.mail, letter, now)


def _asked(ladder: Ladder) -> tuple[Asked, ...]:
    """What is to be done, and by when. What waits for triage is said to, and hurries triage."""
    tasks = open_tasks(ladder)
    waiting = [task for task in tasks if Gate.TRIAGE in task.needs]
    soonest = min((task.due_at for task in waiting if task.due_at), default=None)
    return tuple(_one_asked(task, soonest) for task in tasks)


def _one_asked(task: Task, soonest: datetime | None) -> Asked:
    if task.step is Step.TRIAGE and task.due_at and soonest:
        return Asked(task.step.shown_as, min(task.due_at, soonest))
    if Gate.TRIAGE in task.needs:
        return Asked(f"After that, if you so decide: {task.step.shown_as}", task.due_at)
    return Asked(task.step.shown_as, task.due_at)
