"""Watching the watcher: sources that fail, mail that does not leave, and the ways to say so."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from alerts.apprise_channel import ChannelFailed, tell
from alerts.dead_man import PingFailed, ping
from config.secrets import SecretMissing
from monitor.pipeline.reading.clock_watch import watch_kernel_clock
from monitor.pipeline.reading.outages import current_outage
from monitor.pipeline.telling import mailing
from monitor.pipeline.telling.operator_alerts import Trouble, all_clear, open_alert, tell_operators
from monitor.site import Site
from monitor.store.models import MailState, OperatorAlert, OutgoingMail, Source

MAIL_LATE_AFTER = timedelta(hours=1)
"""Greylisting asks for a quarter of an hour; a full mailbox may ask for ever."""
STUCK_AFTER = timedelta(minutes=10)
_NOT_WELL = ("mail_dead", "housekeeping", "not_judged")
_PAGE_BYTES = 64 * 1024
log = structlog.get_logger()


def keep_watch(site: Site, names: Collection[str] | None = None) -> None:
    """One round over the named sources, or all of the settings.

    What is opened here was quiet before; what works again is said, too.
    """
    watched = site.source_names if names is None else names
    with site.database.write() as session:
        query = select(Source).filter_by(school_id=site.school_id, enabled=True)
        for source in session.scalars(query.where(Source.name.in_(watched))):
            _watch_source(session, site, source)
        _watch_mail(session, site)
        watch_kernel_clock(session, site)
    _tell_by_other_ways(site)


def _watch_source(session: Session, site: Site, source: Source) -> None:
    now = site.now()
    outage = current_outage(session, source)
    if outage is None or outage.started_at is None:
        if source.failures == 0:
            all_clear(session, site, "source_failing", source.name, "It is being read again.")
        _watch_stuck(session, site, source, now)
        return
    if now - outage.started_at >= site.settings.operations.alert_after:
        trouble = Trouble(
            "source_failing",
            source.name,
            outage.words,
            outage.mend,
            outage.started_at,
            source.last_success_at,
        )
        tell_operators(session, site, trouble)


def _watch_stuck(session: Session, site: Site, source: Source, now: datetime) -> None:
    """A poll that neither ends nor fails is a fault as well."""
    overdue = now - max(source.next_poll_at, source.lease_until or source.next_poll_at)
    if overdue < max(STUCK_AFTER, site.source_settings(source.name).poll_every):
        all_clear(session, site, "source_stuck", source.name, "It is being read again.")
        return
    words = "Its last poll neither ended nor failed, and no other could start."
    mend = "Restart the service; if it comes back, look at its log."
    since = source.last_attempt_at or source.next_poll_at
    tell_operators(
        session, site, Trouble("source_stuck", source.name, words, mend, since, source.last_success_at)
    )


def _watch_mail(session: Session, site: Site) -> None:
    since = mailing.server_failing_since(session, site.school_id)
    if since is not None and site.now() - since >= mailing.MAIL_DEAD_AFTER:
        query = select(OutgoingMail.last_error).where(
            OutgoingMail.school_id == site.school_id,
            OutgoingMail.state == MailState.QUEUED,
            OutgoingMail.server_failed_at == since,
        )
        mailing.note_dead_mail(session, site, since, session.scalars(query).first() or "nothing")
    for mail in mailing.put_off_since(session, site.school_id, site.now() - MAIL_LATE_AFTER):
        if mail.channel is not None:
            tell_operators(session, site, mailing.channel_trouble(mail))
            continue
        words = f"The mail server puts off the {mail.kind} mail to this person. It said: {mail.last_error}"
        mend = "Ask whoever runs that mailbox; the mail is tried again by itself."
        trouble = Trouble("mail_late", mail.recipient, words, mend, since=mail.created_at)
        tell_operators(session, site, trouble)


def _tell_by_other_ways(site: Site) -> None:
    """Carry what the mail server may not: through the second server and the other channels, once each."""
    with site.database.read() as session:
        untold = _untold(session, site)
    for alert in untold:
        ways = _ways_that_worked(site, alert)
        with site.database.write() as session:
            session.get_one(OperatorAlert, alert.id).other_ways = {**alert.other_ways, **ways}


def _untold(session: Session, site: Site) -> list[OperatorAlert]:
    """Open alerts that only mail was to carry, while mail does not leave."""
    if open_alert(session, site.school_id, "mail_dead", "mail") is None:
        return []
    query = select(OperatorAlert).where(
        OperatorAlert.school_id == site.school_id, OperatorAlert.closed_at.is_(None)
    )
    return [alert for alert in session.scalars(query) if not alert.other_ways]


def _ways_that_worked(site: Site, alert: OperatorAlert) -> dict[str, str]:
    ways = _through_second_server(site, alert) | _through_apprise(site, alert)
    log.log(30, "told_by_other_ways", alert=alert.id, kind=alert.kind, ways=sorted(ways))
    return ways


def _through_second_server(site: Site, alert: OperatorAlert) -> dict[str, str]:
    second = site.settings.mail.second
    if second is None:
        return {}
    with site.database.read() as session:
        mails = _mails_of(session, site, alert)
    accepted = [mail.id for mail in mails if mailing.deliver(site, second, mail) is None]
    _mark_told(site, accepted)
    return {"second mail server": site.now().isoformat()} if accepted else {}


def _mark_told(site: Site, mail_ids: Sequence[int]) -> None:
    """What the second server took need not come again when the first one is back."""
    told = (
        update(OutgoingMail)
        .where(OutgoingMail.id.in_(mail_ids), OutgoingMail.state == MailState.QUEUED)
        .values(state=MailState.SENT, sent_at=site.now(), claimed_until=None)
    )
    with site.database.write() as session:
        session.execute(told)


def _mails_of(session: Session, site: Site, alert: OperatorAlert) -> Sequence[OutgoingMail]:
    event = f"operator:{alert.kind}:{alert.subject}:"
    query = select(OutgoingMail).where(
        OutgoingMail.school_id == site.school_id,
        OutgoingMail.state == MailState.QUEUED,
        OutgoingMail.dedupe_key.startswith(event, autoescape=True),
    )
    return session.scalars(query).all()


def _through_apprise(site: Site, alert: OperatorAlert) -> dict[str, str]:
    try:
        addresses = [reference.read() for reference in site.settings.operations.apprise]
        if not addresses:
            return {}
        tell(addresses, f"schoolwatch at {site.school_name}", alert.words, timeout=mailing.CHANNEL_SECONDS)
    except (SecretMissing, ChannelFailed) as error:
        log.warning("apprise_failed", problem=str(error))
        return {}
    return {"apprise": site.now().isoformat()}


def _all_is_well(session: Session, school_id: int) -> bool:
    query = select(OperatorAlert.id).where(
        OperatorAlert.school_id == school_id,
        OperatorAlert.closed_at.is_(None),
        OperatorAlert.kind.in_(_NOT_WELL),
    )
    return session.execute(query).first() is None


def _try_a_page(session: Session, site: Site) -> None:
    """Write as much as a page of comments, and take it back: a full disk still reads, and looks well."""
    trial = OperatorAlert(
        school_id=site.school_id,
        kind="trial",
        subject="trial",
        opened_at=site.now(),
        closed_at=site.now(),
        words=" " * _PAGE_BYTES,
        other_ways={},
    )
    session.add(trial)
    session.flush()
    session.delete(trial)


def ping_dead_man(site: Site) -> None:
    """Tell the outside monitor that all is well, which is only said when it is.

    It hears nothing while mail does not leave, a part of the service fails or the database takes no page,
    so that its silence carries what mail cannot. Raises DatabaseUnusable.
    """
    reference = site.settings.operations.dead_man_ping
    if reference is None:
        return
    with site.database.write() as session:
        if not _all_is_well(session, site.school_id):
            return
        _try_a_page(session, site)
    try:
        ping(reference.read(), timeout=mailing.CHANNEL_SECONDS, proxy=site.settings.network.proxy_url())
    except (SecretMissing, PingFailed) as error:
        log.warning("dead_man_ping_failed", problem=str(error))
