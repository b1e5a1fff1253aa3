"""The clocks: a wrong one sends a teacher to the host a day late, or the operator a notice too early."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.clocks import (
    SchoolCalendar,
    access_request_deadline,
    add_school_days,
    add_working_days,
    breach_deadline,
    end_of_school_day,
    false_message_deadline,
    false_message_reminder,
    host_deadline,
    limitation_ends,
    poster_reply_deadline,
    section_5_deadline,
)
from alerts.ladder.bank_holidays import Division, bank_holidays, division_of, easter
from config.schema import Nation

LONDON = ZoneInfo("Europe/London")
TIMES = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  Hypothesis wants naive bounds


def london(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=LONDON)


HOST_VECTORS = [
    ("2026-12-24 16:00", "2026-12-25 16:00"),  # Christmas
    ("2026-11-20 15:30", "2026-11-21 15:30"),  # a Friday
    ("2027-03-25 17:00", "2027-03-26 17:00"),  # Good Friday
    ("2027-03-27 18:00", "2027-03-28 19:00"),  # clocks go forward
    ("2026-10-24 18:00", "2026-10-25 17:00"),  # clocks go back
]
SECTION_5_VECTORS = [
    ("2026-12-24 16:00", "2026-12-30 16:00"),
    ("2026-11-20 15:30", "2026-11-24 15:30"),
    ("2027-03-25 17:00", "2027-03-31 17:00"),
]


@pytest.mark.parametrize(("seen", "due"), HOST_VECTORS)
def test_a_host_clock_that_waits_for_monday_would_leave_a_post_up_all_weekend(seen: str, due: str) -> None:
    assert host_deadline(london(seen)) == london(due)


@pytest.mark.parametrize(("sent", "due"), SECTION_5_VECTORS)
def test_a_section_5_clock_that_counts_christmas_would_accuse_the_operator_too_early(
    sent: str, due: str
) -> None:
    assert section_5_deadline(london(sent)) == london(due)


def test_a_section_5_notice_sent_on_a_saturday_would_run_out_unread_if_the_weekend_counted() -> None:
    assert section_5_deadline(london("2026-11-21 10:00")) == london("2026-11-25 00:00")


def test_a_poster_would_lose_the_night_of_their_fifth_day() -> None:
    assert poster_reply_deadline(london("2026-12-23 09:00")) == london("2026-12-29 00:00")  # over Christmas
    assert poster_reply_deadline(london("2027-03-24 23:59")) == london(
        "2027-03-30 00:00"
    )  # clocks go forward


def test_a_teachers_own_claim_would_be_a_day_late() -> None:
    assert limitation_ends(london("2026-11-20 15:30")) == london("2027-11-21 00:00")
    assert limitation_ends(london("2028-02-29 10:00")) == london("2029-03-01 00:00")


def test_the_police_would_hear_of_a_false_message_when_it_is_too_late_to_charge() -> None:
    evidence = london("2026-08-31 10:00")
    assert false_message_reminder(evidence) == london("2027-01-01 00:00")
    assert false_message_deadline(evidence) == london("2027-03-01 00:00")


def test_a_parent_who_asks_to_see_their_data_in_july_would_wait_until_term_starts() -> None:
    assert access_request_deadline(london("2026-07-22 10:00")) == london("2026-08-23 00:00")
    assert access_request_deadline(london("2027-01-31 10:00")) == london("2027-03-01 00:00")


@given(TIMES)
def test_the_host_clock_would_drift_if_it_were_counted_on_a_wall_clock(seen: datetime) -> None:
    assert host_deadline(seen.astimezone(LONDON)) - seen == timedelta(hours=24)


@given(TIMES)
def test_section_5_would_be_shorter_than_the_law_gives_on_some_days(sent: datetime) -> None:
    spent = section_5_deadline(sent) - sent
    assert timedelta(hours=48) <= spent <= timedelta(days=7, hours=1)


@given(TIMES, st.integers(1, 10))
def test_a_school_day_clock_would_ring_in_an_empty_school(at: datetime, days: int) -> None:
    calendar = SchoolCalendar(closed=((date(2026, 12, 19), date(2027, 1, 3)),))
    due = add_school_days(at, days, calendar)
    assert calendar.is_school_day(due.astimezone(LONDON).date())
    assert due > at
    assert add_school_days(at, days + 1, calendar) > due


def test_one_school_day_from_the_last_afternoon_of_term_would_ring_in_the_holidays() -> None:
    calendar = SchoolCalendar(closed=((date(2026, 12, 19), date(2027, 1, 3)),))
    assert add_school_days(london("2026-12-18 15:30"), 1, calendar) == london("2027-01-04 15:30")


def test_three_working_days_would_count_the_bank_holiday_of_another_nation() -> None:
    scotland = SchoolCalendar(Division.SCOTLAND)
    assert add_working_days(london("2026-11-27 10:00"), 1, scotland) == london("2026-12-01 10:00")
    assert add_working_days(london("2026-11-27 10:00"), 1, SchoolCalendar()) == london("2026-11-30 10:00")


def test_same_day_on_a_sunday_night_would_be_over_before_anybody_reads_it() -> None:
    assert end_of_school_day(london("2026-11-22 23:10"), SchoolCalendar()) == london("2026-11-23 17:00")
    assert end_of_school_day(london("2026-11-23 09:00"), SchoolCalendar()) == london("2026-11-23 17:00")


def test_school_hours_would_include_a_bank_holiday_and_miss_the_out_of_hours_contact() -> None:
    calendar = SchoolCalendar()
    assert calendar.in_school_hours(london("2026-11-23 09:00"))
    assert not calendar.in_school_hours(london("2026-11-23 17:00"))
    assert not calendar.in_school_hours(london("2026-12-28 10:00"))


def test_a_calendar_closed_for_years_would_hang_the_daemon() -> None:
    shut = SchoolCalendar(closed=((date(2020, 1, 1), date(2040, 1, 1)),))
    assert add_school_days(london("2026-11-20 10:00"), 1, shut) == london("2026-11-21 10:00")


def test_a_breach_clock_that_stops_for_the_holidays_would_miss_the_72_hours() -> None:
    assert breach_deadline(london("2026-12-24 16:00")) == london("2026-12-27 16:00")


PUBLISHED = {
    Division.ENGLAND_AND_WALES: {
        2026: "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28",
        2027: "01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28",
        2028: "01-03 04-14 04-17 05-01 05-29 08-28 12-25 12-26",
    },
    Division.SCOTLAND: {
        2026: "01-01 01-02 04-03 05-04 05-25 06-15 08-03 11-30 12-25 12-28",
        2027: "01-01 01-04 03-26 05-03 05-31 08-02 11-30 12-27 12-28",
    },
    Division.NORTHERN_IRELAND: {
        2026: "01-01 03-17 04-03 04-06 05-04 05-25 07-13 08-31 12-25 12-28",
        2027: "01-01 03-17 03-26 03-29 05-03 05-31 07-12 08-30 12-27 12-28",
    },
}


@pytest.mark.parametrize(
    ("division", "year", "days"), [(d, y, t) for d, years in PUBLISHED.items() for y, t in years.items()]
)
def test_a_missing_bank_holiday_would_set_a_deadline_that_nobody_can_keep(
    division: Division, year: int, days: str
) -> None:
    assert {f"{day:%m-%d}" for day in bank_holidays(year, division)} == set(days.split())


def test_a_christmas_sunday_would_lose_its_substitute_behind_boxing_day() -> None:
    assert {date(2033, 12, 26), date(2033, 12, 27)} <= bank_holidays(2033, Division.ENGLAND_AND_WALES)
    assert date(2033, 12, 25) not in bank_holidays(2033, Division.ENGLAND_AND_WALES)


def test_easter_would_move_every_spring_deadline_if_it_were_wrong() -> None:
    known = [date(2000, 4, 23), date(2008, 3, 23), date(2011, 4, 24), date(2024, 3, 31), date(2038, 4, 25)]
    assert [easter(day.year) for day in known] == known


def test_a_school_in_wales_would_keep_scottish_holidays() -> None:
    assert {nation: division_of(nation) for nation in Nation} == {
        Nation.ENGLAND: Division.ENGLAND_AND_WALES,
        Nation.WALES: Division.ENGLAND_AND_WALES,
        Nation.SCOTLAND: Division.SCOTLAND,
        Nation.NORTHERN_IRELAND: Division.NORTHERN_IRELAND,
    }
