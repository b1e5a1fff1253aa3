"""`kill -9` at any moment loses nothing and doubles nothing: the short form (`./run stress` has the long one)."""

from pathlib import Path

from support.crash_books import faults, read_books
from support.crash_school import crash_school

from monitor.pipeline.boundaries import Boundary

ON_THE_WAY = [
    boundary
    for boundary in Boundary
    if not str(boundary).startswith(
        ("after box", "after lock", "after erasure", "before export", "after export")
    )
]
"""What a comment passes within days. Locking, erasing and exporting come later: their own tests stop there."""


def test_a_kill_at_a_boundary_would_lose_or_double_a_comment(tmp_path: Path, sqlite_database: str) -> None:
    with crash_school(tmp_path, sqlite_database, seed=1) as school:
        for boundary in (*ON_THE_WAY, Boundary.BEFORE_COMMIT):
            school.kill_at(boundary, "pass")
        school.calm_down()
        assert faults(school, tmp_path) == []
        assert all(school.kills[str(boundary)] >= 1 for boundary in ON_THE_WAY)
        assert len(read_books(school).incidents) > 5


def test_a_daemon_killed_at_any_moment_would_lose_or_double_a_comment(
    tmp_path: Path, database_url: str
) -> None:
    with crash_school(tmp_path, database_url, seed=2) as school:
        for seconds in (0.15, 1.3, 2.1):
            school.kill_after(seconds)
        school.kill_at(Boundary.BEFORE_MARK, "serve")
        school.calm_down()
        assert faults(school, tmp_path) == []
        assert len(read_books(school).incidents) > 5
