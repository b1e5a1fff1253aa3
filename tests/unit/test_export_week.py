"""The week of an export, over clock changes and year ends."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.export.week import BadWeek, IsoWeek


@pytest.mark.parametrize(
    ("week", "start", "end", "hours"),
    [
        ("2026-W47", datetime(2026, 11, 16, tzinfo=UTC), datetime(2026, 11, 23, tzinfo=UTC), 168),
        # Clocks go back on Sunday 25 October 2026: the week has an hour more.
        ("2026-W43", datetime(2026, 10, 18, 23, tzinfo=UTC), datetime(2026, 10, 26, tzinfo=UTC), 169),
        # Clocks go forward on Sunday 28 March 2027.
        ("2027-W12", datetime(2027, 3, 22, tzinfo=UTC), datetime(2027, 3, 28, 23, tzinfo=UTC), 167),
        ("2026-W53", datetime(2026, 12, 28, tzinfo=UTC), datetime(2027, 1, 4, tzinfo=UTC), 168),
    ],
)
def test_a_week_would_lose_or_double_an_hour(week: str, start: datetime, end: datetime, hours: int) -> None:
    found = IsoWeek.parse(week)
    assert (found.start, found.end) == (start, end)
    assert found.end - found.start == timedelta(hours=hours)
    assert str(found) == week


@pytest.mark.parametrize(
    ("instant", "week"),
    [
        (datetime(2026, 10, 18, 22, 59, 59, tzinfo=UTC), "2026-W42"),
        (datetime(2026, 10, 18, 23, 0, tzinfo=UTC), "2026-W43"),  # Monday 00:00 in London
        (datetime(2026, 10, 25, 23, 59, tzinfo=UTC), "2026-W43"),
        (datetime(2027, 1, 1, 12, tzinfo=UTC), "2026-W53"),
        (datetime(2027, 3, 28, 22, 59, tzinfo=UTC), "2027-W12"),
        (datetime(2027, 3, 28, 23, 0, tzinfo=UTC), "2027-W13"),
    ],
)
def test_a_comment_on_sunday_night_would_fall_into_the_wrong_week(instant: datetime, week: str) -> None:
    assert str(IsoWeek.of(instant)) == week
    assert instant in IsoWeek.parse(week)


@pytest.mark.parametrize(
    "text", ["", "2026", "2026-47", "2026-W7", "2025-W53", "2026-W00", "2026-W54", "26-W47", "٢٠٢٦-W٤٧"]
)
def test_a_mistyped_week_would_export_another(text: str) -> None:
    with pytest.raises(BadWeek, match="week"):
        IsoWeek.parse(text)


@pytest.mark.parametrize("year", [0, -5, 10_000])
def test_an_impossible_year_would_crash(year: int) -> None:
    with pytest.raises(BadWeek):
        IsoWeek(year, 1)


def test_an_instant_without_a_zone_would_fall_anywhere() -> None:
    with pytest.raises(ValueError, match="time zone"):
        IsoWeek.of(datetime(2026, 11, 16))  # noqa: DTZ001  the mistake itself


@given(st.integers(0, 3_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)))
def test_an_item_would_stand_in_no_week_or_in_two(instant: datetime) -> None:
    week = IsoWeek.of(instant)
    assert week.start <= instant < week.end
    assert instant not in week.previous
    assert instant not in week.next
    assert week.previous.end == week.start
    assert week.next.start == week.end
    assert week.previous < week < week.next
    assert IsoWeek.parse(str(week)) == week
