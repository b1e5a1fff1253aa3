"""When a source is read: spread over its interval, and less and less often while it fails."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.schema import Source
from connectors.errors import CredentialsRefused, ProtocolDrift, RateLimited, Transient
from monitor.pipeline.reading.poll import back_off
from monitor.site import spread

FIVE_MINUTES = timedelta(minutes=5)


def source(name: str, poll_every: str = "5m") -> Source:
    return Source(
        name=name, platform="facebook", account="fernhill", account_id="1", poll_every=poll_every,
        base_url="http://127.0.0.1:1",
    )  # fmt: skip


def test_forty_sources_would_all_be_read_in_the_same_second() -> None:
    """A platform would see a burst every five minutes, and the last of them would always be late."""
    starts = {spread(f"source-{number}", source(f"source-{number}")) for number in range(40)}
    assert len(starts) == 40
    assert max(starts) - min(starts) > FIVE_MINUTES / 2


@given(st.text(min_size=1, max_size=20), st.sampled_from(["30s", "5m", "1d"]))
def test_a_source_would_start_later_than_its_interval(name: str, every: str) -> None:
    settings = source("any", every)
    assert timedelta(0) <= spread(name, settings) <= min(settings.poll_every, FIVE_MINUTES)
    assert spread(name, settings) == spread(name, settings)


@pytest.mark.parametrize("error", [Transient("away"), ProtocolDrift("odd")])
def test_a_platform_in_trouble_would_be_asked_as_often_as_before(error: Transient | ProtocolDrift) -> None:
    waits = [back_off(error, failures, FIVE_MINUTES) for failures in range(1, 12)]
    assert waits[:4] == [timedelta(seconds=seconds) for seconds in (30, 60, 120, 240)]
    assert waits == sorted(waits)
    assert waits[-1] == timedelta(minutes=30)


def test_a_refused_token_would_be_tried_every_half_minute() -> None:
    """Some platforms lock an account that knocks with a dead token."""
    assert back_off(CredentialsRefused("no"), 1, FIVE_MINUTES) == timedelta(minutes=30)


def test_a_limit_without_an_end_would_be_hammered() -> None:
    assert back_off(RateLimited("slow down"), 1, timedelta(seconds=5)) == timedelta(seconds=60)
