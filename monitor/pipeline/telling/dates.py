"""Dates that the school keeps: reviews of its policies, and the yearly report each August (NEU 11.2)."""

from datetime import date

from sqlalchemy.orm import Session

from alerts.clocks import LONDON
from alerts.mail.drafts import notice_draft
from alerts.mail.facts import NoticeFacts
from alerts.recipients import NobodyToTell, holders
from alerts.reviews import Review, ReviewState, reviews_of, shown_day
from config.schema import Person, Role
from monitor.pipeline.telling import outbox
from monitor.pipeline.telling.quiet_hours import quiet_hold
from monitor.site import Site
from monitor.store.models import School

_READERS = (Role.HEADTEACHER, Role.SENIOR_MANAGER)
AUGUST = 8


def tell_of_dates(site: Site) -> None:
    """Mail once what has come near or is past. Asking again says nothing twice."""
    today = site.now().astimezone(LONDON).date()
    with site.database.write() as session:
        for review in reviews_of(site.settings.policies):
            if review.state(today) is not ReviewState.KEPT:
                _tell(session, site, _event(review, today), _about(site, review, today))
        year = _year_to_report(session, site, today)
        if year is not None:
            _tell(session, site, f"yearly:{year}", _yearly(site, year))


def _event(review: Review, today: date) -> str:
    return f"review:{review.name}:{review.due.isoformat()}:{review.state(today)}"


def _about(site: Site, review: Review, today: date) -> NoticeFacts:
    overdue = review.state(today) is ReviewState.OVERDUE
    since = "has been overdue since" if overdue else "is due on"
    return NoticeFacts(
        school_name=site.school_name,
        headline=f"Review {'overdue' if overdue else 'due soon'}: {review.name}",
        why=(
            f"The review of “{review.name}” {since} {shown_day(review.due)}. "
            f"It was last looked at on {shown_day(review.reviewed)}."
        ),
        what_to_do=(
            "Go through it, with what happened since then in mind: `schoolwatch report` counts it.",
            "Then write the new date under [[policies]] in schoolwatch.toml.",
            "A new law pack comes with an update of schoolwatch.",
        ),
    )


def _year_to_report(session: Session, site: Site, today: date) -> int | None:
    """The school year that ends this summer, once August has come; none that was not watched."""
    started = session.get_one(School, site.school_id).started_at.astimezone(LONDON).date()
    august = date(today.year, AUGUST, 1)
    return today.year if started < august <= today else None


def _yearly(site: Site, year: int) -> NoticeFacts:
    return NoticeFacts(
        school_name=site.school_name,
        headline=f"The yearly report {year - 1}/{year % 100:02} can be made",
        why=(
            "Once a year the policy is looked at in the light of the significant incidents that were "
            "reported (NEU 11.2). The report holds counts and outcomes, no name and no word of a post."
        ),
        what_to_do=(
            f"Make it: `schoolwatch report --year {year} --out report-{year}.md`.",
            "Take it to whoever reviews the policy, and think of the next training (Huntington 9.7).",
        ),
    )


def _tell(session: Session, site: Site, event: str, facts: NoticeFacts) -> None:
    draft = notice_draft(facts)
    for email in sorted({person.email for role in _READERS for person in _holders(site, role)}):
        letter = outbox.Letter(
            "notice",
            event,
            email,
            outbox.WEEKLY_PRIORITY,
            draft,
            held=quiet_hold(site.settings.alerts, site.now()),
        )
        outbox.queue(session, site.school_id, site.settings.mail, letter, site.now())


def _holders(site: Site, role: Role) -> tuple[Person, ...]:
    try:
        return holders(role, site.settings.people, named_staff=frozenset(), subject_is_head=False)
    except NobodyToTell:
        return ()
