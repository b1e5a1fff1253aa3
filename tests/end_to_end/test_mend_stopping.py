"""The service stops in time whatever holds it, and by itself when it may no longer be the only one."""

import sqlite3
from pathlib import Path

import psycopg
from sqlalchemy import make_url
from support.daemon import Daemon, town


def test_somebody_who_holds_the_database_would_hold_up_the_stop(tmp_path: Path, sqlite_database: str) -> None:
    """systemd would kill it after its patience, and call it a failure."""
    with town(tmp_path, "x") as here, Daemon(here.write(sqlite_database)) as daemon:
        daemon.wait_until_started()
        with sqlite3.connect(tmp_path / "schoolwatch.db", isolation_level=None) as holder:
            holder.execute("BEGIN IMMEDIATE")
            status, seconds = daemon.terminate()
            holder.execute("ROLLBACK")
        holder.close()
        assert (status, seconds < 10) == (0, True), seconds


def test_a_service_that_lost_its_lock_would_run_beside_a_second_one(
    tmp_path: Path, postgres_database: str
) -> None:
    url = make_url(postgres_database).set(drivername="postgresql").render_as_string(hide_password=False)
    with town(tmp_path, "x") as here, Daemon(here.write(postgres_database)) as daemon:
        daemon.wait_until_started()
        with psycopg.connect(url, autocommit=True) as admin:
            holder = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted"
            assert admin.execute(holder).fetchall() == [(True,)]
        assert daemon.end() == 1
        assert "This one stops, so that there are never two" in daemon.log
