"""What a person, or a rule that the school switched on, decided to do on the school's own page."""

from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from monitor.store.columns import Key, Moment, Name, SchoolKey, Words
from monitor.store.models.base import Base


class ActKind(StrEnum):
    HIDE = "hide"
    UNHIDE = "unhide"
    DELETE = "delete"


class ActState(StrEnum):
    PLANNED = "planned"
    """Decided, and not answered by the platform yet."""
    DONE = "done"
    REFUSED = "refused"
    """The platform does not allow it."""
    UNKNOWN = "unknown"
    """Tried as often as makes sense; somebody has to look."""


class OwnPageAct(Base):
    __tablename__ = "own_page_acts"

    id: Mapped[Key]
    school_id: Mapped[SchoolKey]
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), index=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"))
    kind: Mapped[ActKind] = mapped_column(String())
    state: Mapped[ActState] = mapped_column(String(16), index=True)
    decided_by: Mapped[Name]
    decided_at: Mapped[Moment]
    reason: Mapped[Words]
    by_rule: Mapped[bool]
    attempts: Mapped[int]
    next_attempt_at: Mapped[Moment]
    finished_at: Mapped[Moment | None]
    words: Mapped[Words | None]
    """What the platform answered, without words of the post."""
