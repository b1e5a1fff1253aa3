"""How far a pass on X reaches back, and when it counts as complete."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.schema import Watch
from connectors.errors import ConnectorError
from connectors.x import cursor as cursors
from connectors.x.cursor import Standing, Walk
from connectors.x.ids import first_id_at, time_of

NOW = datetime(2026, 11, 16, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)

moments = st.timedeltas(timedelta(days=-2000), timedelta(days=5000)).map(lambda span: NOW + span)
numbers = st.integers(1, 2**62)
ids = st.lists(numbers.map(str), max_size=5).map(tuple)
walks = st.builds(
    Walk,
    started=moments,
    since=st.none() | numbers,
    start_time=st.none() | moments,
    swept=st.booleans(),
    target=st.integers(0, 2**62),
    oldest=st.integers(0, 2**62),
    count=st.integers(0, 4000),
    token=st.none() | st.text(max_size=20),
    tokens=st.lists(st.text(max_size=20), max_size=3).map(tuple),
    found=ids,
    queue=st.none() | ids,
)
standings = st.builds(
    Standing,
    high=st.none() | numbers,
    read_at=st.none() | moments,
    swept_at=st.none() | moments,
    seen=ids,
    roots=ids,
    walk=st.none() | walks,
)
watches = st.sampled_from(list(Watch))


@given(standings)
def test_a_cursor_would_change_in_the_store(standing: Standing) -> None:
    assert cursors.load(json.loads(json.dumps(cursors.save(standing)))) == standing


@pytest.mark.parametrize(
    "damage",
    [
        {"schema": 2},
        {"high": "x"},
        {"read_at": "yesterday"},
        {"seen": ["x"]},
        {"walk": {}},
        {"roots": 5},
        {
            "walk": {
                **cursors.save(Standing(walk=Walk(NOW, None, None, swept=False)))["walk"],
                "started": None,
            }
        },
    ],
)
def test_a_damaged_cursor_would_start_again_from_nothing(damage: dict[str, object]) -> None:
    with pytest.raises(ConnectorError) as caught:
        cursors.load(cursors.save(Standing()) | damage)
    assert "restore" in caught.value.mend.lower()


@given(watches, moments, st.none() | numbers, st.timedeltas(timedelta(0), timedelta(days=30)))
def test_what_came_after_the_last_reading_would_be_left_out(
    watch: Watch, read_at: datetime, high: int | None, since: timedelta
) -> None:
    """A pass reaches back before the last complete one, or a gap says from where it does not."""
    now = read_at + since
    walk, gap = cursors.begin(Standing(high=high, read_at=read_at, swept_at=read_at), watch, now)
    if walk.since is not None:
        assert time_of(walk.since) <= read_at - cursors.OVERLAP
    elif walk.start_time is not None and walk.start_time > read_at:
        assert gap is not None
        assert gap.start == read_at
        assert gap.end == walk.start_time


@given(moments, numbers)
def test_a_clock_that_ran_ahead_would_hide_new_posts(read_at: datetime, high: int) -> None:
    """Our clock was a year fast while it read; what was really read bounds where to go on."""
    standing = Standing(high=high, read_at=read_at + timedelta(days=365), swept_at=read_at)
    walk, _ = cursors.begin(standing, Watch.MENTIONS, read_at)
    assert walk.since is None or walk.since <= high


def test_mentions_indexed_a_day_late_would_never_be_read() -> None:
    standing = Standing(high=first_id_at(NOW), read_at=NOW - HOUR, swept_at=NOW - timedelta(hours=25))
    swept, _ = cursors.begin(standing, Watch.MENTIONS, NOW)
    assert swept.since == first_id_at(NOW - timedelta(hours=48))
    again, _ = cursors.begin(replace(standing, swept_at=NOW - HOUR), Watch.MENTIONS, NOW)
    assert again.since == first_id_at(NOW - timedelta(hours=3))
    searched, _ = cursors.begin(standing, Watch.SEARCH, NOW)
    assert searched.since == first_id_at(NOW - timedelta(hours=3))


@given(st.lists(st.lists(numbers, max_size=4), min_size=1, max_size=5))
def test_the_mark_would_rise_before_the_walk_is_complete(pages: list[list[int]]) -> None:
    standing = Standing(high=5, walk=Walk(NOW, since=5, start_time=None, swept=False))
    for number, page in enumerate(pages):
        assert standing.walk is not None
        walk = cursors.advance(standing.walk, [str(one) for one in page], f"token {number}")
        standing = replace(standing, walk=walk)
        assert standing.high == 5
        assert standing.abandon().high == 5
        assert standing.abandon().read_at is None
    everything = [one for page in pages for one in page]
    assert standing.complete().high == max([5, *everything])
    assert standing.walk is not None
    assert standing.walk.count == len(everything)
    assert standing.walk.oldest == min(everything, default=0)


@given(st.lists(st.integers(0, 100), max_size=30))
def test_the_list_of_what_was_seen_would_grow_for_ever(hours: list[int]) -> None:
    versions = [str(first_id_at(NOW - HOUR * one) + 1) for one in hours]
    kept = Standing().remember(versions, NOW).seen
    assert set(kept) == {str(first_id_at(NOW - HOUR * one) + 1) for one in hours if one <= 48}
    assert list(kept) == sorted(kept, key=int)


def test_a_long_break_would_be_searched_beyond_what_x_allows() -> None:
    standing = Standing(high=1, read_at=NOW - timedelta(days=10), swept_at=NOW)
    walk, gap = cursors.begin(standing, Watch.SEARCH, NOW)
    assert walk.since is None
    assert walk.start_time == NOW - cursors.SEARCH_REACH
    assert gap is not None
    assert (gap.start, gap.end) == (standing.read_at, walk.start_time)
    _, mentions = cursors.begin(standing, Watch.MENTIONS, NOW)
    assert mentions is None


def test_a_quiet_week_would_be_told_as_a_gap() -> None:
    standing = Standing(high=first_id_at(NOW - timedelta(days=20)), read_at=NOW - HOUR, swept_at=NOW)
    walk, gap = cursors.begin(standing, Watch.SEARCH, NOW)
    assert gap is None
    assert walk.start_time is not None
