"""An old backup is restored beside a second log that knows more: nothing is signed that would be a fork."""

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from sqlite3 import connect

import pytest
from sqlalchemy import select
from support.clock import SettableClock
from support.log_site import grow, log_site

from monitor.checks.second_log import second_log_lines
from monitor.evidence.second_log import CHECKPOINTS, LEAVES
from monitor.pipeline.sealing_up.checkpointing import foot
from monitor.pipeline.sealing_up.second_log import check_second_log, keep_second_log
from monitor.site import Site
from monitor.store.models import OutgoingMail
from monitor.store.second_log import LogSetBack, copy_log


@pytest.fixture
def site(tmp_path: Path, clock: SettableClock, sqlite_database: str) -> Iterator[Site]:
    with log_site(tmp_path, sqlite_database, clock, second_log=True) as made:
        grow(made, 100)
        yield made


def put_back(site: Site, backup: Path) -> None:
    """The database as the backup has it, as a restore leaves it."""
    site.database.engine.dispose()
    with connect(backup) as old, connect(str(site.database.engine.url.database)) as now:
        old.backup(now)


def backed_up(site: Site, backup: Path) -> Path:
    with connect(str(site.database.engine.url.database)) as now, connect(backup) as copy:
        now.backup(copy)
    return backup


def mails(site: Site) -> list[str]:
    with site.database.read() as session:
        return [f"{one.subject} {one.text}" for one in session.scalars(select(OutgoingMail))]


def second(site: Site) -> Path:
    folder = site.settings.evidence.second_log
    assert folder is not None
    return folder


@pytest.mark.parametrize("since", [0, 10, 30])
def test_a_log_restored_from_an_old_backup_would_be_signed_a_second_time(
    site: Site, tmp_path: Path, since: int
) -> None:
    """Two signed logs under one key: a defence lawyer would need no other argument."""
    backup = backed_up(site, tmp_path / "backup.db")
    grow(site, 10)
    copied = [(second(site) / name).read_bytes() for name in (LEAVES, CHECKPOINTS)]
    put_back(site, backup)
    assert grow(site, since) is None
    with site.database.write() as session:
        assert foot(session, site) == ""  # the alert leaves, unsigned
    keep_second_log(site)
    with pytest.raises(LogSetBack, match="of the second log in"):
        copy_log(site.database, site.school_id, second(site))
    assert [(second(site) / name).read_bytes() for name in (LEAVES, CHECKPOINTS)] == copied
    assert mails(site)
    assert all("restore the newest backup" in " ".join(told.split()) for told in mails(site))


def test_after_the_newest_backup_is_back_the_log_would_stay_unsigned(site: Site, tmp_path: Path) -> None:
    old = backed_up(site, tmp_path / "old.db")
    grow(site, 10)
    newest = backed_up(site, tmp_path / "newest.db")
    put_back(site, old)
    assert grow(site, 3) is None
    put_back(site, newest)
    assert grow(site, 3) is not None
    assert len((second(site) / LEAVES).read_bytes().splitlines()) == 113


def test_check_would_call_a_log_that_was_set_back_right(site: Site, tmp_path: Path) -> None:
    """The operator who restored it runs `check` next."""
    backup = backed_up(site, tmp_path / "backup.db")
    (line,) = second_log_lines(site.settings, partial(check_second_log, site))
    assert line.state == "ok"
    grow(site, 10)
    put_back(site, backup)
    (line,) = second_log_lines(site.settings, partial(check_second_log, site))
    assert line.state == "failed"
    assert "restore the newest backup" in line.mend


def test_check_would_call_a_second_log_that_cannot_be_read_right(site: Site) -> None:
    (second(site) / LEAVES).write_text("not of a log\n")
    (line,) = second_log_lines(site.settings, partial(check_second_log, site))
    assert line.state == "failed"


def test_a_fault_while_copying_would_look_as_if_nothing_had_been_sealed(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was committed would be done a second time, or be taken for lost."""

    def breaks(*_: object) -> None:
        raise RuntimeError("nobody thought of it")

    with monkeypatch.context() as patched:
        patched.setattr("monitor.store.second_log.copy_log", breaks)
        patched.setattr("monitor.pipeline.sealing_up.second_log.copy_log", breaks)
        row = grow(site, 3)
        assert row is not None
        keep_second_log(site)
        keep_second_log(site)
    told = [mail for mail in mails(site) if "RuntimeError" in mail]
    assert len(set(told)) == 1
    assert len(told) == 2, "one to the technician and one to the manager, and no more the second time"
    keep_second_log(site)
    assert [json.loads(line)["size"] for line in (second(site) / CHECKPOINTS).read_bytes().splitlines()][
        -1
    ] == row.size
