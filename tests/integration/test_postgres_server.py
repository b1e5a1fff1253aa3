"""The PostgreSQL that the other tests stand on: were it a pretence, the store would be tested on nothing."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import URL, NullPool, create_engine, text
from support import postgres


def test_it_answers_as_a_real_server_of_the_oldest_release_we_support(postgres_database: str) -> None:
    """Or a school on PostgreSQL would be the first to run our statements on one."""
    with create_engine(postgres_database, poolclass=NullPool).connect() as connection:
        version = int(connection.execute(text("SHOW server_version_num")).scalar_one())
        isolation = connection.execute(text("SHOW transaction_isolation")).scalar_one()
    assert version >= 150000
    assert isolation == "read committed"


def test_each_test_has_a_database_of_its_own(postgres_url: URL) -> None:
    """Or one test's comments would be counted as another's."""
    with postgres.fresh_database(postgres_url) as one, postgres.fresh_database(postgres_url) as other:
        assert one != other
        for url in (one, other):
            with create_engine(url, poolclass=NullPool).begin() as connection:
                connection.execute(text("CREATE TABLE items (id int)"))


def test_a_database_goes_even_while_a_connection_is_held(postgres_url: URL) -> None:
    """Or one leaking test would fail the whole run at its end."""
    with postgres.fresh_database(postgres_url) as url:
        held = psycopg.connect(url.replace("+psycopg", ""))
    with pytest.raises(psycopg.OperationalError):
        held.execute("SELECT 1")
    held.close()


def test_both_databases_are_offered(bare_database_url: str) -> None:
    """Or the store would be proven on one of its two databases only."""
    with create_engine(bare_database_url, poolclass=NullPool).begin() as connection:
        connection.execute(text("CREATE TABLE items (id int)"))
        assert connection.execute(text("SELECT count(*) FROM items")).scalar_one() == 0


def test_the_programs_of_the_wheel_work_even_from_a_closed_folder(tmp_path: Path) -> None:
    """Or the tests would fail where there is no other PostgreSQL, and in every checkout below /root."""
    found = postgres.find_programs({}, system=Path("/nonexistent"))
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    package, install = found.folder.parents[1], found.folder.parent
    shutil.copytree(install, closed / package.name / install.name, ignore=shutil.ignore_patterns("include"))
    shutil.copytree(package.with_name(f"{package.name}.libs"), closed / f"{package.name}.libs")
    unreadable = postgres.Programs(closed / package.name / install.name / "bin", "a closed folder")
    with postgres.started(unreadable) as url, postgres.administration(url) as connection:
        assert connection.info.server_version >= 180000
        home = Path(str(url.query["host"]))
    assert not home.exists()


def test_a_wrong_pg_bin_is_named(tmp_path: Path) -> None:
    """Or a person who set it would be tested against another server without knowing."""
    with pytest.raises(postgres.PostgresBroken, match="PG_BIN="):
        postgres.find_programs({"PG_BIN": str(tmp_path)})


def test_a_given_server_is_used_as_it_is() -> None:
    """Or a person's password would stand in the head of every test report."""
    given = {"SCHOOLWATCH_TEST_PG": "postgresql://tester:hidden@127.0.0.1:5/postgres"}
    assert "hidden" not in postgres.describe(given)
    with postgres.running(given) as url:
        assert (url.drivername, url.port) == ("postgresql+psycopg", 5)


def test_a_killed_test_run_leaves_no_server_behind() -> None:
    """Or a technician's machine would fill with servers that nobody stops."""
    script = (
        "import sys, time; from support import postgres\n"
        "with postgres.running() as url: print(url.query['host'], flush=True); time.sleep(60)\n"
    )
    tests = str(Path(__file__).parents[1])
    run = subprocess.Popen(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {tests!r})\n{script}"], stdout=subprocess.PIPE
    )
    assert run.stdout
    home = Path(run.stdout.readline().decode().strip())
    assert (home / ".s.PGSQL.5432").exists()
    run.send_signal(signal.SIGKILL)
    run.wait()
    run.stdout.close()
    deadline = time.monotonic() + 15
    while (home / "data" / "postmaster.pid").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not (home / "data" / "postmaster.pid").exists()
    subprocess.run(["rm", "-rf", str(home)], check=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else for PostgreSQL")
def test_root_hands_the_server_to_an_ordinary_account(postgres_url: URL) -> None:
    """Or the tests would fail in every container, where all is root."""
    with postgres.administration(postgres_url) as connection:
        row = connection.execute("SELECT current_setting('data_directory')").fetchone()
    assert row
    assert Path(row[0]).stat().st_uid != 0


@pytest.mark.parametrize(("ci", "outcome"), [("true", postgres.PostgresMissing), ("", pytest.skip.Exception)])
def test_under_ci_a_missing_server_fails(
    monkeypatch: pytest.MonkeyPatch, ci: str, outcome: type[BaseException]
) -> None:
    """Or a release would go out whose PostgreSQL tests never ran."""

    def none_here(*_: object) -> postgres.Programs:
        raise postgres.PostgresMissing("none here")

    monkeypatch.setattr(postgres, "find_programs", none_here)
    with pytest.raises(outcome, match="none here"), postgres.running_or_skipped({"CI": ci}):
        pytest.fail("there is no server to run")
