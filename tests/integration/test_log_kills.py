"""`kill -9` while the log is signed and copied: never a fork, never a leaf missing, in database and second log."""

import os
import shutil
import signal
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
from support.clock import SettableClock
from support.log_site import grow, log_site, reopened

from monitor.evidence.verify import verify_store
from monitor.evidence.verify_log import Outside
from monitor.pipeline import boundaries
from monitor.pipeline.boundaries import Boundary
from monitor.pipeline.sealing_up.second_log import keep_second_log

SIGNING = (
    Boundary.BEFORE_CHECKPOINT, Boundary.AFTER_CHECKPOINT,
    Boundary.BEFORE_SECOND_LOG, Boundary.AFTER_SECOND_LEAVES, Boundary.AFTER_SECOND_LOG,
)  # fmt: skip
KILLED = -signal.SIGKILL


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def at_boundary(wanted: Boundary, passing: int) -> None:
    """Let this process die the n-th time that it passes a boundary."""
    passed = count(1)

    def listener(boundary: Boundary) -> None:
        if boundary is wanted and next(passed) == passing:
            die()

    boundaries.listener = listener


def at_fsync(number: int, *, after: bool) -> None:
    """Let this process die before or after the n-th time that it makes something durable."""
    fsync, called = os.fsync, count(1)

    def deadly(descriptor: int) -> None:
        dies = next(called) == number
        if dies and not after:
            die()
        fsync(descriptor)
        if dies:
            die()

    os.fsync = deadly


def life(folder: Path, clock: SettableClock, prepare: Callable[[], None]) -> int:
    """A process that signs three times; its exit status, negative for a signal."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    try:
        prepare()
        site = reopened(folder, clock)
        for leaves in (2, 3, 1):
            grow(site, leaves)
        os._exit(0)
    finally:
        os._exit(3)


def faults_after(folder: Path, clock: SettableClock) -> list[object]:
    """What is wrong once the next pass has been over it."""
    site = reopened(folder, clock)
    try:
        assert grow(site, 1) is not None
        keep_second_log(site)
        outside = Outside(second_log=site.settings.evidence.second_log)
        return list(verify_store(site.database, site.evidence, site.school_id, outside).faults)
    finally:
        site.close()


def test_a_kill_at_a_boundary_would_fork_or_tear_the_log(
    tmp_path: Path, clock: SettableClock, database_url: str
) -> None:
    """A checkpoint that was mailed would not be one of the log that is found on Monday."""
    with log_site(tmp_path, database_url, clock, second_log=True):
        pass
    for boundary in SIGNING:
        for passing in (1, 2):
            prepare = lambda at=boundary, number=passing: at_boundary(at, number)  # noqa: E731  the defaults bind them now
            assert life(tmp_path, clock, prepare) == KILLED, boundary
            assert faults_after(tmp_path, clock) == [], (boundary, passing)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_kill_at_an_fsync_would_tear_key_or_second_log(
    tmp_path: Path, clock: SettableClock, *, after: bool
) -> None:
    """A power cut while the key is made would leave half a key, and a log that nobody can continue."""
    fresh = tmp_path / "fresh"
    with log_site(fresh, f"sqlite:///{fresh / 'log.db'}", clock, second_log=True):
        pass
    for number in count(1):
        folder = shutil.copytree(fresh, tmp_path / str(number))
        (folder / "database-url").write_text(f"sqlite:///{folder / 'log.db'}")
        status = life(folder, clock, lambda at=number: at_fsync(at, after=after))  # type: ignore[misc]  # a default binds it now
        assert faults_after(folder, clock) == [], number
        if status == 0:
            break
        assert status == KILLED
    assert number > 8  # the key, its folder, and both files of the second log at every commit
