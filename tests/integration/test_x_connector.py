"""What is particular to X, with the real tweepy against the loopback X."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from support.clock import SettableClock
from support.connector_bench import NOON, Bench

from config.schema import Watch
from config.words import Surface, Visibility
from connectors.errors import (
    ConnectorError,
    CursorTooOld,
    Gone,
    NotSupported,
    PermissionMissing,
    ProtocolDrift,
    RateLimited,
)
from connectors.interface import Account, ActionStatus, Capability
from connectors.loopback import Fault
from connectors.loopback_world import Kind
from connectors.x import PLUGIN
from connectors.x import cursor as cursors
from connectors.x.asking import LONGEST_QUERY
from connectors.x.client import Vocabulary
from connectors.x.cursor import Standing, Walk
from connectors.x.ids import first_id_at
from connectors.x.loopback import XLoopback
from connectors.x.loopback_pages import ParameterProblem

READ_ONLY = ("bearer_token",)


@pytest.fixture
def server(clock: SettableClock) -> Iterator[XLoopback]:
    clock.set(NOON)
    with XLoopback(clock.now) as made:
        yield made


@pytest.fixture
def bench(server: XLoopback, clock: SettableClock) -> Iterator[Bench]:
    made = Bench(PLUGIN, server, clock)
    yield made
    made.connector.close()


def keys(server: XLoopback, *names: str) -> dict[str, str]:
    return {name: value for name, value in server.credentials().items() if name in names}


def ids_of(bench: Bench) -> set[str]:
    return {item.external_id for item in bench.stored.values()}


# --- vocabularies and keys ------------------------------------------------------------------------------


def test_the_new_vocabulary_would_stop_all_reading(clock: SettableClock) -> None:
    """A server that knows only post.* is asked once in the old words, then always in the new ones."""
    clock.set(NOON)
    with XLoopback(clock.now, vocabulary=Vocabulary.POST) as server:
        bench = Bench(PLUGIN, server, clock)
        post = server.own_post("Our fair", bench.ago(hours=3))
        reply = server.comment(post, "long " * 100, "Ann Example", bench.ago(hours=2))
        bench.poll()
        assert bench.errors == []
        assert {item.external_id: item.text for item in bench.stored.values()} == {
            post: "Our fair",
            reply: "long " * 100,
        }
        refused = [request for request in server.requests if "tweet.fields" in request.query]
        assert len(refused) == 1
        item = next(item for item in bench.stored.values() if item.external_id == reply)
        assert (item.parent_id, item.context) == (post, "Our fair")
        assert (
            bench.connector.recheck([reply], deadline=time.monotonic() + 5)[reply].visibility
            is Visibility.VISIBLE
        )
        bench.connector.close()


def test_own_reads_would_cost_five_times_as_much(bench: Bench, server: XLoopback) -> None:
    """X charges own posts and mentions less when the account itself asks."""
    server.own_post("A post.", bench.ago(hours=1))
    bench.poll()
    schemes = {
        request.path.rpartition("/")[2]: request.headers["Authorization"].partition(" ")[0]
        for request in server.requests
    }
    assert schemes == {"tweets": "OAuth", "mentions": "OAuth", "recent": "Bearer"}


def test_a_source_without_user_keys_would_not_read(bench: Bench, server: XLoopback) -> None:
    bench.connector.close()
    bench.connector = bench.connect(credentials=keys(server, *READ_ONLY))
    post = server.own_post("A post.", bench.ago(hours=1))
    mention = server.mention("A mention.", "Ann", bench.ago(hours=1))
    bench.poll()
    assert ids_of(bench) == {post, mention}
    assert not bench.connector.capabilities & (Capability.HIDE | Capability.DELETE)
    for act in (bench.connector.hide, bench.connector.unhide, bench.connector.delete):
        with pytest.raises(NotSupported):
            act(mention)
    assert [
        finding for finding in bench.connector.check() if finding.subject == "permissions" and finding.warning
    ]


# --- accounts ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        {"account_id": "fernhill"},
        {"account_id": ""},
        {"account": "not a handle"},
        {"account": "../users"},
        {"search": ("from:somebody",)},
        {"search": ("school -to:parent",)},
        {"search": ("(from:a OR from:b)",)},
        {"search": ("list:123",)},
        {"search": ("fernhill @somebody_else",)},
        {"search": ('"fernhill" -"x" FROM:somebody',)},
        {"search": ("conversation_id:1",)},
        {"search": ("point_radius:[1 2 3km]",)},
        {"search": ("x" * 500,)},
        {"options": {"comment_days": "many"}},
        {"options": {"comment_days": "0"}},
    ],
)
def test_settings_would_turn_the_program_on_other_people(bench: Bench, wrong: dict[str, Any]) -> None:
    with pytest.raises(ConnectorError) as caught:
        bench.connect(watch=(Watch.SEARCH,), **wrong)
    assert caught.value.mend != ConnectorError.mend


def test_searches_about_the_school_itself_would_be_refused(bench: Bench) -> None:
    searches = (
        '"Fernhill Primary" OR @FernhillPrimary',
        'url:"fernhill.sch.uk" -is:reply',
        '"motto: learn"',
        "#fern",
    )
    connector = bench.connect(watch=(Watch.SEARCH,), search=searches)
    assert [stream.key for stream in connector.streams()] == list(searches)
    connector.close()


def test_our_own_and_repeated_posts_would_be_searched_for(bench: Bench, server: XLoopback) -> None:
    bench.connector.close()
    bench.connector = bench.connect(
        watch=(Watch.SEARCH,), search=('"Fernhill Primary"',), account="@fernhillprimary"
    )
    server.own_post("Fernhill Primary says hello.", bench.ago(hours=1))
    mention = server.mention("Fernhill Primary is near me.", "Ann", bench.ago(hours=1))
    bench.poll()
    assert ids_of(bench) == {mention}
    (request,) = server.requests
    assert request.query["query"] == '("Fernhill Primary") -from:fernhillprimary -is:retweet'


# --- passes -----------------------------------------------------------------------------------------------


def test_a_poll_would_hand_over_the_overlap_again_and_again(bench: Bench, server: XLoopback) -> None:
    post = server.own_post("A post.", bench.ago(minutes=50))
    server.comment(post, "@fernhillprimary A comment.", "Ann", bench.ago(minutes=40))
    bench.poll()
    first = len(bench.handed_over)
    for _ in range(3):
        bench.clock.advance(timedelta(minutes=5))
        bench.poll()
    assert len(bench.handed_over) == first


def test_a_clock_that_jumped_ahead_would_hide_mentions(bench: Bench, server: XLoopback) -> None:
    """The machine's clock was five hours fast during one poll and was then put right."""
    server.mention("before", "Ann", bench.ago(hours=1))
    fast = PLUGIN.connect(bench.account(), lambda: bench.clock.now() + timedelta(hours=5))
    stream = bench.stream(Watch.MENTIONS)
    bench.cursors[stream] = fast.fetch(stream, {}, deadline=time.monotonic() + 5).cursor
    fast.close()
    bench.clock.advance(timedelta(minutes=10))
    later = server.mention("after", "Ann", bench.ago(minutes=1))
    bench.poll()
    assert later in ids_of(bench)


def test_a_mention_indexed_a_day_late_would_be_lost(bench: Bench, server: XLoopback) -> None:
    server.mention("on time", "Ann", bench.ago(hours=1))
    bench.poll()
    now = bench.clock.now()
    late = server.mention("a day late", "Ben", now, indexed_at=now + timedelta(hours=20))
    for _ in range(13):
        bench.clock.advance(timedelta(hours=2))
        server.mention("chatter", "Cy", bench.clock.now())
        bench.poll()
    assert late in ids_of(bench)


def test_a_since_id_that_x_finds_too_old_would_stop_the_search(bench: Bench, server: XLoopback) -> None:
    """Promise 8: reading goes on, and the span that was not read is said."""
    bench.connector.close()
    bench.connector = bench.connect(watch=(Watch.SEARCH,), search=("fernhill",))
    (stream,) = bench.connector.streams()
    found = server.mention("fernhill", "Ann", bench.ago(days=2))
    stopped = bench.ago(days=6, hours=20)
    walk = Walk(bench.clock.now(), since=first_id_at(bench.ago(days=9)), start_time=None, swept=False)
    bench.cursors[stream] = cursors.save(Standing(high=1, read_at=stopped, swept_at=stopped, walk=walk))
    page = bench.step(stream)
    assert page.more
    assert page.gap is not None
    assert (page.gap.start, page.gap.end) == (stopped, bench.clock.now() - cursors.SEARCH_REACH)
    bench.read(stream)
    assert ids_of(bench) == {found}


def test_a_start_that_x_finds_too_old_would_be_called_a_fault_of_the_platform(bench: Bench) -> None:
    """The technician would look for a newer release instead of for the clock, or for a service long off."""
    bench.connector.close()
    bench.connector = bench.connect(watch=(Watch.SEARCH,), search=("fernhill",))
    (stream,) = bench.connector.streams()
    walk = Walk(bench.clock.now(), since=None, start_time=bench.ago(days=9), swept=False)
    bench.cursors[stream] = cursors.save(Standing(high=1, read_at=bench.ago(days=9), walk=walk))
    with pytest.raises(CursorTooOld, match="reach back"):
        bench.step(stream)


def test_a_page_token_that_x_forgot_would_stop_the_stream(bench: Bench, server: XLoopback) -> None:
    mention = server.mention("hello", "Ann", bench.ago(hours=1))
    stream = bench.stream(Watch.MENTIONS)
    walk = Walk(
        bench.clock.now(), since=5, start_time=None, swept=False, token="forgotten", tokens=("forgotten",)
    )
    bench.cursors[stream] = cursors.save(Standing(high=5, walk=walk))
    bench.read(stream)
    assert ids_of(bench) == {mention}


def test_a_parameter_that_x_refuses_for_good_would_be_asked_for_ever(
    bench: Bench, server: XLoopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise ParameterProblem("max_results", "100", "no longer taken")

    monkeypatch.setattr(XLoopback, "_mentions", refuse)
    with pytest.raises(ProtocolDrift):
        bench.step(bench.stream(Watch.MENTIONS))
    assert len(server.requests) == 1


def test_more_than_x_lists_would_be_lost_without_a_word(bench: Bench, server: XLoopback) -> None:
    """X gives the newest 800 mentions; when all were new, there may have been more."""
    bench.poll()
    for number in range(801):
        server.mention(f"{number}", "Ann", bench.clock.now() + timedelta(seconds=number))
    bench.clock.advance(timedelta(hours=1))
    bench.read(bench.stream(Watch.MENTIONS))
    assert [gap for gap in bench.gaps if "800" in gap.why]


def test_many_conversations_would_not_fit_into_one_query(bench: Bench, server: XLoopback) -> None:
    posts = [server.own_post(f"post {number}", bench.ago(days=20, minutes=-number)) for number in range(40)]
    replies = {server.comment(post, "a reply", "Ann", bench.ago(hours=3)) for post in posts}
    bench.read(bench.stream(Watch.COMMENTS))
    assert ids_of(bench) == replies
    queries = [request.query["query"] for request in server.requests if "query" in request.query]
    assert len(queries) > 1
    assert all(len(query) <= LONGEST_QUERY for query in queries)


def test_comments_would_be_lost_when_the_list_of_our_posts_repeats_itself(
    bench: Bench, server: XLoopback
) -> None:
    server.page_size = 5
    posts = [server.own_post(f"post {number}", bench.ago(days=number + 1)) for number in range(12)]
    replies = {server.comment(post, "a reply", "Ann", bench.ago(hours=3)) for post in posts}
    stream = bench.stream(Watch.COMMENTS)
    bench.step(stream)
    server.misbehave(Fault.REPEATED_PAGE, times=1000)
    bench.read(stream)
    assert bench.gaps
    server.behave()
    bench.clock.advance(timedelta(minutes=10))
    bench.read(stream)
    assert ids_of(bench) == replies


def test_comments_on_a_post_that_is_listed_late_would_be_lost(bench: Bench, server: XLoopback) -> None:
    late = server.world.add(
        Kind.OWN_POST, "late", bench.ago(minutes=20), indexed_at=bench.clock.now() + timedelta(minutes=5)
    )
    server.own_post("on time", bench.ago(minutes=10))
    stream = bench.stream(Watch.COMMENTS)
    bench.read(stream)
    bench.clock.advance(timedelta(minutes=10))
    reply = server.comment(late, "a reply", "Ann", bench.ago(minutes=1))
    bench.read(stream)
    assert ids_of(bench) == {reply}


def test_every_poll_would_pay_for_all_own_posts_again(bench: Bench, server: XLoopback) -> None:
    for number in range(30):
        server.own_post(f"post {number}", bench.ago(days=number, minutes=5))
    stream = bench.stream(Watch.COMMENTS)
    bench.read(stream)
    asked = len(server.requests)
    bench.clock.advance(timedelta(hours=4))
    bench.read(stream)
    (listing,) = [request for request in server.requests[asked:] if request.path.endswith("/tweets")]
    assert int(listing.query["since_id"]) > first_id_at(bench.ago(days=1))


def test_a_reply_deep_in_our_conversation_would_not_count_as_ours(bench: Bench, server: XLoopback) -> None:
    post = server.own_post("A post.", bench.ago(hours=5))
    reply = server.comment(post, "@fernhillprimary first", "Ann", bench.ago(hours=4))
    deep = server.comment(reply, "@Ann @fernhillprimary second", "Ben", bench.ago(hours=3))
    bench.poll()
    found = {item.external_id: item for item in bench.stored.values()}
    assert found[deep].surface is Surface.COMMENT_ON_OWN_POST
    assert (found[deep].parent_id, found[deep].root_id) == (reply, post)
    assert found[deep].context == "@fernhillprimary first"


def test_the_last_call_of_a_window_would_be_followed_by_another(bench: Bench, server: XLoopback) -> None:
    server.limits["mentions"] = 1
    page = bench.step(bench.stream(Watch.MENTIONS))
    assert page.not_before == NOON + timedelta(minutes=15)
    bench.clock.advance(timedelta(minutes=5))
    with pytest.raises(RateLimited) as caught:
        bench.step(bench.stream(Watch.MENTIONS))
    assert caught.value.until == NOON + timedelta(minutes=15)


def test_an_account_that_x_does_not_find_would_look_empty(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """X answers 200 with errors and nothing else."""
    answers = {
        "resource-not-found": Gone,
        "not-authorized-for-resource": PermissionMissing,
        "something-new": ProtocolDrift,
    }
    for suffix, meaning in answers.items():
        error = {"title": "t", "detail": "d", "type": f"https://api.x.com/2/problems/{suffix}"}
        monkeypatch.setattr(XLoopback, "_mentions", lambda *_, error=error: {"errors": [error]})
        with pytest.raises(meaning):
            bench.step(bench.stream(Watch.MENTIONS))


def test_one_unreadable_post_would_lose_the_page(
    bench: Bench, server: XLoopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = {"id": str(first_id_at(bench.ago(hours=1))), "text": "readable"}
    answer = {"data": [good, {"id": "x"}], "meta": {"result_count": 2}}
    monkeypatch.setattr(XLoopback, "_mentions", lambda *_: answer)
    page = bench.step(bench.stream(Watch.MENTIONS))
    assert [item.text for item in page.items] == ["readable"]
    assert page.gap is not None
    answer["data"] = [{"id": "x"}]
    with pytest.raises(ProtocolDrift):
        bench.step(bench.stream(Watch.MENTIONS))


# --- what became of posts -----------------------------------------------------------------------------------


def test_a_protected_account_would_pass_for_a_removal(bench: Bench, server: XLoopback) -> None:
    server.own_post("A post.", bench.ago(hours=5))
    mention = server.mention("x", "Ann", bench.ago(hours=4))
    bench.poll()
    server.protect("Ann")
    answer = bench.connector.recheck([mention], deadline=time.monotonic() + 5)[mention]
    assert answer.visibility is Visibility.NOT_PUBLICLY_VISIBLE
    assert answer.proof == "not-authorized-for-resource"
    assert answer.canary_healthy


def test_a_dead_canary_would_vouch_for_a_removal(bench: Bench, server: XLoopback) -> None:
    """When the post that should prove our sight is itself missing, nothing is proven."""
    canary = server.own_post("A post.", bench.ago(hours=5))
    mention = server.mention("x", "Ann", bench.ago(hours=4))
    bench.poll()
    server.delete(canary)
    server.delete(mention)
    answer = bench.connector.recheck([mention], deadline=time.monotonic() + 5)[mention]
    assert not answer.canary_healthy
    server.own_post("Another.", bench.ago(minutes=1))
    again = bench.connector.recheck([mention], deadline=time.monotonic() + 5)[mention]
    assert again.visibility is Visibility.GONE
    assert again.canary_healthy


def test_a_leaking_post_of_our_own_would_vouch_for_itself(bench: Bench, server: XLoopback) -> None:
    other = server.own_post("An older post.", bench.ago(hours=9))
    leak = server.own_post("A post that names a pupil.", bench.ago(hours=5))
    bench.poll()
    server.delete(leak)
    answer = bench.connector.recheck([leak], deadline=time.monotonic() + 5)[leak]
    assert answer.visibility is Visibility.GONE
    assert answer.canary_healthy
    assert server.requests[-1].query["ids"].split(",") == [leak, other]


def test_a_recheck_would_pay_for_a_page_of_our_posts(bench: Bench, server: XLoopback) -> None:
    server.own_post("A post.", bench.ago(hours=9))
    mention = server.mention("x", "Ann", bench.ago(hours=4))
    bench.connector.recheck([mention], deadline=time.monotonic() + 5)
    assert [request.query.get("max_results") for request in server.requests] == ["5", None]


def test_an_account_without_posts_would_vouch_for_a_removal(bench: Bench, server: XLoopback) -> None:
    mention = server.mention("x", "Ann", bench.ago(hours=4))
    server.delete(mention)
    answer = bench.connector.recheck([mention], deadline=time.monotonic() + 5)[mention]
    assert answer.visibility is Visibility.GONE
    assert not answer.canary_healthy


def test_an_edited_post_would_be_found_in_its_old_words(bench: Bench, server: XLoopback) -> None:
    server.own_post("A post.", bench.ago(hours=5))
    mention = server.mention("old words", "Ann", bench.ago(minutes=30))
    bench.poll()
    new = server.edit(mention, "new words", bench.ago(minutes=20))
    answer = bench.connector.recheck([mention], deadline=time.monotonic() + 5)[mention]
    assert answer.visibility is Visibility.EDITED
    assert answer.item is not None
    assert (answer.item.external_id, answer.item.version, answer.item.text) == (mention, new, "new words")


def test_a_suspended_author_would_lose_the_item(bench: Bench, server: XLoopback) -> None:
    mention = server.mention("x", "Ann", bench.ago(hours=4))
    server.suspend("Ann")
    bench.poll()
    (item,) = bench.stored.values()
    assert item.external_id == mention
    assert item.author is not None
    assert item.author.handle is None
    assert item.url == f"https://x.com/i/web/status/{mention}"


# --- acting ---------------------------------------------------------------------------------------------------


def test_a_mention_elsewhere_would_be_told_as_hidden(bench: Bench, server: XLoopback) -> None:
    mention = server.mention("x", "Ann", bench.ago(hours=4))
    assert bench.connector.hide(mention) is ActionStatus.NOT_PERMITTED
    assert bench.connector.delete(mention) is ActionStatus.NOT_PERMITTED


def test_acting_on_what_is_gone_would_be_told_as_done(bench: Bench, server: XLoopback) -> None:
    post = server.own_post("A post.", bench.ago(hours=5))
    reply = server.comment(post, "x", "Ann", bench.ago(hours=4))
    server.delete(reply)
    with pytest.raises(Gone):
        bench.connector.hide(reply)
    with pytest.raises(Gone):
        bench.connector.hide("../2/users")
    assert bench.connector.delete(post) is ActionStatus.DONE
    assert bench.connector.delete(post) is ActionStatus.ALREADY


def test_a_server_error_after_a_delete_would_be_tried_again(bench: Bench, server: XLoopback) -> None:
    post = server.own_post("A post.", bench.ago(hours=5))
    for fault in (Fault.SERVER_ERROR, Fault.BAD_GATEWAY_HTML, Fault.TRUNCATED_BODY):
        server.misbehave(fault, writes=True)
        assert bench.connector.delete(post) is ActionStatus.UNKNOWN_OUTCOME


# --- check ------------------------------------------------------------------------------------------------------


def test_keys_of_another_account_would_pass_the_check(bench: Bench) -> None:
    connector = bench.connect(account_id="99")
    findings = connector.check()
    connector.close()
    assert [finding for finding in findings if not finding.ok and finding.subject == "account"]


def test_a_renamed_account_would_go_unnoticed(bench: Bench) -> None:
    connector = bench.connect(account="former_name")
    (finding,) = [finding for finding in connector.check() if finding.subject == "account"]
    connector.close()
    assert finding.warning


def test_used_up_credits_would_be_called_a_bad_key(bench: Bench, server: XLoopback) -> None:
    server.misbehave(Fault.CREDITS_USED_UP, times=10)
    findings = bench.connector.check()
    assert [finding for finding in findings if not finding.ok and finding.subject == "credits"]


def test_a_dead_bearer_token_beside_good_keys_would_pass_the_check(bench: Bench, server: XLoopback) -> None:
    """Searches and re-checks would fail from then on, and `check` would have called all well."""
    connector = bench.connect(credentials={**server.credentials(), "bearer_token": "not-the-one"})
    findings = connector.check()
    connector.close()
    assert [finding for finding in findings if not finding.ok and finding.subject == "usage"]


def test_a_rate_limit_that_is_almost_used_up_would_go_unsaid(bench: Bench, server: XLoopback) -> None:
    server.limits["lookup"] = 5
    assert [finding for finding in bench.connector.check() if finding.subject == "rate limit"]


def test_an_account_would_show_its_keys(bench: Bench) -> None:
    account: Account = replace(bench.account(), name="other")
    assert "loopback-bearer" not in repr(account)
