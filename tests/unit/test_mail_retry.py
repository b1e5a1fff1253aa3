"""When a mail is tried again."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.mail.retry import next_attempt

NOW = datetime(2026, 11, 21, 23, 10, tzinfo=UTC)


def test_greylisting_would_delay_an_alert_by_hours() -> None:
    pauses = [next_attempt(attempts, False, NOW) for attempts in range(1, 8)]
    assert pauses == [NOW + timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 30, 60, 60)]


def test_a_new_mail_would_wait() -> None:
    assert next_attempt(0, False, NOW) == NOW


@given(st.integers(0, 1_000_000))
def test_a_refusal_for_good_would_be_tried_again(attempts: int) -> None:
    assert next_attempt(attempts, True, NOW) is None


@given(st.integers(1, 1_000_000))
def test_a_mail_would_be_given_up_or_hammered(attempts: int) -> None:
    """However long a server is down, the next try is 1 to 60 minutes away."""
    following = next_attempt(attempts, False, NOW)
    assert following is not None
    assert timedelta(minutes=1) <= following - NOW <= timedelta(hours=1)


def test_a_dead_server_would_be_given_up_within_five_days() -> None:
    now, attempts = NOW, 0
    while now < NOW + timedelta(days=5):
        following = next_attempt(attempts, False, now)
        assert following is not None
        now, attempts = following, attempts + 1
    assert attempts > 100


def test_a_broken_counter_would_go_unseen() -> None:
    with pytest.raises(ValueError, match="attempts"):
        next_attempt(-1, False, NOW)
