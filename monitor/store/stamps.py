"""Which stamps of which checkpoints are wanted, had and failing."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from monitor.store.models import Stamp, StampState


@dataclass(frozen=True)
class Standing:
    """How stamping by one authority goes."""

    last_success: datetime | None
    """The authority's time of its newest stamp."""
    waiting: int
    """Stamps that are wanted and not had yet."""
    failing_since: datetime | None
    words: str | None
    """What the last failed attempt brought."""


def stamps_for(session: Session, school_id: int, size: int) -> list[Stamp]:
    """The stamps that were had over the checkpoint of `size` leaves, oldest first."""
    query = select(Stamp).filter_by(school_id=school_id, checkpoint_size=size, state=StampState.STAMPED)
    return list(session.scalars(query.order_by(Stamp.gen_time, Stamp.id)))


def is_wanted(session: Session, school_id: int, size: int, authority: str) -> bool:
    """Whether this authority has stamped this checkpoint, or is to."""
    query = select(Stamp.id).filter_by(school_id=school_id, checkpoint_size=size, authority=authority)
    return session.execute(query).first() is not None


def want(
    session: Session, school_id: int, size: int, authority: str,
    *, request: bytes, now: datetime, renews: Stamp | None = None,
) -> Stamp:  # fmt: skip
    """A row for a stamp to be had, due at once."""
    of_both = select(func.count(Stamp.id)).filter_by(
        school_id=school_id, checkpoint_size=size, authority=authority
    )
    row = Stamp(
        school_id=school_id,
        checkpoint_size=size,
        authority=authority,
        renewal=session.scalar(of_both) or 0,
        renews=renews.id if renews else None,
        state=StampState.WAITING,
        attempts=0,
        next_attempt_at=now,
        request=request,
        made_at=now,
    )
    session.add(row)
    session.flush()  # so that the next look in this transaction finds it
    return row


def next_due(session: Session, school_id: int, authority: str, now: datetime) -> Stamp | None:
    query = select(Stamp).where(
        Stamp.school_id == school_id,
        Stamp.authority == authority,
        Stamp.state != StampState.STAMPED,
        Stamp.next_attempt_at <= now,
    )
    return session.scalars(query.order_by(Stamp.next_attempt_at, Stamp.id).limit(1)).first()


def last_wanted(session: Session, school_id: int, authority: str) -> datetime | None:
    """When a stamp over the furthest checkpoint that an authority was told of was wanted.

    An export made again of an older state does not count as the day's stamp.
    """
    query = select(Stamp.made_at).filter_by(school_id=school_id, authority=authority, renews=None)
    return session.scalars(query.order_by(Stamp.checkpoint_size.desc()).limit(1)).first()


def not_had(session: Session, school_id: int, authority: str) -> list[Stamp]:
    query = select(Stamp).where(
        Stamp.school_id == school_id, Stamp.authority == authority, Stamp.state != StampState.STAMPED
    )
    return list(session.scalars(query.order_by(Stamp.id)))


def standing(session: Session, school_id: int, authority: str) -> Standing:
    newest = select(func.max(Stamp.gen_time)).filter_by(school_id=school_id, authority=authority)
    rows = not_had(session, school_id, authority)
    failed = [row for row in rows if row.state == StampState.FAILED]
    return Standing(
        last_success=session.scalar(newest),
        waiting=len(rows),
        failing_since=min((row.made_at for row in failed), default=None),
        words=failed[-1].words if failed else None,
    )


def best_end(session: Session, school_id: int, authority: str) -> datetime | None:
    """When the certificate ends that lasts longest of those an authority has stamped with."""
    query = select(func.max(Stamp.certificate_ends_at)).filter_by(school_id=school_id, authority=authority)
    return session.scalar(query)


def about_to_end(
    session: Session, school_id: int, authority: str,
    *, before: datetime, made: tuple[datetime, datetime], most: int,
) -> list[Stamp]:  # fmt: skip
    """Stamps had between two times whose certificate ends soon, and that nobody has renewed yet."""
    later = aliased(Stamp)
    renewed = select(later.id).where(later.school_id == school_id, later.renews == Stamp.id)
    query = select(Stamp).where(
        Stamp.school_id == school_id,
        Stamp.authority == authority,
        Stamp.state == StampState.STAMPED,
        Stamp.certificate_ends_at < before,
        Stamp.stamped_at.between(*made),
        ~renewed.exists(),
    )
    return list(session.scalars(query.order_by(Stamp.certificate_ends_at, Stamp.id).limit(most)))
