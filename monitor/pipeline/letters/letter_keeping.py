"""Lists of the letters, and of everything that was sent."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from monitor.pipeline.letters.letter_sending import LETTER, letter_of
from monitor.site import Site
from monitor.store.models import Incident, Letter, MailState, OutgoingMail


@dataclass(frozen=True)
class Listed:
    id: int
    kind: str
    reference: str | None
    state: str
    made_by: str
    made_at: datetime
    approved_by: str | None
    sent_by: str | None
    sent_to: tuple[str, ...]
    sent_at: datetime | None
    note: str | None


@dataclass(frozen=True)
class Sent:
    """One mail that left, whoever it went to: the sent items (Queen's Crescent 2.5.6)."""

    sent_at: datetime | None
    kind: str
    to: str
    subject: str
    reference: str | None
    letter: int | None
    message_id: str


def listed(site: Site) -> list[Listed]:
    query = (
        select(Letter, Incident.reference)
        .outerjoin(Incident, Incident.id == Letter.incident_id)
        .where(Letter.school_id == site.school_id)
        .order_by(Letter.id)
    )
    with site.database.read() as session:
        return [
            Listed(
                row.id, row.kind, reference, row.state, row.made_by, row.made_at, row.approved_by,
                row.sent_by, tuple(row.sent_to), row.sent_at, row.note,
            )
            for row, reference in session.execute(query)
        ]  # fmt: skip


def sent_items(site: Site) -> Iterator[Sent]:
    """Every mail that a server accepted, newest first."""
    query = (
        select(OutgoingMail, Incident.reference)
        .outerjoin(Incident, Incident.id == OutgoingMail.incident_id)
        .where(OutgoingMail.school_id == site.school_id, OutgoingMail.state == MailState.SENT)
        .order_by(OutgoingMail.sent_at.desc(), OutgoingMail.id.desc())
    )
    with site.database.read() as session:
        for mail, reference in session.execute(query):
            letter = letter_of(session, mail) if mail.kind == LETTER else None
            yield Sent(
                mail.sent_at, mail.kind, mail.recipient, mail.subject, reference,
                letter.id if letter else None, mail.message_id,
            )  # fmt: skip
