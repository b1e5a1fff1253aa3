"""Whom the school told us about. UPN and date of birth are keyed tokens, never the values."""

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from monitor.store.columns import JsonList, Key, Name, SchoolKey
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
    """A photo consent per channel and medium (Huntington 4.1–4.4)."""

    __tablename__ = "consents"
    __table_args__ = (UniqueConstraint("school_id", "pupil_id", "channel", "medium", "valid_from"),)

    id: Mapped[Key]
    school_id: Mapped[SchoolKey]
    pupil_id: Mapped[Name]
    channel: Mapped[Name]
    medium: Mapped[Name]
    valid_from: Mapped[Name]
    valid_to: Mapped[Name]
    given_by: Mapped[Name]
    document_ref: Mapped[Name]
