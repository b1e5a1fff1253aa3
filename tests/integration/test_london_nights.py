"""A real school through the nights in which UK clocks change: 25 October 2026 and 28 March 2027."""

import csv
import io
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest
from pypdf import PdfReader
from support.clock import SettableClock
from support.monitor_bench import mails, rows, settle, task_of
from support.school import TestSchool, running_school

from alerts.clocks import LONDON
from alerts.ladder.words import Step
from config.words import Outcome
from monitor.pipeline.incidents.ladder_clock import run_ladders
from monitor.pipeline.telling.weekly import make_due_export
from monitor.store.models import Incident, Item, WeeklyExport

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def utc(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=UTC)


class Calendar:
    """Schools that begin on the Monday of a week, each on a database of its own."""

    def __init__(self, folder: Path, database: str, stack: ExitStack) -> None:
        self._folder, self._database, self._stack = folder, database, stack

    def from_monday(self, monday: str) -> TestSchool:
        school = self._stack.enter_context(
            running_school(self._folder, SettableClock(utc(monday)), self._database, names=["x", "facebook"])
        )
        school.first_look()
        return school


@pytest.fixture
def calendar(tmp_path: Path, sqlite_database: str) -> Iterator[Calendar]:
    with ExitStack() as stack:
        yield Calendar(tmp_path, sqlite_database, stack)


def seen_at(school: TestSchool, moments: dict[str, str]) -> None:
    """Each comment at its time (UTC), by somebody else, and a look right away."""
    for number, (words, at) in enumerate(moments.items()):
        school.clock.set(utc(at))
        school.x.mention(f"@fernhillprimary ABUSE {words}", f"u{number}", school.clock.now())
        school.look()


def exported(school: TestSchool) -> ZipFile:
    (week,) = rows(school, WeeklyExport)
    return ZipFile(week.path)


def listed(packed: ZipFile) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(packed.read("data/INDEX.csv").decode("utf-8-sig"))))


def words_of(packed: ZipFile) -> set[str]:
    return {row["what was written"].split()[-1] for row in listed(packed)}


def sheet(packed: ZipFile, name: str) -> str:
    pages = PdfReader(io.BytesIO(packed.read(name))).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def exhibit_of(packed: ZipFile, word: str) -> str:
    names = [name for name in packed.namelist() if name.startswith("data/exhibits/")]
    return next(text for text in (sheet(packed, name) for name in names) if f"ABUSE {word}" in text)


def test_the_week_in_which_the_clocks_go_back(calendar: Calendar) -> None:
    """169 hours: what was said in the doubled hour and late on Sunday stands in this week, with its own hour."""
    school = calendar.from_monday("2026-10-19 12:00")
    seen_at(school, {"first": "2026-10-25 00:30", "second": "2026-10-25 01:30", "late": "2026-10-25 23:55"})
    seen_at(school, {"monday": "2026-10-26 00:05"})
    school.clock.set(utc("2026-10-26 05:59"))
    make_due_export(school.site)
    assert rows(school, WeeklyExport) == [], "05:59 on the wall"
    school.clock.set(utc("2026-10-26 06:00"))
    make_due_export(school.site)
    with exported(school) as packed:
        assert words_of(packed) == {"first", "second", "late"}
        times = {row["what was written"].split()[-1]: row["seen (UK)"] for row in listed(packed)}
        assert times["first"] == "2026-10-25 01:30:00 BST"
        assert times["second"] == "2026-10-25 01:30:00 GMT"
        assert "01:30:00 BST (2026-10-25 00:30:00 UTC; the first 01:30" in exhibit_of(packed, "first")
        assert "01:30:00 GMT (2026-10-25 01:30:00 UTC; the second 01:30" in exhibit_of(packed, "second")
        front = sheet(packed, "data/INDEX.pdf")
        assert "Monday 19 October 2026, 00:00:00 BST (2026-10-18 23:00:00 UTC)" in front
        assert "Monday 26 October 2026, 00:00:00 GMT (2026-10-26 00:00:00 UTC)" in front
    (mail, *_) = mails(school, "weekly")
    assert "2026-W43" in mail.dedupe_key


def test_the_week_in_which_the_clocks_go_forward(calendar: Calendar) -> None:
    """167 hours: Sunday ends at 23:00 UTC, and the export is ready at six on the wall, not at seven."""
    school = calendar.from_monday("2027-03-22 12:00")
    seen_at(school, {"before": "2027-03-28 00:59", "after": "2027-03-28 01:00", "late": "2027-03-28 22:55"})
    seen_at(school, {"monday": "2027-03-28 23:05"})
    school.clock.set(utc("2027-03-29 04:59"))
    make_due_export(school.site)
    assert rows(school, WeeklyExport) == []
    school.clock.set(utc("2027-03-29 05:00"))
    make_due_export(school.site)
    with exported(school) as packed:
        assert words_of(packed) == {"before", "after", "late"}
        times = {row["what was written"].split()[-1]: row["seen (UK)"] for row in listed(packed)}
        assert times["before"] == "2027-03-28 00:59:00 GMT"
        assert times["after"] == "2027-03-28 02:00:00 BST"
        assert "Sunday 28 March 2027, 02:00:00 BST (2027-03-28 01:00:00 UTC)" in exhibit_of(packed, "after")


@pytest.mark.parametrize(
    ("monday", "seen", "due", "on_the_wall"),
    [
        ("2026-10-19 12:00", "2026-10-24 17:00", "2026-10-25 17:00", "Sun 25 Oct 2026, 17:00 GMT"),
        ("2027-03-22 12:00", "2027-03-27 18:00", "2027-03-28 18:00", "Sun 28 Mar 2027, 19:00 BST"),
    ],
    ids=["back", "forward"],
)
def test_the_host_has_twenty_four_hours_over_a_change(
    calendar: Calendar, monday: str, seen: str, due: str, on_the_wall: str
) -> None:
    """An hour too few accuses the host; an hour too many leaves the post up (NEU 9.3)."""
    school = calendar.from_monday(monday)
    school.clock.set(utc(seen))
    school.x.mention("@fernhillprimary HIGH grave words", "stranger", school.clock.now())
    school.look("x")
    settle(school, Step.TRIAGE)
    settle(school, Step.HOST_REPORT)
    host = task_of(school, Step.HOST_REPORT)
    assert host.due_at == utc(due)
    school.clock.set(utc(due) - MINUTE)
    run_ladders(school.site)
    assert [mail for mail in mails(school, "reminder") if "no_answer" in mail.dedupe_key] == []
    school.clock.set(utc(due))
    run_ladders(school.site)
    (said,) = [mail for mail in mails(school, "reminder") if "no_answer" in mail.dedupe_key]
    assert on_the_wall in " ".join(said.text.split())


@pytest.mark.parametrize(
    ("monday", "asked"), [("2026-10-19 12:00", "2026-10-24 20:00"), ("2027-03-22 12:00", "2027-03-27 20:00")]
)
def test_re_checks_come_after_so_many_hours_over_a_change(
    calendar: Calendar, monday: str, asked: str
) -> None:
    """A look an hour late gives a post an hour more; an hour early, two looks would not be apart (NEU 9.4)."""
    school = calendar.from_monday(monday)
    school.clock.set(utc(asked))
    post = school.facebook.own_post("News from school", school.clock.now())
    school.facebook.comment(post, "ABUSE words", "local", school.clock.now())
    school.look("facebook")
    settle(school, Step.TRIAGE)
    settle(school, Step.OWN_PAGE_HIDE, outcome=Outcome.HIDDEN)
    (incident,) = rows(school, Incident)
    assert incident.next_recheck_at == utc(asked) + HOUR
    assert incident.next_recheck_at.utcoffset() == timedelta(0)


def test_what_the_store_keeps_is_utc_and_in_order(calendar: Calendar) -> None:
    """Kept as the wall showed it, the second 01:30 would stand before the first 01:45."""
    school = calendar.from_monday("2026-10-19 12:00")
    seen_at(school, {"a": "2026-10-25 00:45", "b": "2026-10-25 01:30"})
    first, second = rows(school, Item)
    assert second.first_seen_at - first.first_seen_at == timedelta(minutes=45)
    assert {item.first_seen_at.tzinfo for item in (first, second)} == {UTC}
    wall = [item.first_seen_at.astimezone(LONDON).replace(tzinfo=None) for item in (first, second)]
    assert wall[1] < wall[0], "on the wall it is the other way round"
