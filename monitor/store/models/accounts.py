"""The school's accounts as the head approved them, and times of crisis (Market Drayton C, Nunney 2.9)."""

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from monitor.store.columns import JsonList, Key, Moment, Name, SchoolKey, Words
from monitor.store.models.base import Base


class SchoolAccount(Base):
    """No password is kept here or anywhere, only when it was changed."""

    __tablename__ = "accounts"
    __table_args__ = (UniqueConstraint("school_id", "platform", "handle"),)

    id: Mapped[Key]
    school_id: Mapped[SchoolKey]
    platform: Mapped[Name]
    handle: Mapped[Name]
    """In small letters, without an @."""
    purpose: Mapped[Words]
    owner: Mapped[Name]
    administrators: Mapped[JsonList]
    """Their mail addresses."""
    added_by: Mapped[Name]
    added_at: Mapped[Moment]
    approved_by: Mapped[Name | None]
    approved_at: Mapped[Moment | None]
    messages_off: Mapped[bool]
    """Direct messages are switched off (Market Drayton C)."""
    password_is_complex: Mapped[bool]
    """Somebody said so; the password itself is never seen."""
    password_changed_at: Mapped[Moment | None]
    two_factor_decision: Mapped[Words | None]
    """The head's recorded decision for two-factor sign-in instead of changes every eight weeks."""


class CriticalIncident(Base):
    __tablename__ = "critical_incidents"

    id: Mapped[Key]
    school_id: Mapped[SchoolKey]
    started_at: Mapped[Moment]
    started_by: Mapped[Name]
    reason: Mapped[Words]
    ended_at: Mapped[Moment | None]
    ended_by: Mapped[Name | None]
