"""What was posted again, by what it is known again, and how often somebody looked at one account's posts."""

from enum import StrEnum

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from monitor.store.columns import Key, Moment, Name, SchoolKey, Words
from monitor.store.models.base import Base


class MarkKind(StrEnum):
    ADDRESS = "address"
    """Where a sealed item stands: whoever links to it shares it."""
    LINK = "link"
    """An address that the words of a sealed item name."""
    AUTHOR = "author"
    """The account that wrote it, on its platform."""


class ItemMark(Base):
    """A keyed hash by which something of a sealed item is known again; it cannot be read."""

    __tablename__ = "item_marks"
    __table_args__ = (UniqueConstraint("school_id", "item_id", "kind", "mark"),)

    id: Mapped[Key]
    school_id: Mapped[SchoolKey]
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), index=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"))
    kind: Mapped[MarkKind] = mapped_column(String(16))
    mark: Mapped[str] = mapped_column(String(64), index=True)


class Likeness(StrEnum):
    """By what an incident was known to repeat another."""

    SAME_WORDS = "same_words"
    SAME_ADDRESS = "same_address"
    """It links to what the other one is about."""
    SAME_LINK = "same_link"
    """Both link to the same place, in words that each need a look."""


class Sharer(StrEnum):
    SAME = "same"
    OTHER = "other"
    UNKNOWN = "unknown"
    """The platform did not say who wrote one of the two."""


class Recirculation(Base):
    """An incident whose content stood before in another one, its parent (NEU 5.1)."""

    __tablename__ = "recirculations"
    __table_args__ = (UniqueConstraint("school_id", "incident_id"),)

    id: Mapped[Key]
    school_id: Mapped[SchoolKey]
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"))
    parent_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), index=True)
    likeness: Mapped[Likeness] = mapped_column(String(16))
    sharer: Mapped[Sharer] = mapped_column(String(16))
    """Whether the account that wrote it is one that the parent has."""
    found_at: Mapped[Moment]


class AuthorView(Base):
    """Somebody was shown what one account wrote on several occasions."""

    __tablename__ = "author_views"

    id: Mapped[Key]
    school_id: Mapped[SchoolKey]
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), index=True)
    """From which incident they looked."""
    author_mark: Mapped[str] = mapped_column(String(64), index=True)
    viewed_at: Mapped[Moment]
    viewed_by: Mapped[Name]


class AuthorReview(Base):
    """The data protection officer's word on whether one account is looked at too often."""

    __tablename__ = "author_reviews"

    id: Mapped[Key]
    school_id: Mapped[SchoolKey]
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), index=True)
    author_mark: Mapped[str] = mapped_column(String(64), index=True)
    wanted_at: Mapped[Moment]
    views: Mapped[int]
    reviewed_at: Mapped[Moment | None]
    reviewed_by: Mapped[Name | None]
    note: Mapped[Words | None]
