"""What stands in an item's folder and is no plain file is named, and nothing waits for it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.clock import SettableClock
from support.school import TestSchool, running_school

from monitor.evidence.verify import verify_store


@pytest.fixture
def school(tmp_path: Path, clock: SettableClock, database_url: str) -> Iterator[TestSchool]:
    """One sealed comment."""
    with running_school(tmp_path, clock, database_url, names=["facebook"]) as running:
        post = running.facebook.own_post("News from school", clock.now())
        running.facebook.comment(post, "ABUSE first of all", "local", clock.now())
        running.look()
        yield running


def faults(school: TestSchool) -> set[tuple[str, str]]:
    found = verify_store(school.site.database, school.site.evidence, school.site.school_id)
    return {(fault.item, fault.why) for fault in found.faults}


def the_folder(school: TestSchool) -> Path:
    (seal,) = school.site.evidence.rglob("seal.json")
    return seal.parent


def test_a_folder_among_an_items_files_is_named(school: TestSchool) -> None:
    """Harm: `evidence verify` stops half-way, and what it had found is never told."""
    folder = the_folder(school)
    (folder / "more").mkdir()
    (folder / "more" / "picture.png").write_bytes(b"x")
    where = folder.relative_to(school.site.evidence)
    assert faults(school) == {(folder.name, f"{where}/more was added")}


def test_a_pipe_among_an_items_files_is_named(school: TestSchool) -> None:
    """Harm: a verification that waits for ever."""
    folder = the_folder(school)
    os.mkfifo(folder / "pipe")
    assert faults(school) == {(folder.name, f"{folder.relative_to(school.site.evidence)}/pipe was added")}


def test_a_link_in_place_of_a_file_is_named(school: TestSchool) -> None:
    """Harm: evidence that stands on a stick, to be changed after it was verified."""
    folder = the_folder(school)
    elsewhere = school.site.evidence.parent / "elsewhere.json"
    (folder / "record.json").rename(elsewhere)
    (folder / "record.json").symlink_to(elsewhere)
    assert {item for item, _ in faults(school)} == {folder.name}
