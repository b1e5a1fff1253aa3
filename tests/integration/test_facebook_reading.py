"""Polling a page: nothing that stands there is lost, and nothing is asked for ever."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.clock import SettableClock

from config.schema import Watch
from config.words import Surface
from connectors.errors import PermissionMissing, ProtocolDrift, RateLimited, Transient
from connectors.facebook.connector import FacebookConnector
from connectors.facebook.edges import EdgeState
from connectors.facebook.loopback import FacebookLoopback
from connectors.facebook.loopback_nodes import graph_time
from connectors.facebook.parse import post_item
from connectors.interface import Account, Cursor, Item, Page, Stream
from connectors.loopback import Fault
from connectors.loopback_world import Kind

NOON = datetime(2026, 11, 16, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
MOST_STEPS = 400


@dataclass
class Poller:
    """Polls as the daemon does: a page and its cursor are kept together, as JSON."""

    platform: FacebookLoopback
    connector: FacebookConnector
    cursors: dict[Watch, Cursor] = field(default_factory=dict)
    pages: list[Page] = field(default_factory=list)

    def step(self, watch: Watch) -> Page:
        stream = Stream(watch, self.platform.account_id)
        page = self.connector.fetch(stream, self.cursors.get(watch, {}), deadline=time.monotonic() + 5)
        self.cursors[watch] = json.loads(json.dumps(page.cursor))
        self.pages.append(page)
        return page

    def poll(self, watch: Watch) -> list[Item]:
        items: list[Item] = []
        for _ in range(MOST_STEPS):
            page = self.step(watch)
            items += page.items
            if not page.more:
                return items
        raise AssertionError("the poll does not end")

    def texts(self, watch: Watch) -> set[str]:
        return {item.text for item in self.poll(watch)}


def connect(platform: FacebookLoopback, clock: SettableClock) -> FacebookConnector:
    account = Account(
        name="page", account=platform.account, account_id=platform.account_id,
        watch=(Watch.OWN_POSTS, Watch.COMMENTS, Watch.MENTIONS), credentials=platform.credentials(),
        base_url=platform.base_url,
    )  # fmt: skip
    return FacebookConnector(account, clock.now)


@pytest.fixture
def poller(clock: SettableClock) -> Iterator[Poller]:
    with FacebookLoopback(clock.now) as platform:
        connector = connect(platform, clock)
        yield Poller(platform, connector)
        connector.close()


def requests_to(poller: Poller, ending: str) -> int:
    return sum(request.path.endswith(ending) for request in poller.platform.requests)


# -- own posts and mentions -------------------------------------------------------------------------


def test_the_older_posts_of_a_long_page_would_be_missing(poller: Poller) -> None:
    wanted = {poller.platform.own_post(f"post {n}", NOON - n * HOUR) for n in range(120)}
    assert {item.external_id for item in poller.poll(Watch.OWN_POSTS)} == wanted
    before = len(poller.platform.requests)
    assert poller.poll(Watch.OWN_POSTS) == []
    assert len(poller.platform.requests) == before + 1


def test_an_edited_post_would_keep_its_old_words(poller: Poller, clock: SettableClock) -> None:
    post = poller.platform.own_post("Fair on Friday", NOON - 30 * HOUR)
    (first,) = poller.poll(Watch.OWN_POSTS)
    clock.advance(HOUR)
    poller.platform.edit(post, "Fair on Saturday", clock.now())
    (second,) = poller.poll(Watch.OWN_POSTS)
    assert second.text == "Fair on Saturday"
    assert second.external_id == first.external_id
    assert second.version != first.version


def test_a_post_that_facebook_lists_late_would_be_missed(poller: Poller, clock: SettableClock) -> None:
    poller.platform.mention("early", "Ann", NOON - HOUR, indexed_at=NOON + 3 * HOUR)
    poller.platform.mention("on time", "Bob", NOON)
    assert poller.texts(Watch.MENTIONS) == {"on time"}
    clock.advance(4 * HOUR)
    assert poller.texts(Watch.MENTIONS) == {"early"}


def test_a_late_post_behind_newer_ones_would_be_missed(poller: Poller, clock: SettableClock) -> None:
    """The pages between are all known already, and still within the overlap."""
    poller.platform.page_size = 2
    minute = timedelta(minutes=1)
    for back in (0, 10, 20, 30):
        poller.platform.own_post(f"known {back}", NOON - back * minute)
    poller.platform.own_post("old", NOON - 9 * HOUR)
    poller.platform.world.add(Kind.OWN_POST, "late", NOON - 50 * minute, indexed_at=NOON + minute)
    poller.poll(Watch.OWN_POSTS)
    clock.advance(HOUR)
    new = [poller.platform.own_post(f"new {back}", clock.now() - back * minute) for back in (0, 1)]
    assert len(new) == 2
    assert poller.texts(Watch.OWN_POSTS) >= {"late", "new 0", "new 1"}


def test_one_backdated_post_would_end_the_reading() -> None:
    state = EdgeState(high=NOON)
    items = [post_at(NOON + HOUR), post_at(NOON - 999 * HOUR), post_at(NOON + 2 * HOUR)]
    assert not state.reaches_known(items)
    assert state.reaches_known([post_at(NOON - 2 * HOUR)])
    assert not state.reaches_known([])
    assert not EdgeState().reaches_known([post_at(NOON - 2 * HOUR)])


def post_at(moment: datetime) -> Item:
    row = {"id": "1_2", "message": "m", "created_time": graph_time(moment)}
    return post_item(row, Stream(Watch.OWN_POSTS, "1"), "1", Surface.OWN_POST)


def test_more_new_posts_than_one_page_would_leave_a_hole(poller: Poller, clock: SettableClock) -> None:
    poller.platform.own_post("first", NOON)
    poller.poll(Watch.OWN_POSTS)
    clock.advance(timedelta(days=9))
    wanted = {poller.platform.own_post(f"new {n}", NOON + n * HOUR) for n in range(1, 131)}
    assert wanted <= {item.external_id for item in poller.poll(Watch.OWN_POSTS)}


def test_a_visitor_would_be_mixed_up_with_a_stranger_who_tags_the_page(poller: Poller) -> None:
    for number in range(4):
        poller.platform.mention(f"m{number}", "Cat", NOON - number * HOUR)
    items = poller.poll(Watch.MENTIONS)
    by_surface = {surface: [item for item in items if item.surface is surface] for surface in Surface}
    assert [item.author is None for item in by_surface[Surface.TAGGED_POST]] == [True, True]
    assert [item.on_own_account for item in by_surface[Surface.TAGGED_POST]] == [False, False]
    assert [item.author and item.author.display_name for item in by_surface[Surface.MENTION]] == [
        "Cat",
        "Cat",
    ]
    assert all(item.on_own_account for item in by_surface[Surface.MENTION])


def test_one_forbidden_edge_would_hide_the_other_for_ever(poller: Poller, clock: SettableClock) -> None:
    poller.platform.mention("tag", "Bob", NOON)
    poller.platform.mention("on the page", "Ann", NOON)
    poller.platform.misbehave(Fault.FORBIDDEN, times=9, path="/visitor_posts")
    with pytest.raises(PermissionMissing):
        poller.poll(Watch.MENTIONS)
    clock.advance(HOUR)
    assert {item.text for item in poller.step(Watch.MENTIONS).items} == {"tag"}
    with pytest.raises(PermissionMissing):
        poller.step(Watch.MENTIONS)


def test_a_pass_that_was_cut_would_start_over_or_skip(poller: Poller, clock: SettableClock) -> None:
    wanted = {poller.platform.own_post(f"post {n}", NOON - n * HOUR) for n in range(120)}
    seen = {item.external_id for item in poller.step(Watch.OWN_POSTS).items}
    poller.connector = connect(poller.platform, clock)
    seen |= {item.external_id for item in poller.poll(Watch.OWN_POSTS)}
    assert seen == wanted
    assert requests_to(poller, "/published_posts") == 3


def test_a_cursor_that_facebook_forgot_would_stop_the_source_for_ever(poller: Poller) -> None:
    wanted = {poller.platform.own_post(f"post {n}", NOON - n * HOUR) for n in range(120)}
    poller.step(Watch.OWN_POSTS)
    poller.platform.forget_cursors()
    assert {item.external_id for item in poller.poll(Watch.OWN_POSTS)} | {
        item.external_id for item in poller.pages[0].items
    } == wanted
    assert all(page.gap is None for page in poller.pages)


def test_a_place_that_is_always_refused_would_be_hidden(poller: Poller, clock: SettableClock) -> None:
    """The posts behind it cannot be read, and that is said."""
    for number in range(120):
        poller.platform.own_post(f"post {number}", NOON - number * HOUR)
    while poller.step(Watch.OWN_POSTS).more:
        poller.platform.forget_cursors()
    assert poller.pages[-1].gap is not None
    clock.advance(HOUR)
    poller.platform.own_post("after that", clock.now())
    assert "after that" in poller.texts(Watch.OWN_POSTS)


def test_an_edge_that_repeats_itself_would_never_end(poller: Poller) -> None:
    for number in range(120):
        poller.platform.own_post(f"post {number}", NOON - number * HOUR)
    poller.step(Watch.OWN_POSTS)
    poller.platform.misbehave(Fault.REPEATED_PAGE, times=99)
    poller.poll(Watch.OWN_POSTS)
    assert poller.pages[-1].gap is not None
    assert len(poller.platform.requests) < 6


@pytest.mark.parametrize("fault", [Fault.REPEATED_PAGE, Fault.OUT_OF_ORDER, Fault.EMPTY_PAGE_WITH_NEXT])
@pytest.mark.parametrize("after", [0, 1])
def test_one_strange_page_would_lose_posts(poller: Poller, fault: Fault, after: int) -> None:
    wanted = {poller.platform.own_post(f"post {n}", NOON - n * HOUR) for n in range(120)}
    seen = {item.external_id for _ in range(after) for item in poller.step(Watch.OWN_POSTS).items}
    poller.platform.misbehave(fault)
    assert seen | {item.external_id for item in poller.poll(Watch.OWN_POSTS)} == wanted


# -- comments ---------------------------------------------------------------------------------------


def test_a_comment_would_come_without_the_post_it_speaks_of(poller: Poller) -> None:
    post = poller.platform.own_post("The fair is on Saturday.", NOON - 5 * HOUR)
    comment = poller.platform.comment(post, "No parking again", "Ann", NOON - HOUR)
    reply = poller.platform.comment(comment, "True", "Bob", NOON)
    items = {item.external_id: item for item in poller.poll(Watch.COMMENTS)}
    assert set(items) == {comment, reply}
    assert {item.context for item in items.values()} == {"The fair is on Saturday."}
    assert {item.root_id for item in items.values()} == {post}
    assert items[reply].parent_id == comment


def test_a_quiet_page_would_hand_over_its_comments_at_every_poll(
    poller: Poller, clock: SettableClock
) -> None:
    post = poller.platform.own_post("Fair", NOON - 5 * HOUR)
    for number in range(5):
        poller.platform.comment(post, f"c{number}", "Ann", NOON - number * HOUR)
    assert len(poller.poll(Watch.COMMENTS)) == 5
    clock.advance(HOUR)
    assert poller.poll(Watch.COMMENTS) == []


def test_a_new_comment_under_an_old_post_would_be_missed_for_good(
    poller: Poller, clock: SettableClock
) -> None:
    posts = [poller.platform.own_post(f"post {n}", NOON - n * HOUR) for n in range(150)]
    poller.poll(Watch.COMMENTS)
    clock.advance(HOUR)
    poller.platform.comment(posts[140], "years later", "Ann", clock.now())
    assert poller.texts(Watch.COMMENTS) == set()
    clock.advance(timedelta(days=7))
    assert poller.texts(Watch.COMMENTS) == {"years later"}


def test_the_thirtieth_post_would_wait_a_week_for_its_comment(poller: Poller, clock: SettableClock) -> None:
    """Its count is in the list of every poll."""
    posts = [poller.platform.own_post(f"post {n}", NOON - n * HOUR) for n in range(40)]
    poller.poll(Watch.COMMENTS)
    clock.advance(HOUR)
    poller.platform.comment(posts[30], "soon", "Ann", clock.now())
    assert poller.texts(Watch.COMMENTS) == {"soon"}


def test_an_edited_comment_under_an_older_post_would_never_be_seen(
    poller: Poller, clock: SettableClock
) -> None:
    posts = [poller.platform.own_post(f"post {n}", NOON - n * HOUR) for n in range(40)]
    comment = poller.platform.comment(posts[30], "kind", "Ann", NOON)
    poller.poll(Watch.COMMENTS)
    poller.platform.edit(comment, "unkind", NOON + HOUR)
    clock.advance(timedelta(days=8))
    assert poller.texts(Watch.COMMENTS) == {"unkind"}


def test_a_busy_post_would_be_read_whole_at_every_poll(poller: Poller, clock: SettableClock) -> None:
    post = poller.platform.own_post("Snow day", NOON - 99 * HOUR)
    wanted = {
        poller.platform.comment(post, f"c{n}", "Ann", NOON - n * timedelta(minutes=10)) for n in range(250)
    }
    assert {item.external_id for item in poller.poll(Watch.COMMENTS)} == wanted
    clock.advance(HOUR)
    poller.platform.comment(post, "new", "Bob", clock.now())
    before = requests_to(poller, "/comments")
    assert "new" in poller.texts(Watch.COMMENTS)
    assert requests_to(poller, "/comments") == before + 1


def test_a_late_comment_under_a_busy_post_would_be_missed(poller: Poller, clock: SettableClock) -> None:
    """It is older than the overlap; only the count tells that something is there."""
    post = poller.platform.own_post("Snow day", NOON - 99 * HOUR)
    for number in range(150):
        poller.platform.comment(post, f"c{number}", "Ann", NOON - number * timedelta(minutes=10))
    poller.platform.comment(post, "late", "Bob", NOON - 20 * HOUR, indexed_at=NOON + HOUR)
    poller.poll(Watch.COMMENTS)
    clock.advance(2 * HOUR)
    poller.platform.comment(post, "new", "Bob", clock.now())
    assert {"late", "new"} <= poller.texts(Watch.COMMENTS)


def test_a_post_taken_away_in_mid_pass_would_stop_the_reading(poller: Poller) -> None:
    posts = [poller.platform.own_post(f"post {n}", NOON - n * HOUR) for n in range(3)]
    for post in posts:
        poller.platform.comment(post, f"under {post}", "Ann", NOON)
    poller.step(Watch.COMMENTS)
    poller.platform.delete(posts[0])
    assert poller.texts(Watch.COMMENTS) == {f"under {post}" for post in posts[1:]}
    assert any(page.gap is not None for page in poller.pages)


def test_one_post_that_always_fails_would_keep_the_others_unread(poller: Poller) -> None:
    posts = [poller.platform.own_post(f"post {n}", NOON - n * HOUR) for n in range(3)]
    for post in posts:
        poller.platform.comment(post, f"under {post}", "Ann", NOON)
    poller.platform.misbehave(Fault.SERVER_ERROR, times=999, path=f"{posts[0]}/comments")
    seen: set[str] = set()
    for _ in range(12):
        try:
            seen |= poller.texts(Watch.COMMENTS)
        except Transient:
            seen |= {item.text for page in poller.pages for item in page.items}
    assert seen == {f"under {post}" for post in posts[1:]}


def test_a_restart_in_mid_pass_would_lose_the_words_of_the_post(poller: Poller, clock: SettableClock) -> None:
    post = poller.platform.own_post("The fair is on Saturday.", NOON - HOUR)
    poller.platform.comment(post, "No", "Ann", NOON)
    poller.step(Watch.COMMENTS)
    poller.connector = connect(poller.platform, clock)
    poller.step(Watch.COMMENTS)
    poller.connector = connect(poller.platform, clock)
    assert [item.context for item in poller.poll(Watch.COMMENTS)] == ["The fair is on Saturday."]


def test_new_comments_would_wait_until_a_long_first_pass_is_done(
    poller: Poller, clock: SettableClock
) -> None:
    posts = [poller.platform.own_post(f"post {n}", NOON - n * HOUR) for n in range(150)]
    for post in posts[60:]:
        poller.platform.comment(post, f"old {post}", "Ann", NOON)
    while "sweep" not in poller.cursors.get(Watch.COMMENTS, {}) or "head" in poller.cursors[Watch.COMMENTS]:
        poller.step(Watch.COMMENTS)
    for _ in range(3):
        poller.step(Watch.COMMENTS)
    clock.advance(timedelta(minutes=5))
    poller.platform.comment(posts[0], "urgent", "Bob", clock.now())
    first = [item.text for _ in range(3) for item in poller.step(Watch.COMMENTS).items]
    assert first == ["urgent"]
    rest = {item.text for page in poller.pages for item in page.items} | poller.texts(Watch.COMMENTS)
    assert rest == {"urgent"} | {f"old {post}" for post in posts[60:]}


def test_a_list_without_counts_would_hide_new_comments(poller: Poller, clock: SettableClock) -> None:
    """Should Graph refuse the expansion, what is new is still found, only with more requests."""
    poller.platform.serves_counts = False
    posts = [poller.platform.own_post(f"post {n}", NOON - n * HOUR) for n in range(60)]
    wanted = {poller.platform.comment(post, "first", "Ann", NOON) for post in posts[::20]}
    assert {item.external_id for item in poller.poll(Watch.COMMENTS)} == wanted
    clock.advance(HOUR)
    poller.platform.comment(posts[3], "second", "Ann", clock.now())
    assert "second" in poller.texts(Watch.COMMENTS)


def test_a_spoilt_cursor_would_stop_the_source(poller: Poller) -> None:
    poller.platform.own_post("one", NOON)
    poller.cursors[Watch.OWN_POSTS] = {"high": "nonsense", "walk": 7}
    assert poller.texts(Watch.OWN_POSTS) == {"one"}


# -- the platform's allowance -------------------------------------------------------------------------


def test_a_nearly_used_allowance_would_not_slow_us_down(poller: Poller, clock: SettableClock) -> None:
    for number in range(120):
        poller.platform.own_post(f"post {number}", NOON - number * HOUR)
    poller.platform.usage_percent = 80
    page = poller.step(Watch.OWN_POSTS)
    assert page.not_before is not None
    assert page.not_before > clock.now()
    assert not page.more
    assert len(page.items) == 50


def test_the_last_of_the_allowance_would_be_used_up(poller: Poller, clock: SettableClock) -> None:
    poller.platform.own_post("one", NOON)
    poller.platform.usage_percent = 96
    page = poller.step(Watch.OWN_POSTS)
    assert [item.text for item in page.items] == ["one"]
    asked = len(poller.platform.requests)
    with pytest.raises(RateLimited) as caught:
        poller.step(Watch.COMMENTS)
    assert caught.value.until == page.not_before
    assert len(poller.platform.requests) == asked
    poller.platform.usage_percent = 10
    clock.advance(timedelta(hours=2))
    poller.poll(Watch.COMMENTS)


def test_a_limit_would_be_answered_with_more_requests(poller: Poller) -> None:
    poller.platform.misbehave(Fault.RATE_LIMITED_WITHOUT_RESET, times=99)
    with pytest.raises(RateLimited):
        poller.step(Watch.COMMENTS)
    assert len(poller.platform.requests) == 1


def test_a_picture_would_be_fetched(poller: Poller) -> None:
    post = poller.platform.own_post("Sports day", NOON - HOUR, image=True)
    poller.platform.comment(post, "", "Ann", NOON, image=True)
    poller.platform.mention("look", "Bob", NOON, image=True)
    media = [one for watch in poller.connector.streams() for i in poller.poll(watch.watch) for one in i.media]
    assert len(media) == 3
    assert all(one.url and "/media/" in one.url for one in media)
    assert poller.platform.media_requests() == []


def test_a_page_would_be_kept_without_saying_how_it_came(poller: Poller) -> None:
    poller.platform.own_post("one", NOON)
    (envelope,) = poller.step(Watch.OWN_POSTS).envelopes
    assert envelope.status == 200
    assert envelope.method == "GET"
    assert "/v26.0/" in envelope.url
    kept = f"{envelope} {poller.cursors}"
    assert poller.platform.page_token not in kept
    assert poller.platform.app_secret not in kept


# -- any history at all -------------------------------------------------------------------------------

ACTS = st.one_of(
    st.tuples(st.just("post"), st.integers(0, 5)),
    st.tuples(st.just("comment"), st.integers(0, 5)),
    st.tuples(st.just("reply"), st.integers(0, 5)),
    st.tuples(st.just("mention"), st.integers(0, 5)),
    st.tuples(st.just("step"), st.integers(0, 2)),
    st.tuples(st.just("fault"), st.integers(0, 5)),
    st.tuples(st.just("restart"), st.just(0)),
    st.tuples(st.just("forget"), st.just(0)),
)
FAULTS = (
    Fault.SERVER_ERROR, Fault.REPEATED_PAGE, Fault.OUT_OF_ORDER, Fault.EMPTY_PAGE_WITH_NEXT,
    Fault.TRUNCATED_BODY, Fault.RATE_LIMITED,
)  # fmt: skip
STREAMS = (Watch.OWN_POSTS, Watch.COMMENTS, Watch.MENTIONS)


@dataclass
class History:
    """Somebody writes, the daemon polls a bit, things go wrong, in any order."""

    poller: Poller
    clock: SettableClock
    posts: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def act(self, name: str, number: int) -> None:
        self.clock.advance(timedelta(minutes=7))
        getattr(self, name)(number)

    def post(self, back: int) -> None:
        # Some were written a while ago and only now are there for us to read.
        at = self.clock.now() - timedelta(minutes=3 * back)
        self.posts.append(self.poller.platform.own_post(f"post {len(self.posts)}", at))

    def comment(self, which: int) -> None:
        if self.posts:
            under = self.posts[which % len(self.posts)]
            self.comments.append(self.poller.platform.comment(under, "c", "Ann", self.clock.now()))

    def reply(self, which: int) -> None:
        if self.comments:
            under = self.comments[which % len(self.comments)]
            self.comments.append(self.poller.platform.comment(under, "r", "Bob", self.clock.now()))

    def mention(self, back: int) -> None:
        self.poller.platform.mention("m", "Cat", self.clock.now() - timedelta(minutes=3 * back))

    def step(self, which: int) -> None:
        try:
            self.seen |= {item.external_id for item in self.poller.step(STREAMS[which]).items}
        except (Transient, RateLimited, ProtocolDrift):
            return  # the cursor stands where it stood

    def fault(self, which: int) -> None:
        self.poller.platform.misbehave(FAULTS[which])

    def restart(self, _: int) -> None:
        self.poller.connector.close()
        self.poller.connector = connect(self.poller.platform, self.clock)

    def forget(self, _: int) -> None:
        self.poller.platform.forget_cursors()


@settings(max_examples=25, deadline=None)
@given(st.lists(ACTS, max_size=30))
def test_some_order_of_events_would_lose_a_comment(acts: list[tuple[str, int]]) -> None:
    clock = SettableClock(NOON)
    with FacebookLoopback(clock.now) as platform:
        history = History(Poller(platform, connect(platform, clock)), clock)
        for name, number in acts:
            history.act(name, number)
        platform.behave()
        clock.advance(timedelta(minutes=30))
        for watch in STREAMS * 2:
            history.seen |= {item.external_id for item in history.poller.poll(watch)}
        history.poller.connector.close()
        assert {written.external_id for written in platform.books()} <= history.seen


def test_pages_would_ask_the_same_thing_twice_in_one_pass(poller: Poller) -> None:
    for number in range(60):
        poller.platform.own_post(f"post {number}", NOON - number * HOUR)
    poller.poll(Watch.OWN_POSTS)
    asked = [(request.path, dict(request.query)) for request in poller.platform.requests]
    assert all(first != second for first, second in pairwise(asked))


def test_small_pages_would_make_the_newest_posts_few(poller: Poller, clock: SettableClock) -> None:
    """Graph may give fewer posts than were asked for."""
    poller.platform.page_size = 7
    posts = [poller.platform.own_post(f"post {n}", NOON - n * HOUR) for n in range(45)]
    poller.poll(Watch.COMMENTS)
    clock.advance(HOUR)
    poller.platform.comment(posts[30], "soon", "Ann", clock.now())
    assert poller.texts(Watch.COMMENTS) == {"soon"}


def test_a_hole_would_be_told_of_at_every_poll_and_never_filled(poller: Poller, clock: SettableClock) -> None:
    poller.platform.page_size = 5
    wanted = {poller.platform.own_post(f"post {n}", NOON - n * HOUR) for n in range(20)}
    poller.step(Watch.OWN_POSTS)
    poller.platform.misbehave(Fault.REPEATED_PAGE, times=999)
    for _ in range(3):
        poller.poll(Watch.OWN_POSTS)
        clock.advance(HOUR)
    assert sum(page.gap is not None for page in poller.pages) == 1
    poller.platform.behave()
    poller.poll(Watch.OWN_POSTS)
    assert {item.external_id for page in poller.pages for item in page.items} == wanted


def test_a_post_whose_comments_repeat_would_be_left_for_good(poller: Poller, clock: SettableClock) -> None:
    poller.platform.page_size = 5
    post = poller.platform.own_post("Snow day", NOON - 99 * HOUR)
    wanted = {poller.platform.comment(post, f"c{n}", "Ann", NOON - n * HOUR) for n in range(20)}
    poller.step(Watch.COMMENTS)
    poller.step(Watch.COMMENTS)
    poller.platform.misbehave(Fault.REPEATED_PAGE, times=999, path="/comments")
    for _ in range(3):
        poller.poll(Watch.COMMENTS)
        clock.advance(HOUR)
    assert sum(page.gap is not None for page in poller.pages) == 1
    poller.platform.behave()
    poller.poll(Watch.COMMENTS)
    assert {item.external_id for page in poller.pages for item in page.items} == wanted
