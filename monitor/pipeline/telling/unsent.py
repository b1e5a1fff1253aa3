"""Mails that were tried and did not leave, and those that are held."""

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from monitor.store.models import MailState, OutgoingMail


def unsent(session: Session, school_id: int) -> Sequence[OutgoingMail]:
    """Those that wait for another try and those that were refused for good, oldest first."""
    # A try that failed because of the server is not counted among a mail's own.
    tried = or_(OutgoingMail.attempts > 0, OutgoingMail.last_error.is_not(None))
    query = (
        select(OutgoingMail)
        .where(
            OutgoingMail.school_id == school_id,
            OutgoingMail.state.in_((MailState.QUEUED, MailState.FAILED)),
            tried,
        )
        .order_by(OutgoingMail.id)
    )
    return session.scalars(query).all()


def held(session: Session, school_id: int) -> Sequence[OutgoingMail]:
    """Those that wait for the end of the quiet hours, or to be told together, oldest first."""
    query = (
        select(OutgoingMail)
        .where(OutgoingMail.school_id == school_id, OutgoingMail.state == MailState.QUEUED)
        .where(OutgoingMail.held_until.is_not(None))
        .order_by(OutgoingMail.id)
    )
    return session.scalars(query).all()
