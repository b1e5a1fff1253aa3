"""The tables: the migrations make what the models say, every row belongs to a school."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import UniqueConstraint, func, inspect, select, text
from support.school import write_settings

from monitor.store import schema
from monitor.store.columns import ExactText, UtcDateTime
from monitor.store.database import Database, DatabaseUnusable
from monitor.store.models import Base, School


def _same_type(_context, _inspected, _metadata, found, wanted):  # type: ignore[no-untyped-def]  # Alembic's hook
    """Our own types stand on the database's; anything else is left to Alembic."""
    if isinstance(wanted, UtcDateTime | ExactText):
        return not isinstance(found, type(wanted.impl_instance.dialect_impl(_context.dialect)))
    return None


def test_the_migrations_make_the_tables_that_the_models_speak_of(bare_database_url: str) -> None:
    """A column that only the tests' tables have would stop the service at its first start."""
    database = Database(bare_database_url)
    schema.upgrade(database)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    schema.upgrade(database)
    assert schema.revision(database) == schema.head()
    database.close()


def test_a_database_of_a_newer_release_is_refused(bare_database_url: str) -> None:
    """An older release would write into tables it does not understand."""
    database = Database(bare_database_url)
    schema.upgrade(database)
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999_from_the_future'"))
    with pytest.raises(DatabaseUnusable, match="does not know"):
        schema.upgrade(database)
    database.close()


def test_every_row_belongs_to_a_school_and_is_unique_within_it(bare_database_url: str) -> None:
    """Two schools on one server would see, or overwrite, each other's children."""
    database = Database(bare_database_url)
    schema.upgrade(database)
    found = inspect(database.engine)
    for table in Base.metadata.sorted_tables:
        if table.name == "schools":
            continue
        assert not table.c.school_id.nullable, table.name
        for unique in (one for one in table.constraints if isinstance(one, UniqueConstraint)):
            assert "school_id" in unique.columns, f"{table.name}: {list(unique.columns)}"
        made = found.get_unique_constraints(table.name)
        assert all("school_id" in one["column_names"] for one in made), table.name
        assert not [one for one in found.get_indexes(table.name)
                    if one["unique"] and "school_id" not in one["column_names"]], table.name  # fmt: skip
    database.close()


def test_two_commands_at_the_first_start_make_one_school(tmp_path: Path, bare_database_url: str) -> None:
    """Two schools in one database would each hide what was written under the other."""
    write_settings(tmp_path, bare_database_url, {}, 25)
    script = (
        "import sys; from pathlib import Path; from config.loading import load_settings;"
        "from monitor.site import open_site; settings = load_settings(Path(sys.argv[1]));"
        "sys.stdin.readline(); print(open_site(settings).school_id)"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "schoolwatch.toml")]
    pipe = subprocess.PIPE
    started = [subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) for _ in range(3)]
    time.sleep(1.0)  # until all stand at the line; they are let go together
    for process in started:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    answers = [process.communicate(timeout=60) for process in started]
    assert [answer[0] for answer in answers] == ["1\n"] * 3, answers
    database = Database(bare_database_url)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(School)) == 1
    database.close()


def test_sqlite_keeps_what_is_promised_of_it(sqlite_database: str) -> None:
    """A power cut would lose a page that was said to be stored; erased words would stand in the file."""
    database = Database(sqlite_database)
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}
    with database.read() as session:
        found = {name: session.execute(text(f"PRAGMA {name}")).scalar_one() for name in wanted}
    assert found == wanted
    database.close()
