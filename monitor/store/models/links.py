"""Links that serve one purpose for one person, such as acknowledging an alert from a phone."""

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from monitor.store.columns import Key, Moment, Name, SchoolKey
from monitor.store.models.base import Base


class SinglePurposeLink(Base):
    """One link. What stands in its address is kept nowhere; a hash finds it again."""

    __tablename__ = "single_purpose_links"
    __table_args__ = (UniqueConstraint("school_id", "token_hash"),)

    id: Mapped[Key]
    school_id: Mapped[SchoolKey]
    token_hash: Mapped[str] = mapped_column(String(64))
    purpose: Mapped[Name]
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), index=True)
    person: Mapped[Name]
    """Whose act it is when it is used, by name."""
    made_by: Mapped[Name]
    made_at: Mapped[Moment]
    expires_at: Mapped[Moment] = mapped_column(index=True)
    code_hash: Mapped[str | None] = mapped_column(String(64))
    """Of the code that was given in person; None where the link alone is enough."""
    wrong_codes: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[Moment | None]
    """When it was last used."""
    ended_at: Mapped[Moment | None]
    """Ended before its time: too many wrong codes, a newer invitation, or the incident was erased."""
