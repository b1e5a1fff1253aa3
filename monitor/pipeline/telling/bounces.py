"""A mail that was accepted and came back: somebody hands the notice in, and the second contact hears."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.mail.bounce import Bounce, read_bounce
from monitor.pipeline.letters.letter_sending import came_back
from monitor.pipeline.telling.undelivered import role_of, tell_second_contact
from monitor.site import Site
from monitor.store import custody
from monitor.store.models import Incident, MailState, OutgoingMail


class NoSuchMail(Exception):
    """The notice is about no mail that is known here; the text says what to do."""


@dataclass(frozen=True)
class CameBack:
    """What a notice was about, and what was done because of it."""

    mail_id: int
    kind: str
    role: str
    """Whose mail it was."""
    outcome: str
    """`told` the second contact, `delayed` (the server still tries) or `known` already."""
    words: str


def note_bounce(site: Site, content: bytes, *, by: str) -> CameBack:
    """Mark the mail as not delivered and tell the second contact. Raises NotABounce, NoSuchMail."""
    bounce = read_bounce(content)
    with site.database.write() as session:
        custody.first_in_line(session, site.school_id)
        mail = _find(session, site, bounce)
        outcome = _take(session, site, mail, bounce, by) if bounce.permanent else "delayed"
        return CameBack(mail.id, mail.kind, role_of(site, mail.recipient), outcome, bounce.words)


def _find(session: Session, site: Site, bounce: Bounce) -> OutgoingMail:
    query = select(OutgoingMail).filter_by(school_id=site.school_id, message_id=bounce.message_id)
    mail = session.scalars(query.with_for_update()).one_or_none()
    if mail is None:
        raise NoSuchMail(
            f"the notice is about {bounce.message_id}, which this school has not sent; "
            "is this the right schoolwatch?"
        )
    return mail


def _take(session: Session, site: Site, mail: OutgoingMail, bounce: Bounce, by: str) -> str:
    if mail.came_back_at is not None or mail.state == MailState.FAILED:
        return "known"
    mail.state, mail.came_back_at, mail.last_error = MailState.FAILED, site.now(), bounce.words
    incident = session.get(Incident, mail.incident_id) if mail.incident_id else None
    custody.note(
        session, site.school_id, site.now(), "mail_came_back", actor=by,
        reference=incident.reference if incident else None, mail=mail.id, kind=mail.kind,
    )  # fmt: skip
    came_back(session, site, mail, bounce.words, by)
    tell_second_contact(session, site, mail, bounce.words, site.now())
    return "told"
