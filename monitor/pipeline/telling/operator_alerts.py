"""Telling whoever runs the service that it cannot see or cannot speak (a silent watcher is an alarm)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.mail.drafts import operator_draft
from alerts.mail.facts import OperatorFacts
from alerts.recipients import operator_recipients
from monitor.pipeline.telling import outbox
from monitor.site import Site
from monitor.store.models import OperatorAlert


@dataclass(frozen=True)
class Trouble:
    """What is wrong with the watching. `kind` is one of the headlines below; `subject` says with what."""

    kind: str
    subject: str
    words: str
    mend: str
    since: datetime | None = None
    last_success: datetime | None = None


def open_alert(session: Session, school_id: int, kind: str, subject: str) -> OperatorAlert | None:
    query = select(OperatorAlert).where(
        OperatorAlert.school_id == school_id,
        OperatorAlert.kind == kind,
        OperatorAlert.subject == subject,
        OperatorAlert.closed_at.is_(None),
    )
    return session.scalars(query).first()


def tell_operators(session: Session, site: Site, trouble: Trouble) -> OperatorAlert | None:
    """Open an alert and queue its mails; None when the same thing is being told already."""
    if open_alert(session, site.school_id, trouble.kind, trouble.subject) is not None:
        return None
    now = site.now()
    row = OperatorAlert(
        school_id=site.school_id,
        kind=trouble.kind,
        subject=trouble.subject,
        opened_at=now,
        closed_at=None,
        words=f"{trouble.words} {trouble.mend}",
        other_ways={},
    )
    session.add(row)
    facts = OperatorFacts(
        school_name=site.school_name,
        headline=headline(trouble.kind, trouble.subject),
        since=trouble.since or now,
        explanation=trouble.words,
        mend=trouble.mend,
        last_success=trouble.last_success,
    )
    _mail(session, site, f"operator:{trouble.kind}:{trouble.subject}:{now.isoformat()}", facts)
    return row


def all_clear(session: Session, site: Site, kind: str, subject: str, words: str) -> None:
    """Close an open alert and say that the thing works again."""
    row = open_alert(session, site.school_id, kind, subject)
    if row is None:
        return
    row.closed_at = now = site.now()
    facts = OperatorFacts(
        school_name=site.school_name,
        headline=headline(kind, subject),
        since=row.opened_at,
        explanation=words,
        mend="Nothing to do.",
        last_success=now,
        mended_at=now,
    )
    _mail(session, site, f"mended:{kind}:{subject}:{row.opened_at.isoformat()}", facts)


_HEADLINES = {
    "source_failing": "source {} is not being read",
    "source_stuck": "source {} does not answer at all",
    "mail_dead": "mail does not leave",
    "mail_refused": "a mail was refused",
    "mail_late": "a mail is put off again and again",
    "channel_failing": "channel {} takes no message",
    "nobody_to_tell": "nobody may be told of {}",
    "not_judged": "a comment could not be judged",
    "model_missing": "comments are judged without the {}",
    "housekeeping": "{} fails",
    "clock_differs": "our clock differs from that of {}",
    "clock_unsynchronised": "the {} is not synchronised",
    "not_locked": "closed {} is not locked",
    "log_unsigned": "the {} is not signed",
    "stamp_failing": "{} does not stamp the evidence log",
    "password_due": "the password of {} is due for a change",
    "own_page_unsure": "nobody knows whether {} was hidden on our page",
    "second_log_behind": "the {} is not kept up",
}


def headline(kind: str, subject: str) -> str:
    return _HEADLINES[kind].format(subject)


def _mail(session: Session, site: Site, event: str, facts: OperatorFacts) -> None:
    draft = operator_draft(facts)
    for person in operator_recipients(site.settings.people):
        letter = outbox.Letter("operator", event, person.email, outbox.OPERATOR_PRIORITY, draft)
        outbox.queue(session, site.school_id, site.settings.mail, letter, site.now())
