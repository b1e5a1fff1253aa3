"""`consent withdraw` and `sweep` as the office runs them, on a platform that answers on this machine."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from support.command_line import Ran, run
from support.consents import Desk, consent, desk_at

from monitor.cli.shared import remember_config
from monitor.store.models import ConsentSearch


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with desk_at(tmp_path / "school", timeline=True) as opened:
        opened.clock.set(datetime.now(UTC))  # the commands have this machine's clock
        yield opened
    remember_config(None)


def command(desk: Desk, *arguments: object) -> Ran:
    return run("--config", desk.settings_file, *arguments)


def test_the_office_withdraws_a_consent_and_the_old_posts_come_up(desk: Desk) -> None:
    desk.consents(consent("P1", "all", start="2020-09-01"))
    for channel in ("x", "website"):
        desk.check("The new library is open at last", channel=channel, pupils=["P1"], publishing=True)
    desk.posts("The new library is open at last", date(2025, 10, 2))
    desk.posts("Well read, Aisha Khan", date(2025, 10, 3))
    desk.posts("Term starts on Monday", date(2025, 9, 2))
    unwritten = command(desk, "consent", "withdraw", "P1")
    assert (unwritten.status, "--document-ref" in unwritten.err) == (1, True)
    assert command(desk, "consent", "withdraw", "P9", "--document-ref", "a").status == 1
    assert (
        command(desk, "consent", "withdraw", "P1", "--document-ref", "a", "--effective", "soon").status == 1
    )
    assert desk.rows(ConsentSearch) == []
    done = command(desk, "consent", "withdraw", "P1", "--document-ref", "letter 12", "--by", "B. Office")
    assert done.status == 0, done.err
    assert "x: 3 own posts read, 2 raised for removal." in done.out
    assert "By hand: check 2, website: no address on record" in done.out
    assert {incident.lane for incident in desk.incidents} == {"own_breach"}
    shown = command(desk, "consent", "show", "P1", "--role", "dsl", "--json")
    told = [json.loads(line) for line in shown.lines]
    assert [one["lawful_when_posted"] for one in told if "lawful_when_posted" in one].count(False) == 1


def test_the_sweep_says_what_it_found_and_names_nobody(desk: Desk) -> None:
    desk.posts("Congratulations to Aisha Khan, spelling champion", date(2019, 10, 2))
    assert command(desk, "sweep", "--source", "nowhere").status == 1
    assert command(desk, "sweep", "--since", "then").status == 1
    swept = command(desk, "sweep", "--json")
    assert swept.status == 0, swept.err
    (found,) = [json.loads(line) for line in swept.lines]
    assert (found["found"], found["became"]) == (["full_name", "name_with_picture"], "raised")
    assert "Aisha" not in swept.out + swept.err
    assert "1 own posts read, to the end" in swept.err
