"""What DNS and the registries said of who hosts a site. No person of the school's is in it."""

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from monitor.store.columns import Json, Key, Moment, Name, SchoolKey
from monitor.store.models.base import Base


class ProviderLookup(Base):
    __tablename__ = "provider_lookups"
    __table_args__ = (UniqueConstraint("school_id", "site", "asked_at"),)

    id: Mapped[Key]
    school_id: Mapped[SchoolKey]
    site: Mapped[Name]
    """The name of the site as DNS spells it."""
    asked_at: Mapped[Moment]
    asked_by: Mapped[Name]
    answer: Mapped[Json]
    """`alerts.routes.providers.LookedUp` as plain JSON."""
