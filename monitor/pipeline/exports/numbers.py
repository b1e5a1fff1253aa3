"""Numbers of exhibits: given when a named person produces an item, and kept."""

import re
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from monitor.pipeline.exports.order import ExportRefused, Moment
from monitor.store.models import ExhibitNumber

_LETTERS = re.compile(r"[^\W\d_]")


def initials(name: str) -> str:
    """`Jo Ann Smith-Jones` → `JASJ`. Raises ExportRefused for a name without letters."""
    parts = [found[0] for part in re.split(r"[\s.-]+", name) if (found := _LETTERS.search(part))]
    if not parts:
        raise ExportRefused(f"{name!r} is no name; expected that of the person who produces the exhibits")
    return "".join(parts).upper()[:6]


def give(session: Session, school_id: int, uids: Sequence[str], name: str, now: datetime) -> None:
    """A number for each item that has none. The caller holds the school's row, so no number comes twice."""
    known = set(
        session.scalars(
            select(ExhibitNumber.item_uid).where(
                ExhibitNumber.school_id == school_id, ExhibitNumber.item_uid.in_(uids)
            )
        )
    )
    letters = initials(name)
    of_these = select(func.max(ExhibitNumber.number)).filter_by(school_id=school_id, initials=letters)
    last = session.scalar(of_these) or 0
    fresh = [uid for uid in uids if uid not in known]
    session.add_all(
        ExhibitNumber(
            school_id=school_id, item_uid=uid, initials=letters, number=number, produced_by=name, given_at=now
        )
        for number, uid in enumerate(fresh, start=last + 1)
    )


def numbers(
    session: Session, school_id: int, uids: Sequence[str], moment: Moment, *, produced: bool
) -> dict[str, str]:
    """Item → exhibit number. Nobody's export shows a number that was given after its checkpoint, but for the
    one that gives it.
    """
    query = select(ExhibitNumber).where(
        ExhibitNumber.school_id == school_id, ExhibitNumber.item_uid.in_(uids)
    )
    return {
        row.item_uid: row.reference
        for row in session.scalars(query)
        if produced or row.given_at < moment.made_at
    }
