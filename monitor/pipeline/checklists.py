"""The checklist of a post that is being published: what only a person can say, ticked with name and time."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor.pipeline.operator_alerts import Trouble, all_clear, tell_operators
from monitor.pipeline.post_checks import CheckRefused
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
DEVICE = "device_not_cleared"


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
        if ticks.device_cleared or ticks.not_published:
            all_clear(session, site, DEVICE, str(number), "Somebody has answered for these pictures.")
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
    """Ask, once, whether pictures are off the personal device (Huntington 4.8)."""
    with site.database.write() as session:
        for row in devices_due(session, site):
            row.reminded_at = site.now()
            words = f"Nobody has said that the pictures of check {row.number} are off the personal device."
            mend = f"Ask who took them, then: schoolwatch consent tick {row.number} --device-cleared"
            tell_operators(session, site, Trouble(DEVICE, str(row.number), words, mend, since=row.at))
