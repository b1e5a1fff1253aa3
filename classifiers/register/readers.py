"""The three files of the register: pupils, staff, consents."""

import datetime as dt
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from classifiers.interface import Pupil, StaffMember
from classifiers.register.consents import ALL, channel_of, medium_of
from classifiers.register.tables import Table, check, listed, need, read_table, unique
from classifiers.register.tokens import keyed_token
from classifiers.register.upn import UPN_SHAPE

PUPIL_COLUMNS = ("pupil_id", "upn", "first_name", "preferred_name", "surname", "class", "year_group",
                 "date_of_birth", "photo_consent", "consent_withdrawn_on")  # fmt: skip
OPTIONAL_PUPIL_COLUMNS = ("left_on",)
STAFF_COLUMNS = ("staff_id", "title", "first_name", "surname", "role", "also_known_as")
CONSENT_COLUMNS = ("pupil_id", "channel", "medium", "from", "to", "given_by", "document_ref")
_MEDIA = ("image", "video", ALL)
_IDENTIFIER = re.compile(r"[\w.\-/]{1,64}")

T = TypeVar("T")


@dataclass(frozen=True)
class Consent:
    """One consent on paper: for which channel and medium, from when until when, and where it is filed."""

    pupil_id: str
    channel: str
    medium: str
    valid_from: str
    valid_to: str
    """ISO dates; `valid_to` may be empty (until withdrawn)."""
    given_by: str
    document_ref: str


@dataclass(frozen=True)
class Read(Generic[T]):
    """What a file held, and what the person who gave it should be told (never a pupil's name)."""

    entries: tuple[T, ...]
    notes: tuple[str, ...] = ()


def read_pupils(source: Path | bytes, token_key: bytes, *, name: str = "pupils.csv") -> Read[Pupil]:
    """Pupils of a CSV; UPN and date of birth become keyed tokens here. `RegisterError` lists every fault.

    The column `left_on` may be left out: the last day on the roll, on which every photo consent ends.
    """
    table = read_table(source, name, PUPIL_COLUMNS, optional=OPTIONAL_PUPIL_COLUMNS)
    need(table, "pupil_id", "first_name", "surname")
    unique(table, "pupil_id")
    unique(table, "upn")
    check(table, "pupil_id", _is_identifier, "an identifier (letters, digits, . - / _, at most 64)")
    check(
        table, "upn", lambda cell: bool(UPN_SHAPE.fullmatch(cell.upper())), "a UPN (a letter, 12 characters)"
    )
    check(table, "date_of_birth", _is_date, "a date such as 2017-03-29")
    check(table, "consent_withdrawn_on", _is_date, "a date such as 2026-09-01")
    check(table, "left_on", _is_date, "a date such as 2026-07-21")
    table.refuse_if_faulty()
    return Read(tuple(_pupil(row, token_key) for _, row in table.rows), tuple(table.notes))


def _pupil(row: dict[str, str], token_key: bytes) -> Pupil:
    consent = tuple(part for part in listed(row, "photo_consent") if part.lower() != "none")
    return Pupil(
        pupil_id=row["pupil_id"],
        first_name=row["first_name"],
        preferred_name=row["preferred_name"] or row["first_name"],
        surname=row["surname"],
        class_name=row["class"],
        year_group=row["year_group"],
        upn_token=keyed_token(token_key, row["upn"]),
        date_of_birth_token=keyed_token(token_key, row["date_of_birth"]),
        photo_consent=consent,
        consent_withdrawn_on=row["consent_withdrawn_on"],
        left_on=row["left_on"],
    )


def read_staff(source: Path | bytes, *, name: str = "staff.csv") -> Read[StaffMember]:
    table = read_table(source, name, STAFF_COLUMNS)
    need(table, "staff_id", "surname", "role")
    unique(table, "staff_id")
    check(table, "staff_id", _is_identifier, "an identifier (letters, digits, . - / _, at most 64)")
    table.refuse_if_faulty()
    entries = tuple(
        StaffMember(row["staff_id"], row["title"], row["first_name"], row["surname"], row["role"],
                    listed(row, "also_known_as"))
        for _, row in table.rows
    )  # fmt: skip
    return Read(entries, tuple(table.notes))


def read_consents(source: Path | bytes, *, name: str = "consents.csv") -> Read[Consent]:
    table = read_table(source, name, CONSENT_COLUMNS)
    need(table, "pupil_id", "channel", "medium", "from", "given_by", "document_ref")
    check(table, "from", _is_date, "a date such as 2026-09-01")
    check(table, "to", _is_date, "a date such as 2027-08-31")
    check(table, "medium", lambda cell: medium_of(cell) in _MEDIA, "image, video or all")
    _check_order(table)
    table.refuse_if_faulty()
    entries = tuple(_consent(row) for _, row in table.rows)
    return Read(entries, tuple(table.notes))


def _consent(row: dict[str, str]) -> Consent:
    return Consent(
        pupil_id=row["pupil_id"],
        channel=channel_of(row["channel"]),
        medium=medium_of(row["medium"]),
        valid_from=row["from"],
        valid_to=row["to"],
        given_by=row["given_by"],
        document_ref=row["document_ref"],
    )


def _check_order(table: Table) -> None:
    for number, row in table.rows:
        if _is_date(row["from"]) and _is_date(row["to"]) and row["to"] < row["from"]:
            table.fault(number, "to", "lies before the date in column from")


def _is_identifier(cell: str) -> bool:
    return bool(_IDENTIFIER.fullmatch(cell))


def _is_date(cell: str) -> bool:
    try:
        return dt.date.fromisoformat(cell).isoformat() == cell
    except ValueError:
        return False
