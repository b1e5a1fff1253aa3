"""What a person handed in: where, when and by whom it was seen, beside the item that holds it."""

from enum import StrEnum

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from monitor.store.columns import JsonList, Key, Moment, Name, SchoolKey
from monitor.store.models.base import Base

HANDED_IN = "handed in"
"""Name and platform of the source that such items belong to; nothing polls it."""


class HandedInState(StrEnum):
    TAKING = "taking"
    """Somebody is handing it in at this moment, or a stop came between; nothing of it counts yet."""
    KEPT = "kept"


class HandedIn(Base):
    """One report by a person. Words, file names and bytes are evidence of its item, and stand only there."""

    __tablename__ = "handed_in"
    __table_args__ = (UniqueConstraint("school_id", "item_uid"),)

    id: Mapped[Key]
    school_id: Mapped[SchoolKey]
    item_uid: Mapped[str] = mapped_column(String(36))
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incidents.id"), index=True)
    state: Mapped[HandedInState] = mapped_column(String(16), index=True)
    kind: Mapped[Name]
    concerns: Mapped[JsonList]
    """Codes of the nine bullets of NEU 5.2 that a person picked: what is alleged, never a finding."""
    channel: Mapped[Name]
    captured_at: Mapped[Moment]
    """When it was seen or captured, by the person's word; not when it was handed in (Huntington 8.4)."""
    handed_in_at: Mapped[Moment]
    handed_in_by: Mapped[Name]
    files: Mapped[JsonList]
    """Form, size and SHA-256 of each file as it was handed in; empty where no byte was taken."""
