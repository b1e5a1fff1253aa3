"""What every test can ask for: real databases, a clock that stands still, and the peace of this machine."""

import contextlib
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import URL
from support import isolation, postgres
from support.clock import SettableClock


def pytest_configure() -> None:
    isolation.clean_environment()


def pytest_report_header() -> str:
    return f"PostgreSQL: {postgres.describe()}"


@pytest.fixture(autouse=True)
def _this_machine_only(monkeypatch: pytest.MonkeyPatch) -> None:
    isolation.forbid_outside_connections(monkeypatch)


@pytest.fixture
def clock() -> SettableClock:
    """Stands at noon (UTC) on a Monday in term time until a test moves it."""
    return SettableClock(datetime(2026, 11, 16, 12, 0, tzinfo=UTC))


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[URL]:
    """A real PostgreSQL server, one for each test process; the URL of its maintenance database."""
    with contextlib.ExitStack() as until_the_end:
        try:
            url = until_the_end.enter_context(postgres.running())
        except postgres.PostgresMissing as missing:
            if os.environ.get("CI", "").lower() not in ("", "0", "false"):
                raise
            pytest.skip(str(missing))
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
