"""The school's own posts: checked before they are published, found again when a consent is withdrawn."""

from enum import StrEnum

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from monitor.store.columns import JsonList, Key, Moment, Name, SchoolKey, Words
from monitor.store.models.base import Base


class PostCheck(Base):
    """One answer of `check-post`: who asked, when, for which channel (Huntington 4.13).

    It holds no words of the post and no name. `pupils` are the ids of those shown, kept only of what is to
    be published, because a later withdrawal finds pictures by them and by nothing else.
    """

    __tablename__ = "post_checks"
    __table_args__ = (UniqueConstraint("school_id", "number"),)

    id: Mapped[Key]
    school_id: Mapped[SchoolKey]
    number: Mapped[int]
    """Counts the school's checks from 1; what people are shown and give back."""
    at: Mapped[Moment]
    by: Mapped[Name]
    role: Mapped[Name | None]
    """Which role was claimed so as to see ids; None when only counts were shown."""
    channel: Mapped[Name]
    medium: Mapped[Name]
    has_image: Mapped[bool]
    ok: Mapped[bool]
    problems: Mapped[JsonList]
    """The kinds of problem that were found."""
    shown: Mapped[int]
    """How many pupils were said to be shown."""
    without_consent: Mapped[int]
    publishing: Mapped[bool]
    """It is to be published, so that the checklist counts."""
    pupils: Mapped[JsonList]
    words_mark: Mapped[str | None] = mapped_column(String(64), index=True)
    """Keyed hash of the draft's words, by which the post is known again on the timeline."""
    appropriate_at: Mapped[Moment | None]
    """A person looked and found the pictures appropriate (Huntington 4.12)."""
    appropriate_by: Mapped[Name | None]
    no_names_at: Mapped[Moment | None]
    """A person looked for names on certificates, books and walls (Huntington 4.13)."""
    no_names_by: Mapped[Name | None]
    device_cleared_at: Mapped[Moment | None]
    """The pictures are gone from the personal device (Huntington 4.8)."""
    device_cleared_by: Mapped[Name | None]
    reminded_at: Mapped[Moment | None]
    url: Mapped[Words | None]
    """Where it was published, once somebody said so."""


class SearchState(StrEnum):
    OPEN = "open"
    """Not every source has been read to its end yet; the service tries again."""
    DONE = "done"


class ConsentSearch(Base):
    """A withdrawal that the school's own posts are searched for (Huntington 4.6)."""

    __tablename__ = "consent_searches"
    __table_args__ = (UniqueConstraint("school_id", "pupil_id", "consent_version"),)

    id: Mapped[Key]
    school_id: Mapped[SchoolKey]
    pupil_id: Mapped[Name]
    consent_version: Mapped[int]
    """The statement by which it was withdrawn."""
    channels: Mapped[JsonList]
    """What was withdrawn, beside `media`; `all` for every one."""
    media: Mapped[JsonList]
    effective_on: Mapped[Name]
    document_ref: Mapped[Name]
    asked_by: Mapped[Name]
    asked_at: Mapped[Moment]
    state: Mapped[SearchState] = mapped_column(String(16), index=True)
    sources_left: Mapped[JsonList]
    """Names of the sources that are still to be read."""
    last_tried_at: Mapped[Moment | None]


class OwnPostFinding(Base):
    """Why one of the school's own posts is raised, beside what the judgement says of its words."""

    __tablename__ = "own_post_findings"
    __table_args__ = (UniqueConstraint("school_id", "item_id", "pupil_id", "kind"),)

    id: Mapped[Key]
    school_id: Mapped[SchoolKey]
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id", ondelete="CASCADE"), index=True)
    pupil_id: Mapped[Name]
    kind: Mapped[str] = mapped_column(String(16))
    """`withdrawn` (a consent that was withdrawn) or `no_consent` (there was none when it was posted)."""
    found_at: Mapped[Moment]
    found_by: Mapped[str] = mapped_column(String(16))
    """`name` (the post names the pupil) or `record` (a check before publishing says who is shown)."""
    lawful_when_posted: Mapped[bool]
    consent_version: Mapped[int | None]
    """The statement in force when it was posted; None where there was none."""
    search_id: Mapped[int | None] = mapped_column(ForeignKey("consent_searches.id"), index=True)
