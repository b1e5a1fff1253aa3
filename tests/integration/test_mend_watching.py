"""The dead man's ping says that all is well: only when it is. And one service, also when its lock is lost."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Connection, event, make_url
from support.clock import SettableClock
from support.monitor_bench import listening, rows, school_with
from support.school import TestSchool

from monitor.daemon import service as service_module
from monitor.daemon.instance import AnotherDaemon, LockLost, _check_held, only_instance
from monitor.daemon.service import Service
from monitor.pipeline.telling.operator_alerts import Trouble, all_clear, tell_operators
from monitor.pipeline.telling.watchkeeping import ping_dead_man
from monitor.store.database import Database, DatabaseUnusable
from monitor.store.models import OperatorAlert

OPERATIONS = '[operations]\ndead_man_ping = { file = "ping-url" }\n'


@pytest.fixture
def pinged(tmp_path: Path, clock: SettableClock, database_url: str) -> Iterator[tuple[TestSchool, Any]]:
    with listening() as ear:
        (tmp_path / "ping-url").write_text(f"http://127.0.0.1:{ear.server_port}/well")
        with school_with(tmp_path, clock, database_url, more=OPERATIONS) as school:
            yield school, ear.heard


@pytest.mark.parametrize("kind", ["housekeeping", "not_judged", "mail_dead"])
def test_a_service_in_trouble_would_say_that_all_is_well(pinged: tuple[TestSchool, Any], kind: str) -> None:
    """The judge has been broken since Friday, and the outside monitor shows green."""
    school, heard = pinged
    with school.site.database.write() as session:
        tell_operators(session, school.site, Trouble(kind, "judge", "words", "mend"))
    ping_dead_man(school.site)
    assert heard == []
    with school.site.database.write() as session:
        all_clear(session, school.site, kind, "judge", "words")
    ping_dead_man(school.site)
    assert len(heard) == 1
    assert [alert.kind for alert in rows(school, OperatorAlert)] == [kind], "the trial leaves nothing behind"


def test_a_database_that_only_reads_would_look_well(pinged: tuple[TestSchool, Any]) -> None:
    """A full disk answers every question and keeps nothing that is seen."""
    school, heard = pinged
    engine = school.site.database.engine
    with engine.connect() as connection:
        pages = (
            connection.exec_driver_sql("PRAGMA page_count").scalar() if school.site.database.is_sqlite else 0
        )

    def full(connection: Connection) -> None:
        limit = f"PRAGMA max_page_count={pages}" if pages else "SET TRANSACTION READ ONLY"
        connection.exec_driver_sql(limit)

    event.listen(engine, "begin", full)
    with pytest.raises(Exception, match=r"full|read-only"):
        ping_dead_man(school.site)
    assert heard == []


def test_a_watch_that_fails_would_go_on_saying_that_all_is_well(
    pinged: tuple[TestSchool, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    school, heard = pinged
    service = Service(school.site, lambda: school.judge)
    service._ping_dead_man()
    assert heard == [], "nothing was watched yet"
    service._watch()
    service._ping_dead_man()
    assert len(heard) == 1

    def fails(_: object) -> None:
        raise DatabaseUnusable("away")

    monkeypatch.setattr(service_module, "keep_watch", fails)
    with pytest.raises(DatabaseUnusable):
        service._watch()
    service._ping_dead_man()
    assert len(heard) == 1


def test_a_lock_that_went_with_its_connection_would_let_a_second_service_in(postgres_database: str) -> None:
    """Restarted, PostgreSQL knows of no lock; both services would mail, and each believe it is alone."""
    first, second = Database(postgres_database), Database(postgres_database)
    with only_instance(first) as check:
        check()
        with pytest.raises(AnotherDaemon), only_instance(second):
            pass
        end_holder_of_lock(postgres_database)
        with pytest.raises(LockLost, match="This one stops"):
            check()
        with only_instance(second) as held:
            held()
    first.close()
    second.close()


def test_a_connection_without_the_lock_would_pass_for_one_that_holds_it(postgres_database: str) -> None:
    """A pooler may hand the connection that took the lock to somebody else."""
    database = Database(postgres_database)
    with only_instance(database), database.engine.connect() as another, pytest.raises(LockLost):
        _check_held(another, "somewhere")
    database.close()


def plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def end_holder_of_lock(url: str) -> None:
    with psycopg.connect(plain(url), autocommit=True) as admin:
        ended = admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted"
        ).fetchall()
    assert ended == [(True,)]
