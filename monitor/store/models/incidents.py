"""Matters that a person looks at, and the tasks on their ladder."""

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from monitor.store.columns import Json, JsonList, Key, Moment, Name, SchoolKey, Words
from monitor.store.models.base import Base
from monitor.store.models.items import Item


class Incident(Base):
    __tablename__ = "incidents"
    __table_args__ = (UniqueConstraint("school_id", "reference"),)

    id: Mapped[Key]
    school_id: Mapped[SchoolKey]
    reference: Mapped[Name]
    platform: Mapped[Name]
    lane: Mapped[Name]
    severity: Mapped[Name]
    categories: Mapped[JsonList]
    state: Mapped[str] = mapped_column(String(16), index=True)
    """open or closed."""
    opened_at: Mapped[Moment]
    first_seen_at: Mapped[Moment]
    """Where the absolute 24-hour clock starts (NEU 9.3)."""
    first_pass: Mapped[bool]
    told_at: Mapped[Moment | None]
    """When somebody was first mailed about it, singly or in a digest."""
    fingerprint: Mapped[str] = mapped_column(String(64), index=True)
    """Keyed hash of the normalised words, by which a repeat finds the matter that it repeats."""
    ladder: Mapped[Json]
    """The whole ladder with the policy in force when it opened; the tasks below are its rows."""
    next_recheck_at: Mapped[Moment | None] = mapped_column(index=True)
    """When somebody said that it is gone or hidden: the next look at whether that is so (NEU 9.4)."""
    closed_at: Mapped[Moment | None]

    tasks: Mapped[list["TakedownTask"]] = relationship(
        back_populates="incident", order_by="TakedownTask.number"
    )
    items: Mapped[list[Item]] = relationship(secondary="incident_items", viewonly=True, order_by=Item.id)


class IncidentItem(Base):
    __tablename__ = "incident_items"
    __table_args__ = (UniqueConstraint("school_id", "item_id"),)

    id: Mapped[Key]
    school_id: Mapped[SchoolKey]
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), index=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"))


class TakedownTask(Base):
    __tablename__ = "takedown_tasks"
    __table_args__ = (UniqueConstraint("school_id", "incident_id", "number"),)

    id: Mapped[Key]
    school_id: Mapped[SchoolKey]
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), index=True)
    number: Mapped[int]
    rung: Mapped[Name | None]
    """None for what stands beside the ladder (LADO, DSL, DPO, support)."""
    step: Mapped[Name]
    owner_role: Mapped[Name]
    what_to_do: Mapped[Words]
    opened_at: Mapped[Moment]
    due_at: Mapped[Moment | None] = mapped_column(index=True)
    state: Mapped[str] = mapped_column(String(16), index=True)
    outcome: Mapped[Name | None]
    reason: Mapped[Words | None]
    decided_by: Mapped[Name | None]
    decided_at: Mapped[Moment | None]

    incident: Mapped[Incident] = relationship(back_populates="tasks")


class Recheck(Base):
    """One answer to the question whether an item is still there."""

    __tablename__ = "rechecks"

    id: Mapped[Key]
    school_id: Mapped[SchoolKey]
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), index=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"))
    asked_at: Mapped[Moment]
    visibility: Mapped[Name]
    canary_healthy: Mapped[bool]
    proof: Mapped[Words]
