"""The service as it is installed: starts, reads by itself, tells in seconds, stops when asked."""

import socket
from collections.abc import Sequence
from pathlib import Path

import pytest
from support.daemon import Daemon, Town, like_anybody, town

from connectors.loopback import Fault


def test_one_silent_platform_would_delay_every_alert_and_the_stop(
    tmp_path: Path, sqlite_database: str
) -> None:
    """Facebook never answers; X is told within seconds; then mail hangs too, and SIGTERM still ends it."""
    with town(tmp_path, "x", "facebook") as here:
        here.platforms["facebook"].misbehave(Fault.STALL, times=999)
        with Daemon(here.write(sqlite_database)) as daemon:
            daemon.wait_until_started()
            daemon.wait_until(lambda: here.platforms["facebook"].requests and here.platforms["x"].requests)
            here.threaten()
            assert daemon.wait_until(here.alerts, 30) < 15  # two or three on a machine that does nothing else
            here.mail.stall("greeting")
            reached = len(here.mail.reached)
            here.threaten(number=2)
            daemon.wait_until(lambda: "greeting" in here.mail.reached[reached:])
            status, seconds = daemon.terminate()
        here.platforms["facebook"].behave()
    assert (status, seconds < 10) == (0, True)
    assert '"event": "stopped"' in daemon.log
    assert "Traceback" not in daemon.log


def test_a_second_daemon_would_do_everything_twice_and_a_dead_one_would_lock_out_the_next(
    tmp_path: Path, database_url: str
) -> None:
    with town(tmp_path, "x") as here:
        settings = here.write(database_url)
        with Daemon(settings) as first:
            first.wait_until_started()
            with Daemon(settings, log="second") as second:
                assert second.end() == 1
            first.kill()
        assert second.log.count("\n") == 1
        assert "Another schoolwatch already runs on" in second.log
        with Daemon(settings, log="third") as third:
            third.wait_until_started()
            here.threaten()
            third.wait_until(here.alerts)
            assert third.terminate()[0] == 0


def complaint(here: Town, settings: Path, wrapper: Sequence[str] = ()) -> str:
    """What a daemon that cannot start says: one line, and exit status 1."""
    with Daemon(settings, log="refused", wrapper=wrapper) as daemon:
        assert daemon.end() == 1
    assert daemon.log.count("\n") == 1
    assert not here.platforms["x"].requests
    return daemon.log


def test_it_would_watch_before_the_impact_assessment_is_done(tmp_path: Path, sqlite_database: str) -> None:
    with town(tmp_path, "x") as here:
        said = complaint(here, here.write(sqlite_database, dpia_reference=""))
    assert "school.dpia_reference: missing" in said


def test_an_unreachable_database_would_show_a_traceback(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: nobody answers there
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with town(tmp_path, "x") as here:
            said = complaint(here, here.write(f"postgresql+psycopg://schoolwatch:hush@{address}/watch"))
    assert address in said
    assert "Is the database server running and reachable?" in said
    assert "hush" not in said


@pytest.mark.parametrize("what", ["evidence", "database"])
def test_a_read_only_folder_would_be_noticed_only_when_something_is_lost(tmp_path: Path, what: str) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    places = {"evidence": tmp_path / "evidence", "database": tmp_path / "schoolwatch.db"}
    places[what] = closed / places[what].name
    with town(tmp_path, "x") as here:
        settings = here.write(
            f"sqlite:///{places['database']}", evidence=f'evidence = "{places["evidence"]}"'
        )
        said = complaint(here, settings, like_anybody())
    assert str(closed) in said
