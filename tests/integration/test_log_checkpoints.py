"""Checkpoints in the store: signed once, never over another log, by whoever writes first."""

import threading
from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from support.clock import SettableClock
from support.log_site import grow, log_site, reopened, rewrite_leaf, without_triggers

from monitor.evidence.keys import KeyUnusable, key_file, log_signer
from monitor.evidence.log import checkpoint as checkpoints
from monitor.evidence.log.note import Verifier, opened
from monitor.evidence.log.tree import leaf_hash, root_of, verify_consistency
from monitor.evidence.verify import verify_store
from monitor.site import Site
from monitor.store.checkpoints import (
    LogForked,
    NoSuchProof,
    at,
    consistency,
    make_checkpoint,
    newest,
    proof_of,
)
from monitor.store.models import CheckpointRow, Leaf, OperatorAlert, OutgoingMail, TreeTile


@pytest.fixture
def site(tmp_path: Path, clock: SettableClock, database_url: str) -> Iterator[Site]:
    with log_site(tmp_path, database_url, clock) as made:
        yield made


def bodies(site: Site) -> list[bytes]:
    with site.database.read() as session:
        return [body.encode() for body in session.scalars(select(Leaf.body).order_by(Leaf.seq))]


def faults(site: Site) -> list[tuple[str, str]]:
    found = verify_store(site.database, site.evidence, site.school_id).faults
    return [(one.item, one.why) for one in found]


def test_a_checkpoint_is_the_root_over_all_leaves_signed_once(site: Site) -> None:
    """Two signatures over one size are what a forger would need."""
    first, again = grow(site, 5), grow(site, 0)
    assert first is not None
    assert again is not None
    assert (first.id, first.size) == (again.id, 5)
    shown = checkpoints.parse(opened(first.note, Verifier.parse(first.vkey)))
    assert (shown.origin, shown.size) == ("fernhill.example/evidence-log", 5)
    assert shown.root == root_of([leaf_hash(body) for body in bodies(site)])
    assert faults(site) == []


def test_the_parts_that_are_stored_give_the_same_roots_and_proofs(site: Site) -> None:
    """A shortcut that is wrong would make every later proof of the school worthless."""
    sizes = []
    for leaves in (255, 1, 1, 300, 1200):
        row = grow(site, leaves)
        assert row is not None
        sizes.append(row.size)
    hashes = [leaf_hash(body) for body in bodies(site)]
    with site.database.read() as session:
        assert session.scalar(select(func.count()).select_from(TreeTile)) == sizes[-1] // 256
        for size in sizes:
            row = at(session, site.school_id, size)
            assert row is not None
            assert row.root == root_of(hashes[:size]).hex()
            path = consistency(session, site.school_id, size, sizes[-1])
            verify_consistency(size, root_of(hashes[:size]), sizes[-1], root_of(hashes), path)
            for seq in {0, 254, 255, 256, size - 1} & set(range(size)):
                proof = proof_of(session, site.school_id, seq, size)
                assert proof.verify(Verifier.parse(row.vkey)).size == size
        with pytest.raises(NoSuchProof):
            proof_of(session, site.school_id, 300, 256)
        with pytest.raises(NoSuchProof):
            proof_of(session, site.school_id, 1, 3)
    assert faults(site) == []


def test_a_log_that_was_rewritten_is_not_signed_again(site: Site) -> None:
    """The school's own signature under a forged log would be the forger's best witness."""
    grow(site, 5)
    rewrite_leaf(site, 2)
    with site.database.write() as session, pytest.raises(LogForked, match="not those that were signed"):
        make_checkpoint(session, site.school_id, log_signer(site), site.now())
    assert grow(site, 1) is None  # and what was to be mailed goes out without it
    with site.database.read() as session:
        assert session.scalar(select(func.count()).select_from(CheckpointRow)) == 1
        assert session.scalars(select(OperatorAlert.kind)).all() == ["log_unsigned"]
        assert all("not signed" in subject for subject in session.scalars(select(OutgoingMail.subject)))


def test_a_log_that_lost_its_end_is_not_signed_again(site: Site) -> None:
    """A database put back from last week's copy would quietly drop a week of evidence."""
    grow(site, 5)
    without_triggers(site.database, "DELETE FROM leaves WHERE seq > 2", "UPDATE schools SET leaf_count = 3")
    with site.database.write() as session, pytest.raises(LogForked, match="is missing"):
        make_checkpoint(session, site.school_id, log_signer(site), site.now())


def test_a_checkpoint_that_cannot_be_read_holds_no_alert_back(site: Site) -> None:
    """One damaged row would keep every later alert from leaving, and nobody would hear of it."""
    grow(site, 5)
    without_triggers(site.database, "UPDATE checkpoints SET note = 'damaged'")
    assert grow(site, 1) is None
    with site.database.read() as session:
        assert session.scalars(select(OperatorAlert.kind)).all() == ["log_unsigned"]


def test_a_lost_key_is_not_replaced_by_another(site: Site) -> None:
    """Nobody who kept a mail could tell the new key from a forger's."""
    before = log_signer(site)
    assert key_file(site).stat().st_mode & 0o777 == 0o600
    assert log_signer(site).verifier == before.verifier
    grow(site, 1)
    key_file(site).rename(key_file(site).with_suffix(".away"))
    with pytest.raises(KeyUnusable, match="Restore it from the backup"):
        log_signer(site)
    assert grow(site, 1) is None
    assert not key_file(site).exists()
    key_file(site).with_suffix(".away").rename(key_file(site))
    row = grow(site, 1)
    assert row is not None
    assert row.size == 3


def test_the_log_keeps_its_name(site: Site, tmp_path: Path, clock: SettableClock) -> None:
    """A log that changes its name with the settings would look like another school's."""
    grow(site, 1)
    path = tmp_path / "schoolwatch.toml"
    path.write_text(path.read_text() + '[evidence]\norigin = "elsewhere.example/log"\n')
    other = reopened(tmp_path, clock)
    assert log_signer(other).name == "fernhill.example/evidence-log"
    other.close()


@pytest.mark.parametrize("table", ["checkpoints", "tree_tiles"])
@pytest.mark.parametrize("act", ["DELETE FROM {}", "UPDATE {} SET root = root"])
def test_what_was_signed_refuses_changes(site: Site, table: str, act: str) -> None:
    """A slip of the hand would leave a mail without the checkpoint that it shows."""
    grow(site, 300)
    with pytest.raises(DBAPIError, match="only ever added to"), site.database.engine.begin() as connection:
        connection.execute(text(act.format(table)))


# -- two writers --------------------------------------------------------------------------------------

WRITERS, ROUNDS = 3, 8


def write_many(folder: Path, moment: SettableClock) -> None:
    site = reopened(folder, moment)
    try:
        for number in range(ROUNDS):
            assert grow(site, number % 3 + 1, sign=number % 2 == 0) is not None or number % 2
    finally:
        site.close()


def check_no_fork(site: Site) -> None:
    grow(site, 1)
    appended = WRITERS * sum(number % 3 + 1 for number in range(ROUNDS)) + 1
    hashes = [leaf_hash(body) for body in bodies(site)]
    assert len(hashes) == appended
    with site.database.read() as session:
        last = newest(session, site.school_id)
        assert last is not None
        assert last.size == appended
        for row in session.scalars(select(CheckpointRow)):
            assert row.root == root_of(hashes[: row.size]).hex()
    assert faults(site) == []


def test_threads_that_write_at_once_never_fork_the_log(
    site: Site, tmp_path: Path, clock: SettableClock
) -> None:
    """Two histories under one signature, and nothing the school says about either could be believed."""
    troubles: list[Exception] = []

    def work() -> None:
        try:
            write_many(tmp_path, clock)
        except Exception as error:  # noqa: BLE001  handed to the thread that asserts
            troubles.append(error)

    threads = [threading.Thread(target=work) for _ in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert troubles == []
    check_no_fork(site)


def test_processes_that_write_at_once_never_fork_the_log(
    site: Site, tmp_path: Path, clock: SettableClock
) -> None:
    """The service and a command by hand both sign."""
    spawned = get_context("spawn")
    processes = [spawned.Process(target=write_many, args=(tmp_path, clock)) for _ in range(WRITERS)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
    assert [process.exitcode for process in processes] == [0] * WRITERS
    check_no_fork(site)
