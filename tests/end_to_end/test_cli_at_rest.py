"""The commands of locked, held and erased evidence, as a manager types them."""

import json
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.at_rest import close, references, states, what_a_thief_reads
from support.clock import SettableClock
from support.command_line import Ran, run
from support.monitor_bench import rows, say, school_with
from support.school import TestSchool

from monitor.cli.shared import remember_config
from monitor.store.models import Item

PASSPHRASE = "four swans over a lake"
TWICE = f"{PASSPHRASE}\n{PASSPHRASE}\n".encode()
ONCE = f"{PASSPHRASE}\n".encode()
SETTINGS = """
[evidence]
manager_key = "manager.pub.pem"
recovery_key = "recovery.pub.pem"
"""


@pytest.fixture
def school(tmp_path: Path, sqlite_database: str) -> Iterator[TestSchool]:
    """Its keys are made by the command; its only incident was closed three weeks ago."""
    folder = tmp_path / "school"
    folder.mkdir()
    for name in ("manager", "recovery"):
        made = run("evidence", "keys", "new", "--out", folder / f"{name}.pem", stdin=TWICE)
        assert made.status == 0, made.err
    clock = SettableClock(datetime.now(UTC) - timedelta(days=21))
    with school_with(folder, clock, sqlite_database, more=SETTINGS) as running:
        running.first_look()
        say(running, "ABUSE the whole school smells of wombat")
        close(running, references(running)[0], "It smelled of wombat.")
        yield running
    remember_config(None)


def command(school: TestSchool, *arguments: object, stdin: bytes = b"") -> Ran:
    return run("--config", school.folder / "schoolwatch.toml", *arguments, stdin=stdin)


def records(ran: Ran) -> list[dict[str, object]]:
    return [json.loads(line) for line in ran.lines]


def test_locked_shown_unlocked_and_in_the_end_erased(school: TestSchool, tmp_path: Path) -> None:
    """The whole way of closed evidence by the commands that the documents name."""
    (reference,) = references(school)
    planned = records(command(school, "retention", "--dry-run", "--json"))
    assert [(one["what"], one["rule"], one["locked"]) for one in planned if one["kind"] == "incident"] == [
        (reference, "closed_incident", False)
    ]
    assert states(school) == ["open"]
    ran = command(school, "retention")
    assert "Locked 1 incidents and captures" in ran.out
    assert states(school) == ["locked"]
    assert "1 locked" in command(school, "evidence", "verify").out
    shown = command(school, "incidents", reference).out
    assert "wombat" not in shown
    assert f"evidence unlock {reference}" in shown

    out = tmp_path / "look"
    who = ("--by", "A. Manager", "--reason", "the police ask", "--key", school.folder / "manager.pem")
    ran = command(school, "evidence", "unlock", reference, *who, "--out", out, stdin=ONCE)
    assert (ran.status, "smells of wombat" in ran.out) == (0, True), ran.err
    (folder,) = out.iterdir()
    assert {"record.json", "seal.json"} <= {path.name for path in folder.iterdir()}
    assert stat.S_IMODE((folder / "record.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(out.stat().st_mode) == 0o700
    assert states(school) == ["locked"]

    uid = rows(school, Item)[0].uid
    asked = ("erase", uid, "--reason", "the author asks", "--by", "A. Manager")
    ran = command(school, *asked)
    assert (ran.status, "--second NAME" in ran.err) == (1, True)
    assert command(school, *asked, "--second", "B. Head").status == 0
    done = records(command(school, "retention", "--done", "--json"))
    assert ("item", uid, "B. Head") in [(one["kind"], one["what"], one["second"]) for one in done]
    ran = command(school, "evidence", "verify")
    assert (ran.status, "by rule asked_for" in ran.out) == (0, True), ran.out


@pytest.mark.parametrize(
    ("stdin", "words"),
    [(b"another passphrase\n", "does not open with this passphrase"), (b"", "no passphrase was given")],
)
def test_a_wrong_passphrase_shows_nothing(school: TestSchool, stdin: bytes, words: str) -> None:
    command(school, "retention")
    who = ("--by", "A. Manager", "--reason", "look", "--key", school.folder / "manager.pem")
    ran = command(school, "evidence", "unlock", references(school)[0], *who, stdin=stdin)
    assert (ran.status, ran.out) == (1, "")
    assert words in ran.err


def test_holds_are_set_listed_and_released(school: TestSchool) -> None:
    """A hold that the command line took for set, and was not, lets evidence go."""
    (reference,) = references(school)
    day = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    ran = command(
        school, "hold", "set", reference, "--reason", "a claim", "--approved-by", "B. Head", "--review", day
    )
    assert ran.status == 0, ran.err
    (one,) = records(command(school, "hold", "list", "--json"))
    assert (one["reference"], one["approved_by"], one["review_on"], one["overdue"]) == (
        reference,
        "B. Head",
        day,
        False,
    )
    refused = command(
        school, "erase", rows(school, Item)[0].uid, "--reason", "x", "--by", "A", "--second", "B"
    )
    assert "is held until it is released: a claim" in refused.err
    assert command(school, "hold", "release", reference, "--reason", "settled").status == 0
    assert command(school, "hold", "list", "--json").lines == []
    ran = command(school, "hold", "set", reference, "--reason", "x", "--approved-by", "B", "--review", "soon")
    assert ran.status == 2


def test_keys_that_differ_or_are_there_already_are_not_written(tmp_path: Path) -> None:
    ran = run(
        "evidence", "keys", "new", "--out", tmp_path / "a.pem", stdin=b"one passphrase\nother passphrase\n"
    )
    assert (ran.status, list(tmp_path.iterdir())) == (1, [])
    assert "differ" in ran.err
    assert run("evidence", "keys", "new", "--out", tmp_path / "a.pem", stdin=TWICE).status == 0
    old = (tmp_path / "a.pem").read_bytes()
    ran = run("evidence", "keys", "new", "--out", tmp_path / "a.pem", stdin=TWICE)
    assert (ran.status, (tmp_path / "a.pem").read_bytes()) == (1, old)


def test_the_rules_are_listed_with_their_sources(school: TestSchool) -> None:
    """A school has to be able to say why it keeps what it keeps (UK GDPR article 5(2))."""
    rules = records(command(school, "retention", "--rules", "--json"))
    assert {"closed_incident", "staff_or_police", "unfounded", "audit_log"} <= {one["rule"] for one in rules}
    assert all(one["source"] for one in rules)


def test_check_warns_of_a_private_key_that_lies_beside_the_public_one(school: TestSchool) -> None:
    """A thief who finds the key beside the box needs the passphrase only."""
    ran = command(school, "check")
    assert "looks like a private key" in ran.out.replace("\n", " ")
    assert b"smells of wombat" in what_a_thief_reads(school)
