"""The whole way of a stamp by the command line: a pass has the log stamped, check shows it, verify checks it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from sqlalchemy import select, text
from support.authority import Authority, issue, time_authority
from support.clock import SettableClock
from support.command_line import Ran, run
from support.monitor_bench import school_with
from support.school import TestSchool

from monitor.cli.shared import remember_config
from monitor.store.models import Stamp


@pytest.fixture
def authority(tmp_path: Path) -> Iterator[Authority]:
    with time_authority(tmp_path / "tsa-one") as one:
        yield one


@pytest.fixture
def school(tmp_path: Path, sqlite_database: str, authority: Authority) -> Iterator[TestSchool]:
    clock = SettableClock(datetime.now(UTC))
    more = authority.settings("tsa-one")
    with school_with(tmp_path, clock, sqlite_database, names=["x"], more=more) as running:
        running.x.mention("@fernhillprimary ABUSE of an ordinary kind", "u", clock.now())
        running.look()
        yield running
    remember_config(None)


def command(school: TestSchool, *arguments: object) -> Ran:
    return run("--config", school.folder / "schoolwatch.toml", *arguments)


def stamps(school: TestSchool) -> list[Stamp]:
    with school.site.database.read() as session:
        return list(session.scalars(select(Stamp)))


def test_a_pass_has_what_it_sealed_stamped(school: TestSchool, authority: Authority) -> None:
    """Or a school that polls from cron would have no witness of its evidence."""
    (row,) = stamps(school)
    assert (row.state, row.authority) == ("stamped", "tsa-one")
    assert len(authority.requests) == 1
    ran = command(school, "evidence", "verify")
    assert ran.status == 0, ran.out
    assert "Everything matches" in ran.out


def test_verify_names_a_stamp_that_was_changed(school: TestSchool) -> None:
    """Or a doctored stamp would be found out in court only."""
    with school.site.database.engine.begin() as connection:
        connection.execute(text("DROP TRIGGER stamps_no_update"))
        connection.execute(text("UPDATE stamps SET gen_time = '2020-01-01 00:00:00.000000'"))
    ran = command(school, "evidence", "verify")
    assert ran.status == 1
    assert "the stored time is not that of the reply" in ran.out


def test_verify_names_a_stamp_of_a_root_that_the_school_never_pinned(
    school: TestSchool, authority: Authority
) -> None:
    """Or a store made anew under an authority of one's own would match."""
    school.site.settings.evidence.authorities[0].roots.write_bytes(issue("Another").pem)
    ran = command(school, "evidence", "verify")
    assert ran.status == 1
    assert "leads to a root that is not among those of the settings" in ran.out


def test_check_shows_the_last_stamp(school: TestSchool) -> None:
    """Or nobody would see that stamping stopped (promise 8)."""
    lines = {}
    for line in command(school, "check", "--json").lines:
        record = json.loads(line)
        lines[record["subject"]] = record
    assert lines["time authority tsa-one"]["state"] == "ok"
    assert lines["last stamp of tsa-one"]["state"] == "ok"
    assert lines["time stamps"]["state"] == "warning"


def test_an_export_carries_the_stamps_and_a_stranger_checks_them(
    school: TestSchool, authority: Authority, tmp_path: Path
) -> None:
    """Or the police would get evidence whose time rests on our own word."""
    first = exported(school, tmp_path / "first")
    size = checkpoint_size(first)
    assert [row.checkpoint_size for row in stamps(school) if row.state == "waiting"] == [size]
    school.clock.advance(timedelta(hours=1))  # the command went by the real clock
    school.look()  # the stamp of the export's own checkpoint is had
    again = exported(school, tmp_path / "again", "--at", size)
    with ZipFile(again) as bag:
        bag.extractall(tmp_path / "bag")
    seal = tmp_path / "bag" / "SEAL"
    (row,) = (row for row in stamps(school) if row.checkpoint_size == size)
    assert (seal / "tsa-one.tsr").read_bytes() == row.reply
    assert row.gen_time is not None
    (tmp_path / "roots.pem").write_bytes(authority.root.pem)
    command_line = ["openssl", "ts", "-verify", "-data", seal / "checkpoint", "-in", seal / "tsa-one.tsr"]
    command_line += ["-CAfile", tmp_path / "roots.pem", "-untrusted", seal / "tsa-one-chain.pem"]
    command_line += ["-attime", str(int(row.gen_time.timestamp()))]
    done = subprocess.run(command_line, capture_output=True, text=True, check=False)
    assert "Verification: OK" in done.stdout, done.stderr
    alone = subprocess.run(
        [sys.executable, "-I", tmp_path / "bag" / "verify.py", tmp_path / "bag"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert alone.returncode == 0, alone.stdout + alone.stderr
    assert "stamped by tsa-one" in alone.stdout
    root = x509.load_pem_x509_certificate(authority.root.pem).fingerprint(hashes.SHA256()).hex()
    doubted = command(school, "evidence", "verify", again)
    assert (doubted.status, root in doubted.out, "whose root this is" in doubted.out) == (0, True, True)
    known = command(school, "evidence", "verify", again, "--root", root)
    assert (known.status, "whose root this is" in known.out) == (0, False), known.out
    assert command(school, "evidence", "verify", again, "--root", "ab" * 32).status == 1


def exported(school: TestSchool, folder: Path, *options: object) -> Path:
    ran = command(school, "export", "--out", folder, *options)
    assert ran.status == 0, ran.err
    return next(folder.glob("*.zip"))


def checkpoint_size(bag: Path) -> int:
    with ZipFile(bag) as archive:
        return int(archive.read("SEAL/checkpoint").splitlines()[1])
