"""What a person handed in: where, when and by whom it was seen, beside the item that holds it."""

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from monitor.store.columns import Exact, JsonList, Key, Moment, Name, SchoolKey
from monitor.store.models.base import Base


class HandedIn(Base):
    """One address, file or pasted text that a person handed in. Its bytes are evidence of its item."""

    __tablename__ = "handed_in"
    __table_args__ = (UniqueConstraint("school_id", "item_id"),)

    id: Mapped[Key]
    school_id: Mapped[SchoolKey]
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), index=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"))
    kind: Mapped[Name]
    categories: Mapped[JsonList]
    """Codes of the nine bullets of NEU 5.2 that a person picked; what is alleged, never a finding."""
    channel: Mapped[Name]
    place: Mapped[Exact | None]
    """The address, or where it was seen in words (NEU 8.2)."""
    captured_at: Mapped[Moment]
    """When the person saw or captured it, by their word."""
    handed_in_at: Mapped[Moment]
    handed_in_by: Mapped[Name]
    affected: Mapped[Exact | None]
    """Whom it is about, as the person said."""
    note: Mapped[Exact | None]
    """What the person told, in their words."""
    file_name: Mapped[Exact | None]
    form: Mapped[Name]
    """email, text, picture, voicemail, page, file, address or none."""
    size: Mapped[int | None]
    sha256: Mapped[str | None] = mapped_column(String(64))
    """Of the bytes as they were handed in; None where none were taken."""
