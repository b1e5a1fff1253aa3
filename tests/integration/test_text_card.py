"""`schoolwatch card`: one page of sealed words that needs no network, no browser and no picture."""

import io
import json
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn

import pytest
from pypdf import PdfReader
from support.clock import SettableClock
from support.command_line import Ran, run
from support.monitor_bench import rows, school_with
from support.school import TestSchool

from monitor.cli.shared import remember_config
from monitor.evidence.folder import item_folder
from monitor.store.models import CustodyEvent, EvidenceItem, Incident


@pytest.fixture
def school(tmp_path: Path, sqlite_database: str) -> Iterator[TestSchool]:
    clock = SettableClock(datetime.now(UTC) - timedelta(minutes=10))
    with school_with(tmp_path, clock, sqlite_database, names=["facebook"]) as running:
        running.first_look()
        yield running
    remember_config(None)


def comment(school: TestSchool, words: str) -> None:
    post = school.facebook.own_post("News from school", school.clock.now())
    school.facebook.comment(post, words, "local", school.clock.now())
    school.look()


def card(school: TestSchool, item: str, out: str = "card.pdf", *more: str) -> Ran:
    return run(
        "--config", school.folder / "schoolwatch.toml", "card", item, "--out", school.folder / out, *more
    )


def read(school: TestSchool, name: str = "card.pdf") -> str:
    reader = PdfReader(io.BytesIO((school.folder / name).read_bytes()))
    assert len(reader.pages) == 1
    return " ".join(reader.pages[0].extract_text().split())


def _cut_off(*_: Any, **__: Any) -> NoReturn:
    raise AssertionError("the card asked for a network")


def test_a_card_shows_the_sealed_words_without_any_network(
    school: TestSchool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the platform down, or the post gone, the school must still show what it saw."""
    comment(school, "ABUSE <b>words</b> \U0001f921 of a parent")
    monkeypatch.setattr(socket.socket, "connect", _cut_off)
    ran = card(school, "sw-2026-0001", "card.pdf", "--by", "A. Manager", "--reason", "for the host's desk")
    assert (ran.status, ran.err) == (0, "")
    (sealed,) = rows(school, EvidenceItem)
    found = read(school)
    for wanted in (
        "ABUSE <b>words</b>",
        "U+1F921 clown face",
        "Fernhill Primary",
        sealed.files["record.json"],
    ):
        assert wanted in found, wanted
    event = rows(school, CustodyEvent)[-1]
    assert (event.action, event.actor, event.item_uid) == ("exported", "A. Manager", sealed.item_uid)
    assert event.details["purpose"] == "for the host's desk"


def test_every_name_of_an_item_finds_it_and_a_wrong_one_says_what_is_expected(school: TestSchool) -> None:
    """A manager at night must not have to guess which number is meant."""
    comment(school, "HIGH grave words")
    (sealed,) = rows(school, EvidenceItem)
    listed = json.loads(run("--config", school.folder / "schoolwatch.toml", "incidents", "--json").out)
    names = [sealed.item_uid, sealed.item_uid.upper(), listed["items"][0], listed["reference"]]
    for number, name in enumerate(names):
        assert card(school, name, f"{number}.pdf").status == 0, name
    made = {(school.folder / f"{number}.pdf").read_bytes() for number in range(len(names))}
    assert len(made) == 1, "the same bytes whatever it was asked for by"
    wrong = card(school, "SW-2026-9999", "wrong.pdf")
    assert wrong.status == 1
    assert "there is no sealed item SW-2026-9999; expected an item's number, platform:id" in wrong.err
    assert not (school.folder / "wrong.pdf").exists()


def test_nothing_of_a_suspected_picture_stands_on_its_card(school: TestSchool) -> None:
    """Beside an indecent image even its words are closed to whoever draws a card (design 8.1)."""
    comment(school, "IMAGE secret words")
    (incident,) = rows(school, Incident)
    assert incident.lane == "indecent_image"
    assert card(school, incident.reference).status == 0
    found = read(school)
    assert "secret words" not in found
    assert "Do not open the address, not even to check" in found


def test_no_card_is_drawn_of_words_that_were_changed(school: TestSchool) -> None:
    """A card of tampered words would carry them out under the school's name."""
    comment(school, "ABUSE words")
    (sealed,) = rows(school, EvidenceItem)
    record = item_folder(school.site.evidence, sealed.item_uid) / "record.json"
    record.write_bytes(record.read_bytes().replace(b"ABUSE words", b"kinder word"))
    ran = card(school, sealed.item_uid)
    assert ran.status == 1
    assert "record.json" in ran.err
    assert "evidence verify" in ran.err
    assert not (school.folder / "card.pdf").exists()


def test_a_file_that_is_there_is_not_written_over(school: TestSchool) -> None:
    """A slip of the name must not destroy a letter, or somebody's signed card."""
    comment(school, "ABUSE words")
    (school.folder / "card.pdf").write_text("signed")
    ran = card(school, "SW-2026-0001")
    assert ran.status == 1
    assert "exists already" in ran.err
    assert (school.folder / "card.pdf").read_text() == "signed"
    assert "there is no folder" in card(school, "SW-2026-0001", "nowhere/card.pdf").err
