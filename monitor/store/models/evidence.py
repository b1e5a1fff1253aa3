"""The log of commitments, the 24-hour holding area, and what was promoted to evidence."""

from enum import StrEnum

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from monitor.store.columns import Bytes, Json, Key, Moment, Name, SchoolKey, Words
from monitor.store.models.base import Base


class Leaf(Base):
    """One line of the log. Holds a salted commitment and no personal data; never changed or removed."""

    __tablename__ = "leaves"
    __table_args__ = (UniqueConstraint("school_id", "seq"),)

    id: Mapped[Key]
    school_id: Mapped[SchoolKey]
    seq: Mapped[int]
    kind: Mapped[Name]
    at: Mapped[Moment]
    item_uid: Mapped[str] = mapped_column(String(36), index=True)
    commitment: Mapped[str] = mapped_column(String(64))
    body: Mapped[Words]
    """The leaf as canonical JSON: the bytes a tree is later built over."""


class Envelope(Base):
    """How a page came to us; shared by the items that came in it."""

    __tablename__ = "envelopes"

    id: Mapped[Key]
    school_id: Mapped[SchoolKey]
    fetched_at: Mapped[Moment]
    body_sha256: Mapped[str] = mapped_column(String(64))
    document: Mapped[Bytes]


class Holding(Base):
    """What an item's commitment is over, kept for 24 hours until it is promoted or erased."""

    __tablename__ = "holdings"

    item_id: Mapped[int] = mapped_column(ForeignKey("items.id", ondelete="CASCADE"), primary_key=True)
    school_id: Mapped[SchoolKey]
    leaf_seq: Mapped[int]
    salt: Mapped[Bytes]
    raw_salt: Mapped[Bytes]
    record: Mapped[Bytes]
    raw: Mapped[Bytes]
    envelope_id: Mapped[int | None] = mapped_column(ForeignKey("envelopes.id"), index=True)
    expires_at: Mapped[Moment] = mapped_column(index=True)


class EvidenceState(StrEnum):
    OPEN = "open"
    LOCKED = "locked"
    """Its files and words lie in a box that only the manager's or the recovery key opens."""
    ERASED = "erased"
    """Nothing of it is left but its leaves in the log, and a row in `erasures` that says why."""


class EvidenceItem(Base):
    """An item whose evidence stands as files in the evidence folder."""

    __tablename__ = "evidence_items"
    __table_args__ = (UniqueConstraint("school_id", "item_id"), UniqueConstraint("school_id", "item_uid"))

    id: Mapped[Key]
    school_id: Mapped[SchoolKey]
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"))
    item_uid: Mapped[str] = mapped_column(String(36))
    leaf_seq: Mapped[int]
    """The leaf made when the item was fetched."""
    evidence_leaf_seq: Mapped[int]
    """The leaf made when it was promoted; it commits to every file."""
    sealed_at: Mapped[Moment]
    files: Mapped[Json]
    """File name → SHA-256."""
    withheld: Mapped[Name | None]
    """Set for the indecent-image lane: the reference stands, the rest is closed."""
    state: Mapped[EvidenceState] = mapped_column(
        String(16), index=True, default=EvidenceState.OPEN, server_default=EvidenceState.OPEN
    )
    locked_at: Mapped[Moment | None]
    erased_at: Mapped[Moment | None]


class CustodyEvent(Base):
    """Who did what to which evidence, when and why. Never changed or removed; what it says can be erased."""

    __tablename__ = "custody_events"

    id: Mapped[Key]
    school_id: Mapped[SchoolKey]
    at: Mapped[Moment]
    action: Mapped[Name]
    actor: Mapped[Name]
    item_uid: Mapped[str | None] = mapped_column(String(36), index=True)
    reference: Mapped[Name | None]
    """The incident, where there is one."""
    details: Mapped[Json]
    uid: Mapped[str | None] = mapped_column(String(36))
    """None, like the next three, on events from before custody was part of the log."""
    salt: Mapped[Bytes | None]
    content: Mapped[Bytes | None]
    """What the leaf commits to; erased together with its salt."""
    leaf_seq: Mapped[int | None] = mapped_column(index=True)


class ObservationRow(Base):
    """What a platform said of an item of evidence at a later time. Only ever added; what it says is erased
    together with its item.
    """

    __tablename__ = "observations"
    __table_args__ = (UniqueConstraint("school_id", "uid"), UniqueConstraint("school_id", "leaf_seq"))

    id: Mapped[Key]
    school_id: Mapped[SchoolKey]
    uid: Mapped[str] = mapped_column(String(36))
    item_uid: Mapped[str] = mapped_column(String(36), index=True)
    at: Mapped[Moment]
    observed: Mapped[Name]
    leaf_seq: Mapped[int]
    salt: Mapped[Bytes | None]
    record: Mapped[Bytes | None]
