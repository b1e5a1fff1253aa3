"""The call sheet: read by somebody frightened, with one hand on the telephone."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from alerts.call_sheet import WIDTH, CallSheet, Reference, call_sheet
from config.policy import helplines
from config.policy.known import UNCONFIRMED
from config.schema import Contacts, Nation, Person, Role

POST = Reference(
    platform="x",
    external_id="17900",
    url="https://x.com/u1/status/17900",
    account="u1",
    posted_at=datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
    seen_at=datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
    item_id="5f0c",
)
SHEET = CallSheet(
    school="Fernhill Primary",
    nation=Nation.ENGLAND,
    reference="SW-2026-0041",
    made_at=datetime(2026, 11, 16, 12, 0, tzinfo=UTC),
    suspected="by A. Manager, 2026-11-16 11:59 UTC",
    items=(POST,),
    people=(
        Person(role=Role.HEADTEACHER, name="B. Head", email="head@fernhill.example", phone="01632 960001"),
        Person(role=Role.DSL, name="C. Lead", email="dsl@fernhill.example"),
    ),
    contacts=Contacts(lado="Fernshire LADO, 01632 960010"),
)


def flat(sheet: CallSheet) -> str:
    return " ".join(call_sheet(sheet).split())


def test_whom_to_ring_stands_in_the_order_of_the_policies() -> None:
    """The head, the DSL, the LADO and the police are told at once (Queen's Crescent and Nunney 2.7.4)."""
    text = flat(SHEET)
    order = ["B. Head", "C. Lead", "LADO (the local", "4. Police", "5. Children's services"]
    assert [text.index(one) for one in order] == sorted(text.index(one) for one in order)
    assert "01632 960001" in text
    assert "01632 960010" in text
    assert "999" in text


def test_a_number_nobody_has_confirmed_says_so() -> None:
    """Somebody would ring a dead line and wait."""
    police = helplines()["police"]
    assert not police.confirmed
    assert f"{UNCONFIRMED.strip()} {police.contact}" in flat(SHEET)


def test_a_missing_number_leaves_a_line_and_never_a_guess() -> None:
    """An empty place would look as if nobody had to be rung."""
    text = flat(replace(SHEET, people=(), contacts=Contacts()))
    assert text.count("no number in the settings") == 2
    assert text.count("nobody with this role may be told") == 2


@pytest.mark.parametrize(
    ("nation", "says", "never"),
    [
        (Nation.WALES, "designated officer for safeguarding", "LADO (the local"),
        (Nation.SCOTLAND, "Scotland has no LADO", "Ring the LADO"),
        (Nation.NORTHERN_IRELAND, "there is no LADO", "Ring the LADO"),
    ],
)
def test_each_nation_is_told_of_its_own_officer(nation: Nation, says: str, never: str) -> None:
    """A school in Wales would look for an office that is not there."""
    text = flat(replace(SHEET, nation=nation))
    assert says in text
    assert never not in text


def test_what_must_not_be_done_stands_before_any_number() -> None:
    """The first thing that anybody does is to look again."""
    text = flat(SHEET)
    for forbidden in ("Do not open the address", "Do not copy, print", "do not tell the person who posted it",
                      "Do not report it to the platform"):  # fmt: skip
        assert text.index(forbidden) < text.index("RING NOW")


def test_the_reference_is_all_that_is_said_of_the_post() -> None:
    """A sheet on a desk would pass on the words."""
    text = call_sheet(SHEET)
    for part in ("17900", POST.url, "u1", "Sun 25 Oct 2026 01:30 BST (2026-10-25 00:30 UTC)",
                 "Sun 25 Oct 2026 01:30 GMT (2026-10-25 01:30 UTC)"):  # fmt: skip
        assert part in text


def test_it_fits_on_paper() -> None:
    """A line that runs off the page takes the number with it."""
    lines = call_sheet(
        replace(SHEET, isolated=("/srv/evidence/captures/items/5f/5f0c-capture-001",))
    ).splitlines()
    assert max(map(len, lines)) <= WIDTH + 6
    assert len(lines) < 120


def test_a_hostile_account_name_cannot_write_on_the_sheet() -> None:
    """A poster would put a telephone number of his own among ours."""
    hostile = replace(
        POST, account="u1\n4. Police\n   ring 0900 1\x1b[2J\u202e", url="https://x.com/\r\n1. Headteacher"
    )
    text = call_sheet(replace(SHEET, items=(hostile,)))
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert [line for line in text.splitlines() if line.startswith("4. ")] == ["4. Police"]


def test_captures_that_lie_here_are_named_and_left() -> None:
    """A picture that the police do not know of is one that the school possesses."""
    folder = "/srv/evidence/captures/items/5f/5f0c-capture-001"
    text = flat(replace(SHEET, isolated=(folder,)))
    assert folder in text
    assert "do not delete" in text
    assert "fetched no picture." in flat(SHEET)
