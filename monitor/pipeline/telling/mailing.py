"""Sending what is in the outbox: claim a row, speak to the mail server, mark the row.

A crash between sending and marking sends the same mail twice under one Message-ID, never zero times.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from alerts.apprise_channel import ChannelFailed, tell
from alerts.mail.addresses import BadAddress
from alerts.mail.drafts import Draft
from alerts.mail.message import build_message
from alerts.mail.retry import LONGEST_PAUSE, next_attempt
from alerts.mail.smtp import MailRefused, MailUnreachable, send
from config.schema import MailServer
from config.secrets import SecretMissing
from monitor.pipeline.boundaries import Boundary, passing
from monitor.pipeline.handing_in.links import LinkPurpose
from monitor.pipeline.letters.letter_sending import LETTER, accepted, held_back, refused_for_good
from monitor.pipeline.telling.folding import fold_backlog, overtaken
from monitor.pipeline.telling.operator_alerts import Trouble, all_clear, tell_operators
from monitor.pipeline.telling.quiet_hours import LONGEST_HOLD
from monitor.pipeline.telling.undelivered import tell_second_contact
from monitor.site import Site
from monitor.store import custody
from monitor.store.models import MailState, OutgoingMail

SEND_SECONDS = 60.0
CLAIM = timedelta(seconds=SEND_SECONDS * 2)
CHANNEL_SECONDS = 15.0
MAIL_DEAD_AFTER = timedelta(minutes=15)
"""From so long a silence of the server on, somebody is told, and what waited comes in one mail."""
_FIRST_ROUND, _LONGEST_ROUND = timedelta(minutes=1), timedelta(minutes=15)
"""A server at fault is left alone as long again as it has failed, within these."""
log = structlog.get_logger()


@dataclass(frozen=True)
class Failure:
    permanent: bool
    words: str
    about_server: bool = False
    """The next mail would meet the same: no answer, no login, nothing this one mail could help."""


def send_next(site: Site) -> bool:
    """Send the most urgent mail that is due. Answers whether there was one."""
    claimed = _claim(site)
    if claimed is None:
        return False
    if held_back(site, claimed) or overtaken(site, claimed):
        return True
    passing(Boundary.BEFORE_SEND)
    failure = _by_channel(site, claimed) if claimed.channel else deliver(site, site.settings.mail, claimed)
    passing(Boundary.AFTER_SEND)
    passing(Boundary.BEFORE_MARK)
    with site.database.write() as session:
        if claimed.kind == LETTER:
            custody.first_in_line(session, site.school_id)
        mail = session.get_one(OutgoingMail, claimed.id)
        _mark(session, site, mail, failure)
    passing(Boundary.AFTER_MARK)
    return True


def _claim(site: Site) -> OutgoingMail | None:
    now = site.now()
    # Times further off than any pause or claim were written while the clock ran ahead.
    due_now = or_(OutgoingMail.next_attempt_at <= now, OutgoingMail.next_attempt_at > now + LONGEST_PAUSE)
    unclaimed = or_(
        OutgoingMail.claimed_until.is_(None),
        OutgoingMail.claimed_until < now,
        OutgoingMail.claimed_until > now + CLAIM,
    )
    let_go = or_(
        OutgoingMail.held_until.is_(None),
        OutgoingMail.held_until <= now,
        OutgoingMail.held_until > now + LONGEST_HOLD,
    )
    due = (
        select(OutgoingMail.id)
        .where(OutgoingMail.school_id == site.school_id, OutgoingMail.state == MailState.QUEUED)
        .where(due_now, unclaimed, let_go, OutgoingMail.fold_key.is_(None))
        .order_by(OutgoingMail.priority, OutgoingMail.id)
        .limit(1)
    )
    with site.database.read() as session:
        mail_id = session.scalar(due)
    if mail_id is None:
        return None
    claim = (
        update(OutgoingMail)
        .where(OutgoingMail.id == mail_id, OutgoingMail.state == MailState.QUEUED, unclaimed)
        .values(claimed_until=now + CLAIM, attempts=OutgoingMail.attempts + 1)
        .returning(OutgoingMail)
    )
    with site.database.write() as session:
        mail = session.scalars(claim).one_or_none()
        if mail is not None:
            session.expunge(mail)
    return mail


def deliver(site: Site, server: MailServer, mail: OutgoingMail) -> Failure | None:
    """Hand one mail to one server. None when it was accepted."""
    ours = site.settings.mail.sender
    by_person = mail.kind == LETTER
    message = build_message(
        Draft(mail.subject, mail.text, mail.html),
        sender=(site.settings.letters.sender or ours) if by_person else ours,
        sender_name=site.school_name if by_person else "schoolwatch",
        to=[mail.recipient],
        message_id=mail.message_id,
        date=mail.created_at,
        automatic=not by_person,
        handed_in_by=ours,
    )
    try:
        password = server.password.read() if server.password else None
        receipt = send(
            server, message, [mail.recipient], password=password, timeout=20.0, deadline=SEND_SECONDS
        )
    except SecretMissing as missing:
        return Failure(permanent=False, words=f"mail.password: {missing}", about_server=True)
    except BadAddress as bad:
        return Failure(permanent=True, words=str(bad))
    except MailRefused as refusal:
        return Failure(refusal.permanent, str(refusal), refusal.about_server)
    except MailUnreachable as silence:
        return Failure(permanent=False, words=str(silence), about_server=True)
    refused = next(iter(receipt.refused.values()), None)
    return Failure(refused.permanent, refused.text) if refused else None


def _by_channel(site: Site, mail: OutgoingMail) -> Failure | None:
    """Hand one text to one further channel. None when it was taken."""
    channel = next((one for one in site.settings.alerts.channels if one.name == mail.channel), None)
    if channel is None:
        return Failure(permanent=True, words="there is no such channel in the settings any more")
    try:
        tell([channel.address.read()], mail.subject, mail.text, timeout=CHANNEL_SECONDS)
    except (SecretMissing, ChannelFailed) as error:
        return Failure(permanent=False, words=str(error))
    return None


def _mark(session: Session, site: Site, mail: OutgoingMail, failure: Failure | None) -> None:
    now = site.now()
    mail.claimed_until = None
    if failure is not None and failure.about_server:
        _wait_for_server(session, site.school_id, mail, failure.words, now)
        return
    silent_since = server_failing_since(session, site.school_id) if mail.channel is None else None
    if silent_since is not None:
        _server_answered(session, site.school_id)
    if failure is None:
        _sent(session, site, mail, now)
    else:
        _not_accepted(session, site, mail, failure, now)
    if silent_since is not None and now - silent_since >= MAIL_DEAD_AFTER:
        fold_backlog(session, site, silent_since)


def _sent(session: Session, site: Site, mail: OutgoingMail, now: datetime) -> None:
    mail.state, mail.sent_at, mail.last_error = MailState.SENT, now, None
    mail.text, mail.html = _without_link(site, mail.text), _without_link(site, mail.html)
    accepted(session, site, mail)
    if mail.channel is not None:
        all_clear(session, site, "channel_failing", mail.channel, "It took a message again.")
        return
    all_clear(session, site, "mail_dead", "mail", "A mail was accepted again.")
    for kind in ("mail_refused", "mail_late"):
        all_clear(session, site, kind, mail.recipient, "A mail to the same address was accepted.")
    log.info("mail_sent", mail=mail.id, kind=mail.kind, attempts=mail.attempts)


def _without_link(site: Site, text: str) -> str:
    """A link opens for whoever has it: once the mail has left, only its hash is kept."""
    public_url = site.settings.console.public_url
    if public_url is None:
        return text
    links = re.escape(f"{public_url.rstrip('/')}/") + rf"(?:{'|'.join(LinkPurpose)})/[A-Za-z0-9_-]+"
    return re.sub(links, "(a link)", text)


def _not_accepted(session: Session, site: Site, mail: OutgoingMail, failure: Failure, now: datetime) -> None:
    mail.last_error = failure.words
    again = next_attempt(mail.attempts, failure.permanent, now)
    log.warning("mail_not_sent", mail=mail.id, kind=mail.kind, attempts=mail.attempts, again=again)
    if again is not None:
        mail.next_attempt_at = again
        return
    mail.state = MailState.FAILED
    refused_for_good(session, site, mail, failure.words)
    if mail.channel is None:
        tell_second_contact(session, site, mail, failure.words, now)
    else:
        tell_operators(session, site, channel_trouble(mail))


def _wait_for_server(session: Session, school_id: int, mail: OutgoingMail, words: str, now: datetime) -> None:
    """The server is at fault, so every mail waits for the next try: a dead server costs one try a round.

    The try says nothing of this mail, so it does not count for it. Whatever waits longer for reasons of
    its own keeps its time.
    """
    since = server_failing_since(session, school_id) or now
    again = now + min(max(now - since, _FIRST_ROUND), _LONGEST_ROUND)
    mail.attempts -= 1
    mail.last_error, mail.server_failed_at, mail.next_attempt_at = words, since, again
    log.warning("mail_server_failed", mail=mail.id, kind=mail.kind, since=since, again=again)
    session.execute(
        update(OutgoingMail)
        .where(
            OutgoingMail.school_id == school_id,
            OutgoingMail.state == MailState.QUEUED,
            OutgoingMail.channel.is_(None),
            OutgoingMail.next_attempt_at < again,
        )
        .values(next_attempt_at=again)
    )


def _server_answered(session: Session, school_id: int) -> None:
    """It took or refused one mail by itself, so no other waits for the server any more."""
    session.execute(
        update(OutgoingMail)
        .where(OutgoingMail.school_id == school_id, OutgoingMail.server_failed_at.is_not(None))
        .values(server_failed_at=None)
    )


def server_failing_since(session: Session, school_id: int) -> datetime | None:
    """Since when the mail server itself has failed; None while it answers."""
    query = select(func.min(OutgoingMail.server_failed_at)).where(
        OutgoingMail.school_id == school_id, OutgoingMail.state == MailState.QUEUED
    )
    return session.scalar(query)


def put_off_since(session: Session, school_id: int, before: datetime) -> list[OutgoingMail]:
    """Mails from before then that the server would not take for their recipient, though it may yet."""
    query = select(OutgoingMail).where(
        OutgoingMail.school_id == school_id,
        OutgoingMail.state == MailState.QUEUED,
        OutgoingMail.last_error.is_not(None),
        OutgoingMail.server_failed_at.is_(None),
        OutgoingMail.created_at <= before,
    )
    return list(session.scalars(query))


def channel_trouble(mail: OutgoingMail) -> Trouble:
    return Trouble(
        "channel_failing",
        mail.channel or "",
        f"A further channel takes no message. It said: {mail.last_error}",
        "Look at [[alerts.channels]] in schoolwatch.toml; the mail about the same matter goes its own way.",
        since=mail.created_at,
    )


def note_dead_mail(session: Session, site: Site, since: datetime, words: str) -> None:
    """Open the alert that mail does not leave; other ways than mail carry it (watchkeeping)."""
    tell_operators(
        session,
        site,
        Trouble(
            "mail_dead",
            "mail",
            f"No mail has been accepted by {site.settings.mail.host} since then. It said: {words}",
            "Look at [mail] in schoolwatch.toml with `schoolwatch check`; nothing is lost, all of it waits.",
            since=since,
        ),
    )
