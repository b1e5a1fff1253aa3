"""What every test can ask for: real databases, a clock that stands still, and the peace of this machine."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings
from sqlalchemy import URL
from support import isolation, postgres, ready_databases
from support.clock import SettableClock

# The same examples every time, so that a red test is red for the next person too. To search for new
# ones: ./run test --hypothesis-profile=searching
settings.register_profile("repeatable", deadline=None, derandomize=True, database=None)
settings.register_profile("searching", deadline=None, max_examples=2000)
settings.load_profile("repeatable")


def pytest_configure() -> None:
    isolation.clean_environment()


def pytest_report_header() -> str:
    return f"PostgreSQL: {postgres.describe()}"


@pytest.fixture(autouse=True)
def _this_machine_only(monkeypatch: pytest.MonkeyPatch) -> None:
    isolation.forbid_outside_connections(monkeypatch)


@pytest.fixture(autouse=True)
def _logging_as_found() -> Iterator[None]:
    with isolation.logging_put_back():
        yield


@pytest.fixture
def clock() -> SettableClock:
    """Stands at noon (UTC) on a Monday in term time until a test moves it."""
    return SettableClock(datetime(2026, 11, 16, 12, 0, tzinfo=UTC))


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[URL]:
    """A real PostgreSQL server, one for each test process; the URL of its maintenance database."""
    with postgres.running_or_skipped() as url:
        yield url


@pytest.fixture(scope="session")
def _postgres_template(postgres_url: URL) -> Iterator[str]:
    with ready_databases.migrated_template(postgres_url) as name:
        yield name


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ready_databases.migrated_file(tmp_path_factory.mktemp("ready"))


@pytest.fixture
def postgres_database(postgres_url: URL, _postgres_template: str) -> Iterator[str]:
    """The URL of a PostgreSQL database of its own, with every table and no row."""
    with ready_databases.copy_of_template(postgres_url, _postgres_template) as url:
        yield url


@pytest.fixture
def sqlite_database(tmp_path: Path, _sqlite_template: Path) -> str:
    """The URL of an SQLite file of its own, with every table and no row."""
    return ready_databases.copy_of(_sqlite_template, tmp_path)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A database of its own, with every table and no row; the test runs once on SQLite, once on PostgreSQL."""
    name = "sqlite_database" if request.param == "sqlite" else "postgres_database"
    url: str = request.getfixturevalue(name)
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def bare_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without any table, as a school's first start finds it; on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'schoolwatch.db'}"
        return
    with postgres.fresh_database(request.getfixturevalue("postgres_url")) as url:
        yield url
