"""X's ids."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.x.ids import first_id_at, is_id, time_of

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


@pytest.mark.parametrize("value", ["", "12a", "٣", "1" * 20, 12, None, "-1", "1\n"])
def test_something_else_would_pass_for_an_id(value: object) -> None:
    assert not is_id(value)
