"""Letters and forms that a person writes, approves, and sends or prints."""

from enum import StrEnum

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from monitor.store.columns import Json, JsonList, Key, Moment, Name, SchoolKey, Words
from monitor.store.models.base import Base


class LetterState(StrEnum):
    DRAFT = "draft"
    """Being written; may lack fields."""
    APPROVED = "approved"
    """A person with the role has read it whole. It may be sent or printed; an edit makes it a draft again."""
    QUEUED = "queued"
    """A person pressed send; it waits in the outbox until the mail server accepts it."""
    SENT = "sent"
    """The mail server accepted it."""
    HELD = "held"
    """It was to be sent and did not leave: refused for good, or no longer allowed. `note` says why."""
    VOID = "void"


class Letter(Base):
    """One letter or form. What it says stays as it was approved."""

    __tablename__ = "letters"
    __table_args__ = (UniqueConstraint("school_id", "uid"),)

    id: Mapped[Key]
    school_id: Mapped[SchoolKey]
    uid: Mapped[str] = mapped_column(String(36))
    kind: Mapped[Name]
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incidents.id"), index=True)
    """None for a form that is not about an incident."""
    state: Mapped[LetterState] = mapped_column(String(16), index=True)
    fields: Mapped[Json]
    """Field → value, as plain JSON. May hold personal words."""
    title: Mapped[Words | None]
    body: Mapped[Words | None]
    """What was approved, as the JSON of `alerts.letters.blocks`, from which mail and paper are made."""
    sha256: Mapped[str | None] = mapped_column(String(64))
    """Of title and body, a line feed between."""
    made_by: Mapped[Name]
    made_at: Mapped[Moment]
    approved_by: Mapped[Name | None]
    approved_role: Mapped[Name | None]
    approved_at: Mapped[Moment | None]
    sent_by: Mapped[Name | None]
    """Who pressed send."""
    sent_to: Mapped[JsonList]
    """The addresses it was sent to the last time somebody pressed send."""
    sendings: Mapped[int]
    """How often somebody pressed send; counts into the outbox key, so that a mended letter can go again."""
    sent_at: Mapped[Moment | None]
    """When the mail server first accepted it."""
    printed_at: Mapped[Moment | None]
    note: Mapped[Words | None]
    """Why it was held or void, or why the ladder's task was not marked with it."""
    locked: Mapped[bool]
    """What it says is in the incident's box, with the evidence that it quotes."""
    erased_at: Mapped[Moment | None]
