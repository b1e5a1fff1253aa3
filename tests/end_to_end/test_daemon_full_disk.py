"""A disk that is full: said in words, nothing lost, and all goes on by itself once there is space."""

import shutil
import subprocess
from pathlib import Path

import pytest
from support.daemon import PROGRAM, Daemon, inside, town, unshared


def may_mount(folder: Path) -> bool:
    if shutil.which("unshare") is None:
        return False
    return subprocess.run([*unshared(folder, "1m"), "true"], capture_output=True, check=False).returncode == 0


def test_a_full_disk_would_lose_a_comment_or_end_the_watch(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    if not may_mount(disk):
        pytest.skip("this account may not mount a small disk of its own (unshare --mount)")
    with town(tmp_path, "x") as here:
        settings = here.write(f"sqlite:///{disk}/schoolwatch.db", evidence=f'evidence = "{disk}/evidence"')
        with Daemon(settings, wrapper=unshared(disk, "6m")) as daemon:
            daemon.wait_until_started()
            here.threaten()
            daemon.wait_until(here.alerts)
            filled = inside(daemon, "sh", "-c", f"cat /dev/zero > {disk}/filler")
            assert "No space left on device" in filled.stderr
            here.threaten(number=2)
            daemon.wait_until(lambda: "The disk is full: free some space" in daemon.log, 30)
            assert inside(daemon, "rm", f"{disk}/filler").returncode == 0
            daemon.wait_until(lambda: len(here.alerts()) == 2, 45)
            verified = inside(daemon, str(PROGRAM), "--config", str(settings), "evidence", "verify")
            assert (verified.returncode, "2 sealed items" in verified.stdout) == (0, True), verified
            assert daemon.terminate()[0] == 0
        assert "Traceback" not in daemon.log
        assert "kill you" not in daemon.log
