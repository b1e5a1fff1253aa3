"""The checklist of a post that is being published: what only a person can say, ticked with name and time."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.mail.drafts import notice_draft
from alerts.mail.facts import NoticeFacts
from alerts.mail.wording import shown
from alerts.recipients import NobodyToTell, holders
from config.schema import Person, Role
from monitor.pipeline.own_pages.post_checks import CheckRefused
from monitor.pipeline.telling import outbox
from monitor.pipeline.telling.quiet_hours import quiet_hold
from monitor.site import Site
from monitor.store import custody
from monitor.store.models import PostCheck

DEVICE_CLOCK = timedelta(hours=24)
"""After this somebody is asked whether the pictures are off the personal device (Huntington 4.8)."""
POINTS = {
    "appropriate": "the pictures are appropriate (Huntington 4.12)",
    "no_names": "no name can be read in them, on a certificate, a book or a wall (Huntington 4.13)",
    "device_cleared": "they are gone from the personal device (Huntington 4.8)",
}


@dataclass(frozen=True)
class Ticks:
    """What a person says of a post that is being published; None leaves it as it is."""

    appropriate: bool = False
    no_names: bool = False
    device_cleared: bool = False
    not_published: bool = False
    """It was dropped: nobody is shown anywhere, and nothing is asked."""
    url: str | None = None


def tick(site: Site, number: int, ticks: Ticks, by: str) -> tuple[str, ...]:
    """Tick the checklist of one post; answers what is still open. Raises CheckRefused."""
    with site.database.write() as session:
        custody.first_in_line(session, site.school_id)
        query = select(PostCheck).filter_by(school_id=site.school_id, number=number, publishing=True)
        row = session.scalars(query.with_for_update()).one_or_none()
        if row is None:
            raise CheckRefused(
                f"there is no checklist {number}; `schoolwatch consent checklist` lists them "
                "(a check without --record has none)"
            )
        _set(row, ticks, by, site.now())
        said = [point for point in POINTS if getattr(ticks, point)]
        custody.note(
            session, site.school_id, site.now(), "checklist_ticked", actor=by, number=number, said=said
        )
        return open_points(row) if row.publishing else ()


def _set(row: PostCheck, ticks: Ticks, by: str, now: datetime) -> None:
    for point in POINTS:
        if getattr(ticks, point):
            setattr(row, f"{point}_at", now)
            setattr(row, f"{point}_by", by)
    if ticks.url:
        row.url = ticks.url
    if ticks.not_published:
        row.publishing, row.pupils, row.words_mark = False, [], None


def open_points(row: PostCheck) -> tuple[str, ...]:
    """Which of `POINTS` are still to be ticked of a post with pictures."""
    return tuple(point for point in POINTS if getattr(row, f"{point}_at") is None) if row.has_image else ()


def checklists(session: Session, site: Site) -> list[PostCheck]:
    query = select(PostCheck).filter_by(school_id=site.school_id, publishing=True)
    return list(session.scalars(query.order_by(PostCheck.number)))


def devices_due(session: Session, site: Site) -> list[PostCheck]:
    """Posts whose pictures may still be on a personal device a day later, of which nobody was reminded."""
    query = select(PostCheck).where(
        PostCheck.school_id == site.school_id,
        PostCheck.publishing,
        PostCheck.has_image,
        PostCheck.device_cleared_at.is_(None),
        PostCheck.reminded_at.is_(None),
        PostCheck.at <= site.now() - DEVICE_CLOCK,
    )
    return list(session.scalars(query.order_by(PostCheck.number)))


def remind_of_devices(site: Site) -> None:
    """Ask a senior manager, once, whether pictures are off the personal device (Huntington 4.8)."""
    with site.database.write() as session:
        for row in devices_due(session, site):
            row.reminded_at = site.now()
            _ask(session, site, row)


def _ask(session: Session, site: Site, row: PostCheck) -> None:
    facts = NoticeFacts(
        school_name=site.school_name,
        headline=f"Are the pictures of check {row.number} off the personal device?",
        why=(
            f"{row.by} checked a post for {row.channel} on {shown(row.at)}, and nobody has said since that "
            "its pictures were removed from the device with which they were taken (Huntington 4.8)."
        ),
        what_to_do=(
            f"Ask {row.by}. Then: schoolwatch consent tick {row.number} --device-cleared",
            f"Or, if it was dropped: schoolwatch consent tick {row.number} --not-published",
        ),
    )
    hold = quiet_hold(site.settings.alerts, site.now())
    for person in _senior_managers(site):
        letter = outbox.Letter(
            "notice",
            f"device:{row.number}",
            person.email,
            outbox.WEEKLY_PRIORITY,
            notice_draft(facts),
            held=hold,
        )
        outbox.queue(session, site.school_id, site.settings.mail, letter, site.now())


def _senior_managers(site: Site) -> tuple[Person, ...]:
    people = site.settings.people
    try:
        return holders(Role.SENIOR_MANAGER, people, named_staff=frozenset(), subject_is_head=False)
    except NobodyToTell:
        return ()  # `check` asks for somebody; the checklist shows it all the same
