"""Any history of writing, editing, deleting, late indexing and faults is read exactly once."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.clock import SettableClock
from support.connector_bench import NOON, Bench

from connectors.errors import ConnectorError
from connectors.interface import Plugin
from connectors.loopback import Fault

# Those that hold a request until its deadline are tried one by one in the contract.
_SLOW = (Fault.STALL, Fault.SLOW_DRIP)
FAULTS = [fault for fault in Fault if fault not in _SLOW]
STILL_EDITABLE = timedelta(minutes=25)

words = st.text(alphabet=st.sampled_from("abc &<>\"'\n👩‍🏫\u202e=@#é"), min_size=1, max_size=40)
steps = st.one_of(
    st.tuples(st.just("post"), words, st.just(0)),
    st.tuples(st.just("comment"), words, st.integers(0, 45)),
    st.tuples(st.just("mention"), words, st.integers(0, 45)),
    st.tuples(st.just("edit"), words, st.integers(0, 9)),
    st.tuples(st.just("delete"), st.just(""), st.integers(0, 9)),
    st.tuples(st.just("fault"), st.sampled_from(FAULTS), st.integers(1, 3)),
    st.tuples(st.just("poll"), st.just(""), st.just(0)),
    st.tuples(st.just("restart"), st.just(""), st.just(0)),
    st.tuples(st.just("wait"), st.just(""), st.integers(1, 40)),
)


@dataclass
class History:
    """Plays the steps, and keeps its own account of what stands."""

    bench: Bench
    posts: list[str] = field(default_factory=list)
    standing: dict[str, str] = field(default_factory=dict)
    written_at: dict[str, datetime] = field(default_factory=dict)
    parents: dict[str, str] = field(default_factory=dict)

    def play(self, kind: str, words: object, number: int) -> None:
        self.bench.clock.advance(timedelta(seconds=1))
        getattr(self, kind)(words, number)

    def post(self, words: str, _: int) -> None:
        self.posts.append(self._note(self.bench.platform.own_post(words, self.bench.clock.now()), words))

    def comment(self, words: str, late: int) -> None:
        now, parent = self.bench.clock.now(), self.posts[-1]
        made = self.bench.platform.comment(
            parent, words, "Ann Example", now, indexed_at=now + timedelta(minutes=late)
        )
        self.parents[self._note(made, words)] = parent

    def mention(self, words: str, late: int) -> None:
        now = self.bench.clock.now()
        made = self.bench.platform.mention(
            words, "Ben Example", now, indexed_at=now + timedelta(minutes=late)
        )
        self._note(made, words)

    def edit(self, words: str, which: int) -> None:
        now = self.bench.clock.now()
        recent = [one for one in self.standing if now - self.written_at[one] < STILL_EDITABLE]
        if recent:
            chosen = recent[which % len(recent)]
            self.bench.platform.edit(chosen, words, now)
            self.standing[chosen] = words

    def delete(self, _: str, which: int) -> None:
        gone = [one for one in self.standing if one not in self.posts[-1:]]
        if gone:
            chosen = gone[which % len(gone)]
            self.bench.platform.delete(chosen)
            for one in [chosen, *(child for child, parent in self.parents.items() if parent == chosen)]:
                self.standing.pop(one, None)

    def fault(self, fault: Fault, times: int) -> None:
        self.bench.platform.misbehave(fault, times=times)

    def poll(self, _: str, __: int) -> None:
        self.bench.poll()

    def restart(self, _: str, __: int) -> None:
        self.bench.restart()

    def wait(self, _: str, minutes: int) -> None:
        self.bench.clock.advance(timedelta(minutes=minutes))

    def _note(self, external_id: str, words: str) -> str:
        self.standing[external_id] = words
        self.written_at[external_id] = self.bench.clock.now()
        return external_id


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(steps, min_size=4, max_size=30))
def test_a_comment_would_be_lost_or_told_twice(
    plugin: Plugin, history: list[tuple[str, object, int]]
) -> None:
    clock = SettableClock(NOON)
    with plugin.loopback(clock.now) as platform:
        platform.page_size = 5
        bench = Bench(plugin, platform, clock)
        played = History(bench)
        played.post("The first post.", 0)
        for step in history:
            played.play(*step)
        platform.behave()
        bench.errors.clear()
        for _ in range(3):
            clock.advance(timedelta(minutes=50))
            bench.poll()
        bench.connector.close()
        assert bench.errors == []
        books = {(one.external_id, one.text) for one in platform.books()}
        assert {(item.external_id, item.text) for item in bench.stored.values()} <= books
        read = bench.texts()
        missing = {key: text for key, text in played.standing.items() if read.get(key) != text}
        assert missing == {}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_on_any_one_request_would_lose_a_comment(plugin: Plugin, fault: Fault) -> None:
    """The fault strikes the first, second, third … request of a poll, each in a world of its own."""
    for position in range(5):
        clock = SettableClock(NOON)
        with plugin.loopback(clock.now) as platform:
            platform.page_size = 5
            bench = Bench(plugin, platform, clock)
            post = platform.own_post("A post.", bench.ago(hours=9))
            for number in range(7):
                platform.comment(post, f"comment {number}", "Ann", bench.ago(hours=8 - number))
                platform.mention(f"mention {number}", "Ben", bench.ago(hours=8 - number))
            poll_with_a_fault(bench, fault, position)
            clock.advance(timedelta(minutes=20))
            bench.errors.clear()
            bench.poll()
            bench.connector.close()
            assert bench.errors == []
            assert bench.texts() == {one.external_id: one.text for one in platform.books()}


def poll_with_a_fault(bench: Bench, fault: Fault, position: int) -> None:
    taken = 0
    for stream in bench.connector.streams():
        more = True
        while more:
            if taken == position:
                bench.platform.misbehave(fault)
            taken += 1
            try:
                more = bench.step(stream).more
            except ConnectorError:
                more = False
