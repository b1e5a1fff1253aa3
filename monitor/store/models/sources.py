"""The school, the accounts it watches, and where each stream was read up to."""

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from monitor.store.columns import Json, Key, Moment, Name, SchoolKey, Words
from monitor.store.models.base import Base


class School(Base):
    __tablename__ = "schools"

    id: Mapped[Key]
    name: Mapped[Name]
    started_at: Mapped[Moment]
    leaf_count: Mapped[int] = mapped_column(default=0)
    """How many leaves the log has. Updating it also serialises those who append."""
    incident_count: Mapped[int] = mapped_column(default=0)
    register_changed_at: Mapped[Moment | None]
    """When a register was last imported; the judge is made anew from it."""


class Source(Base):
    """An account on a platform, and its place in the schedule."""

    __tablename__ = "sources"
    __table_args__ = (UniqueConstraint("school_id", "name"),)

    id: Mapped[Key]
    school_id: Mapped[SchoolKey]
    name: Mapped[Name]
    platform: Mapped[Name]
    enabled: Mapped[bool] = mapped_column(default=True)
    """False once the settings no longer name it; its items stay."""
    added_at: Mapped[Moment]
    next_poll_at: Mapped[Moment]
    lease_by: Mapped[Name | None]
    lease_until: Mapped[Moment | None]
    fence: Mapped[int] = mapped_column(default=0)
    """Goes up with each lease, so that a poll which lost its lease cannot write any more."""
    failures: Mapped[int] = mapped_column(default=0)
    last_attempt_at: Mapped[Moment | None]
    last_success_at: Mapped[Moment | None]
    first_pass_done_at: Mapped[Moment | None]


class StreamCursor(Base):
    """Where one stream of a source stands; written with the page that it follows."""

    __tablename__ = "stream_cursors"
    __table_args__ = (UniqueConstraint("school_id", "source_id", "watch", "key"),)

    id: Mapped[Key]
    school_id: Mapped[SchoolKey]
    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id"), index=True)
    watch: Mapped[Name]
    key: Mapped[Words]
    cursor: Mapped[Json]
    first_pass_done_at: Mapped[Moment | None]
    last_read_at: Mapped[Moment | None]
