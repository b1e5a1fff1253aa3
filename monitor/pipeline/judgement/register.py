"""The school's register in the store: replacing it whole, and handing it to the classifiers."""

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from classifiers.interface import Pupil, Register, StaffMember
from monitor.site import Site
from monitor.store import models


def load_register(site: Site) -> Register:
    with site.database.read() as session:
        pupils = session.scalars(select(models.Pupil).filter_by(school_id=site.school_id)).all()
        staff = session.scalars(select(models.StaffMember).filter_by(school_id=site.school_id)).all()
    return Register(
        school_name=site.school_name,
        also_known_as=site.settings.school.also_known_as,
        pupils=tuple(Pupil(**_fields(row, Pupil)) for row in pupils),
        staff=tuple(StaffMember(**_fields(row, StaffMember)) for row in staff),
        token_key=site.token_key,
    )


def changed_at(site: Site) -> datetime | None:
    with site.database.read() as session:
        return session.get_one(models.School, site.school_id).register_changed_at


def note_change(session: Session, site: Site) -> None:
    session.get_one(models.School, site.school_id).register_changed_at = site.now()


def replace_pupils(session: Session, school_id: int, pupils: Sequence[Pupil]) -> None:
    _replace(session, school_id, models.Pupil, pupils)


def replace_staff(session: Session, school_id: int, staff: Sequence[StaffMember]) -> None:
    _replace(session, school_id, models.StaffMember, staff)


_Table = type[models.Pupil] | type[models.StaffMember]


def _replace(session: Session, school_id: int, table: _Table, entries: Sequence[Pupil | StaffMember]) -> None:
    """A table's columns are named as its entries' fields are; a list of values is kept as JSON."""
    session.execute(delete(table).where(table.school_id == school_id))
    session.add_all(table(school_id=school_id, **_columns(entry)) for entry in entries)


def _columns(entry: Pupil | StaffMember) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(entry).items()}


def _fields(row: models.Pupil | models.StaffMember, entry: type[Pupil] | type[StaffMember]) -> dict[str, Any]:
    values = {field.name: getattr(row, field.name) for field in fields(entry)}
    return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
