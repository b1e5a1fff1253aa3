"""X's ids and times."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.x.ids import first_id_at, is_id, parse_time, time_of

BEGINNING = datetime(2010, 11, 5, tzinfo=UTC)
moments = st.timedeltas(timedelta(days=1), timedelta(days=20_000)).map(lambda span: BEGINNING + span)


@given(moments)
def test_a_synthetic_since_id_would_skip_posts_of_its_own_millisecond(moment: datetime) -> None:
    post_id = first_id_at(moment)
    assert moment - timedelta(milliseconds=1) < time_of(post_id) <= moment
    assert time_of(post_id - 1) < time_of(post_id)


@given(moments, moments)
def test_ids_would_not_follow_time(one: datetime, other: datetime) -> None:
    first, second = sorted([one, other])
    assert first_id_at(first) <= first_id_at(second)


def test_an_id_of_before_x_would_be_negative() -> None:
    assert first_id_at(datetime(1999, 1, 1, tzinfo=UTC)) == 1


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("2026-07-16T11:00:00.000Z", datetime(2026, 7, 16, 11, tzinfo=UTC)),
        ("2026-07-16T11:00:00Z", datetime(2026, 7, 16, 11, tzinfo=UTC)),
        ("2026-07-16T12:00:00.5+01:00", datetime(2026, 7, 16, 11, 0, 0, 500000, tzinfo=UTC)),
        ("2026-07-16T11:00:00", None),
        ("2026-02-30T11:00:00Z", None),
        ("Wed Jan 06 18:40:40 +0000 2021", None),
        ("0000-01-01T00:00:00Z", None),
        ("٢٠٢٦-07-16T11:00:00Z", None),
        (1_752_660_000, None),
        (None, None),
    ],
)
def test_a_time_would_be_guessed(value: object, read: datetime | None) -> None:
    assert parse_time(value) == read


@given(st.one_of(st.text(max_size=40), st.integers(), st.none(), st.floats(), st.booleans()))
def test_a_strange_time_would_raise(value: object) -> None:
    found = parse_time(value)
    assert found is None or found.tzinfo is UTC


@pytest.mark.parametrize("value", ["", "12a", "٣", "1" * 20, 12, None, "-1", "1\n"])
def test_something_else_would_pass_for_an_id(value: object) -> None:
    assert not is_id(value)
