"""What a platform's time means. A guess here would put a wrong hour, or another month, on an exhibit."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.times import parse_http_date, parse_time

ELEVEN = datetime(2026, 7, 16, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-07-16T11:00:00.000Z", ELEVEN),
        ("2026-07-16T11:00:00Z", ELEVEN),
        ("2026-07-16T11:00:00+00:00", ELEVEN),
        ("2026-07-16T11:00:00+0000", ELEVEN),
        ("2026-07-16T12:00:00+0100", ELEVEN),
        ("2026-07-16T12:00:00.5+01:00", ELEVEN + timedelta(milliseconds=500)),
        ("2026-07-16T11:00:00.123456789Z", ELEVEN + timedelta(microseconds=123456)),
        ("2026-07-16T01:00:00-10:00", ELEVEN),
        ("2026-07-17T01:00:00+14:00", ELEVEN),
        ("2026-07-01T10:00:00+05:00", datetime(2026, 7, 1, 5, tzinfo=UTC)),
    ],
)
def test_a_time_in_another_zone_would_be_hours_wrong(written: str, meant: datetime) -> None:
    assert parse_time(written) == meant
    found = parse_time(written)
    assert found is not None
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    "written",
    [
        "2026-07-16T11:00:00", "2026-07-16", "2026-07-16T11:00Z", "2026-07-16 11:00:00Z",
        "2026-07-16t11:00:00z", "2026-07-16T11:00:00 Z", " 2026-07-16T11:00:00Z", "2026-07-16T11:00:00Z\n",
        "16/07/2026 11:00", "07/16/2026 11:00", "01-07-2026T11:00:00Z", "20260716T110000Z", "26-07-16T11:00:00Z",
        "2026-W29-4T11:00:00Z", "2026-197T11:00:00Z", "2026-02-30T11:00:00Z", "2026-13-01T11:00:00Z",
        "2026-07-16T24:00:00Z", "2026-07-16T11:00:60Z", "2026-07-16T11:60:00Z", "2026-07-16T11:00:00,5Z",
        "2026-07-16T11:00:00.Z", "2026-07-16T11:00:00-00:00", "2026-07-16T11:00:00-0000",
        "2026-07-16T11:00:00+15:00", "2026-07-16T11:00:00+01", "2026-07-16T11:00:00+01:60",
        "2026-07-16T11:00:00 BST", "2026-07-16T11:00:00EST", "2026-07-16T11:00:00Europe/London",
        "Wed Jan 06 18:40:40 +0000 2021", "yesterday", "", "1781942400", "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "٢٠٢٦-07-16T11:00:00Z",
        1_752_660_000, 1_752_660_000.5, None, True, ["2026-07-16T11:00:00Z"],
    ],
)  # fmt: skip
def test_an_ambiguous_time_would_be_guessed_at(written: object) -> None:
    assert parse_time(written) is None


@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)),  # noqa: DTZ001  the zone is given below
    st.integers(-14 * 60, 14 * 60).filter(lambda minutes: minutes == 0 or abs(minutes) >= 1),
    st.booleans(),
)
def test_a_time_would_come_back_as_another_moment(moment: datetime, minutes: int, colon: bool) -> None:
    local = moment.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    written = local.isoformat(timespec="microseconds")
    assert parse_time(written if colon else written[:-3] + written[-2:]) == local


@given(st.one_of(st.text(max_size=40), st.integers(), st.none(), st.floats(), st.booleans(), st.binary()))
def test_a_strange_time_would_stop_a_poll(value: object) -> None:
    found = parse_time(value)
    assert found is None or found.tzinfo is UTC
    assert parse_http_date(value) is None


def test_the_clocks_of_summer_and_winter_would_be_mixed_up() -> None:
    """25 October 2026: 01:30 in London comes twice, and only the zone tells which."""
    first, second = parse_time("2026-10-25T01:30:00+01:00"), parse_time("2026-10-25T01:30:00+00:00")
    assert first is not None
    assert second is not None
    assert second - first == timedelta(hours=1)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Thu, 16 Jul 2026 11:00:00 GMT", ELEVEN),
        ("Thu, 16 Jul 2026 11:00:00 -0000", None),
        ("Thu, 16 Jul 2026 11:00:00 +0000", None),
        ("Thu, 16 Jul 2026 11:00:00", None),
        ("Thursday, 16-Jul-26 11:00:00 GMT", None),
        ("Thu Jul 16 11:00:00 2026", None),
        ("Thu, 31 Feb 2026 11:00:00 GMT", None),
        ("Thu, 16 Foo 2026 11:00:00 GMT", None),
        ("", None),
    ],
)
def test_the_date_of_an_answer_would_be_read_as_local_time(written: str, meant: datetime | None) -> None:
    """Or our own clock would be called an hour wrong all summer, or right when it is not."""
    assert parse_http_date(written) == meant
