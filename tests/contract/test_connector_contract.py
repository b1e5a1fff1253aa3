"""What every connector promises, tried on its own loopback platform, over the real client library.

A platform that is added later is found by the registry and has to pass all of this.
"""

import json
import time
from collections.abc import Sequence
from datetime import timedelta

import pytest
from support.connector_bench import NOON, Bench

from config.schema import Watch
from config.words import Surface, Visibility
from connectors.errors import (
    Blocked,
    ConnectorError,
    CredentialsRefused,
    CreditsUsedUp,
    PermissionMissing,
    ProtocolDrift,
    RateLimited,
    Transient,
)
from connectors.interface import ActionStatus, Capability, Item, Plugin, Stream
from connectors.loopback import Fault

REFUSALS: dict[Fault, tuple[type[ConnectorError], ...]] = {
    Fault.UNAUTHORISED: (CredentialsRefused,),
    Fault.CREDITS_USED_UP: (CreditsUsedUp, RateLimited, PermissionMissing),
    Fault.FORBIDDEN: (PermissionMissing,),
    Fault.RATE_LIMITED: (RateLimited,),
    Fault.RATE_LIMITED_WITHOUT_RESET: (RateLimited,),
    Fault.SERVER_ERROR: (Transient,),
    Fault.BAD_GATEWAY_HTML: (Transient,),
    Fault.HTML_INSTEAD_OF_JSON: (Blocked, ProtocolDrift),
    Fault.TRUNCATED_BODY: (Transient, ProtocolDrift),
    Fault.DROPPED_CONNECTION: (Transient,),
}
TWISTS = (Fault.REPEATED_PAGE, Fault.OUT_OF_ORDER, Fault.EMPTY_PAGE_WITH_NEXT)
HOSTILE_TEXTS = (
    "plain",
    "a & b <script>alert(1)</script> &amp; \"quoted\" 'too'",
    "line one\nline two\ttabbed",
    "\u202eright to left\u202c and t\u200be\u200bacher",
    "👩‍🏫🏴󠁧󠁢󠁥󠁮󠁧󠁿 only pictures",
    "x" * 1999 + "!",
    '=HYPERLINK("http://127.0.0.1")',
)


def write_a_little(bench: Bench) -> tuple[str, str, str]:
    """An own post, a comment on it and a mention; their ids."""
    post = bench.platform.own_post("Our summer fair is on Saturday.", bench.ago(hours=5))
    comment = bench.platform.comment(post, "See you all there!", "Ann Example", bench.ago(hours=4))
    mention = bench.platform.mention("Thank you Fernhill Primary.", "Ben Example", bench.ago(hours=3))
    return post, comment, mention


def by_id(bench: Bench) -> dict[str, Item]:
    return {item.external_id: item for item in bench.stored.values()}


# --- what is read -----------------------------------------------------------------------------------


def test_a_school_would_not_be_told_which_credentials_a_platform_needs(bench: Bench) -> None:
    given = set(bench.platform.credentials())
    needed = set(bench.plugin.credential_names)
    assert needed <= given <= needed | set(bench.plugin.optional_credentials)
    assert bench.plugin.hosts
    assert all("/" not in host and ":" not in host for host in bench.plugin.hosts)


def test_own_posts_come_first_so_that_comments_find_their_context(bench: Bench) -> None:
    assert bench.connector.streams()[0].watch is Watch.OWN_POSTS


def test_what_is_written_would_be_missed_or_stored_under_another_name(bench: Bench) -> None:
    post, comment, mention = write_a_little(bench)
    bench.poll()
    assert bench.errors == []
    items = by_id(bench)
    assert {key: item.text for key, item in items.items()} == {
        one.external_id: one.text for one in bench.platform.books()
    }
    assert items[post].surface is Surface.OWN_POST
    assert items[post].school_is_author
    assert items[comment].surface is Surface.COMMENT_ON_OWN_POST
    assert items[comment].on_own_account
    assert not items[comment].school_is_author
    assert items[comment].context == "Our summer fair is on Saturday."
    assert items[mention].surface in (Surface.MENTION, Surface.TAGGED_POST)
    for item in items.values():
        assert item.platform == bench.plugin.platform
        assert item.url.startswith("https://")
        assert item.posted_at is not None
        assert item.posted_at.utcoffset() == timedelta(0)
        json.loads(item.raw)


def test_times_would_be_off_by_the_summer_hour(bench: Bench) -> None:
    written = {
        bench.platform.own_post("in winter time", NOON - timedelta(hours=2)): NOON - timedelta(hours=2),
        bench.platform.own_post("a minute later", NOON - timedelta(minutes=119)): NOON
        - timedelta(minutes=119),
    }
    bench.poll()
    read = {item.external_id: item.posted_at for item in bench.stored.values()}
    for external_id, at in written.items():
        assert abs((read[external_id] - at).total_seconds()) < 1


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_words_would_be_changed_on_their_way(bench: Bench, text: str) -> None:
    post = bench.platform.own_post("A post.", bench.ago(hours=2))
    comment = bench.platform.comment(post, text, "Ann Example", bench.ago(hours=1))
    bench.poll()
    assert by_id(bench)[comment].text == text


def test_a_picture_would_be_fetched_or_go_unmentioned(bench: Bench) -> None:
    post = bench.platform.own_post("A post.", bench.ago(hours=2))
    comment = bench.platform.comment(post, "look at this", "Ann Example", bench.ago(hours=1), image=True)
    bench.poll()
    assert by_id(bench)[comment].has_media
    assert not by_id(bench)[post].has_media
    addresses = [one.url or "" for one in by_id(bench)[comment].media]
    assert not [
        request for request in bench.platform.requests if any(request.path in one for one in addresses)
    ]


def test_pages_after_the_first_would_be_lost(bench: Bench) -> None:
    bench.platform.page_size = 5
    post = bench.platform.own_post("A post.", bench.ago(days=1))
    for number in range(13):
        bench.platform.comment(post, f"comment {number}", f"Reader {number}", bench.ago(hours=20 - number))
        bench.platform.mention(f"mention {number}", f"Reader {number}", bench.ago(hours=20 - number))
    bench.poll()
    assert bench.texts() == {one.external_id: one.text for one in bench.platform.books()}


def test_a_restart_between_two_pages_would_lose_the_rest(bench: Bench) -> None:
    bench.platform.page_size = 5
    post = bench.platform.own_post("A post.", bench.ago(days=1))
    for number in range(12):
        bench.platform.comment(post, f"comment {number}", f"Reader {number}", bench.ago(hours=20 - number))
        bench.platform.mention(f"mention {number}", f"Reader {number}", bench.ago(hours=20 - number))
    for stream in bench.connector.streams():
        for _ in range(40):
            more = bench.step(stream).more
            bench.cursors[stream] = json.loads(json.dumps(bench.cursors[stream]))
            bench.restart()
            if not more:
                break
    assert bench.texts() == {one.external_id: one.text for one in bench.platform.books()}


def test_a_second_poll_would_read_nothing_new_for_ever(bench: Bench) -> None:
    write_a_little(bench)
    bench.poll()
    bench.clock.advance(timedelta(minutes=30))
    late = bench.platform.mention("One more.", "Cy Example", bench.ago(minutes=5))
    bench.poll()
    assert late in by_id(bench)


def test_an_empty_page_would_lose_the_place(bench: Bench) -> None:
    write_a_little(bench)
    bench.poll()
    bench.clock.advance(timedelta(days=3))
    bench.poll()
    bench.poll()
    mention = bench.platform.mention("After a quiet week-end.", "Cy Example", bench.ago(minutes=1))
    bench.poll()
    assert mention in by_id(bench)
    assert bench.errors == []


def test_a_late_arrival_would_be_skipped_for_good(bench: Bench) -> None:
    """Platforms index some mentions only after later ones have been read."""
    write_a_little(bench)
    written = bench.clock.now()
    late = bench.platform.mention("Late.", "Cy Example", written, indexed_at=written + timedelta(minutes=50))
    bench.clock.advance(timedelta(minutes=10))
    on_time = bench.platform.mention("On time.", "Di Example", bench.ago(minutes=1))
    bench.poll()
    assert on_time in by_id(bench)
    assert late not in by_id(bench)
    bench.clock.advance(timedelta(minutes=45))
    bench.poll()
    assert late in by_id(bench)


def test_an_edit_would_overwrite_what_stood_there_before(bench: Bench) -> None:
    post = bench.platform.own_post("A post.", bench.ago(hours=1))
    comment = bench.platform.comment(post, "first words", "Ann Example", bench.ago(minutes=10))
    bench.poll()
    bench.clock.advance(timedelta(minutes=5))
    bench.platform.edit(comment, "other words", bench.clock.now())
    bench.clock.advance(timedelta(minutes=5))
    bench.poll()
    versions = [item for item in bench.stored.values() if item.external_id == comment]
    assert sorted(item.text for item in versions) == ["first words", "other words"]
    assert len({item.version for item in versions}) == 2


def test_a_long_break_would_leave_a_silent_hole(bench: Bench) -> None:
    """What could not be read again lies inside a gap that is said out loud (promise 8)."""
    post, *_ = write_a_little(bench)
    bench.poll()
    bench.clock.advance(timedelta(days=12))
    written = []
    for days in (11, 9, 5, 2):
        written.append(
            (bench.platform.comment(post, f"{days} days", "Ann", bench.ago(days=days)), bench.ago(days=days))
        )
        written.append(
            (bench.platform.mention(f"{days} days", "Ben", bench.ago(days=days)), bench.ago(days=days))
        )
    bench.poll()
    for external_id, at in written:
        told = any((gap.start or at) <= at <= (gap.end or at) for gap in bench.gaps)
        assert external_id in by_id(bench) or told


def test_a_search_would_not_be_searched(plugin: Plugin, bench: Bench) -> None:
    if not bench.connector.capabilities & Capability.SEARCH:
        assert plugin.limits, "what a platform cannot do is said in its limits"
        return
    searching = bench.connect(watch=(Watch.SEARCH,), search=('"Fernhill Primary"',))
    bench.connector = searching
    found = bench.platform.mention("I went to Fernhill Primary.", "Ann Example", bench.ago(hours=1))
    other = bench.platform.mention("I went to another school.", "Ann Example", bench.ago(hours=1))
    bench.poll()
    assert found in by_id(bench)
    assert other not in by_id(bench)
    searching.close()


def test_another_account_would_be_read(bench: Bench) -> None:
    """Promise 6: only what the settings name."""
    write_a_little(bench)
    asked = len(bench.platform.requests)
    with pytest.raises(ConnectorError):
        bench.step(Stream(Watch.OWN_POSTS, "99999"))
    assert len(bench.platform.requests) == asked


def test_a_page_would_come_without_proof_of_how_it_came(bench: Bench) -> None:
    write_a_little(bench)
    for stream in bench.connector.streams():
        page = bench.step(stream)
        assert page.envelopes
        for envelope in page.envelopes:
            assert envelope.status == 200
            assert envelope.url.startswith(bench.platform.base_url)
            assert len(envelope.body_sha256) == 64
            assert envelope.body_bytes > 0
            assert envelope.fetched_at == bench.clock.now()


# --- misbehaviour -----------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", REFUSALS)
def test_a_failure_would_be_taken_for_an_empty_page(bench: Bench, fault: Fault) -> None:
    """Each is told by its class, nothing is skipped, and the next poll reads everything."""
    write_a_little(bench)
    bench.platform.misbehave(fault, times=1000)
    for stream in bench.connector.streams():
        with pytest.raises(REFUSALS[fault]) as caught:
            bench.read(stream)
        assert caught.value.mend
    assert bench.stored == {}
    bench.platform.behave()
    bench.clock.advance(timedelta(minutes=20))
    bench.errors.clear()
    bench.poll()
    assert bench.errors == []
    assert bench.texts() == {one.external_id: one.text for one in bench.platform.books()}


@pytest.mark.parametrize("fault", [Fault.RATE_LIMITED, Fault.RATE_LIMITED_WITHOUT_RESET])
def test_a_rate_limit_would_be_answered_with_a_storm(bench: Bench, fault: Fault) -> None:
    write_a_little(bench)
    bench.platform.misbehave(fault, times=1000)
    for stream in bench.connector.streams():
        asked = len(bench.platform.requests)
        with pytest.raises(RateLimited) as caught:
            bench.step(stream)
        assert len(bench.platform.requests) == asked + 1
        if fault is Fault.RATE_LIMITED:
            assert caught.value.until is None or caught.value.until > bench.clock.now()
        else:
            assert caught.value.until is None


@pytest.mark.parametrize("fault", [Fault.STALL, Fault.SLOW_DRIP])
def test_a_stalling_platform_would_hold_up_the_other_sources(bench: Bench, fault: Fault) -> None:
    write_a_little(bench)
    bench.platform.misbehave(fault, times=1000)
    began = time.monotonic()
    with pytest.raises(Transient):
        bench.step(bench.stream(Watch.MENTIONS), seconds=0.5)
    assert time.monotonic() - began < 5


def test_a_deadline_that_has_passed_would_still_send_a_request(bench: Bench) -> None:
    with pytest.raises(Transient):
        bench.step(bench.stream(Watch.MENTIONS), seconds=-1)
    assert bench.platform.requests == []


@pytest.mark.parametrize(
    ("fault", "times"),
    [*((fault, times) for fault in TWISTS for times in (1, 3)), (Fault.REPEATED_PAGE, 10_000)],
)
def test_a_strange_page_would_end_the_reading_early_or_never(bench: Bench, fault: Fault, times: int) -> None:
    bench.platform.page_size = 5
    post = bench.platform.own_post("A post.", bench.ago(days=1))
    for number in range(12):
        bench.platform.comment(post, f"comment {number}", f"Reader {number}", bench.ago(hours=20 - number))
        bench.platform.mention(f"mention {number}", f"Reader {number}", bench.ago(hours=20 - number))
    for stream in bench.connector.streams():
        bench.step(stream)
    bench.platform.misbehave(fault, times=times)
    bench.poll()
    bench.platform.behave()
    bench.clock.advance(timedelta(minutes=10))
    bench.poll()
    assert bench.errors == []
    assert bench.texts() == {one.external_id: one.text for one in bench.platform.books()}


# --- what became of items -----------------------------------------------------------------------------


def recheck(bench: Bench, ids: Sequence[str]) -> dict[str, Visibility]:
    answers = bench.connector.recheck(ids, deadline=time.monotonic() + 10)
    assert set(answers) == set(ids)
    return {key: answer.visibility for key, answer in answers.items()}


def test_a_removed_comment_would_stay_an_open_task(bench: Bench) -> None:
    post, comment, mention = write_a_little(bench)
    other = bench.platform.comment(post, "Still here.", "Cy Example", bench.ago(hours=1))
    bench.poll()
    bench.platform.delete(comment)
    answers = bench.connector.recheck([comment, other, mention], deadline=time.monotonic() + 10)
    assert answers[comment].visibility is Visibility.GONE
    assert answers[comment].canary_healthy
    assert answers[comment].proof
    assert answers[other].visibility is Visibility.VISIBLE
    assert answers[mention].visibility is Visibility.VISIBLE


def test_an_edited_comment_would_pass_for_the_one_complained_of(bench: Bench) -> None:
    _, comment, _ = write_a_little(bench)
    bench.poll()
    bench.platform.edit(comment, "Put more mildly.", bench.clock.now())
    bench.clock.advance(timedelta(minutes=1))
    answer = bench.connector.recheck([comment], deadline=time.monotonic() + 10)[comment]
    assert answer.visibility in (Visibility.EDITED, Visibility.VISIBLE)
    assert answer.item is not None
    assert answer.item.text == "Put more mildly."
    assert answer.item.external_id == comment


@pytest.mark.parametrize("fault", REFUSALS)
def test_a_failed_question_would_be_recorded_as_a_removal(bench: Bench, fault: Fault) -> None:
    _, comment, mention = write_a_little(bench)
    bench.poll()
    bench.platform.misbehave(fault, times=1000)
    assert set(recheck(bench, [comment, mention]).values()) == {Visibility.UNKNOWN}


def test_a_nonsense_id_would_stop_the_recheck_of_the_others(bench: Bench) -> None:
    _, comment, _ = write_a_little(bench)
    bench.poll()
    answers = recheck(bench, ["no such id", comment, "../../etc/passwd"])
    assert answers[comment] is Visibility.VISIBLE
    assert answers["no such id"] is not Visibility.VISIBLE


def test_a_large_recheck_would_leave_ids_unanswered(bench: Bench) -> None:
    post, *_ = write_a_little(bench)
    ids = [bench.platform.comment(post, f"{number}", "Ann", bench.ago(hours=1)) for number in range(130)]
    bench.poll()
    assert set(recheck(bench, ids).values()) == {Visibility.VISIBLE}


# --- acting -----------------------------------------------------------------------------------------


def test_a_hidden_comment_would_stay_readable(bench: Bench) -> None:
    if not bench.connector.capabilities & Capability.HIDE:
        return
    _, comment, _ = write_a_little(bench)
    bench.poll()
    assert bench.connector.hide(comment) in (ActionStatus.DONE, ActionStatus.ALREADY)
    assert bench.platform.is_hidden(comment)
    assert recheck(bench, [comment])[comment] in (Visibility.HIDDEN_BY_US, Visibility.VISIBLE)
    assert bench.connector.unhide(comment) in (ActionStatus.DONE, ActionStatus.ALREADY)
    assert not bench.platform.is_hidden(comment)


def test_a_lost_answer_to_hide_would_be_taken_for_a_failure(bench: Bench) -> None:
    """The platform has hidden it; only looking again can tell."""
    if not bench.connector.capabilities & Capability.HIDE:
        return
    _, comment, _ = write_a_little(bench)
    bench.poll()
    bench.platform.misbehave(Fault.DROPPED_CONNECTION, writes=True)
    assert bench.connector.hide(comment) is ActionStatus.UNKNOWN_OUTCOME
    assert bench.platform.is_hidden(comment)


def test_a_refused_hide_would_be_recorded_as_done(bench: Bench) -> None:
    if not bench.connector.capabilities & Capability.HIDE:
        return
    _, comment, _ = write_a_little(bench)
    bench.poll()
    bench.platform.misbehave(Fault.FORBIDDEN, writes=True)
    assert bench.connector.hide(comment) is ActionStatus.NOT_PERMITTED
    bench.platform.misbehave(Fault.UNAUTHORISED, writes=True)
    with pytest.raises(CredentialsRefused):
        bench.connector.hide(comment)
    assert not bench.platform.is_hidden(comment)


def test_an_own_post_that_leaks_could_not_be_taken_down(bench: Bench) -> None:
    if not bench.connector.capabilities & Capability.DELETE:
        return
    post, *_ = write_a_little(bench)
    bench.poll()
    assert bench.connector.delete(post) is ActionStatus.DONE
    other = bench.platform.own_post("Another post.", bench.ago(minutes=1))
    bench.poll()
    answer = recheck(bench, [post, other])
    assert answer[post] is Visibility.GONE
    assert answer[other] is Visibility.VISIBLE


# --- check ------------------------------------------------------------------------------------------


def test_a_good_account_would_be_complained_of(bench: Bench) -> None:
    write_a_little(bench)
    findings = bench.connector.check()
    assert findings
    assert [finding for finding in findings if not finding.ok] == []


@pytest.mark.parametrize("fault", REFUSALS)
def test_a_failing_platform_would_end_the_check_with_a_traceback(bench: Bench, fault: Fault) -> None:
    bench.platform.misbehave(fault, times=1000)
    findings = bench.connector.check()
    assert [finding for finding in findings if not finding.ok]
    assert all(finding.message for finding in findings)


def test_a_wrong_clock_would_go_unnoticed(bench: Bench) -> None:
    connector = bench.plugin.connect(bench.account(), lambda: bench.clock.now() + timedelta(minutes=10))
    findings = connector.check()
    connector.close()
    assert [finding for finding in findings if finding.subject == "clock" and not finding.ok]
