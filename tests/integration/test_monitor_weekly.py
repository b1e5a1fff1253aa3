"""The weekly export as the daemon makes it: which week, how often, for whom, and what it says of itself."""

import csv
import io
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest
from support.clock import SettableClock
from support.monitor_bench import delivered, mails, rows, school_with, send_all
from support.school import TestSchool, running_school

from alerts.export.verify import verify_export
from alerts.export.week import IsoWeek
from alerts.export.writer import PROOF
from config.schema import Role
from connectors.loopback import Fault
from monitor.evidence.bundle import faults_within
from monitor.pipeline.telling.weekly import due_week, export_week, make_due_export
from monitor.store.models import CustodyEvent, WeeklyExport

MONDAY = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
"""When the week of the fixture's clock (2026-W47) is due; London is on GMT."""


@pytest.fixture
def school(tmp_path: Path, clock: SettableClock, database_url: str) -> Iterator[TestSchool]:
    with running_school(tmp_path, clock, database_url) as running:
        running.first_look()
        yield running


def table(packed: ZipFile, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(packed.read(name).decode("utf-8-sig"))))


@pytest.mark.parametrize(
    ("now", "week"),
    [
        ((2026, 3, 30, 4, 59), "2026-W12"),  # London went to BST on the 29th: 05:59 there
        ((2026, 3, 30, 5, 0), "2026-W13"),
        ((2026, 10, 26, 5, 59), "2026-W42"),  # and back to GMT on 25 October
        ((2026, 10, 26, 6, 0), "2026-W43"),
        ((2027, 1, 4, 6, 0), "2026-W53"),
        ((2026, 11, 22, 23, 59), "2026-W46"),
    ],
)
def test_the_week_that_is_due_is_london_s(now: tuple[int, int, int, int, int], week: str) -> None:
    """An hour's slip at a clock change would put Sunday night's comments into no week, or two."""
    assert str(due_week(datetime(*now, tzinfo=UTC))) == week


def test_a_week_is_exported_once_with_what_it_found_and_what_it_missed(school: TestSchool) -> None:
    """A head who reads "nothing found" must know when nobody looked; and two mails would be two truths."""
    for author, words in (("=cmd|' /C calc'!A0", "ABUSE words, somebody's"), ("u2", "HIGH grave words"),
                          ("u3", "SAFEGUARDING matter of a child"), ("u4", "harmless")):  # fmt: skip
        school.x.mention(f"@fernhillprimary {words}", author, school.clock.now())
    school.look()
    school.clock.set(datetime(2026, 11, 17, 3, 10, tzinfo=UTC))
    school.x.misbehave(Fault.UNAUTHORISED, times=99)
    school.look()
    school.clock.set(datetime(2026, 11, 17, 9, 40, tzinfo=UTC))
    school.x.behave()
    school.look()
    school.clock.set(MONDAY - timedelta(minutes=1))
    make_due_export(school.site)
    assert rows(school, WeeklyExport) == [], "not before it is due, nor for the week before the school began"
    school.clock.set(MONDAY)
    for _ in range(2):
        make_due_export(school.site)
        school.clock.advance(timedelta(minutes=5))
    (made,) = rows(school, WeeklyExport)
    assert made.week == "2026-W47"
    send_all(school)
    (notice,) = mails(school, "weekly")
    assert notice.recipient == "manager@fernhill.example"
    assert made.sha256 in notice.text
    assert "03:10–09:40" in notice.text
    path = Path(made.path)
    assert sorted(one.name for one in path.parent.iterdir()) == [path.name, path.name + PROOF]
    assert verify_export(path, check_items=faults_within) == []
    with ZipFile(path) as packed:
        gap = next(row for row in table(packed, "data/FAILURES.csv") if "CredentialsRefused" in str(row))
        assert (gap["no data from (UTC)"], gap["to (UTC)"]) == ("2026-11-17 03:10:00", "2026-11-17 09:40:00")
        found = table(packed, "data/INDEX.csv")
        handles = {row["handle as shown"] for row in found}
        assert not [handle for handle in handles if handle.startswith(("=", "+", "-", "@"))], "runs in Excel"
        assert {row["lane"] for row in found} == {"standard"}
        readme = packed.read("README.txt").decode()
        assert "Safeguarding" in readme, "what is held back is counted"
        steps = {row["incident"] for row in table(packed, "data/tasks.csv")}
        assert steps == {row["incident"] for row in found}
    sealed = [event for event in rows(school, CustodyEvent) if event.action == "export_sealed"]
    assert [event.details["sha256"] for event in sealed] == [made.sha256]
    assert "words" not in "".join(subject for _, subject in delivered(school))


def test_a_changed_item_of_an_export_is_named(school: TestSchool) -> None:
    """A word changed on the way to the police must not pass."""
    school.x.mention("@fernhillprimary HIGH grave words", "u2", school.clock.now())
    school.look()
    made = export_week(school.site, IsoWeek.of(school.clock.now()), school.folder / "out")
    folder = school.folder / "unpacked"
    with ZipFile(made.path) as packed:
        packed.extractall(folder)
    record = next(folder.rglob("record.json"))
    record.write_bytes(record.read_bytes().replace(b"grave", b"brave"))
    faults = verify_export(folder, check_items=faults_within)
    assert record.parent.name in {part for fault in faults for part in fault.name.split("/")}


def test_two_processes_make_one_export(school: TestSchool) -> None:
    """A service that is restarted at six on Monday would mail the week twice, or fall over itself."""
    school.x.mention("@fernhillprimary HIGH grave words", "u2", school.clock.now())
    school.look()
    school.clock.set(MONDAY)
    together = threading.Barrier(2)
    broke: list[BaseException] = []

    def make() -> None:
        together.wait()
        try:
            make_due_export(school.site)
        except BaseException as error:  # noqa: BLE001  a thread's fault must reach the test
            broke.append(error)

    threads = [threading.Thread(target=make) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert broke == []
    assert len(rows(school, WeeklyExport)) == 1
    assert len(mails(school, "weekly")) == 1


def test_weeks_without_power_are_made_up_for(
    tmp_path: Path, clock: SettableClock, sqlite_database: str
) -> None:
    """What was sealed before the holidays would be in no export for ever."""
    with school_with(tmp_path, clock, sqlite_database) as school:
        school.first_look()
        school.x.mention("@fernhillprimary HIGH grave words", "u2", clock.now())
        school.look()
        clock.set(MONDAY + timedelta(weeks=2))
        school.look()
        make_due_export(school.site)
        assert [one.week for one in rows(school, WeeklyExport)] == ["2026-W47", "2026-W48", "2026-W49"]
        with ZipFile(rows(school, WeeklyExport)[1].path) as packed:
            gaps = [row["what happened"] for row in table(packed, "data/FAILURES.csv")]
            assert any("NotRunning" in gap for gap in gaps)
        make_due_export(school.site)
        assert len(mails(school, "weekly")) == 3


def test_each_reader_is_given_their_own_lanes(school: TestSchool) -> None:
    """A child's matter would travel with the manager's weekly mail (NEU 8, KCSIE)."""
    school.x.mention("@fernhillprimary SAFEGUARDING matter of a child", "u1", school.clock.now())
    school.x.mention("@fernhillprimary ABUSE of an ordinary kind", "u2", school.clock.now())
    school.look()
    week, shown = IsoWeek.of(school.clock.now()), {}
    for role in (Role.SENIOR_MANAGER, Role.DSL, Role.HEADTEACHER, Role.GOVERNOR):
        made = export_week(school.site, week, school.folder / role.value, role)
        with ZipFile(made.path) as packed:
            shown[role] = {row["lane"] for row in table(packed, "data/INDEX.csv")}
    assert shown[Role.SENIOR_MANAGER] == {"standard"}
    assert "child" in shown[Role.DSL]
    assert "standard" not in shown[Role.DSL]
    assert shown[Role.HEADTEACHER] == {"standard", "child"}
    assert shown[Role.GOVERNOR] == set()
