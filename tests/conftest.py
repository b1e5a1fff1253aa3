"""What every test can ask for: real databases, a clock that stands still, and the peace of this machine."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings
from sqlalchemy import URL
from support import isolation, postgres
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


@pytest.fixture
def postgres_database(postgres_url: URL) -> Iterator[str]:
    """The URL of a fresh, empty PostgreSQL database."""
    with postgres.fresh_database(postgres_url) as url:
        yield url


@pytest.fixture
def sqlite_database(tmp_path: Path) -> str:
    """The URL of an SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'schoolwatch.db'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh, empty database; the test runs once on SQLite and once on PostgreSQL."""
    name = "sqlite_database" if request.param == "sqlite" else "postgres_database"
    url: str = request.getfixturevalue(name)
    return url
