"""Whom the school told us about. UPN and date of birth are keyed tokens, never the values."""

from sqlalchemy import String, UniqueConstraint, true
from sqlalchemy.orm import Mapped, mapped_column

from monitor.store.columns import JsonList, Key, Moment, Name, SchoolKey
from monitor.store.models.base import Base


class Pupil(Base):
    __tablename__ = "pupils"
    __table_args__ = (UniqueConstraint("school_id", "pupil_id"),)

    id: Mapped[Key]
    school_id: Mapped[SchoolKey]
    pupil_id: Mapped[Name]
    first_name: Mapped[Name]
    preferred_name: Mapped[Name]
    surname: Mapped[Name]
    class_name: Mapped[Name]
    year_group: Mapped[Name]
    upn_token: Mapped[str] = mapped_column(String(64))
    date_of_birth_token: Mapped[str] = mapped_column(String(64))
    photo_consent: Mapped[JsonList]
    consent_withdrawn_on: Mapped[Name]
    left_on: Mapped[str] = mapped_column(String(), default="", server_default="")
    """ISO date of the last day on the roll; empty while the pupil is on it."""


class StaffMember(Base):
    __tablename__ = "staff"
    __table_args__ = (UniqueConstraint("school_id", "staff_id"),)

    id: Mapped[Key]
    school_id: Mapped[SchoolKey]
    staff_id: Mapped[Name]
    title: Mapped[Name]
    first_name: Mapped[Name]
    surname: Mapped[Name]
    role: Mapped[Name]
    also_known_as: Mapped[JsonList]


class Consent(Base):
    """One statement about a pupil's photo consent, as it was recorded (Huntington 4.1–4.5).

    Statements are only added; `classifiers.register.consents` says which of them is in force on a day.
    """

    __tablename__ = "consent_versions"
    __table_args__ = (UniqueConstraint("school_id", "pupil_id", "version"),)

    id: Mapped[Key]
    school_id: Mapped[SchoolKey]
    pupil_id: Mapped[Name]
    version: Mapped[int] = mapped_column(default=1)
    """Counts the statements about this pupil from 1."""
    channel: Mapped[Name]
    medium: Mapped[Name]
    granted: Mapped[bool] = mapped_column(default=True, server_default=true())
    """False: from `valid_from` on there is no consent."""
    valid_from: Mapped[Name]
    """ISO date; empty where no beginning is known."""
    valid_to: Mapped[Name]
    """ISO date, the last day; empty while no end is known."""
    given_by: Mapped[Name]
    document_ref: Mapped[Name]
    """Where the written consent or withdrawal is filed."""
    origin: Mapped[str] = mapped_column(String(16), default="import", server_default="import")
    recorded_at: Mapped[Moment | None]
    """None: recorded before versions were kept."""
    recorded_by: Mapped[str] = mapped_column(String(), default="", server_default="")
