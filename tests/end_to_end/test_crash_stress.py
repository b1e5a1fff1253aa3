"""`kill -9` five times and more at every boundary, and fifty times at random. Writes docs/stress.md."""

import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import stress_report
from support.crash_books import faults, read_books
from support.crash_school import crash_school

from monitor.pipeline.boundaries import Boundary

pytestmark = pytest.mark.stress

KILLS = {"sqlite": 6, "postgresql": 2}
"""At each boundary, half of them in the daemon."""
AT_RANDOM = {"sqlite": 50, "postgresql": 20}


@pytest.fixture(scope="module")
def report() -> Iterator[list[stress_report.Row]]:
    """Written only when every line is there: a part of the runs proves nothing about the rest."""
    rows: list[stress_report.Row] = []
    yield rows
    if len(rows) == len(KILLS) * len(Boundary) + len(AT_RANDOM):
        stress_report.write(sorted(rows, key=lambda one: one.database, reverse=True))


@pytest.mark.parametrize("boundary", list(Boundary), ids=str)
def test_a_kill_at_this_boundary_would_lose_or_double_a_comment(
    tmp_path: Path, database_url: str, boundary: Boundary, report: list[stress_report.Row]
) -> None:
    began, database = time.monotonic(), database_url.partition("+")[0].partition(":")[0]
    with crash_school(tmp_path, database_url, seed=list(Boundary).index(boundary)) as school:
        for number in range(KILLS[database]):
            school.kill_at(boundary, ("pass", "serve")[number % 2])
        school.calm_down()
        assert faults(school, tmp_path) == []
        kills, books = school.kills[str(boundary)], read_books(school)
    assert kills == KILLS[database]
    report.append(stress_report.row(database, str(boundary), kills, books, time.monotonic() - began))


def test_a_kill_at_any_moment_would_lose_or_double_a_comment(
    tmp_path: Path, database_url: str, report: list[stress_report.Row]
) -> None:
    began, database = time.monotonic(), database_url.partition("+")[0].partition(":")[0]
    moments = random.Random(50)
    with crash_school(tmp_path, database_url, seed=51) as school:
        for _ in range(AT_RANDOM[database]):
            # Starting, reading and raising, and the first round of the watch after five seconds.
            starting, at_work, later = (0.0, 0.4), (0.8, 3.0), (4.8, 6.0)
            (span,) = moments.choices((starting, at_work, later), weights=(3, 6, 1))
            school.kill_after(moments.uniform(*span))
        school.calm_down()
        assert faults(school, tmp_path) == []
        kills, books = school.kills["at random"], read_books(school)
    assert kills == AT_RANDOM[database]
    report.append(stress_report.row(database, "at random", kills, books, time.monotonic() - began))
