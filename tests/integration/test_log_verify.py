"""`verify_store` and the log: what a forger can do with the database, the key and both, and who finds it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from support.clock import SettableClock
from support.log_site import grow, log_site, rewrite_leaf, without_triggers

from alerts.mail.drafts import Draft
from monitor.evidence import verify
from monitor.evidence.keys import fingerprint, key_file, log_signer
from monitor.evidence.outside import NoCheckpoint, Witnessed, witnessed
from monitor.evidence.second_log import CHECKPOINTS, LEAVES
from monitor.evidence.verify import verify_store
from monitor.evidence.verify_log import Outside
from monitor.pipeline.sealing_up.checkpointing import foot
from monitor.pipeline.telling import outbox
from monitor.site import Site
from monitor.store.checkpoints import make_checkpoint
from monitor.store.models import CheckpointRow, OutgoingMail
from monitor.store.second_log import copy_log


@pytest.fixture
def site(tmp_path: Path, clock: SettableClock, sqlite_database: str) -> Iterator[Site]:
    """Three hundred leaves under three checkpoints, copied to a second log."""
    with log_site(tmp_path, sqlite_database, clock, second_log=True) as made:
        for leaves in (100, 180, 20):
            grow(made, leaves)
        yield made


def faults(site: Site, **outside: object) -> list[str]:
    found = verify_store(site.database, site.evidence, site.school_id, Outside(**outside))  # type: ignore[arg-type]  # as named
    return [f"{one.item}: {one.why}" for one in found.faults]


def kept(site: Site, folder: Path, size: int = 100) -> Witnessed:
    """An earlier checkpoint as somebody saved it."""
    with site.database.read() as session:
        note = session.scalars(select(CheckpointRow.note).filter_by(size=size)).one()
    (folder / "kept").write_text(note)
    return witnessed(folder / "kept")


def forge(site: Site, *, new_key: bool = False) -> None:
    """Rewrite a leaf and sign everything anew, as the key's holder (or somebody with a key of their own) can."""
    rewrite_leaf(site, 50)
    without_triggers(site.database, "DELETE FROM checkpoints", "DELETE FROM tree_tiles")
    if new_key:
        key_file(site).unlink()
    with site.database.write() as session:  # not through the product's door, which asks the second log first
        make_checkpoint(session, site.school_id, log_signer(site), site.now())


def test_an_untouched_log_is_clean_by_all_that_is_held_outside(site: Site, tmp_path: Path) -> None:
    """A false alarm would make a police officer doubt good evidence."""
    key = fingerprint(log_signer(site).verifier.public_key)
    second = site.settings.evidence.second_log
    assert faults(site, since=kept(site, tmp_path), fingerprint=key, second_log=second) == []
    found = verify_store(site.database, site.evidence, site.school_id)
    assert (found.leaves, found.checkpoints, found.key) == (300, 3, key)


def test_a_leaf_that_was_rewritten_is_found_by_the_checkpoints(site: Site) -> None:
    """Another commitment in the database, with all its columns right, would carry false evidence."""
    rewrite_leaf(site, 50)
    (fault,) = faults(site)
    assert fault.startswith("checkpoint of 100 leaves: ")
    assert "rewritten" in fault


def test_a_log_rewritten_by_the_keys_holder_is_found_by_an_earlier_checkpoint(
    site: Site, tmp_path: Path
) -> None:
    """The school itself could otherwise change what it recorded before the police asked."""
    earlier = kept(site, tmp_path)
    forge(site)
    assert faults(site) == []  # by itself it is whole
    assert any("that you hold" in one and "rewritten" in one for one in faults(site, since=earlier))
    assert any("second log" in one for one in faults(site, second_log=site.settings.evidence.second_log))


def test_a_log_made_anew_under_another_key_is_found_by_the_fingerprint(site: Site, tmp_path: Path) -> None:
    """Whoever steals the server could make a whole new history and sign it."""
    key, earlier = fingerprint(log_signer(site).verifier.public_key), kept(site, tmp_path)
    forge(site, new_key=True)
    assert faults(site) == []
    assert any("another key" in one for one in faults(site, fingerprint=key))
    assert any("not signed by" in one for one in faults(site, since=earlier))


@pytest.mark.parametrize(("statement", "named"), [
    ("UPDATE checkpoints SET root = '{zeros}' WHERE size = 280", "checkpoint of 280 leaves"),
    ("UPDATE checkpoints SET note = replace(note, '280', '281') WHERE size = 280", "checkpoint of 280 leaves"),
    ("UPDATE checkpoints SET size = 279 WHERE size = 280", "checkpoint of 279 leaves"),
    ("UPDATE tree_tiles SET root = '{zeros}'", "part 0 of level 1"),
    ("DELETE FROM tree_tiles", "parts of level 1"),
    ("INSERT INTO tree_tiles (school_id, level, number, root) VALUES (1, 1, 7, '{zeros}')", "part 7 of level 1"),
    ("DELETE FROM leaves WHERE seq = 7", "log line 7"),
    ("DELETE FROM leaves WHERE seq = 299", "log line 299"),
])  # fmt: skip
def test_every_change_of_what_was_signed_is_named(site: Site, statement: str, named: str) -> None:
    """A change that is only called "broken" leaves an expert without a place to look."""
    without_triggers(site.database, statement.format(zeros="0" * 64))
    assert any(one.startswith(named) for one in faults(site))


def test_leaves_taken_off_the_end_are_found_from_outside(site: Site, tmp_path: Path) -> None:
    """A week of evidence would be gone, and the rest would look whole."""
    newest = kept(site, tmp_path, 300)
    statements = ["DELETE FROM checkpoints WHERE size > 100", "DELETE FROM leaves WHERE seq >= 100"]
    without_triggers(
        site.database, *statements, "DELETE FROM tree_tiles", "UPDATE schools SET leaf_count = 100"
    )
    assert faults(site) == []
    assert any("shorter" in one for one in faults(site, since=newest))
    assert any("200 leaves more" in one for one in faults(site, second_log=site.settings.evidence.second_log))


def mailed(site: Site) -> None:
    with site.database.write() as session:
        shown = "\n".join(["Look.", "", *_lines(foot(session, site))])
        letter = outbox.Letter("alert", "alert:1", "it@fernhill.example", 1, Draft("S", shown, shown))
        outbox.queue(session, site.school_id, site.settings.mail, letter, site.now())


def _lines(checkpoint: str) -> list[str]:
    *lines, key = checkpoint.splitlines()
    return [*lines, "Key fingerprint:", key[:39], key[40:]]


def test_the_mails_say_what_the_log_says(site: Site, tmp_path: Path) -> None:
    """The manager's mailbox would hold a checkpoint that the school's own log does not know."""
    mailed(site)
    assert faults(site) == []
    with site.database.read() as session:
        text = session.scalars(select(OutgoingMail.text)).one()
    (tmp_path / "saved.txt").write_text(text)
    saved = witnessed(tmp_path / "saved.txt")
    assert saved.fingerprint == fingerprint(log_signer(site).verifier.public_key)
    assert faults(site, since=saved) == []
    forge(site, new_key=True)
    assert {one.partition(":")[0] for one in faults(site)} == {"mail 1"}
    assert any("another key" in one for one in faults(site, since=saved))
    assert faults(site, since=replace(saved, fingerprint=None))


def test_a_file_without_a_checkpoint_is_refused_in_plain_words(tmp_path: Path) -> None:
    """A reader who picked the wrong file must not be told that all is well."""
    (tmp_path / "wrong.txt").write_text("Dear all,\nthe fair is on Friday.\n")
    with pytest.raises(NoCheckpoint, match="no checkpoint in it"):
        witnessed(tmp_path / "wrong.txt")
    with pytest.raises(NoCheckpoint, match="cannot be read"):
        witnessed(tmp_path / "nothing")


@pytest.mark.parametrize("name", [LEAVES, CHECKPOINTS])
def test_what_a_crash_left_of_the_second_log_is_caught_up(site: Site, name: str) -> None:
    """A power cut in the middle of a line would leave a second log that accuses the first."""
    folder = site.settings.evidence.second_log
    assert folder is not None
    path = folder / name
    whole = path.read_bytes()
    last = whole[:-1].rfind(b"\n") + 1
    for end in (0, 1, last - 1, last, last + 1, (last + len(whole)) // 2, len(whole) - 1, len(whole)):
        path.write_bytes(whole[:end])
        copy_log(site.database, site.school_id, folder)
        assert path.read_bytes() == whole, end
    path.unlink()
    copy_log(site.database, site.school_id, folder)
    assert path.read_bytes() == whole
    path.write_bytes(whole.replace(b"1", b"2", 1))
    assert any(one.startswith("second log") for one in faults(site, second_log=folder))


def test_a_second_log_out_of_reach_holds_nothing_up(site: Site) -> None:
    """A full second disk must not stop an alert about a threat; it must be told."""
    from monitor.pipeline.sealing_up.second_log import keep_second_log

    folder = site.settings.evidence.second_log
    assert folder is not None
    away = folder.rename(folder.with_name("away"))
    folder.write_text("a file where the folder was")
    row = grow(site, 1)
    assert row is not None
    keep_second_log(site)
    folder.unlink()
    away.rename(folder)
    assert any("lacks the last 1 leaves" in one for one in faults(site, second_log=folder))
    keep_second_log(site)
    assert faults(site, second_log=folder) == []
    with site.database.read() as session:
        subjects = session.scalars(select(OutgoingMail.subject)).all()
    assert {subject.partition(":")[0] for subject in subjects} == {"Needs mending", "Working again"}


def test_a_fault_that_counts_would_vanish_while_the_daemon_appends(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second log that was cut would be called whole, because more was missing at the second look."""
    folder = site.settings.evidence.second_log
    assert folder is not None
    path = folder / LEAVES
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    (folder / ".lock").unlink()
    (folder / ".lock").mkdir()  # so that nothing is copied meanwhile
    real = verify._look

    def look(*given: Any) -> verify.Verified:
        found = real(*given)
        grow(site, 1, sign=False)
        return found

    monkeypatch.setattr(verify, "_look", look)
    assert any("lacks the last 2 leaves" in one for one in faults(site, second_log=folder))
