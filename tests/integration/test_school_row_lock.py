"""The lock on the school's row, by which whoever appends to the log stands in line (PostgreSQL)."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from monitor.clock import utc_now
from monitor.store import custody
from monitor.store.database import Database, DatabaseUnusable
from monitor.store.models import OperatorAlert, School


@pytest.fixture
def database(postgres_database: str) -> Iterator[Database]:
    opened = Database(postgres_database)
    with opened.write() as session:
        session.add(School(id=1, name="Fernhill", started_at=utc_now(), leaf_count=0, incident_count=0))
    yield opened
    opened.close()


def test_a_person_who_decides_would_stop_a_reminder_that_waits_for_nothing_of_theirs(
    database: Database,
) -> None:
    """Each holds what the other needs: the clock its incident, the person the school; one of them fails."""
    with database.write() as deciding, database.write() as reminding:
        custody.first_in_line(deciding, 1)
        reminding.execute(text("SET LOCAL lock_timeout = '300ms'"))
        row = {"school_id": 1, "kind": "trial", "subject": "trial", "words": "", "other_ways": {}}
        reminding.add(OperatorAlert(**row, opened_at=utc_now()))
        reminding.flush()


def test_two_would_give_one_number_in_the_log(database: Database) -> None:
    with database.write() as first:
        custody.first_in_line(first, 1)
        with pytest.raises(DatabaseUnusable, match="lock timeout"):
            _stand_in_line(database)


def _stand_in_line(database: Database) -> None:
    with database.write() as second:
        second.execute(text("SET LOCAL lock_timeout = '100ms'"))
        custody.first_in_line(second, 1)
