"""Europe/London on 25 October 2026 (01:00–02:00 comes twice) and 28 March 2027 (01:00–02:00 never comes)."""

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from pypdf import PdfReader
from support import sheet_facts

from alerts.clocks import (
    LONDON,
    SchoolCalendar,
    add_school_days,
    add_working_days,
    breach_deadline,
    end_of_school_day,
    host_deadline,
    in_repeated_hour,
    section_5_deadline,
)
from alerts.export import tables
from alerts.export.sheets import Step, exhibit_sheet, index_sheet, statement_draft, text_card, times
from alerts.export.week import IsoWeek
from alerts.ladder.observing import recheck_times
from alerts.mail import wording
from alerts.recipients import recipients
from config.policy.retention import shipped_periods
from config.schema import Person, Role
from config.words import Lane, Severity
from connectors.times import parse_time
from monitor.cli.shared import london as on_screen
from monitor.pipeline.telling.weekly import due_week

HOUR = timedelta(hours=1)
BACK = datetime(2026, 10, 25, 1, tzinfo=UTC)
"""02:00 BST becomes 01:00 GMT."""
FORWARD = datetime(2027, 3, 28, 1, tzinfo=UTC)
"""01:00 GMT becomes 02:00 BST."""
FIRST, SECOND = BACK - HOUR / 2, BACK + HOUR / 2
"""Two instants an hour apart; the clocks on the wall show 01:30 at both."""


def utc(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=UTC)


def around(change: datetime) -> list[datetime]:
    """Every ten minutes of three days around a change."""
    return [change - 36 * HOUR + step * HOUR / 6 for step in range(72 * 6)]


def read(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


# Week borders


@pytest.mark.parametrize(
    ("week", "start", "end", "hours"),
    [
        ("2026-W43", "2026-10-18 23:00", "2026-10-26 00:00", 169),
        ("2026-W44", "2026-10-26 00:00", "2026-11-02 00:00", 168),
        ("2027-W12", "2027-03-22 00:00", "2027-03-28 23:00", 167),
        ("2027-W13", "2027-03-28 23:00", "2027-04-04 23:00", 168),
    ],
)
def test_a_week_begins_and_ends_at_midnight_on_the_wall(week: str, start: str, end: str, hours: int) -> None:
    """An hour's slip would put Sunday night's comments into no export, or into two."""
    found = IsoWeek.parse(week)
    assert (found.start, found.end) == (utc(start), utc(end))
    assert found.end - found.start == hours * HOUR


@pytest.mark.parametrize("change", [BACK, FORWARD], ids=["back", "forward"])
def test_every_instant_around_a_change_lies_in_one_week(change: datetime) -> None:
    """A comment of the changing night must stand in an export, and once."""
    for at in around(change):
        week = IsoWeek.of(at)
        assert at in week
        assert at not in week.next
        assert at not in week.previous
        assert week == IsoWeek.of(at.astimezone(LONDON)), "the zone it is given in makes no difference"


@pytest.mark.parametrize(
    ("now", "week"),
    [
        ("2026-10-26 05:59", "2026-W42"), ("2026-10-26 06:00", "2026-W43"),
        ("2027-03-29 04:59", "2027-W11"), ("2027-03-29 05:00", "2027-W12"),
    ],
)  # fmt: skip
def test_the_weekly_export_is_due_at_six_on_the_wall(now: str, week: str) -> None:
    """A manager who finds no mail on Monday morning believes that nothing was watched."""
    assert str(due_week(utc(now))) == week


# Times on paper and in mail


def test_the_hour_that_comes_twice_is_told_apart_on_every_sheet() -> None:
    """ "01:30" for two posts an hour apart would let an alibi stand or fall by mistake."""
    facts = sheet_facts.exhibit(
        posted_at=FIRST,
        seen_at=SECOND,
        continuity=(Step(FIRST, "captured", "s"), Step(SECOND, "sealed", "s")),
    )
    first = "Sunday 25 October 2026, 01:30:00 BST (2026-10-25 00:30:00 UTC; the first 01:30 of that night"
    second = "Sunday 25 October 2026, 01:30:00 GMT (2026-10-25 01:30:00 UTC; the second 01:30 of that night"
    for sheet in (exhibit_sheet, text_card):
        found = read(sheet(facts))
        assert first in found
        assert second in found
    found = read(exhibit_sheet(facts))
    assert "25 Oct 2026 01:30:00 BST 2026-10-25 00:30:00 UTC" in found
    assert "25 Oct 2026 01:30:00 GMT 2026-10-25 01:30:00 UTC" in found


def test_the_hour_that_never_comes_is_on_no_sheet() -> None:
    """A time that no clock showed would discredit the whole exhibit."""
    facts = sheet_facts.exhibit(posted_at=FORWARD - timedelta(seconds=1), seen_at=FORWARD)
    found = read(exhibit_sheet(facts))
    assert "Sunday 28 March 2027, 00:59:59 GMT (2027-03-28 00:59:59 UTC)" in found
    assert "Sunday 28 March 2027, 02:00:00 BST (2027-03-28 01:00:00 UTC)" in found


@pytest.mark.parametrize("change", [BACK, FORWARD], ids=["back", "forward"])
@pytest.mark.parametrize(
    "shown", [times.both, times.short, tables.local, wording.shown], ids=["sheet", "column", "table", "mail"]
)
def test_two_instants_never_look_alike_and_none_is_impossible(
    change: datetime, shown: Callable[[datetime], str]
) -> None:
    """Two times that read the same, or one that never was, cannot be put in order by anybody."""
    told = [shown(at) for at in around(change)]
    assert len(set(told)) == len(told)
    missing = [one for one in told if "28" in one and "Mar" in one and " 01:" in one.split("(")[0]]
    assert missing == []


@pytest.mark.parametrize("shown", [wording.shown_short, on_screen], ids=["subject", "screen"])
def test_short_times_tell_the_repeated_hour_apart(shown: Callable[[datetime], str]) -> None:
    """On the screen and in a subject the zone is left out but where it decides."""
    assert (shown(FIRST)[-9:], shown(SECOND)[-9:]) == ("01:30 BST", "01:30 GMT")
    assert shown(BACK - HOUR)[-9:] == "01:00 BST"
    assert shown(BACK)[-9:] == "01:00 GMT"
    assert shown(BACK + HOUR).endswith("02:00")
    assert shown(FORWARD).endswith("02:00")
    assert not in_repeated_hour(FORWARD)


def test_a_gap_over_the_change_shows_how_long_it_was() -> None:
    """ "01:30–01:30" would look like no gap at all, and an hour's silence would go unseen."""
    assert wording.shown_span(FIRST, SECOND) == "Sun 25 Oct 2026, 01:30 BST – Sun 25 Oct 2026, 01:30 GMT"
    assert wording.shown_span(FORWARD - HOUR / 2, FORWARD + HOUR / 2) == (
        "Sun 28 Mar 2027, 00:30 GMT – Sun 28 Mar 2027, 02:30 BST"
    )


def test_index_and_statement_show_the_week_and_the_night_as_the_wall_did() -> None:
    """The span on the first page is what an officer asks the platform about."""
    week = IsoWeek.parse("2026-W43")
    found = read(index_sheet(sheet_facts.index(start=week.start, end=week.end, failures=(), as_of=week.end)))
    assert "Monday 19 October 2026, 00:00:00 BST (2026-10-18 23:00:00 UTC)" in found
    assert "Monday 26 October 2026, 00:00:00 GMT (2026-10-26 00:00:00 UTC)" in found
    said = statement_draft(sheet_facts.statement(exhibits=(sheet_facts.row(0, seen_at=SECOND),)))
    assert "01:30:00 GMT (2026-10-25 01:30:00 UTC; the second 01:30 of that night" in " ".join(said.split())


# Clocks of the ladder


@pytest.mark.parametrize("change", [BACK, FORWARD], ids=["back", "forward"])
def test_hours_are_hours_whatever_the_wall_shows(change: datetime) -> None:
    """24 hours that became 23 would accuse a host too early; 25 would leave a post up (NEU 9.3)."""
    for at in around(change):
        for given in (at, at.astimezone(LONDON)):
            assert host_deadline(given) - at == 24 * HOUR
            assert breach_deadline(given) - at == 72 * HOUR
    asked = change - 13 * HOUR
    assert [(at - asked) / HOUR for at in recheck_times(asked)] == [1, 6, 24, 48, 168, 720]


@pytest.mark.parametrize(
    ("sent", "due"),
    [
        # Friday 12:00 BST: twelve hours on Friday, all of Monday, twelve hours on Tuesday.
        ("2026-10-23 11:00", "2026-10-27 12:00"),
        # Sent in the repeated hour of a Sunday: it begins to run on Monday at midnight.
        ("2026-10-25 00:30", "2026-10-28 00:00"),
        ("2026-10-25 01:30", "2026-10-28 00:00"),
        # Thursday 12:00 GMT before Good Friday; Easter Monday is the 29th.
        ("2027-03-25 12:00", "2027-03-31 11:00"),
    ],
)
def test_a_section_5_notice_counts_days_as_the_wall_did(sent: str, due: str) -> None:
    """An hour too early, and the operator was not yet late (SI 2013/3028)."""
    assert section_5_deadline(utc(sent)) == utc(due)


@pytest.mark.parametrize(
    ("at", "days", "due"),
    [
        ("2026-10-23 12:30", 1, "2026-10-26 13:30"),  # Friday 13:30 BST → Monday 13:30 GMT
        ("2026-10-25 00:30", 1, "2026-10-26 08:00"),  # the first 01:30 on Sunday → Monday, when school begins
        ("2026-10-25 01:30", 1, "2026-10-26 08:00"),  # the second
        ("2027-03-25 14:00", 1, "2027-03-30 13:00"),  # Thursday 14:00 GMT → Tuesday after Easter, 14:00 BST
        ("2027-03-28 01:00", 1, "2027-03-30 07:00"),
    ],
)
def test_school_days_keep_the_time_on_the_wall(at: str, days: int, due: str) -> None:
    """A reminder for 08:00 that came at 07:00 or 09:00 finds nobody, or a lesson."""
    assert add_school_days(utc(at), days, SchoolCalendar()) == utc(due)


def test_working_days_from_the_repeated_hour_stay_an_hour_apart_or_meet() -> None:
    """Monday has one 01:30 only: both starts lead there, neither a day off."""
    for at in (FIRST, SECOND):
        assert add_working_days(at, 1, SchoolCalendar()) == utc("2026-10-26 01:30")
    assert add_working_days(utc("2027-03-26 01:30"), 1, SchoolCalendar()) == utc("2027-03-30 00:30")


@pytest.mark.parametrize(
    ("at", "ends"),
    [
        ("2026-10-23 15:59", "2026-10-23 16:00"),
        ("2026-10-23 16:00", "2026-10-26 17:00"),
        ("2026-10-25 01:30", "2026-10-26 17:00"),
        ("2027-03-28 01:30", "2027-03-30 16:00"),
    ],
)
def test_the_school_day_ends_at_five_on_the_wall(at: str, ends: str) -> None:
    """ "Today" that ended an hour early would be over before the meeting."""
    assert end_of_school_day(utc(at), SchoolCalendar()) == utc(ends)


# Quiet times: who is reached at night


def _people() -> list[Person]:
    return [
        Person(role=Role.SENIOR_MANAGER, name="A. Manager", email="manager@fernhill.example"),
        Person(role=Role.DEPUTY, name="D. Deputy", email="deputy@fernhill.example", out_of_hours=True),
    ]


@pytest.mark.parametrize(
    ("at", "at_night"),
    [
        ("2026-10-23 06:59", True), ("2026-10-23 07:00", False),  # Friday, BST
        ("2026-10-26 07:59", True), ("2026-10-26 08:00", False),  # Monday, GMT
        ("2026-10-26 16:59", False), ("2026-10-26 17:00", True),
        ("2026-10-25 00:30", True), ("2026-10-25 01:30", True),
        ("2027-03-25 07:59", True), ("2027-03-25 08:00", False),  # Thursday, GMT
        ("2027-03-30 06:59", True), ("2027-03-30 07:00", False),  # Tuesday after Easter, BST
        ("2027-03-30 15:59", False), ("2027-03-30 16:00", True),
    ],
)  # fmt: skip
def test_the_out_of_hours_contact_hears_outside_the_wall_s_school_hours(at: str, at_night: bool) -> None:
    """A threat at 07:30 that waits for somebody who comes at nine."""
    told = recipients(
        Lane.STANDARD,
        Severity.CRITICAL,
        _people(),
        named_staff=frozenset(),
        subject_is_head=False,
        at=utc(at),
    )
    assert ("deputy@fernhill.example" in {person.email for person in told}) is at_night


# What comes in, and how long it stays


@pytest.mark.parametrize(
    ("given", "is_at"),
    [
        ("2026-10-25T01:30:00+01:00", FIRST),
        ("2026-10-25T01:30:00+00:00", SECOND),
        ("2026-10-25T01:30:00+0000", SECOND),
        ("2026-10-25T01:30:00Z", SECOND),
        ("2027-03-28T01:30:00.000Z", FORWARD + HOUR / 2),
    ],
)
def test_a_platform_s_time_is_taken_by_its_own_offset(given: str, is_at: datetime) -> None:
    """Read as local time, a post of the night would move by an hour."""
    assert parse_time(given) == is_at


@pytest.mark.parametrize("change", [BACK, FORWARD], ids=["back", "forward"])
def test_a_period_of_retention_ends_at_the_same_time_on_the_wall(change: datetime) -> None:
    """Erased an hour early, a record is gone on the day it was still asked for; in a missing hour, never."""
    for period in shipped_periods().values():
        for at in (end - timedelta(days=back) for end in around(change)[::3] for back in (14, 365)):
            ends = period.end(at)
            if ends is not None:
                assert ends.tzinfo is UTC
                begun, over = at.astimezone(LONDON).time(), ends.astimezone(LONDON).time()
                assert over == begun or (begun.hour, over.hour) == (1, 2), (
                    "01:30 where there is none is 02:30"
                )
