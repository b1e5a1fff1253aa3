"""`evidence verify` and the stamps: whoever changes, removes, adds or exchanges one is found out."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from support.authority import Authority, issue, time_authority
from support.clock import SettableClock
from support.school import write_settings

from monitor.evidence.stamping.authority import pinned_roots, root_fingerprint
from monitor.evidence.stamping.stored import Pinned, stamp_faults
from monitor.pipeline.sealing_up.stamping import stamp_due
from monitor.site import Site, open_site
from monitor.store import custody

Rows = list[tuple[str, str]]


@pytest.fixture
def authority(tmp_path: Path) -> Iterator[Authority]:
    with time_authority(tmp_path / "tsa-one") as one:
        yield one


@pytest.fixture
def site(tmp_path: Path, sqlite_database: str, authority: Authority) -> Iterator[Site]:
    """A school with the stamps of two days."""
    clock = SettableClock(datetime.now(UTC))
    found = write_settings(tmp_path, sqlite_database, {}, 25, authority.settings("tsa-one"))
    opened = open_site(found, clock.now)
    with opened.database.write() as session:
        custody.note(session, opened.school_id, clock.now(), "verified")
    stamp_due(opened)
    clock.advance(timedelta(days=1))
    stamp_due(opened)
    assert faults(opened) == []
    yield opened
    opened.close()


def faults(site: Site, pinned: Pinned | None = None) -> Rows:
    with site.database.read() as session:
        return list(stamp_faults(session, site.school_id, pinned))


def tamper(site: Site, *statements: str, **values: object) -> None:
    """As somebody would who has the database file and can take away its triggers."""
    with site.database.engine.begin() as connection:
        for trigger in (
            "stamps_no_update",
            "stamps_no_delete",
            "checkpoints_no_delete",
            "checkpoints_no_update",
        ):
            connection.execute(text(f"DROP TRIGGER IF EXISTS {trigger}"))
        for statement in statements:
            connection.execute(text(statement), values)


FIRST, SECOND = "stamp of tsa-one over checkpoint 1", "stamp of tsa-one over checkpoint 2"


@pytest.mark.parametrize("column", ["reply", "chain", "revocation"])
def test_a_changed_byte_is_named(site: Site, column: str) -> None:
    """Or a damaged stamp would be handed to the police."""
    with site.database.read() as session:
        content = session.execute(text(f"SELECT {column} FROM stamps WHERE id = 1")).scalar_one()
    for place in range(0, len(content), max(1, len(content) // 40)):
        changed = bytearray(content)
        changed[place] ^= 0x01
        tamper(site, f"UPDATE stamps SET {column} = :changed WHERE id = 1", changed=bytes(changed))
        assert (FIRST, f"its {column} is not what the log was told") in faults(site), place
    tamper(site, f"UPDATE stamps SET {column} = :content WHERE id = 1", content=content)
    assert faults(site) == []


CHANGES: list[tuple[str, str]] = [
    ("gen_time = '2020-01-01 00:00:00'", "the stored time is not that of the reply"),
    ("serial = '99'", "the stored number is not that of the reply"),
    ("policy = '1.2.3'", "the stored policy is not that of the reply"),
    ("certificate_ends_at = '2040-01-01 00:00:00'", "the stored certificate's end is not that of the reply"),
    ("authority = 'tsa-two'", "its stamped_by is not what the log was told"),
]


@pytest.mark.parametrize(("change", "why"), CHANGES)
def test_a_changed_fact_is_named(site: Site, change: str, why: str) -> None:
    """Or an export would show a time that the authority never gave."""
    tamper(site, f"UPDATE stamps SET {change} WHERE id = 1")
    assert why in [found for _, found in faults(site)]


def test_a_removed_stamp_is_missed(site: Site) -> None:
    """Or the witness of an awkward day could be taken away."""
    tamper(site, "DELETE FROM stamps WHERE id = 1")
    assert faults(site) == [(FIRST, "is missing")]


def test_a_stamp_set_back_to_waiting_is_missed(site: Site) -> None:
    """Or a stamp could be lost as if it had never been had."""
    tamper(site, "UPDATE stamps SET state = 'waiting' WHERE id = 1")
    assert faults(site) == [(FIRST, "is missing")]


def test_two_exchanged_stamps_are_named(site: Site) -> None:
    """Or tomorrow's evidence could carry yesterday's time."""
    tamper(
        site,
        "UPDATE stamps SET checkpoint_size = 99 WHERE id = 1",
        "UPDATE stamps SET checkpoint_size = 1 WHERE id = 2",
        "UPDATE stamps SET checkpoint_size = 2 WHERE id = 1",
    )
    assert {where for where, _ in faults(site)} == {FIRST, SECOND}


def test_a_stamp_that_the_log_was_not_told_of_is_named(site: Site) -> None:
    """Or a stamp made today by a friendly authority could be slipped in."""
    columns = (
        "school_id, checkpoint_size, authority, state, attempts, request, made_at, stamped_at, reply, chain, "
        "revocation, gen_time, serial, policy, certificate_ends_at"
    )
    tamper(site, f"INSERT INTO stamps (renewal, {columns}) SELECT 7, {columns} FROM stamps WHERE id = 1")
    assert faults(site) == [(FIRST, "the log was not told of it")]


def test_a_checkpoint_that_is_gone_is_named(site: Site) -> None:
    """Or a stamp would stand for a log that nobody has."""
    tamper(site, "DELETE FROM checkpoints WHERE size = 2")
    assert faults(site) == [(SECOND, "its checkpoint is missing")]


def test_a_stamp_over_another_note_is_named(site: Site) -> None:
    """Or a log signed anew would keep its old stamps."""
    tamper(site, "UPDATE checkpoints SET note = note || ' ' WHERE size = 2")
    ((where, why),) = faults(site)
    assert where == SECOND
    assert "Mismatch between messages" in why


def test_a_root_that_is_not_in_the_settings_is_named(site: Site, authority: Authority) -> None:
    """Or a whole store could be made anew under an authority of one's own. One that left the settings is
    checked against the root beside its stamps."""
    assert faults(site, pinned_roots(site.settings.evidence)) == []
    assert faults(site, {"tsa-two": ["00"]}) == []
    why = "it leads to a root that is not among those of the settings"
    other = root_fingerprint(issue("Another").certificate)
    assert faults(site, {"tsa-one": [other]}) == [(FIRST, why), (SECOND, why)]
    assert faults(site, {"tsa-one": [other, root_fingerprint(authority.root.certificate)]}) == []


def test_no_strange_bytes_end_the_verification(site: Site) -> None:
    """Or one damaged row would hide every fault after it."""
    strange: list[Callable[[bytes], bytes]] = [lambda _: b"", lambda one: one[:50], lambda one: one[::-1]]
    for change in strange:
        for column in ("reply", "chain", "request"):
            with site.database.read() as session:
                content = session.execute(text(f"SELECT {column} FROM stamps WHERE id = 1")).scalar_one()
            tamper(site, f"UPDATE stamps SET {column} = :changed WHERE id = 1", changed=change(content))
            assert FIRST in [where for where, _ in faults(site)], column
            tamper(site, f"UPDATE stamps SET {column} = :content WHERE id = 1", content=content)
    assert faults(site) == []
