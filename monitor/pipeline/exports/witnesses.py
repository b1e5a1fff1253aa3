"""The mails that carried a checkpoint out of the building before an export; nobody can call them back."""

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from alerts.export.contents import WitnessMail
from monitor.evidence.log.checkpoint import found_in
from monitor.pipeline.exports.order import Moment
from monitor.site import Site
from monitor.store.checkpoints import at
from monitor.store.models import MailState, OutgoingMail

SHOWN, LOOKED_AT = 3, 60
"""Mails: the newest few say as much as all of them."""


def witnesses(
    session: Session, site: Site, moment: Moment, readers: Sequence[str]
) -> tuple[WitnessMail, ...]:
    """The newest first. Of those about single incidents only the readers' own: a subject names one."""
    query = (
        select(OutgoingMail)
        .where(
            OutgoingMail.school_id == site.school_id,
            OutgoingMail.state == MailState.SENT,
            OutgoingMail.sent_at <= moment.made_at,
            or_(OutgoingMail.kind == "weekly", OutgoingMail.recipient.in_(readers)),
        )
        .order_by(OutgoingMail.sent_at.desc(), OutgoingMail.id.desc())
        .limit(LOOKED_AT)
    )
    found = [one for mail in session.scalars(query) if (one := _witness(session, site, mail, moment))]
    return tuple(found[:SHOWN])


def _witness(session: Session, site: Site, mail: OutgoingMail, moment: Moment) -> WitnessMail | None:
    """None for a mail without a checkpoint of this log, or with one that the export does not reach."""
    for shown in found_in(mail.text):
        row = at(session, site.school_id, shown.size)
        if row is not None and row.root == shown.root.hex() and shown.size <= moment.size and mail.sent_at:
            role = next(
                (one.role.shown_as for one in site.settings.people if one.email == mail.recipient), "staff"
            )
            return WitnessMail(mail.subject, mail.message_id, mail.sent_at, role, shown.size)
    return None
