"""What was fetched, and what the classifiers say of it."""

from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from monitor.store.columns import Exact, Json, JsonList, Key, Moment, Name, SchoolKey, Words
from monitor.store.models.base import Base


class ItemState(StrEnum):
    WAITING = "waiting"
    """Stored and committed to the log, not judged yet."""
    HARMLESS = "harmless"
    NOT_JUDGED = "not_judged"
    """No words to judge, or a classifier failed on it. Never to be shown as harmless."""
    SEALED = "sealed"
    """A person must look; its evidence is sealed."""
    KEPT = "kept"
    """Harmless words that took the place of sealed ones: sealed with them, so that the edit can be shown."""


SEALED_STATES = (ItemState.SEALED, ItemState.KEPT)
"""Those of items that have evidence."""


class Item(Base):
    """One post or comment in one version. An edit is a new row, never a change of an old one."""

    __tablename__ = "items"
    __table_args__ = (
        UniqueConstraint("school_id", "platform", "external_id", "version"),
        UniqueConstraint("school_id", "uid"),
        Index("ix_items_school_state", "school_id", "state"),
    )

    id: Mapped[Key]
    school_id: Mapped[SchoolKey]
    uid: Mapped[str] = mapped_column(String(36))
    source_id: Mapped[int] = mapped_column(ForeignKey("sources.id"), index=True)
    platform: Mapped[Name]
    external_id: Mapped[Name]
    version: Mapped[Name]
    watch: Mapped[Name]
    surface: Mapped[Name]
    url: Mapped[Words]
    author_id: Mapped[Name | None]
    author_handle: Mapped[Exact | None]
    author_name: Mapped[Exact | None]
    parent_id: Mapped[Name | None]
    root_id: Mapped[Name | None]
    on_own_account: Mapped[bool]
    school_is_author: Mapped[bool]
    text: Mapped[Exact | None]
    """As written. None once it was dropped: harmless text goes within 24 hours."""
    context: Mapped[Exact | None]
    media: Mapped[JsonList]
    counts: Mapped[Json | None]
    """How far it had reached when it was last seen, where the platform tells."""
    posted_at: Mapped[Moment | None]
    posted_at_raw: Mapped[Exact | None]
    edited_at: Mapped[Moment | None]
    first_seen_at: Mapped[Moment]
    last_seen_at: Mapped[Moment]
    first_pass: Mapped[bool]
    """Found while an old page was read for the first time."""
    state: Mapped[ItemState] = mapped_column(String(16))
    text_dropped_at: Mapped[Moment | None]

    judgement: Mapped["Judgement | None"] = relationship(back_populates="item")


class ForgottenItem(Base):
    """That an item was seen and found harmless, when nothing else of it is left."""

    __tablename__ = "forgotten_items"
    __table_args__ = (UniqueConstraint("school_id", "mark"),)

    id: Mapped[Key]
    school_id: Mapped[SchoolKey]
    mark: Mapped[str] = mapped_column(String(64))
    """A keyed hash of platform, id and version: without the site's key it tells nothing."""


class Judgement(Base):
    """What the classifiers said of an item. Kept apart from the evidence."""

    __tablename__ = "judgements"
    __table_args__ = (UniqueConstraint("school_id", "item_id"),)

    id: Mapped[Key]
    school_id: Mapped[SchoolKey]
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id", ondelete="CASCADE"))
    judged_at: Mapped[Moment]
    labels: Mapped[Json]
    scores: Mapped[Json]
    severity: Mapped[Name]
    flags: Mapped[JsonList]
    pupils: Mapped[JsonList]
    staff: Mapped[JsonList]
    reasons: Mapped[JsonList]
    """Category, span and why; the words themselves stay with the item."""
    models: Mapped[Json]
    failure: Mapped[Words | None]
    """Why it could not be judged, when it could not."""

    item: Mapped[Item] = relationship(back_populates="judgement")
