"""What goes along in an export: captures that a person asked for, and what was seen of an item later."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest
from support.at_rest import MANAGER, close, locking_school
from support.clock import SettableClock
from support.media_host import media_host, picture
from support.monitor_bench import rows
from support.school import TestSchool

from alerts.export.profiles import Profile
from alerts.export.verify import check_export
from monitor.capture.dialling import Dialler
from monitor.capture.fetching import Limits
from monitor.evidence.bundle import faults_within
from monitor.evidence.folder import item_folder
from monitor.evidence.observation import Observation, Observed
from monitor.pipeline.at_rest.locking import lock_due
from monitor.pipeline.exports.making import make_export
from monitor.pipeline.exports.order import Order, Scope
from monitor.pipeline.sealing_up.capture_locking import lock_captures
from monitor.pipeline.sealing_up.capturing import Tools, Wish, capture
from monitor.pipeline.sealing_up.pictures import rule_on_pictures
from monitor.store import observations
from monitor.store.models import CustodyEvent, Export, Incident, Item, Ruling

MEDIA = "pbs.twimg.example"


@pytest.fixture
def school(tmp_path: Path, clock: SettableClock, database_url: str) -> Iterator[TestSchool]:
    """One incident with one capture, seen again once."""
    with locking_school(tmp_path, clock, database_url) as running, media_host(tmp_path, MEDIA) as host:
        running.x.mention("@fernhillprimary this is ABUSE", "u1", clock.now(), image=True)
        running.look()
        (item,) = rows(running, Item)
        raw = json.loads((item_folder(running.site.evidence, item.uid) / "raw.json").read_bytes())
        host.shows(raw["includes"]["media"][0]["url"].removeprefix("https://"), picture())
        rule_on_pictures(running.site, about(running), Ruling.RULED_OUT, by="A. Manager", reason="the gate")
        tools = Tools(
            Dialler(resolve=lambda _: [], loopback=host.loopback, ca_bundle=host.ca),
            limits=Limits(seconds=20),
        )
        capture(running.site, about(running), Wish("A. Manager", "for the police", media=True), tools)
        seen_again(running, 250)
        yield running


def about(school: TestSchool) -> str:
    return rows(school, Incident)[0].reference


def seen_again(school: TestSchool, likes: int) -> None:
    seen = Observation(rows(school, Item)[0].uid, Observed.COUNTS, counts={"likes": likes})
    with school.site.database.write() as session:
        observations.observe(
            session, school.site.school_id, school.clock.now(), [seen], tool={"name": "test"}
        )


def exported(school: TestSchool, folder: str, **more: object) -> dict[str, bytes]:
    """The payload, after it was checked as a stranger checks it."""
    order = Order(Scope(incident=about(school)), school.folder / folder, actor="A. Manager", **more)  # type: ignore[arg-type]  # fields of an order
    made = make_export(school.site, order)
    assert check_export(made.path, faults_within).faults == ()
    with ZipFile(made.path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    return {name: data for name, data in files.items() if name.startswith("data/") or name == "README.txt"}


def later(files: dict[str, bytes]) -> list[str]:
    wanted = ("/captures/", "/observations/", ".capture-", ".observation-")
    return sorted(name for name in files if any(word in name for word in wanted))


def payload(files: dict[str, bytes]) -> dict[str, bytes]:
    return {name: data for name, data in files.items() if name.startswith("data/")}


def test_the_police_would_not_get_what_was_captured_for_them(school: TestSchool) -> None:
    files = exported(school, "a")
    uid = rows(school, Item)[0].uid
    names = {name for name in later(files) if "/captures/" in name}
    assert {f"data/captures/{uid}/1/capture.json", f"data/captures/{uid}/1/seal.json"} < names
    assert picture() in [files[name] for name in names]
    assert json.loads(files[f"data/observations/{uid}/1.json"])["counts"] == {"likes": 250}
    assert f"captures/{uid}/1".encode() in files["data/INDEX.csv"]
    assert b"data/captures/" in files["README.txt"]
    events = [one for one in rows(school, CustodyEvent) if one.action == "exported"]
    assert [one.details.get("capture") for one in events].count(1) == 1


def test_the_same_checkpoint_would_give_another_payload(school: TestSchool) -> None:
    """What was seen after it, and that it was exported, are left out."""
    first = exported(school, "a")
    size = rows(school, Export)[-1].checkpoint_size
    seen_again(school, 300)
    assert payload(exported(school, "b", at=size)) == payload(first)
    assert len(later(exported(school, "c"))) == len(later(first)) + 3


def test_a_host_would_learn_who_asked_for_a_picture(school: TestSchool) -> None:
    files = exported(school, "a", profile=Profile.HOST)
    assert picture() in files.values()
    assert not [name for name in files if name.endswith("capture.json")]
    assert b"A. Manager" not in b"".join(data for name, data in files.items() if name in later(files))
    assert b"capture.json" in files["README.txt"]


def test_governors_would_see_a_picture(school: TestSchool) -> None:
    assert later(exported(school, "a", profile=Profile.GOVERNORS)) == []
    assert not [
        one for one in rows(school, CustodyEvent) if one.details.get("capture") and one.action == "exported"
    ]


def test_an_old_picture_would_leave_without_the_key(school: TestSchool) -> None:
    before = exported(school, "a")
    close(school, about(school))
    school.clock.advance(timedelta(days=15))
    lock_due(school.site)
    lock_captures(school.site)
    without = exported(school, "b")
    assert later(without) == []
    assert b"Locked to the manager" in without["data/INDEX.csv"]
    opened = exported(school, "c", key=MANAGER)
    assert {name: opened[name] for name in later(opened) if "proofs" not in name} == {
        name: before[name] for name in later(before) if "proofs" not in name
    }


def test_a_suspected_picture_would_be_handed_on(school: TestSchool) -> None:
    rule_on_pictures(school.site, about(school), Ruling.SUSPECTED, by="A. Manager", reason="a second look")
    from config.schema import Role

    files = exported(school, "a", reader=Role.DSL)
    assert later(files) == []
    assert picture() not in files.values()
