"""The rows around an item that was handed in: its source, its id on the platform, and whom it is about."""

import re
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from classifiers.interface import Judgement
from config.words import CommunityRole
from monitor.pipeline.handing_in.handing import Handing, IntakeRefused
from monitor.site import Site
from monitor.store.models import HANDED_IN, Item, Pupil, Source, StaffMember

_X_POST = re.compile(r"(?:x|twitter)\.com/[^/]+/status/(\d+)", re.IGNORECASE)


def source_of(session: Session, site: Site) -> Source:
    """What such items belong to. Never polled, and never a gap in the watching."""
    query = select(Source).filter_by(school_id=site.school_id, name=HANDED_IN)
    found = session.scalars(query).one_or_none()
    if found is None:
        now = site.now()
        found = Source(
            school_id=site.school_id, name=HANDED_IN, platform=HANDED_IN, enabled=False, added_at=now,
            next_poll_at=now, first_pass_done_at=now,
        )  # fmt: skip
        session.add(found)
        session.flush()
    return found


def known_id(session: Session, site: Site, item: Item) -> str:
    """The platform's own id where it is known, so that what is suspected is not asked about again."""
    query = select(Item.external_id).where(
        Item.school_id == site.school_id, Item.platform == item.platform, Item.url == item.url
    )
    known = session.scalars(query.order_by(Item.id).limit(1)).first() if "://" in item.url else None
    post = _X_POST.search(item.url) if item.platform == "x" else None
    return known or (post[1] if post else item.external_id)


def free_version(session: Session, item: Item) -> str:
    """The same words of the same post, handed in again, are another sighting with a row of its own."""
    query = select(Item.id).filter_by(
        school_id=item.school_id, platform=item.platform, external_id=item.external_id, version=item.version
    )
    return item.version if session.scalar(query) is None else item.uid


def with_affected(session: Session, site: Site, handing: Handing, judgement: Judgement) -> Judgement:
    """The person named by an id of the register is nobody who is mailed about it. Raises IntakeRefused."""
    wanted = handing.affected.strip()
    if not wanted:
        return judgement
    of_school = {"school_id": site.school_id}
    if session.scalar(select(StaffMember.id).filter_by(staff_id=wanted, **of_school)) is not None:
        return replace(judgement, staff=tuple(dict.fromkeys((*judgement.staff, wanted))))
    if session.scalar(select(Pupil.id).filter_by(pupil_id=wanted, **of_school)) is not None:
        return replace(judgement, pupils=tuple(dict.fromkeys((*judgement.pupils, wanted))))
    raise IntakeRefused(
        f"--affected {wanted}: no such id in the register. Leave it out and give --affected-role "
        f"({', '.join(CommunityRole)}); a name belongs into the text."
    )
