"""Whatever JSON X answers: an item, or an error with a name; never a traceback, never a lost place."""

import contextlib
import time
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.clock import SettableClock
from support.connector_bench import NOON, Bench

from config.schema import Watch
from config.words import Visibility
from connectors.errors import ConnectorError
from connectors.interface import ActionStatus
from connectors.x import PLUGIN
from connectors.x.loopback import XLoopback

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=6)
values = st.recursive(
    scalars | st.sampled_from(["2121845651665846273", "next", "2026-11-16T10:00:00.000Z"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ["id", "text", "type", "author_id", "next_token", "result_count", "users", "tweets", "media_keys"]
    ), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip
answers = st.dictionaries(
    st.sampled_from(["data", "meta", "includes", "errors", "title"]), values, max_size=4
)


class Strange(XLoopback):
    """Answers one thing to everything."""

    said: Any = None

    def _route(self, call: Any) -> Any:
        return "lookup", lambda *_: self.said


@pytest.fixture(scope="module")
def standing() -> Iterator[Bench]:
    """One server for all examples: what it says is all that changes."""
    clock = SettableClock(NOON)
    with Strange(clock.now) as server:
        server.limits["lookup"] = 10**9
        bench = Bench(PLUGIN, server, clock)
        bench.connector.close()
        watch = (Watch.OWN_POSTS, Watch.COMMENTS, Watch.MENTIONS, Watch.SEARCH)
        bench.connector = bench.connect(watch=watch, search=("x",))
        yield bench
        bench.connector.close()


@settings(max_examples=100, deadline=None)
@given(answers | values)
def test_a_strange_answer_would_end_the_daemon(standing: Bench, said: Any) -> None:
    connector = standing.connector
    standing.platform.said = said
    for stream in connector.streams():
        with contextlib.suppress(ConnectorError):
            assert connector.fetch(stream, {}, deadline=time.monotonic() + 5).envelopes
    asked = connector.recheck(["2121845651665846273", "5"], deadline=time.monotonic() + 5)
    assert asked.keys() == {"2121845651665846273", "5"}
    assert all(finding.message for finding in connector.check())
    for act in (connector.hide, connector.delete):
        with contextlib.suppress(ConnectorError):
            assert act("5") in ActionStatus


def test_silence_about_an_id_would_count_as_a_removal(standing: Bench) -> None:
    standing.platform.said = {"meta": {}}
    answer = standing.connector.recheck(["5"], deadline=time.monotonic() + 5)["5"]
    assert answer.visibility is Visibility.UNKNOWN
    assert not answer.canary_healthy
