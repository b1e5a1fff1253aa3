"""Exports of a running school: what is in them, for whom, as of when, and that a stranger can check them."""

import csv
import io
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from support.clock import SettableClock
from support.command_line import run
from support.monitor_bench import rows, school_with, send_all
from support.school import TestSchool

from alerts.export.profiles import MASK, Profile
from alerts.export.verify import check_export
from alerts.export.week import IsoWeek
from alerts.export.writer import PROOF, ExportMade
from config.schema import Role
from monitor.evidence.bundle import faults_within
from monitor.evidence.keys import fingerprint
from monitor.evidence.lockbox import opened
from monitor.evidence.log.note import Verifier
from monitor.evidence.verify import verify_store
from monitor.pipeline.at_rest.clear_copies import Why
from monitor.pipeline.boundaries import Boundary
from monitor.pipeline.exports.ending import end_old_exports, erase_exports, exports_holding
from monitor.pipeline.exports.making import make_export
from monitor.pipeline.exports.order import ExportRefused, Order, Scope
from monitor.pipeline.exports.proving import finish_exports
from monitor.pipeline.telling.weekly import export_and_announce
from monitor.store.incidents import NoSuchIncident
from monitor.store.models import (
    CheckpointRow,
    CustodyEvent,
    Erasure,
    EvidenceItem,
    ExhibitNumber,
    Export,
    Incident,
    Item,
    Leaf,
    OutgoingMail,
    StaffMember,
    WeeklyExport,
)


@pytest.fixture
def school(tmp_path: Path, clock: SettableClock, database_url: str) -> Iterator[TestSchool]:
    with school_with(tmp_path, clock, database_url) as running:
        running.first_look()
        told(running, "ABUSE of Mr Crankshaw")
        told(running, "HIGH grave words")
        yield running


def told(school: TestSchool, words: str, author: str = "stranger") -> None:
    school.x.mention(f"@fernhillprimary {words}", author, school.clock.now())
    school.look()
    school.clock.advance(timedelta(minutes=7))


def made(school: TestSchool, folder: str, **changes: object) -> ExportMade:
    order = Order(Scope(week=IsoWeek.of(school.clock.now())), school.folder / folder, actor="A. Manager")
    return make_export(school.site, replace(order, **changes))  # type: ignore[arg-type]  # fields of an order


def files_of(path: Path) -> dict[str, bytes]:
    with ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def payload_of(path: Path) -> dict[str, bytes]:
    return {name: data for name, data in files_of(path).items() if name.startswith("data/")}


def table(path: Path, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(files_of(path)[name].decode("utf-8-sig"))))


def key_of(school: TestSchool) -> str:
    return fingerprint(Verifier.parse(rows(school, CheckpointRow)[0].vkey).public_key)


def test_a_stranger_could_not_check_it(school: TestSchool) -> None:
    """Every item proven, the export's own line proven, the log not rewritten since the mail that told of it."""
    send_all(school)
    export = made(school, "out")
    mail = next(one.text for one in rows(school, OutgoingMail) if "evidence-log" in one.text)
    checked = check_export(export.path, faults_within, fingerprint=key_of(school), since=mail.encode())
    assert checked.faults == ()
    assert any(line.startswith("Since:") for line in checked.found)
    assert any(line.startswith("Proof:") for line in checked.found)
    files = files_of(export.path)
    for item in rows(school, EvidenceItem):
        assert {f"data/items/{item.item_uid}/{name}" for name in item.files} <= files.keys()
    readme = files["README.txt"].decode()
    assert "A. Manager, senior manager, manager@fernhill.example" in " ".join(readme.split())
    assert next(one.message_id for one in rows(school, OutgoingMail) if "evidence-log" in one.text) in readme
    assert verify_store(school.site.database, school.site.evidence, school.site.school_id).faults == ()


def test_the_same_export_would_have_other_bytes_a_month_later(school: TestSchool) -> None:
    """What happened after the checkpoint is left out: new items, exports, decisions, counts that ended."""
    first = made(school, "first")
    size = rows(school, Export)[-1].checkpoint_size
    told(school, "ABUSE that came later")
    told(school, "harmless")
    with school.site.database.write() as session:
        for task in session.query(Incident).first().tasks:  # type: ignore[union-attr]  # there is one
            task.state, task.decided_at, task.reason = "skipped", school.clock.now(), "later"
    made(school, "between")
    school.clock.advance(timedelta(days=40))
    school.look()
    again = made(school, "again", at=size, scope=Scope(week=IsoWeek(2026, 47)))
    assert payload_of(again.path) == payload_of(first.path)
    later = made(school, "later", scope=Scope(week=IsoWeek(2026, 47)))
    assert len(table(later.path, "data/INDEX.csv")) == 3


def test_a_checkpoint_first_exported_late_would_show_what_came_after_it(school: TestSchool) -> None:
    with school.site.database.read() as session:
        size = max(row.size for row in session.query(CheckpointRow))
    before = {row.reference for row in rows(school, Incident)}
    told(school, "PUPIL something else")
    export = made(school, "late", at=size)
    assert {row["incident"] for row in table(export.path, "data/INDEX.csv")} <= before
    assert {row["incident"] for row in table(export.path, "data/tasks.csv")} <= before
    events = table(export.path, "data/custody.csv")
    assert all(int(row["line of the log"]) < size for row in events if row["line of the log"])
    assert check_export(export.path, faults_within).faults == ()


def test_an_exhibit_would_change_its_number(school: TestSchool) -> None:
    first = made(school, "a", produced_by="Jo Smith")
    other = made(school, "b", produced_by="Ann Other")
    told(school, "ABUSE a third")
    third = made(school, "c", produced_by="Jo Smith")
    shown = [[row["exhibit"] for row in table(one.path, "data/INDEX.csv")] for one in (first, other, third)]
    assert [sorted(one) for one in shown] == [["JS/1", "JS/2"], ["JS/1", "JS/2"], ["JS/1", "JS/2", "JS/3"]]
    assert len(rows(school, ExhibitNumber)) == 3
    assert "data/exhibits/JS-1.pdf" in files_of(first.path)
    assert "JS/1" in files_of(first.path)["data/statement-draft.txt"].decode()


def test_a_host_would_read_the_schools_own_work(school: TestSchool) -> None:
    about, other = (one.reference for one in rows(school, Incident))
    export = made(school, "host", scope=Scope(incident=about), profile=Profile.HOST)
    files = payload_of(export.path)
    assert not [name for name in files if "tasks" in name or "custody" in name or "statement" in name]
    assert b"A. Manager" not in b"".join(data for name, data in files.items() if not name.endswith(".pdf"))
    assert {row["incident"] for row in table(export.path, "data/INDEX.csv")} == {about}
    assert other.encode() not in b"".join(files.values())
    assert check_export(export.path, faults_within).faults == ()
    with pytest.raises(ExportRefused, match="goes with --incident"):
        made(school, "week", profile=Profile.HOST)


def test_governors_would_read_names(school: TestSchool) -> None:
    with school.site.database.write() as session:
        session.add(
            StaffMember(
                school_id=school.site.school_id, staff_id="S9", title="Mr", first_name="Ab",
                surname="Crankshaw", role="Teacher", also_known_as=[],
            )
        )  # fmt: skip
    told(school, "PUPIL little one in 4B")
    export = made(school, "governors", profile=Profile.GOVERNORS)
    everything = b"".join(files_of(export.path).values())
    for word in (b"Crankshaw", b"stranger", b"little one", b"/status/"):
        assert word not in everything, word
    words = [row["what was written"] for row in table(export.path, "data/INDEX.csv")]
    assert any(MASK in one and "ABUSE of Mr" in one for one in words)
    assert not [name for name in payload_of(export.path) if "/items/" in name or "/exhibits/" in name]
    assert len([name for name in payload_of(export.path) if "/proofs/" in name]) == 2 * len(words)
    assert check_export(export.path, faults_within).faults == ()


def test_an_export_that_a_crash_came_between_would_stay_unproven(
    school: TestSchool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line is in the log, and the proof beside the zip would never be written."""

    def stop(boundary: Boundary) -> None:
        if boundary is Boundary.AFTER_EXPORT_SEALED:
            raise KeyboardInterrupt

    monkeypatch.setattr("monitor.pipeline.boundaries.listener", stop)
    with pytest.raises(KeyboardInterrupt):
        made(school, "out")
    monkeypatch.undo()
    (path,) = (school.folder / "out").iterdir()
    finish_exports(school.site)
    assert path.with_name(path.name + PROOF).exists()
    assert rows(school, Export)[-1].state == "written"
    assert any(line.startswith("Proof:") for line in check_export(path).found)


@pytest.mark.parametrize("place", [Boundary.BEFORE_EXPORT, Boundary.AFTER_EXPORT])
def test_an_export_that_died_would_stay_planned_and_lie_about_in_clear(
    school: TestSchool, monkeypatch: pytest.MonkeyPatch, place: Boundary
) -> None:
    """Nobody would know that it is none, and its zip or half of it would stand there for good."""

    def stop(boundary: Boundary) -> None:
        if boundary is place:
            raise KeyboardInterrupt

    monkeypatch.setattr("monitor.pipeline.boundaries.listener", stop)
    with pytest.raises(KeyboardInterrupt):
        made(school, "out", actor="A. Manager")
    monkeypatch.undo()
    (dead,) = rows(school, Export)
    Path(dead.path).parent.mkdir(exist_ok=True)
    Path(f"{dead.path}.0a1b2c3d.part").write_bytes(b"half of it")
    config = str(school.folder / "schoolwatch.toml")
    told_again = run("--config", config, "export", "--week", "2026-W47", "--out", str(school.folder / "out"))
    assert "that A. Manager began on Mon 16 Nov" in told_again.err
    again = rows(school, Export)[-1]
    left = sorted(one.name for one in Path(dead.path).parent.iterdir())
    assert left == [Path(again.path).name, Path(again.path).name + PROOF]
    assert rows(school, Export)[0].state == "erased"
    assert [(one.kind, one.subject, one.rule) for one in rows(school, Erasure)] == [
        ("export", dead.uid, "interrupted")
    ]
    found = verify_store(school.site.database, school.site.evidence, school.site.school_id)
    assert not found.faults


@pytest.mark.parametrize(
    "place", [Boundary.BEFORE_EXPORT, Boundary.AFTER_EXPORT, Boundary.AFTER_EXPORT_SEALED]
)
def test_a_week_that_a_crash_came_between_would_be_made_twice(
    school: TestSchool, monkeypatch: pytest.MonkeyPatch, place: Boundary
) -> None:
    week = IsoWeek.of(school.clock.now())

    def stop(boundary: Boundary) -> None:
        if boundary is place:
            raise KeyboardInterrupt

    monkeypatch.setattr("monitor.pipeline.boundaries.listener", stop)
    with pytest.raises(KeyboardInterrupt):
        export_and_announce(school.site, week)
    monkeypatch.undo()
    told(school, "ABUSE that came in between")
    export = export_and_announce(school.site, week)
    names = sorted(one.name for one in export.path.parent.iterdir())
    assert names == [export.path.name, export.path.name + PROOF]
    assert len(rows(school, WeeklyExport)) == len(rows(school, Export)) == 1
    assert [one.kind for one in rows(school, Leaf)].count("export") == 1
    assert check_export(export.path, faults_within).faults == ()


def test_an_export_would_outlive_its_year_or_its_items(school: TestSchool) -> None:
    export = made(school, "out")
    uid = rows(school, Item)[0].uid
    with school.site.database.read() as session:
        holding = exports_holding(session, uid)
        assert exports_holding(session, "nobody") == []
    erase_exports(school.site, holding, Why("asked_for", "a person asked", "A. Manager"))
    assert list(export.path.parent.iterdir()) == []
    (row,) = rows(school, Export)
    assert (row.state, row.facts, row.salt, row.erased_why) == ("erased", None, None, "asked_for")
    assert [one.kind for one in rows(school, Erasure)] == ["export"]
    old = made(school, "out")
    assert old.path != export.path, "a name that somebody's mail speaks of is not given again"
    school.clock.advance(timedelta(days=360))
    assert end_old_exports(school.site) == 0
    school.clock.advance(timedelta(days=7))
    assert end_old_exports(school.site) == 1
    assert list(old.path.parent.iterdir()) == []


def test_an_export_for_one_reader_would_lie_about_in_clear(school: TestSchool) -> None:
    key = X25519PrivateKey.generate()
    export = made(school, "locked", locked_to=key.public_key())
    names = sorted(one.name for one in export.path.parent.iterdir())
    assert [one.removeprefix(export.path.stem) for one in names] == [".box", PROOF]
    box = export.path.read_bytes()
    assert b"grave words" not in box
    ((name, data),) = opened(box, key, export.path.name.removesuffix(".box").encode()).items()
    whole = school.folder / name
    whole.write_bytes(data)
    assert check_export(whole, faults_within).faults == ()


def test_nobody_would_know_that_it_was_taken_out(school: TestSchool) -> None:
    """Each item that leaves is noted, by whom, for whom and on whose authority, and the hash of what left."""
    export = made(school, "out", produced_by="Jo Smith")
    events = rows(school, CustodyEvent)
    opened_for = [one for one in events if one.action == "exported"]
    assert {one.item_uid for one in opened_for} == {one.item_uid for one in rows(school, EvidenceItem)}
    assert {one.actor for one in opened_for} == {"A. Manager"}
    assert {one.details["authority"] for one in opened_for} == {"Jo Smith"}
    (sealed,) = [one for one in events if one.action == "export_sealed"]
    assert sealed.details["sha256"] == export.sha256


def test_an_incident_of_another_lane_would_be_exported_by_its_name(school: TestSchool) -> None:
    told(school, "SAFEGUARDING matter of a child")
    reference = rows(school, Incident)[-1].reference
    with pytest.raises(ExportRefused, match="is not shown to the senior manager"):
        made(school, "out", scope=Scope(incident=reference))
    with pytest.raises(NoSuchIncident, match="there is no incident SW-0"):
        made(school, "out", scope=Scope(incident="SW-0"))
    export = made(school, "out", scope=Scope(incident=reference), reader=Role.DSL)
    assert {row["incident"] for row in table(export.path, "data/INDEX.csv")} == {reference}
    with pytest.raises(ExportRefused, match="there is no checkpoint of 99999 lines"):
        made(school, "out", at=99999)


def test_the_commands_of_the_readme_would_not_work(school: TestSchool, tmp_path: Path) -> None:
    """An officer types them as they stand there, without any program of ours."""
    export = made(school, "out")
    folder = tmp_path / "unpacked"
    with ZipFile(export.path) as archive:
        archive.extractall(folder)
    readme = (folder / "README.txt").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line.strip() for line in readme.splitlines()]
    wanted = [line for line in lines if line.startswith(("sed ", "tail ", "openssl "))]
    wanted += [
        line.removeprefix("Linux:").strip()
        for line in lines
        if "--check --quiet" in line and "sha256sum" in line
    ]
    assert len(wanted) == 6
    for line in wanted:
        done = subprocess.run(line, shell=True, cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, (line, done.stderr)


def test_an_export_that_was_erased_while_it_was_made_would_stand(
    school: TestSchool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A suspicion in that moment would leave the platform's answer in a file that no row speaks of."""

    def erased_meanwhile(boundary: Boundary) -> None:
        if boundary is Boundary.BEFORE_EXPORT:
            erase_exports(school.site, rows(school, Export), Why("indecent_image", "only its reference"))

    told(school, "ABUSE")
    monkeypatch.setattr("monitor.pipeline.boundaries.listener", erased_meanwhile)
    with pytest.raises(ExportRefused, match="while it was made"):
        made(school, "out")
    assert [path.name for path in (school.folder / "out").iterdir()] == []
