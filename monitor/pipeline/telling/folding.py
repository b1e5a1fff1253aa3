"""Several mails to one person as one: the daily digest, a spike, and what waited for a dead server.

The mails that are folded stay as rows, in the state `folded`, and name the mail that tells their matter.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from alerts.ladder.words import ReminderKind
from alerts.mail.drafts import Draft, digest_draft
from alerts.mail.facts import DigestFacts, Spike
from alerts.recipients import not_named
from config.schema import Person
from config.words import Lane, Severity
from monitor.pipeline.sealing_up.checkpointing import foot
from monitor.pipeline.telling import outbox
from monitor.pipeline.telling.digest_lines import UNDECIDED, digest_line, worst_of
from monitor.pipeline.telling.people import head_is_among, named_staff, people_to_tell
from monitor.pipeline.telling.quiet_hours import LONGEST_HOLD, MAY_WAIT
from monitor.pipeline.telling.spikes import is_spike, last_told, spike_of, unclaimed
from monitor.pipeline.telling.weekly_readers import lanes_of
from monitor.site import Site
from monitor.store.models import Incident, MailState, OutgoingMail

FEWEST = 3
"""From so many on a backlog is folded; two mails are read as well as one."""

BACKLOG = "backlog"


def tell_what_was_held(site: Site) -> None:
    """Fold what is due to be told together. A single mail goes by itself, save the first of a spike."""
    with site.database.read() as session:
        if session.scalars(_due(site).limit(1)).first() is None:
            return
    with site.database.write() as session:
        groups: dict[tuple[str, str], list[OutgoingMail]] = defaultdict(list)
        for mail in session.scalars(_due(site).with_for_update(skip_locked=True)):
            groups[mail.recipient, mail.fold_key or ""].append(mail)
        for (_, key), mails in groups.items():
            _tell_together(session, site, key, mails)


def _due(site: Site) -> Select[OutgoingMail]:
    now = site.now()
    return (
        select(OutgoingMail)
        .where(OutgoingMail.school_id == site.school_id, OutgoingMail.state == MailState.QUEUED)
        .where(OutgoingMail.fold_key.is_not(None), unclaimed(site))
        .where(or_(OutgoingMail.held_until <= now, OutgoingMail.held_until > now + LONGEST_HOLD))
        .order_by(OutgoingMail.id)
    )


def _tell_together(session: Session, site: Site, key: str, found: Sequence[OutgoingMail]) -> None:
    mails = [mail for mail in found if _may_still_read(session, site, mail)]
    spike = spike_of(session, site, key) if is_spike(key) else None
    if not mails:
        return
    if len(mails) == 1 and (spike is None or last_told(session, site, key)):
        mails[0].held_until = mails[0].fold_key = None
        return
    _fold(session, site, key, mails, spike=spike)


def overtaken(site: Site, mail: OutgoingMail) -> bool:
    """Whether a claimed mail that was held by itself may no longer leave; then it is marked so."""
    if mail.held_until is None or mail.incident_id is None or mail.kind not in ("alert", "reminder"):
        return False
    with site.database.write() as session:
        waiting = session.get_one(OutgoingMail, mail.id)
        if _may_still_read(session, site, waiting):
            return False
        waiting.claimed_until = None
        return True


def _may_still_read(session: Session, site: Site, mail: OutgoingMail) -> bool:
    """What joined since may name the reader: then it is told to those who may know of it instead. And the
    lane may be another's by now: then its own people were told of that at once.
    """
    if mail.incident_id is None:
        return True
    incident = session.get_one(Incident, mail.incident_id)
    named = named_staff(session, incident)
    head = head_is_among(session, site.school_id, named)
    allowed = not_named(site.settings.people, named, subject_is_head=head)
    reader = [person for person in allowed if person.email.casefold() == mail.recipient.casefold()]
    if reader and (mail.held_until is None or _is_told_of(session, site, incident, reader)):
        return True
    mail.state = MailState.FOLDED
    if reader:
        return False
    event, draft = mail.dedupe_key.rpartition(">")[0], Draft(mail.subject, mail.text, mail.html)
    for person in people_to_tell(session, site, incident, site.now()):
        letter = outbox.Letter(mail.kind, event, person.email, mail.priority, draft, incident.id)
        outbox.queue(session, site.school_id, site.settings.mail, letter, site.now())
    return False


def _is_told_of(session: Session, site: Site, incident: Incident, reader: Sequence[Person]) -> bool:
    """Whether somebody who was told of it while it could wait is still told of it."""
    if Lane(incident.lane) in MAY_WAIT:
        return True
    owners = {task.owner_role for task in incident.tasks if task.state in UNDECIDED}
    by_role = any(Lane(incident.lane) in lanes_of(one.role) or str(one.role) in owners for one in reader)
    return by_role or any(one in people_to_tell(session, site, incident, site.now()) for one in reader)


def _fold(
    session: Session,
    site: Site,
    key: str,
    mails: Sequence[OutgoingMail],
    *,
    spike: Spike | None = None,
    silent_since: datetime | None = None,
) -> OutgoingMail | None:
    incidents = _incidents(session, mails)
    priority = outbox.priority_of(worst_of(incidents))
    if silent_since is not None:  # the alerts of whatever is graver in it go first, by themselves
        priority = max(priority, outbox.priority_of(Severity.MEDIUM))
    facts = DigestFacts(
        school_name=site.school_name,
        lines=tuple(digest_line(incident) for incident in incidents),
        checkpoint=foot(session, site),
        spike=spike,
        silent_since=silent_since,
        written_at=site.now(),
    )
    letter = outbox.Letter(
        "digest",
        f"{key}:{mails[0].id}",
        mails[0].recipient,
        priority,
        digest_draft(facts),
    )
    told = outbox.queue(session, site.school_id, site.settings.mail, letter, site.now())
    for mail in mails:
        mail.state, mail.folded_into = MailState.FOLDED, told.id if told else None
    return told


def _incidents(session: Session, mails: Iterable[OutgoingMail]) -> list[Incident]:
    ids = {mail.incident_id for mail in mails if mail.incident_id is not None}
    return list(session.scalars(select(Incident).where(Incident.id.in_(ids)).order_by(Incident.id)))


def fold_backlog(session: Session, site: Site, silent_since: datetime) -> None:
    """The mail server is back after a long silence: one mail a person of what is not critical or high,
    and of the tasks that fell due meanwhile.

    A digest that waited is taken in as well, so that there is one and not one for each day.
    """
    by_recipient: dict[str, list[OutgoingMail]] = defaultdict(list)
    for mail in session.scalars(_waited(site).with_for_update(skip_locked=True)):
        by_recipient[mail.recipient].append(mail)
    for mails in by_recipient.values():
        _drop_repeats(mails)
        _fold_waited(session, site, mails, silent_since)


def _waited(site: Site) -> Select[OutgoingMail]:
    return (
        select(OutgoingMail)
        .where(OutgoingMail.school_id == site.school_id, OutgoingMail.state == MailState.QUEUED)
        .where(OutgoingMail.kind.in_(("alert", "reminder", "digest")), unclaimed(site))
        .where(OutgoingMail.fold_key.is_(None), OutgoingMail.channel.is_(None))
        .where(or_(OutgoingMail.held_until.is_(None), OutgoingMail.held_until <= site.now()))
        .order_by(OutgoingMail.id)
    )


def _drop_repeats(mails: Sequence[OutgoingMail]) -> None:
    """Of the reminders of one task only the last still says how things are."""
    newest: dict[tuple[str, ...], OutgoingMail] = {}
    for mail in mails:
        if mail.kind != "reminder":
            continue
        about = tuple(mail.dedupe_key.split(":", 4)[:4])
        older = newest.get(about)
        newest[about] = mail
        if older is not None:
            older.state, older.folded_into = MailState.FOLDED, mail.id


def _may_be_folded(mail: OutgoingMail) -> bool:
    """A critical or high alert comes singly, and so does a reminder that says more than “overdue”."""
    if mail.kind == "reminder":
        return any(f":{kind}:" in mail.dedupe_key for kind in _SAID_BY_A_LINE)
    return mail.priority > outbox.priority_of(Severity.HIGH)


_SAID_BY_A_LINE = (ReminderKind.OVERDUE, ReminderKind.NO_ANSWER)


def _fold_waited(session: Session, site: Site, mails: Sequence[OutgoingMail], silent_since: datetime) -> None:
    waiting = [mail for mail in mails if mail.state == MailState.QUEUED and _may_be_folded(mail)]
    digests = {mail.id: mail for mail in waiting if mail.kind == "digest"}
    members = list(session.scalars(select(OutgoingMail).where(OutgoingMail.folded_into.in_(digests))))
    told_by = {mail.folded_into for mail in members}
    digests = {number: mail for number, mail in digests.items() if number in told_by}
    singles = [mail for mail in waiting if mail.kind != "digest"]
    if len(singles) < FEWEST and len(digests) + bool(singles) < 2:
        return
    known = [mail for mail in (*singles, *members) if _may_still_read(session, site, mail)]
    told = _fold(session, site, BACKLOG, known, silent_since=silent_since) if known else None
    for mail in digests.values():
        mail.state, mail.folded_into = MailState.FOLDED, told.id if told else None
