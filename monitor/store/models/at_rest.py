"""What is locked, what is held, and the list of everything that was erased."""

from datetime import date

from sqlalchemy import Date, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from monitor.store.columns import Bytes, JsonList, Key, Moment, Name, SchoolKey, Words
from monitor.store.models.base import Base


class Hold(Base):
    """A person's word that nothing of an incident ends by itself or by hand (legal hold)."""

    __tablename__ = "holds"

    id: Mapped[Key]
    school_id: Mapped[SchoolKey]
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), index=True)
    reason: Mapped[Words]
    approved_by: Mapped[Name]
    set_by: Mapped[Name]
    set_at: Mapped[Moment]
    review_on: Mapped[date] = mapped_column(Date)
    """In London. From then on somebody is reminded every week until it is released or set anew."""
    released_at: Mapped[Moment | None]
    released_by: Mapped[Name | None]
    release_reason: Mapped[Words | None]


class IncidentBox(Base):
    """The words of an incident itself (notes of tasks, texts of mails), locked with its evidence."""

    __tablename__ = "incident_boxes"
    __table_args__ = (UniqueConstraint("school_id", "incident_id", "number"),)

    id: Mapped[Key]
    school_id: Mapped[SchoolKey]
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), index=True)
    number: Mapped[int]
    """1, 2 … : what was re-opened and closed again without an unlocking has more than one."""
    locked_at: Mapped[Moment]
    box: Mapped[Bytes]
    """As `monitor.evidence.lockbox` describes; its aad is the incident's reference."""


class Erasure(Base):
    """One thing that was deleted, by which rule or on whose word. Never changed or removed."""

    __tablename__ = "erasures"

    id: Mapped[Key]
    school_id: Mapped[SchoolKey]
    at: Mapped[Moment]
    kind: Mapped[Name]
    """item, incident, custody, consent, export, labelled_file or mail."""
    subject: Mapped[str] = mapped_column(index=True)
    """The id of what is gone: an item's uid, a reference, a file's name. Nothing of its content."""
    reference: Mapped[Name | None]
    """The incident it belonged to."""
    rule: Mapped[Name]
    """A rule of config/policy/retention.toml, or `asked_for`."""
    reason: Mapped[Words]
    by: Mapped[Name]
    second: Mapped[Name | None]
    """Who agreed, where the period was not over (two-person rule, docs/retention.md)."""


class LabelledFile(Base):
    """A file of decided comments that was written in clear, so that it can end with what it quotes."""

    __tablename__ = "labelled_files"

    id: Mapped[Key]
    school_id: Mapped[SchoolKey]
    path: Mapped[Words]
    of_incidents: Mapped[JsonList]
    """References of the incidents whose words are in it."""
    made_by: Mapped[Name]
    made_at: Mapped[Moment]
    erased_at: Mapped[Moment | None]
