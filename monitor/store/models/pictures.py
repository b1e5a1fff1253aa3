"""What a person said about the pictures of an incident, and what was captured on a person's word."""

from enum import StrEnum

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from monitor.store.columns import Bytes, Json, JsonList, Key, Moment, Name, SchoolKey, Words
from monitor.store.models.base import Base


class Ruling(StrEnum):
    RULED_OUT = "ruled_out"
    """A person has ruled out that a picture of these items is an indecent image of a child."""
    SUSPECTED = "suspected"
    """A person thinks that one may be."""


class ImageRuling(Base):
    """One ruling on the pictures of an incident. The newest counts. Never changed or removed."""

    __tablename__ = "image_rulings"
    __table_args__ = (UniqueConstraint("school_id", "incident_id", "number"),)

    id: Mapped[Key]
    school_id: Mapped[SchoolKey]
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), index=True)
    number: Mapped[int]
    """1, 2, 3 … within the incident."""
    ruling: Mapped[Name]
    items: Mapped[JsonList]
    """The ids of the items it is about: what joins the incident later has not been ruled on."""
    decided_by: Mapped[Name]
    reason: Mapped[Words]
    decided_at: Mapped[Moment]
    lane_before: Mapped[Name]


class CaptureState(StrEnum):
    ASKED = "asked"
    """A person asked for it; nothing of it is kept yet."""
    SEALED = "sealed"
    """Its files stand in the evidence folder, and the log has its leaf."""
    FAILED = "failed"
    """Nothing was kept; `words` says why."""
    ISOLATED = "isolated"
    """Suspected afterwards: its files stand where they stood, and nothing opens, hashes or exports them."""
    LOCKED = "locked"
    """Its item was locked, and so was it: only a box stands in its folder."""
    ERASED = "erased"
    """Its files and its salt are gone; the leaf stays."""


class Capture(Base):
    """A picture of a page, or the media of an item, taken because a named person asked for it."""

    __tablename__ = "captures"
    __table_args__ = (UniqueConstraint("school_id", "item_uid", "number"),)

    id: Mapped[Key]
    school_id: Mapped[SchoolKey]
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), index=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"))
    item_uid: Mapped[str] = mapped_column(String(36), index=True)
    number: Mapped[int]
    """1, 2, 3 … within the item; names its folder."""
    wanted: Mapped[JsonList]
    """`page`, `media` or both."""
    asked_by: Mapped[Name]
    reason: Mapped[Words]
    asked_at: Mapped[Moment]
    state: Mapped[CaptureState] = mapped_column(String(16), index=True)
    ended_at: Mapped[Moment | None]
    files: Mapped[Json]
    """File name → SHA-256."""
    salt: Mapped[Bytes | None]
    commitment: Mapped[str | None] = mapped_column(String(64))
    """Over the manifest of its files; the leaf holds the same."""
    leaf_seq: Mapped[int | None]
    words: Mapped[Words | None]
    """What could not be captured, and why."""
