"""Putting mail into the outbox: a row in the transaction of what it tells about."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.mail.drafts import Draft
from alerts.mail.message import new_message_id
from config.schema import Mail
from config.words import Severity
from monitor.store.models import MailState, OutgoingMail

OPERATOR_PRIORITY = 0
WEEKLY_PRIORITY = 9


@dataclass(frozen=True)
class Letter:
    """A mail to one person. `event` names what it tells, so that the same event is never queued twice."""

    kind: str
    event: str
    recipient: str
    priority: int
    draft: Draft
    incident_id: int | None = None


def priority_of(severity: Severity) -> int:
    """Severest first: 1 for critical up to 5."""
    return len(Severity) - severity.rank


def queue(session: Session, school_id: int, mail: Mail, letter: Letter, now: datetime) -> bool:
    """Queue a letter unless its event was queued for that person before; answers whether it was new."""
    key = f"{letter.event}>{letter.recipient.casefold()}"
    known = select(OutgoingMail.id).filter_by(school_id=school_id, dedupe_key=key)
    if session.execute(known).first() is not None:
        return False
    session.add(
        OutgoingMail(
            school_id=school_id,
            kind=letter.kind,
            dedupe_key=key,
            incident_id=letter.incident_id,
            priority=letter.priority,
            recipient=letter.recipient,
            message_id=new_message_id(mail.sender.rpartition("@")[2], str(uuid.uuid4())),
            subject=letter.draft.subject,
            text=letter.draft.text,
            html=letter.draft.html,
            created_at=now,
            state=MailState.QUEUED,
            next_attempt_at=now,
        )
    )
    session.flush()  # so that the same event later in this transaction is seen
    return True
