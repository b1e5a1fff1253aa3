"""Whatever is wrong with the installation: a clear sentence that names place and mend, and no traceback."""

import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import URL, create_engine, text
from support.clock import SettableClock
from support.command_line import Ran, run
from support.monitor_bench import rows, school_with
from support.school import TestSchool, write_settings

from config.loading import load_settings
from monitor.cli.shared import remember_config
from monitor.store.models import Item

TOKEN = "AAAAAAAAAAAAAAAAAAAAAMLheAAAAAAA0s3cr3t"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    yield
    remember_config(None)


def settings(folder: Path, *changes: tuple[str, str], database: str = "sqlite:///schoolwatch.db") -> Path:
    """A school without sources, with some of its lines changed."""
    write_settings(folder, database, {}, 25)
    path = folder / "schoolwatch.toml"
    words = path.read_text().replace('{ file = "database-url" }', f'"{database}"')
    for old, new in changes:
        assert old in words
        words = words.replace(old, new)
    path.write_text(words)
    return path


def failed(ran: Ran, *said: str) -> None:
    assert (ran.status, ran.out) == (1, ""), ran
    assert ran.err.startswith("schoolwatch: "), ran.err
    for words in said:
        assert words in ran.err, ran.err


def test_init_writes_a_file_once(tmp_path: Path) -> None:
    """A second init would wipe out an afternoon of a technician's work."""
    first = run("init")
    assert first.status == 0
    path = tmp_path / "schoolwatch.toml"
    written = path.read_text()
    assert "[school]" in written
    failed(run("init"), "schoolwatch.toml", "--force")
    assert path.read_text() == written
    path.write_text("# mine")
    assert run("init", "--force").status == 0
    assert path.read_text() == written
    failed(run("--config", tmp_path / "no" / "such" / "folder.toml", "init"), "no/such")


def test_without_settings_every_command_says_where_it_looked() -> None:
    for command in (["items"], ["poll"], ["check"], ["run"], ["evidence", "verify"], ["export"]):
        failed(run(*command), "schoolwatch.toml", "schoolwatch init")
    failed(run("--config", "elsewhere.toml", "items"), "elsewhere.toml")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[school]", "[school", ("line 2",)),
        ('name = "Fernhill Primary"', 'nmae = "Fernhill Primary"', ("school.nmae", "name")),
        ("port = 25", 'port = "many"', ("mail.port", "a whole number")),
        ("port = 25", "port = 99999", ("mail.port",)),
        ('security = "none"', 'security = "ssl"', ("mail.security", "starttls")),
        ('host = "127.0.0.1"', 'host = "mail.example.org"', ("mail.security", "not this machine")),
        ('email = "dsl@fernhill.example"', 'email = "dsl"', ("dsl", "email")),
        ('role = "dsl"', 'role = "teacher"', ("role", "senior_manager")),
    ],
)
def test_a_mistake_in_the_settings_is_named_with_its_place(
    tmp_path: Path, old: str, new: str, said: tuple[str, ...]
) -> None:
    settings(tmp_path, (old, new))
    failed(run("items"), "schoolwatch.toml", *said)


def test_a_token_in_clear_is_refused_and_never_echoed(tmp_path: Path) -> None:
    """A token in the terminal's scroll-back, or in a cron mail, is a token that is lost."""
    path = settings(tmp_path)
    path.write_text(
        path.read_text()
        + f"""
[[sources]]
name = "x"
platform = "x"
account = "fernhill"
account_id = "1"
base_url = "http://127.0.0.1:1"
[sources.credentials]
bearer_token = "{TOKEN}"
"""
    )
    ran = run("items")
    failed(ran, "bearer_token", "env")
    assert TOKEN not in ran.err
    path.write_text(path.read_text().replace("127.0.0.1:1", f"user:{TOKEN}@127.0.0.1:1"))
    assert TOKEN not in run("items").err


@pytest.mark.parametrize(
    "content", [b"\xff\xfe\x00[", b"\0\0\0\0", '[school]\nname = "Schöl"'.encode("latin-1")]
)
def test_a_settings_file_that_is_no_text_is_said_to_be_so(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "schoolwatch.toml").write_bytes(content)
    failed(run("items"), "schoolwatch.toml")


def test_a_database_server_that_does_not_answer(tmp_path: Path) -> None:
    settings(tmp_path, database="postgresql+psycopg://watch@127.0.0.1:1/school")
    failed(run("items"), "127.0.0.1:1", "running and reachable")
    ran = run("check")
    assert ran.status == 1
    assert "database" in ran.out


def test_a_database_account_that_may_not_make_tables(tmp_path: Path, postgres_url: URL) -> None:
    """The commonest mistake with PostgreSQL 15 and later: nobody may create in `public` by default."""
    engine = create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("CREATE ROLE looker LOGIN PASSWORD 's3cret-pw'"))
        connection.execute(text("CREATE DATABASE looked_at"))
    address = postgres_url.set(username="looker", password="s3cret-pw", database="looked_at")
    try:
        (tmp_path / "address").write_text(address.render_as_string(hide_password=False))
        settings(tmp_path, ('"sqlite:///schoolwatch.db"', '{ file = "address" }'))
        ran = run("items")
        failed(ran, "permission denied", "account")
        assert "s3cret-pw" not in ran.err
    finally:
        with engine.connect() as connection:
            connection.execute(text("DROP DATABASE looked_at WITH (FORCE)"))
            connection.execute(text("DROP ROLE looker"))
        engine.dispose()


def test_files_that_are_no_database_or_damaged(tmp_path: Path) -> None:
    settings(tmp_path)
    database = tmp_path / "schoolwatch.db"
    database.write_bytes(b"this is a letter to the parents, not a database" * 100)
    failed(run("items"), "not a database", "schoolwatch.db")
    database.unlink()
    database.mkdir()
    failed(run("items"), "schoolwatch.db")


def test_a_database_of_a_newer_release(tmp_path: Path) -> None:
    settings(tmp_path)
    assert run("items").status == 0
    with sqlite3.connect(tmp_path / "schoolwatch.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    failed(run("items"), "9999", "newer")


def test_folders_that_cannot_be_made(tmp_path: Path) -> None:
    """Not even root makes a folder there."""
    settings(tmp_path, database="sqlite:////proc/schoolwatch/school.db")
    failed(run("items"), "store.database: /proc/schoolwatch cannot be made")
    settings(tmp_path, ('evidence = "evidence"', 'evidence = "/proc/schoolwatch/evidence"'))
    failed(run("items"), "store.evidence: /proc/schoolwatch/evidence cannot be made")


def test_folders_that_may_not_be_written(tmp_path: Path) -> None:
    """Root may write everywhere, so it asks as somebody else."""
    prefix = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.geteuid() == 0 else []
    for parent in (tmp_path, *tmp_path.parents[:3]):
        parent.chmod(parent.stat().st_mode | stat.S_IXOTH | stat.S_IROTH)
    settings(tmp_path)
    for path in tmp_path.iterdir():
        path.chmod(0o644)
    tmp_path.chmod(0o555)
    code = "import sys; from monitor.cli import main; sys.argv = ['schoolwatch', 'items']; main()"
    try:
        ran = subprocess.run(
            [*prefix, sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False,
            timeout=60, env={"PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1",
                             "PYTHONPATH": str(Path(__file__).parents[2])},
        )  # fmt: skip
    finally:
        tmp_path.chmod(0o755)
    if "Permission denied" in ran.stderr and "python" in ran.stderr:
        pytest.skip("the other account may not even start this Python")
    assert ran.returncode == 1, ran.stderr
    assert "Traceback" not in ran.stderr
    assert str(tmp_path) in ran.stderr or "schoolwatch.db" in ran.stderr
    assert "write" in ran.stderr


def test_an_evidence_folder_that_is_a_file(tmp_path: Path) -> None:
    settings(tmp_path)
    (tmp_path / "evidence").write_text("a file")
    failed(run("items"), "store.evidence", "evidence")


def test_production_refuses_to_start_without_a_data_protection_assessment(tmp_path: Path) -> None:
    settings(tmp_path, ('dpia_reference = "DPIA-TEST"', ""))
    for command in ("poll", "run"):
        failed(run(command), "dpia_reference")


def test_evidence_that_cannot_be_written_loses_nothing(tmp_path: Path, sqlite_database: str) -> None:
    """On a full disk a threat would be marked as sealed, and its evidence be gone."""
    clock = SettableClock(datetime.now(UTC) - timedelta(minutes=10))
    with school_with(tmp_path, clock, sqlite_database) as school:
        school.first_look()
        school.x.mention("@fernhillprimary I will kill you all tomorrow, you are dead", "s", clock.now())
        (school.site.evidence / "items").write_text("stands where a folder is needed")
        ran = run("--config", tmp_path / "schoolwatch.toml", "poll")
        assert ran.status == 1
        assert "Evidence cannot be written" in ran.err
        assert [item.state for item in rows(school, Item)] == ["waiting"]
        (school.site.evidence / "items").unlink()
        assert run("--config", tmp_path / "schoolwatch.toml", "poll").status == 0
        assert [item.state for item in rows(school, Item)] == ["sealed"]
        assert run("--config", tmp_path / "schoolwatch.toml", "evidence", "verify").status == 0


def check(school: TestSchool) -> tuple[Ran, set[tuple[str, str]]]:
    """What was said, and the mark and subject of each line."""
    ran = run("--config", school.folder / "schoolwatch.toml", "check")
    lines = [line.split(": ")[0].split(maxsplit=1) for line in ran.lines if not line.startswith(" ")]
    return ran, {(mark, subject) for mark, subject in lines}


def test_check_says_one_line_each_and_what_to_do(tmp_path: Path, sqlite_database: str) -> None:
    """A technician would find out on the first bad night that mail never worked."""
    clock = SettableClock(datetime.now(UTC))
    with school_with(tmp_path, clock, sqlite_database) as school:
        ran, told = check(school)
        assert ran.status == 0, ran
        good = {"settings", "database", "mail server", "models", "source x"}
        assert good <= {subject for mark, subject in told if mark == "ok"}, told
        school.mail.refuse("greeting", "554 5.3.2 closed")
        for secret in (tmp_path / "secrets").glob("x-*"):
            secret.write_text("wrong-token-of-another-school")
        ran, told = check(school)
        assert ran.status == 1
        assert {("failed", "mail server"), ("failed", "source x")} <= told
        assert "→" in ran.out
        assert "wrong-token-of-another-school" not in ran.out + ran.err


def test_check_makes_nothing(tmp_path: Path) -> None:
    """A look that leaves a database behind would make the first start another than the first."""
    settings(tmp_path)
    before = sorted(tmp_path.iterdir())
    run("check")
    assert sorted(tmp_path.iterdir()) == before
    assert load_settings(tmp_path / "schoolwatch.toml")
