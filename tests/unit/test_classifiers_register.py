"""The register's files: every fault told by place, no child's name in any message."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.errors import RegisterError
from classifiers.register import keyed_token, read_consents, read_pupils, read_staff
from classifiers.register.readers import CONSENT_COLUMNS, PUPIL_COLUMNS, STAFF_COLUMNS
from classifiers.register.upn import is_upn

KEY = b"0" * 32
GOOD = ["p-1", "A801219924002", "Zoë", "", "O'Hara-Łuk", "4B", "Year 4", "2017-03-29", "website;social", ""]


def table(*rows: list[str], columns: tuple[str, ...] = PUPIL_COLUMNS, delimiter: str = ",") -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerows([list(columns), *rows])
    return out.getvalue()


def with_cell(column: str, value: str) -> list[str]:
    return [value if name == column else cell for name, cell in zip(PUPIL_COLUMNS, GOOD, strict=True)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_file_saved_by_a_spreadsheet_would_be_refused(encoding: str, delimiter: str) -> None:
    read = read_pupils(table(GOOD, delimiter=delimiter).encode(encoding), KEY)
    assert read.entries[0].first_name == "Zoë"
    assert read.entries[0].preferred_name == "Zoë"
    assert read.entries[0].photo_consent == ("website", "social")


def test_excels_plain_csv_would_lose_its_accents_in_silence() -> None:
    read = read_pupils(table(with_cell("surname", "Núñez")).encode("cp1252"), KEY)
    assert read.entries[0].surname == "Núñez"
    assert "Windows-1252" in read.notes[0]


def test_upn_and_date_of_birth_would_stay_in_clear() -> None:
    pupil = read_pupils(table(GOOD).encode(), KEY).entries[0]
    assert pupil.upn_token == keyed_token(KEY, "a801219924002 ")
    assert "801219924002" not in repr(pupil)
    assert "2017-03-29" not in repr(pupil)


def test_tokens_would_be_made_without_a_key() -> None:
    with pytest.raises(ValueError, match="token key"):
        keyed_token(b"", "A801219924002")


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (table().encode(), "no rows"),
        (table(GOOD[:-1]).encode(), "row 2: has 9 cells"),
        (table([*GOOD, "x"]).encode(), "row 2: has 11 cells"),
        (table(GOOD, GOOD).encode(), "row 3, column pupil_id: is the same as in row 2"),
        (table(with_cell("surname", "")).encode(), "row 2, column surname: is empty"),
        (table(with_cell("upn", "123")).encode(), "row 2, column upn"),
        (table(with_cell("date_of_birth", "29/03/2017")).encode(), "row 2, column date_of_birth"),
        (table(with_cell("surname", "x" * 501)).encode(), "row 2, column surname: is 501 characters"),
        (table(GOOD).encode().replace(b"surname", b"family"), "row 1: lacks surname"),
        (table(GOOD).encode().replace(b"surname", b"class"), "column class: stands there twice"),
        (table(GOOD).encode().replace(b"4B", b"4\0B"), "row 2: holds a NUL"),
        (table(GOOD).encode() + b"\x81\x8d", "row 3: neither UTF-8"),
        (table(GOOD).encode() + b'p-2,"open', "row 3: not readable as CSV"),
    ],
)  # fmt: skip
def test_a_broken_register_would_be_taken_or_refused_without_its_place(content: bytes, place: str) -> None:
    with pytest.raises(RegisterError) as caught:
        read_pupils(content, KEY)
    assert place in str(caught.value)
    assert "pupils.csv" in str(caught.value)


def test_only_the_first_fault_of_a_file_would_be_told() -> None:
    rows = [["", "", "", "", "", "", "", "x", "", ""], ["p 1", "", "A", "", "B", "", "", "", "", "y"]]
    with pytest.raises(RegisterError) as caught:
        read_pupils(table(*rows).encode(), KEY)
    assert len(caught.value.faults) == 6


@given(st.lists(st.lists(st.text(max_size=12), min_size=0, max_size=12), max_size=5))
def test_a_message_would_quote_a_cell(rows: list[list[str]]) -> None:
    """Cells are marked with a word that no message of ours holds."""
    marked = [[f"Quux{cell}" for cell in row] for row in rows]
    with pytest.raises(RegisterError) as caught:
        read_pupils(table(*marked).encode("utf-8", "replace"), KEY)
    assert "Quux" not in str(caught.value)


@given(st.binary(max_size=300))
def test_any_bytes_would_crash_the_import(content: bytes) -> None:
    with pytest.raises(RegisterError):
        read_pupils(content, KEY)


def test_a_heading_that_is_missing_would_put_a_name_into_the_message() -> None:
    with pytest.raises(RegisterError) as caught:
        read_pupils(table(GOOD).split("\n", 1)[1].encode(), KEY)
    assert "O'Hara" not in str(caught.value)


def test_a_missing_file_would_raise_something_else(tmp_path: Path) -> None:
    with pytest.raises(RegisterError, match="cannot be read"):
        read_pupils(tmp_path / "none.csv", KEY)


def test_staff_and_consents_would_not_be_read() -> None:
    staff = read_staff(
        table(["s-1", "Mrs", "A", "Brook", "Headteacher", "the head;Mrs B"], columns=STAFF_COLUMNS).encode()
    )
    assert staff.entries[0].also_known_as == ("the head", "Mrs B")
    good = ["p-1", "website", "image", "2026-09-01", "", "mother", "F-17"]
    consents = read_consents(table(good, columns=CONSENT_COLUMNS).encode())
    assert consents.entries[0].valid_to == ""
    with pytest.raises(RegisterError, match="lies before"):
        read_consents(table([*good[:4], "2026-08-31", *good[5:]], columns=CONSENT_COLUMNS).encode())


@pytest.mark.parametrize(("upn", "right"), [("A987214625001", False), ("P987214625001", True), ("p987214625001", True),
                                            ("P98721462500", False), ("I987214625001", False), ("", False)])  # fmt: skip
def test_a_mistyped_upn_would_count(upn: str, right: bool) -> None:
    assert is_upn(upn) is right
