"""`evidence verify` names every byte of the store that is not as it was sealed."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from support.clock import SettableClock
from support.school import TestSchool, running_school

from monitor.evidence.folder import stored_uids
from monitor.evidence.verify import Verified, verify_store

FILES = ("record.json", "raw.json", "envelope.json", "context.json", "seal.json")


@pytest.fixture
def school(tmp_path: Path, clock: SettableClock, database_url: str) -> Iterator[TestSchool]:
    """Two sealed comments under one post, and one harmless one that is still held."""
    with running_school(tmp_path, clock, database_url, names=["facebook"]) as running:
        post = running.facebook.own_post("News from school", clock.now())
        for words in ("ABUSE first of all", "HIGH second of all", "harmless and kind"):
            running.facebook.comment(post, words, "local", clock.now())
        running.look()
        yield running


def verify(school: TestSchool) -> Verified:
    return verify_store(school.site.database, school.site.evidence, school.site.school_id)


def folders(school: TestSchool) -> list[Path]:
    return sorted(path.parent for path in school.site.evidence.rglob("seal.json"))


def tamper(school: TestSchool, statement: str) -> None:
    with school.site.database.engine.begin() as connection:
        connection.execute(text(statement))


def test_an_untouched_store_is_clean(school: TestSchool) -> None:
    """A false alarm here would make a police officer doubt good evidence."""
    found = verify(school)
    assert (found.faults, found.evidence, found.held) == ((), 2, 2)
    assert len(stored_uids(school.site.evidence)) == 2


@pytest.mark.parametrize("name", FILES)
def test_a_flipped_bit_in_any_file_is_named(school: TestSchool, name: str) -> None:
    """A changed word in a comment must not pass as evidence."""
    folder = folders(school)[0]
    path = folder / name
    content = bytearray(path.read_bytes())
    for position in {0, len(content) // 2, len(content) - 1}:
        changed = bytearray(content)
        changed[position] ^= 1
        path.write_bytes(changed)
        faults = verify(school).faults
        assert {fault.item for fault in faults} == {folder.name}, position
    path.write_bytes(content)
    assert not verify(school).faults


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(school: TestSchool, name: str) -> None:
    folder = folders(school)[0]
    (folder / name).unlink()
    faults = verify(school).faults
    assert [fault.item for fault in faults] == [folder.name]
    assert name in faults[0].why


def test_a_missing_folder_is_named(school: TestSchool) -> None:
    folder = folders(school)[0]
    shutil.rmtree(folder)
    assert [(fault.item, fault.why) for fault in verify(school).faults] == [
        (folder.name, "its evidence folder is missing")
    ]


def test_what_a_crash_left_half_written_would_be_called_tampering(school: TestSchool) -> None:
    """A power cut is no forgery; but nothing may hide under such a name either."""
    folder = folders(school)[0]
    capture = school.site.evidence / "captures" / "items" / "ab" / "abc-capture-001"
    capture.mkdir(parents=True)
    for place in (folder, capture, school.site.evidence):
        (place / ".record.json.0a1b2c3d.part").write_bytes(b"half")
    found = verify(school)
    assert found.faults == ()
    assert len(found.leftovers) == 3
    assert found.leftovers[-1] == f"items/{folder.parent.name}/{folder.name}/.record.json.0a1b2c3d.part"


def test_an_added_file_is_named(school: TestSchool) -> None:
    """A picture slipped into a folder must not leave the school as evidence."""
    folder = folders(school)[0]
    (folder / "screenshot.png").write_bytes(b"x")
    assert [fault.item for fault in verify(school).faults] == [folder.name]
    (folder / "screenshot.png").unlink()
    (school.site.evidence / "stray.txt").write_bytes(b"x")
    assert "stray.txt was added" in {fault.why for fault in verify(school).faults}


def test_a_copied_folder_is_named(school: TestSchool) -> None:
    folder = folders(school)[0]
    shutil.copytree(folder, folder.with_name("00000000-0000-4000-8000-000000000000"))
    assert {fault.item for fault in verify(school).faults} == {"00000000-0000-4000-8000-000000000000"}


def test_two_items_exchanged_are_both_named(school: TestSchool) -> None:
    """One person's words under another's address would be false evidence that looks whole."""
    one, other = folders(school)
    for name in FILES:
        first, second = (one / name).read_bytes(), (other / name).read_bytes()
        (one / name).write_bytes(second)
        (other / name).write_bytes(first)
    assert {fault.item for fault in verify(school).faults} == {one.name, other.name}


def test_a_folder_made_anew_with_its_own_seal_is_named(school: TestSchool) -> None:
    """Whoever rewrites record and seal together still has the log against them."""
    from monitor.evidence.bundle import Held, make_bundle

    folder = folders(school)[0]
    files = {name: (folder / name).read_bytes() for name in FILES}
    forged = files["record.json"].replace(b"of all", b"of none")
    leaf = b'{"at":"2026-11-16T12:00:00.000000+00:00","commit":"","item_id":"%s","kind":"item","seq":1,"v":1}'
    held = Held(folder.name, b"s" * 32, b"r" * 32, forged, files["raw.json"], files["envelope.json"],
                files["context.json"], leaf % folder.name.encode())  # fmt: skip
    for name, content in make_bundle(held).files.items():
        (folder / name).write_bytes(content)
    assert folder.name in {fault.item for fault in verify(school).faults}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE items SET url = 'https://elsewhere.example/' WHERE state = 'sealed'",
        "UPDATE items SET url = 'https://elsewhere.example/' WHERE state = 'harmless'",
        "UPDATE holdings SET leaf_seq = leaf_seq + 1",
        "DELETE FROM evidence_items",
        "UPDATE evidence_items SET evidence_leaf_seq = 0",
    ],
)
def test_a_changed_row_is_named(school: TestSchool, statement: str) -> None:
    """Screens and mails are made from rows; they must not say what the record does not."""
    tamper(school, statement)
    assert verify(school).faults


@pytest.mark.parametrize("table", ["leaves", "custody_events"])
@pytest.mark.parametrize("act", ["DELETE FROM {}", "UPDATE {} SET at = at"])
def test_the_log_refuses_changes(school: TestSchool, table: str, act: str) -> None:
    """A log that a slip of the hand can change proves nothing."""
    with pytest.raises(DBAPIError, match="only ever added to"):
        tamper(school, act.format(table))


def test_a_log_line_taken_out_behind_the_triggers_is_named(school: TestSchool) -> None:
    if school.site.database.is_sqlite:
        tamper(school, "DROP TRIGGER leaves_no_delete")
    else:
        tamper(school, "DROP TRIGGER leaves_no_change ON leaves")
    tamper(school, "DELETE FROM leaves WHERE seq = 2")
    assert "log line 2" in {fault.item for fault in verify(school).faults}


def test_a_changed_log_line_is_named(school: TestSchool) -> None:
    if school.site.database.is_sqlite:
        tamper(school, "DROP TRIGGER leaves_no_update")
    else:
        tamper(school, "DROP TRIGGER leaves_no_change ON leaves")
    tamper(school, "UPDATE leaves SET commitment = 'ff' WHERE seq = 1")
    assert any("log line 1 was changed" in fault.why for fault in verify(school).faults)
