"""What stands in the indecent-image lane is asked about by no connector, in no way of its own."""

import time
from datetime import timedelta

from support.connector_bench import Bench


def test_a_closed_post_is_named_in_no_request(bench: Bench) -> None:
    """To ask for it again is to fetch what nobody may look at (Queen's Crescent 2.7.4)."""
    now = bench.clock.now()
    platform = bench.platform
    other = platform.own_post("Fair on Saturday", now - timedelta(hours=3))
    closed = platform.own_post("Look at this", now - timedelta(hours=2), image=True)
    first = platform.comment(other, "No", "u1", now - timedelta(hours=1))
    platform.comment(closed, "What is that", "u2", now - timedelta(hours=1))
    bench.poll()
    bench.connector.close()
    bench.connector = bench.connect(closed=frozenset({closed}))
    before = len(platform.requests)  # type: ignore[attr-defined]  # of every loopback server
    bench.poll()
    bench.clock.advance(timedelta(hours=2))
    bench.poll()
    answers = bench.connector.recheck([first], deadline=time.monotonic() + 20)
    assert answers[first].canary_healthy, "another post serves for comparison"
    asked = platform.requests[before:]  # type: ignore[attr-defined]  # of every loopback server
    assert asked
    assert [one for one in asked if closed in f"{one.path} {one.query}"] == []
