"""When a mail server refuses somebody's mail for good, the second contact hears of it."""

from datetime import datetime

from sqlalchemy.orm import Session

from alerts.mail.drafts import permanent_failure_draft
from alerts.mail.facts import Asked, Undelivered
from config.schema import Person, Role
from config.words import Severity, TaskState
from monitor.pipeline.telling import outbox
from monitor.pipeline.telling.operator_alerts import Trouble, tell_operators
from monitor.pipeline.telling.people import people_to_tell
from monitor.site import Site
from monitor.store.models import Incident, OutgoingMail


def tell_second_contact(
    session: Session, site: Site, mail: OutgoingMail, server_said: str, now: datetime
) -> None:
    """Queue the news for somebody else; of a refused news of a refusal only the operators hear."""
    person = next((one for one in site.settings.people if one.email == mail.recipient), None)
    incident = session.get(Incident, mail.incident_id) if mail.incident_id else None
    other = _second_contact(session, site, mail, incident, now)
    words = f"The mail server refused the {mail.kind} mail to the {_role(person)} for good: {server_said}"
    tell_operators(
        session, site, Trouble("mail_refused", mail.recipient, words, "Correct the address in [[people]].")
    )
    if other is None or mail.kind == "undelivered" or mail.dedupe_key.startswith("operator:mail_refused:"):
        return
    facts = Undelivered(
        school_name=site.school_name,
        role=_role(person),
        what=mail.kind,
        refused_at=now,
        server_said=server_said,
        reference=incident.reference if incident else None,
        severity=Severity(incident.severity) if incident else None,
        asked=_asked(incident) if incident else (),
    )
    letter = outbox.Letter(
        "undelivered", f"undelivered:{mail.id}", other.email, mail.priority, permanent_failure_draft(facts)
    )
    outbox.queue(session, site.school_id, site.settings.mail, letter, now)


_STAND_IN = (Role.SENIOR_MANAGER, Role.DEPUTY, Role.HEADTEACHER, Role.IT)


def _second_contact(
    session: Session, site: Site, mail: OutgoingMail, incident: Incident | None, now: datetime
) -> Person | None:
    """Somebody else who may hear of it: by the incident's lane, or whoever stands in for the person."""
    others = [one for one in site.settings.people if one.email.casefold() != mail.recipient.casefold()]
    if incident is not None:
        told = people_to_tell(session, site, incident, now, among=others)
        return told[0] if told else None
    by_role = {one.role: one for one in reversed(others)}
    return next((by_role[role] for role in _STAND_IN if role in by_role), None)


def role_of(site: Site, address: str) -> str:
    """The role of whoever a mail goes to, by the settings of today."""
    return _role(next((one for one in site.settings.people if one.email == address), None))


def _role(person: Person | None) -> str:
    return str(person.role).replace("_", " ") if person else "recipient"


def _asked(incident: Incident) -> tuple[Asked, ...]:
    return tuple(
        Asked(task.what_to_do, task.due_at) for task in incident.tasks if task.state == TaskState.OPEN
    )
