"""When the watcher itself could not see, and what it made each week."""

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from monitor.store.columns import Json, Key, Moment, Name, SchoolKey, Words
from monitor.store.models.base import Base


class Outage(Base):
    """A span in which a source was not read, or a gap that a platform no longer lets us close."""

    __tablename__ = "outages"

    id: Mapped[Key]
    school_id: Mapped[SchoolKey]
    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id"), index=True)
    started_at: Mapped[Moment | None]
    """None when the platform does not say how far back the gap goes."""
    ended_at: Mapped[Moment | None]
    problem: Mapped[Name]
    words: Mapped[Words]
    mend: Mapped[Words]


class OperatorAlert(Base):
    """Something about the watching itself that a person was told, once, until it is over."""

    __tablename__ = "operator_alerts"
    __table_args__ = (UniqueConstraint("school_id", "kind", "subject", "opened_at"),)

    id: Mapped[Key]
    school_id: Mapped[SchoolKey]
    kind: Mapped[Name]
    subject: Mapped[Name]
    opened_at: Mapped[Moment]
    closed_at: Mapped[Moment | None]
    words: Mapped[Words]
    other_ways: Mapped[Json]
    """By which way other than the mail server somebody was told, and when."""


class WeeklyExport(Base):
    __tablename__ = "weekly_exports"
    __table_args__ = (UniqueConstraint("school_id", "week"),)

    id: Mapped[Key]
    school_id: Mapped[SchoolKey]
    week: Mapped[Name]
    path: Mapped[Words]
    sha256: Mapped[Name]
    made_at: Mapped[Moment]
