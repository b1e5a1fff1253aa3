"""Legal holds: nothing of an incident ends while one stands. An open incident is one by itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm import Session

from alerts.mail.drafts import reminder_draft
from alerts.mail.facts import Asked, ReminderFacts
from config.policy import retention_periods
from config.words import Lane, Severity
from monitor.pipeline.telling import outbox
from monitor.pipeline.telling.people import people_to_tell
from monitor.site import Site
from monitor.store import custody
from monitor.store.incidents import incident_called
from monitor.store.models import Hold, Incident

_LONDON = ZoneInfo("Europe/London")
_REMINDED_EVERY = timedelta(days=7)
OPEN_INCIDENT = "The incident is open."
BY_DESIGN = "policy"
"""Who approved the hold that an open incident is."""


class HoldRefused(Exception):
    """A hold cannot be set or released; the text says why and the mend."""


@dataclass(frozen=True)
class Held:
    """One hold as it is listed."""

    reference: str
    reason: str
    approved_by: str
    set_at: datetime
    review_on: date
    number: int | None
    """The row's id; None for the hold that an open incident is by itself."""

    def overdue(self, today: date) -> bool:
        return self.review_on <= today


def today_in_london(now: datetime) -> date:
    return now.astimezone(_LONDON).date()


def find_incident(session: Session, site: Site, reference: str) -> Incident:
    """The incident, locked after the school, as everybody does who appends to the log."""
    custody.first_in_line(session, site.school_id)
    return incident_called(session, site.school_id, reference, lock=True)


def set_hold(site: Site, reference: str, *, reason: str, approved_by: str, by: str, review: date) -> None:
    """Hold an incident, or give one that is held a new reason and review date; the old row is released."""
    now = site.now()
    if review <= today_in_london(now):
        raise HoldRefused(f"the review date {review} is not in the future; name a later one")
    for what, words in (("reason", reason), ("name of who approved it", approved_by)):
        if not words.strip():
            raise HoldRefused(f"the {what} is missing; nothing is held without it")
    with site.database.write() as session:
        incident = find_incident(session, site, reference)
        for earlier in active_holds(session, incident.id):
            _release(earlier, by, "Set anew.", now)
        session.add(
            Hold(
                school_id=site.school_id, incident_id=incident.id, reason=reason.strip(),
                approved_by=approved_by.strip(), set_by=by, set_at=now, review_on=review,
            )
        )  # fmt: skip
        custody.note(
            session, site.school_id, now, "hold_set", actor=by, authority=approved_by, purpose=reason,
            reference=incident.reference, review=review.isoformat(),
        )  # fmt: skip


def release_hold(site: Site, reference: str, reason: str, by: str) -> None:
    if not reason.strip():
        raise HoldRefused("the reason is missing; nothing is released without it")
    with site.database.write() as session:
        incident = find_incident(session, site, reference)
        standing = active_holds(session, incident.id)
        if not standing:
            still = " It is open, and so it is kept until it is closed." if incident.state == "open" else ""
            raise HoldRefused(f"nobody holds {incident.reference}.{still}")
        for hold in standing:
            _release(hold, by, reason.strip(), site.now())
        custody.note(
            session, site.school_id, site.now(), "hold_released", actor=by, purpose=reason,
            reference=incident.reference,
        )  # fmt: skip


def _release(hold: Hold, by: str, reason: str, now: datetime) -> None:
    hold.released_at, hold.released_by, hold.release_reason = now, by, reason


def active_holds(session: Session, incident_id: int) -> list[Hold]:
    query = select(Hold).where(Hold.incident_id == incident_id, Hold.released_at.is_(None))
    return list(session.scalars(query.order_by(Hold.id)))


def why_held(session: Session, incident: Incident) -> str | None:
    """Why nothing of an incident may be erased now; None when nothing holds it."""
    if incident.state == "open":
        return f"{incident.reference} is open"
    standing = active_holds(session, incident.id)
    if standing:
        hold = standing[-1]
        return f"{incident.reference} is held until it is released: {hold.reason} (review {hold.review_on})"
    return None


def held_incidents(site: Site) -> Select[int]:
    """The incidents of which nothing ends now."""
    stands = exists().where(Hold.incident_id == Incident.id, Hold.released_at.is_(None))
    return select(Incident.id).where(
        Incident.school_id == site.school_id, or_(Incident.state == "open", stands)
    )


def holds(session: Session, site: Site) -> Iterator[Held]:
    """What a person holds, and what is held because it is open; the review that comes first, first."""
    yield from sorted(_all_holds(session, site), key=lambda one: (one.review_on, one.reference))


def _all_holds(session: Session, site: Site) -> Iterator[Held]:
    query = (
        select(Hold, Incident.reference)
        .join(Incident, Incident.id == Hold.incident_id)
        .where(Hold.school_id == site.school_id, Hold.released_at.is_(None))
    )
    for hold, reference in session.execute(query):
        yield Held(reference, hold.reason, hold.approved_by, hold.set_at, hold.review_on, hold.id)
    still_open = select(Incident).filter_by(school_id=site.school_id, state="open")
    for incident in session.scalars(still_open):
        review = _next_look(site, incident.opened_at)
        yield Held(incident.reference, OPEN_INCIDENT, BY_DESIGN, incident.opened_at, review, None)


def _next_look(site: Site, opened_at: datetime) -> date:
    """The last of an open incident's regular looks that is not more than a week past, or the next one."""
    period = retention_periods(site.settings.retention.periods)["open_incident"]
    step = timedelta(days=max(1, period.days))
    passed = max(0, (site.now() - _REMINDED_EVERY - opened_at) // step)
    return today_in_london(opened_at + (passed + 1) * step)


def remind_of_reviews(site: Site) -> None:
    """Mail those who may see an incident when its hold is to be reviewed: once a week until it was."""
    today = today_in_london(site.now())
    with site.database.read() as session:
        due = [one for one in holds(session, site) if one.overdue(today)]
    for one in due:
        with site.database.write() as session:
            _remind(session, site, one, today)


def _remind(session: Session, site: Site, held: Held, today: date) -> None:
    query = select(Incident).filter_by(school_id=site.school_id, reference=held.reference)
    incident, now = session.scalars(query).one(), site.now()
    week = (today - held.review_on) // _REMINDED_EVERY
    event = f"hold:{held.number or held.reference}:{held.review_on}:{week}"
    review = datetime.combine(held.review_on, datetime.min.time(), _LONDON)
    facts = ReminderFacts(
        school_name=site.school_name,
        reference=incident.reference,
        severity=Severity(incident.severity),
        lane=Lane(incident.lane),
        platform=incident.platform,
        asked=Asked("Review the hold: set it anew with a later date, or release it", review),
        now=now,
    )
    draft = reminder_draft(facts)
    for person in people_to_tell(session, site, incident, now):
        letter = outbox.Letter("reminder", event, person.email, outbox.WEEKLY_PRIORITY, draft, incident.id)
        outbox.queue(session, site.school_id, site.settings.mail, letter, now)
