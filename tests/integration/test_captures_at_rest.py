"""Captures of closed incidents are locked and erased with their items."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from support.at_rest import MANAGER, RECOVERY, close, locking_school
from support.clock import SettableClock
from support.media_host import media_host, picture
from support.monitor_bench import rows
from support.school import TestSchool

from monitor.capture.dialling import Dialler
from monitor.capture.fetching import Limits
from monitor.evidence.captures import capture_folder
from monitor.evidence.folder import item_folder
from monitor.evidence.verify import verify_store
from monitor.pipeline.at_rest.locking import lock_due
from monitor.pipeline.sealing_up.capture_locking import lock_captures, unlocked_captures
from monitor.pipeline.sealing_up.capturing import CaptureRefused, Tools, Wish, capture
from monitor.pipeline.sealing_up.pictures import rule_on_pictures
from monitor.store.models import Capture, CaptureState, Incident, Item, Ruling

MEDIA = "pbs.twimg.example"
WISH = Wish("A. Manager", "asked for by the police", media=True)


@pytest.fixture
def closed(tmp_path: Path, clock: SettableClock, sqlite_database: str) -> Iterator[TestSchool]:
    """A closed incident with one capture."""
    with locking_school(tmp_path, clock, sqlite_database) as school, media_host(tmp_path, MEDIA) as host:
        school.x.mention("@fernhillprimary this is ABUSE", "u1", clock.now(), image=True)
        school.look()
        (item,) = rows(school, Item)
        raw = json.loads((item_folder(school.site.evidence, item.uid) / "raw.json").read_bytes())
        host.shows(raw["includes"]["media"][0]["url"].removeprefix("https://"), picture())
        reference = rows(school, Incident)[0].reference
        rule_on_pictures(school.site, reference, Ruling.RULED_OUT, by="A. Manager", reason="it is the gate")
        dialler = Dialler(resolve=lambda _: [], loopback=host.loopback, ca_bundle=host.ca)
        capture(school.site, reference, WISH, Tools(dialler, limits=Limits(seconds=20)))
        close(school, reference)
        yield school


def faults(school: TestSchool) -> list[str]:
    return [
        one.why
        for one in verify_store(school.site.database, school.site.evidence, school.site.school_id).faults
    ]


@pytest.mark.parametrize("key", [MANAGER, RECOVERY])
def test_a_stolen_disk_gives_no_old_picture(closed: TestSchool, key: object) -> None:
    """What was captured of a child would lie in clear for as long as the machine lives."""
    reference = rows(closed, Incident)[0].reference
    (row,) = rows(closed, Capture)
    folder = capture_folder(closed.site.evidence, row.item_uid, row.number)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert lock_captures(closed.site) == 0
    closed.clock.advance(timedelta(days=15))
    lock_due(closed.site)
    assert lock_captures(closed.site) == 1
    assert [path.name for path in folder.iterdir()] == ["locked.box"]
    (row,) = rows(closed, Capture)
    assert (row.state, row.salt) == (CaptureState.LOCKED, None)
    assert faults(closed) == []
    opened = unlocked_captures(closed.site, reference, key, by="A. Manager", reason="a court asks")  # type: ignore[arg-type]  # one of the two keys
    assert opened == {row.item_uid: {f"capture-001/{name}": content for name, content in before.items()}}
    with pytest.raises(CaptureRefused, match="locked"):
        capture(closed.site, reference, WISH, Tools())
    (folder / "locked.box").write_bytes(b"x")
    assert "capture 1: locked.box was changed" in faults(closed)


def test_a_stop_in_the_middle_of_locking_is_finished(closed: TestSchool) -> None:
    """The clear files would stand beside their box for good."""
    (row,) = rows(closed, Capture)
    folder = capture_folder(closed.site.evidence, row.item_uid, row.number)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    closed.clock.advance(timedelta(days=15))
    lock_due(closed.site)
    lock_captures(closed.site)
    for name, content in before.items():
        (folder / name).write_bytes(content)
    lock_captures(closed.site)
    assert [path.name for path in folder.iterdir()] == ["locked.box"]
    assert faults(closed) == []
