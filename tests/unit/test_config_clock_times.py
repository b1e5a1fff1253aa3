"""Times of day in the settings: a slip in one would hold a mail for a day, or wake somebody every night."""

from datetime import time

import pytest

from config.clock_times import ClockSpan, parse_clock_span, parse_clock_time


@pytest.mark.parametrize(
    ("at", "quiet"),
    [
        (time(20, 59), False),
        (time(21, 0), True),
        (time(23, 59), True),
        (time(0, 0), True),
        (time(6, 59, 59), True),
        (time(7, 0), False),
    ],
)
def test_a_night_would_end_at_midnight(at: time, quiet: bool) -> None:
    assert parse_clock_span("21:00-07:00").holds(at) is quiet


def test_quiet_hours_within_a_day_would_be_read_as_the_night() -> None:
    span = parse_clock_span("12:00 - 13:30")
    assert span == ClockSpan(time(12), time(13, 30))
    assert span.holds(time(13, 29))
    assert not span.holds(time(3))


@pytest.mark.parametrize("wrong", ["24:00", "7:60", "0730", "", 730, "07:30-08:00"])
def test_a_time_that_is_none_would_be_taken_for_midnight(wrong: object) -> None:
    with pytest.raises(ValueError, match="expected a time of day"):
        parse_clock_time(wrong)


@pytest.mark.parametrize("wrong", ["21:00", "21:00-", "21:00-25:00", "21-07", None])
def test_half_a_span_would_hold_mail_for_ever(wrong: object) -> None:
    with pytest.raises(ValueError, match="expected two times of day"):
        parse_clock_span(wrong)


def test_a_span_of_a_whole_day_would_hold_everything() -> None:
    with pytest.raises(ValueError, match="never held"):
        parse_clock_span("07:00-07:00")
