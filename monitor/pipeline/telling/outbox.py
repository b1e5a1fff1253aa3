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
from monitor.pipeline.telling.quiet_hours import Held
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
    held: Held | None = None
    channel: str | None = None
    """The further channel of the settings that carries it, instead of mail."""

    @property
    def key(self) -> str:
        return key_of(self.event, self.recipient, self.channel)


def key_of(event: str, recipient: str, channel: str | None = None) -> str:
    return f"{event}>{recipient.casefold()}" + (f"@{channel}" if channel else "")


def priority_of(severity: Severity) -> int:
    """Severest first: 1 for critical up to 5."""
    return len(Severity) - severity.rank


def is_known(session: Session, school_id: int, key: str) -> bool:
    """Whether this event was queued for that person before."""
    known = select(OutgoingMail.id).filter_by(school_id=school_id, dedupe_key=key)
    return session.execute(known).first() is not None


def queue(session: Session, school_id: int, mail: Mail, letter: Letter, now: datetime) -> OutgoingMail | None:
    """Queue a letter; None when its event was queued for that person before."""
    if is_known(session, school_id, letter.key):
        return None
    row = OutgoingMail(
        school_id=school_id,
        kind=letter.kind,
        dedupe_key=letter.key,
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
        held_until=letter.held.until if letter.held else None,
        fold_key=letter.held.fold_key if letter.held else None,
        channel=letter.channel,
    )
    session.add(row)
    session.flush()  # so that the same event later in this transaction is seen
    return row
