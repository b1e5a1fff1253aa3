"""Mail that is to leave: a row first, the network second."""

from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from monitor.store.columns import Key, Moment, Name, SchoolKey, Words
from monitor.store.models.base import Base


class MailState(StrEnum):
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    """The mail server refused for good; somebody else was told."""
    FOLDED = "folded"
    """Never left by itself: what it told stands in another mail, `folded_into`."""


class OutgoingMail(Base):
    """One mail to one person. Its Message-ID never changes, so that a second copy folds into the first."""

    __tablename__ = "outgoing_mail"
    __table_args__ = (
        UniqueConstraint("school_id", "dedupe_key"),
        Index("ix_outgoing_mail_due", "state", "next_attempt_at"),
    )

    id: Mapped[Key]
    school_id: Mapped[SchoolKey]
    kind: Mapped[Name]
    dedupe_key: Mapped[Name]
    """The same event never makes two rows, however often its cause is taken up again."""
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incidents.id"), index=True)
    priority: Mapped[int]
    """Lower goes first: the severest of a backlog is not behind the rest."""
    recipient: Mapped[Name]
    message_id: Mapped[Name]
    subject: Mapped[Words]
    text: Mapped[Words]
    html: Mapped[Words]
    created_at: Mapped[Moment]
    state: Mapped[MailState] = mapped_column(String(16))
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[Moment]
    claimed_until: Mapped[Moment | None]
    last_error: Mapped[Words | None]
    server_failed_at: Mapped[Moment | None]
    """Since when the server itself, and not this mail or its recipient, has been why it waits."""
    sent_at: Mapped[Moment | None]
    held_until: Mapped[Moment | None]
    """It waits for the end of the quiet hours, or for the daily digest."""
    fold_key: Mapped[Name | None]
    """What it is told together with once it is no longer held; None for a mail that goes by itself."""
    folded_into: Mapped[int | None] = mapped_column(index=True)
    """The id of the mail that tells this one's matter."""
    channel: Mapped[Name | None]
    """The further channel that carries it, as the settings name it; None for mail."""
    came_back_at: Mapped[Moment | None]
    """When somebody handed in the notice that it could not be delivered after all."""
