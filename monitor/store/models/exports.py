"""Every export that was made, for whom, and when it ended; and the numbers of exhibits."""

from enum import StrEnum

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from monitor.store.columns import Bytes, Json, JsonList, Key, Moment, Name, SchoolKey, Words
from monitor.store.models.base import Base


class ExportState(StrEnum):
    PLANNED = "planned"
    """Its place and contents are fixed; its zip may stand there or not."""
    SEALED = "sealed"
    """The zip stands there and the log has its line; the proof beside it is still to be written."""
    WRITTEN = "written"
    ERASED = "erased"


class Export(Base):
    """One export for one reader. The row stays when its files are erased."""

    __tablename__ = "exports"
    __table_args__ = (UniqueConstraint("school_id", "uid"), UniqueConstraint("school_id", "path"))

    id: Mapped[Key]
    school_id: Mapped[SchoolKey]
    uid: Mapped[str] = mapped_column(String(36))
    """Names its line in the log."""
    scope: Mapped[Name]
    """A week such as 2026-W47, or an incident's reference."""
    profile: Mapped[Name]
    reader: Mapped[Name]
    """The role whose lanes it holds."""
    checkpoint_size: Mapped[int]
    made_by: Mapped[Name]
    produced_by: Mapped[Name | None]
    """The named person who produces its exhibits."""
    made_at: Mapped[Moment]
    path: Mapped[Words]
    """Of the zip, or of the box that it was locked into."""
    locked_to: Mapped[Name | None]
    """SHA-256 of the public key of the reader whom it was locked to."""
    state: Mapped[str] = mapped_column(String(16), index=True)
    items: Mapped[JsonList]
    """Uids of the items whose files or words are in it."""
    facts: Mapped[Json | None]
    """What may change or be erased later, as it was at the checkpoint: the same export can be made again."""
    salt: Mapped[Bytes | None]
    """Of its line in the log; erased with its files."""
    sha256: Mapped[Name | None]
    """Of the file at `path`."""
    leaf_seq: Mapped[int | None]
    proof_size: Mapped[int | None]
    """The checkpoint that the proof beside the zip leads to."""
    erased_at: Mapped[Moment | None]
    erased_why: Mapped[Words | None]


class ExhibitNumber(Base):
    """An item keeps the number under which a named person first produced it."""

    __tablename__ = "exhibit_numbers"
    __table_args__ = (
        UniqueConstraint("school_id", "item_uid"),
        UniqueConstraint("school_id", "initials", "number"),
    )

    id: Mapped[Key]
    school_id: Mapped[SchoolKey]
    item_uid: Mapped[str] = mapped_column(String(36))
    initials: Mapped[Name]
    number: Mapped[int]
    produced_by: Mapped[Name]
    given_at: Mapped[Moment]

    @property
    def reference(self) -> str:
        return f"{self.initials}/{self.number}"
