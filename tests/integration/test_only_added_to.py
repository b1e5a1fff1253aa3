"""The database itself refuses changes of what is kept as a record."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from monitor.store import schema
from monitor.store.database import Database

AT = "'2026-10-01 12:00:00+00:00'"
ROWS = (
    f"INSERT INTO schools (id, name, started_at, leaf_count, incident_count) VALUES (1, 'Fernhill', {AT}, 0, 0)",
    (
        "INSERT INTO observations (id, school_id, uid, item_uid, at, observed, leaf_seq) "
        f"VALUES (1, 1, 'o', 'i', {AT}, 'edited', 0)"
    ),
    (
        "INSERT INTO exhibit_numbers (id, school_id, item_uid, initials, number, produced_by, given_at) "
        f"VALUES (1, 1, 'i', 'AM', 1, 'A. Manager', {AT})"
    ),
    (
        "INSERT INTO exports (id, school_id, uid, scope, profile, reader, checkpoint_size, made_by, made_at, "
        f"path, state, items) VALUES (1, 1, 'e', '2026-W40', 'police', 'head', 1, 'A. Manager', {AT}, 'p', 'x', '[]')"
    ),
)
REFUSED = (
    "DELETE FROM observations",
    "UPDATE observations SET observed = 'gone'",
    "UPDATE observations SET salt = NULL, record = NULL, leaf_seq = 7",
    "DELETE FROM exhibit_numbers",
    "UPDATE exhibit_numbers SET number = 2",
    "DELETE FROM exports",
    "UPDATE exports SET made_by = 'somebody'",
    "UPDATE exports SET made_at = NULL",
)
ALLOWED = (
    "UPDATE observations SET salt = NULL, record = NULL",
    "UPDATE exports SET state = 'erased', facts = NULL",
)


def test_a_slip_of_the_hand_would_change_what_was_seen_or_handed_out(database_url: str) -> None:
    database = Database(database_url)
    schema.upgrade(database)
    with database.engine.begin() as connection:
        for statement in ROWS:
            connection.execute(text(statement))
        connection.execute(text("UPDATE observations SET salt = NULL, record = NULL"))
    for statement in REFUSED:
        with pytest.raises(DBAPIError, match="only ever added to"), database.engine.begin() as connection:
            connection.execute(text(statement))
    for statement in ALLOWED:
        with database.engine.begin() as connection:
            connection.execute(text(statement))
    database.close()
