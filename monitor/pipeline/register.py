"""The school's register in the store: replacing it whole, and handing it to the classifiers."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from classifiers.interface import Pupil, Register, StaffMember
from classifiers.register.readers import Consent
from monitor.site import Site
from monitor.store import models


def load_register(site: Site) -> Register:
    with site.database.read() as session:
        pupils = session.scalars(select(models.Pupil).filter_by(school_id=site.school_id)).all()
        staff = session.scalars(select(models.StaffMember).filter_by(school_id=site.school_id)).all()
    return Register(
        school_name=site.school_name,
        also_known_as=site.settings.school.also_known_as,
        pupils=tuple(_pupil(row) for row in pupils),
        staff=tuple(_member(row) for row in staff),
        token_key=site.token_key,
    )


def changed_at(site: Site) -> datetime | None:
    with site.database.read() as session:
        return session.get_one(models.School, site.school_id).register_changed_at


def note_change(session: Session, site: Site) -> None:
    session.get_one(models.School, site.school_id).register_changed_at = site.now()


def replace_pupils(session: Session, school_id: int, pupils: Sequence[Pupil]) -> None:
    session.execute(delete(models.Pupil).where(models.Pupil.school_id == school_id))
    session.add_all(
        models.Pupil(
            school_id=school_id,
            pupil_id=pupil.pupil_id,
            first_name=pupil.first_name,
            preferred_name=pupil.preferred_name,
            surname=pupil.surname,
            class_name=pupil.class_name,
            year_group=pupil.year_group,
            upn_token=pupil.upn_token,
            date_of_birth_token=pupil.date_of_birth_token,
            photo_consent=list(pupil.photo_consent),
            consent_withdrawn_on=pupil.consent_withdrawn_on,
        )
        for pupil in pupils
    )


def replace_staff(session: Session, school_id: int, staff: Sequence[StaffMember]) -> None:
    session.execute(delete(models.StaffMember).where(models.StaffMember.school_id == school_id))
    session.add_all(
        models.StaffMember(
            school_id=school_id,
            staff_id=member.staff_id,
            title=member.title,
            first_name=member.first_name,
            surname=member.surname,
            role=member.role,
            also_known_as=list(member.also_known_as),
        )
        for member in staff
    )


def replace_consents(session: Session, school_id: int, consents: Sequence[Consent]) -> None:
    session.execute(delete(models.Consent).where(models.Consent.school_id == school_id))
    session.add_all(
        models.Consent(
            school_id=school_id,
            pupil_id=consent.pupil_id,
            channel=consent.channel,
            medium=consent.medium,
            valid_from=consent.valid_from,
            valid_to=consent.valid_to,
            given_by=consent.given_by,
            document_ref=consent.document_ref,
        )
        for consent in consents
    )


def _pupil(row: models.Pupil) -> Pupil:
    return Pupil(
        pupil_id=row.pupil_id,
        first_name=row.first_name,
        preferred_name=row.preferred_name,
        surname=row.surname,
        class_name=row.class_name,
        year_group=row.year_group,
        upn_token=row.upn_token,
        date_of_birth_token=row.date_of_birth_token,
        photo_consent=tuple(row.photo_consent),
        consent_withdrawn_on=row.consent_withdrawn_on,
    )


def _member(row: models.StaffMember) -> StaffMember:
    return StaffMember(
        staff_id=row.staff_id,
        title=row.title,
        first_name=row.first_name,
        surname=row.surname,
        role=row.role,
        also_known_as=tuple(row.also_known_as),
    )
