"""What the judgement learned from a school's decisions, version by version."""

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from monitor.store.columns import Json, Key, Moment, Name, SchoolKey
from monitor.store.models.base import Base


class LearnedVersion(Base):
    """The newest that fits the models is in force. Never changed or removed: going back is a version too."""

    __tablename__ = "learned_versions"
    __table_args__ = (UniqueConstraint("school_id", "version"),)

    id: Mapped[Key]
    school_id: Mapped[SchoolKey]
    version: Mapped[int]
    made_at: Mapped[Moment]
    made_by: Mapped[Name]
    origin: Mapped[Name]
    """learned, forgotten or restored."""
    restores: Mapped[int | None] = mapped_column()
    """The version whose offsets it takes up again."""
    offsets: Mapped[Json]
    """Label or flag → shift in log-odds. Empty: the shipped models alone."""
    decisions: Mapped[Json]
    """Label or flag → how many decided incidents confirmed and dismissed it. Numbers only."""
    models: Mapped[Json]
    """The models whose scores the offsets correct."""
