"""Looking again, hiding and deleting, and what `check` says of a page."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from support.clock import SettableClock

from config.schema import Watch
from config.words import Visibility
from connectors.errors import ConnectorError, CredentialsRefused
from connectors.facebook.connector import FacebookConnector
from connectors.facebook.loopback import PAGE_ID, FacebookLoopback
from connectors.facebook.moderation import Looked
from connectors.interface import Account, ActionStatus, Finding, Recheck, Stream
from connectors.loopback import Fault
from connectors.loopback_world import Kind

NOON = datetime(2026, 11, 16, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def platform(clock: SettableClock) -> Iterator[FacebookLoopback]:
    with FacebookLoopback(clock.now) as running:
        running.own_post("The oldest post", NOON - 99 * HOUR)
        yield running


@pytest.fixture
def connector(platform: FacebookLoopback, clock: SettableClock) -> Iterator[FacebookConnector]:
    running = connect(platform, clock)
    yield running
    running.close()


def connect(platform: FacebookLoopback, clock: SettableClock, **changes: object) -> FacebookConnector:
    given = {
        "name": "page", "account": platform.account, "account_id": platform.account_id,
        "watch": (Watch.OWN_POSTS, Watch.COMMENTS, Watch.MENTIONS), "credentials": platform.credentials(),
        "base_url": platform.base_url, "options": {"app_id": platform.app_id},
    } | changes  # fmt: skip
    return FacebookConnector(Account(**given), clock.now)  # type: ignore[arg-type]  # as the test means it


@pytest.fixture
def post(platform: FacebookLoopback) -> str:
    return platform.own_post("Fair on Saturday", NOON - 2 * HOUR)


@pytest.fixture
def comment(platform: FacebookLoopback, post: str) -> str:
    return platform.comment(post, "No", "Ann", NOON - HOUR)


def look(connector: FacebookConnector, external_id: str) -> Recheck:
    return connector.recheck([external_id], deadline=time.monotonic() + 5)[external_id]


def read_comments(connector: FacebookConnector, platform: FacebookLoopback) -> None:
    cursor, more = {}, True
    while more:
        stream = Stream(Watch.COMMENTS, platform.account_id)
        page = connector.fetch(stream, cursor, deadline=time.monotonic() + 5)
        cursor, more = dict(page.cursor), page.more


# -- looking again ------------------------------------------------------------------------------------


def test_what_still_stands_would_be_called_gone(connector: FacebookConnector, comment: str) -> None:
    answer = look(connector, comment)
    assert (answer.visibility, answer.canary_healthy) == (Visibility.VISIBLE, True)
    assert answer.item is not None
    assert answer.item.text == "No"


def test_a_comment_would_be_kept_on_the_list_after_it_went(
    connector: FacebookConnector, platform: FacebookLoopback, comment: str
) -> None:
    platform.delete(comment)
    answer = look(connector, comment)
    assert (answer.visibility, answer.canary_healthy) == (Visibility.GONE, True)
    assert "100/33" in answer.proof


def test_a_lost_permission_would_look_like_a_success(
    connector: FacebookConnector, platform: FacebookLoopback, comment: str
) -> None:
    """Graph gives the same answer; only a post of our own shows the difference."""
    platform.delete(comment)
    platform.misbehave(Fault.FORBIDDEN, times=1, path="/published_posts")
    answer = look(connector, comment)
    assert (answer.visibility, answer.canary_healthy) == (Visibility.UNKNOWN, False)


def test_the_only_post_of_a_page_would_be_its_own_witness(
    connector: FacebookConnector, platform: FacebookLoopback
) -> None:
    (oldest,) = (written.external_id for written in platform.books())
    platform.delete(oldest)
    assert look(connector, oldest).visibility is Visibility.UNKNOWN


@pytest.mark.parametrize(
    "fault",
    [Fault.UNAUTHORISED, Fault.FORBIDDEN, Fault.RATE_LIMITED, Fault.SERVER_ERROR, Fault.BAD_GATEWAY_HTML,
     Fault.HTML_INSTEAD_OF_JSON, Fault.TRUNCATED_BODY, Fault.DROPPED_CONNECTION],
)  # fmt: skip
def test_a_failed_question_would_be_called_gone(
    connector: FacebookConnector, platform: FacebookLoopback, comment: str, fault: Fault
) -> None:
    platform.misbehave(fault, times=9)
    answer = look(connector, comment)
    assert (answer.visibility, answer.canary_healthy) == (Visibility.UNKNOWN, False)
    assert platform.page_token not in answer.proof


def test_a_limit_would_be_met_with_a_question_for_each_item(
    connector: FacebookConnector, platform: FacebookLoopback, post: str
) -> None:
    ids = [platform.comment(post, str(number), "Ann", NOON) for number in range(20)]
    platform.misbehave(Fault.RATE_LIMITED, times=99)
    answers = connector.recheck(ids, deadline=time.monotonic() + 5)
    assert {answer.visibility for answer in answers.values()} == {Visibility.UNKNOWN}
    assert set(answers) == set(ids)
    assert len(platform.requests) == 1


def test_the_time_would_run_over_at_a_stall(
    connector: FacebookConnector, platform: FacebookLoopback, comment: str, post: str
) -> None:
    platform.misbehave(Fault.STALL, times=99)
    started = time.monotonic()
    answers = connector.recheck([comment, post], deadline=time.monotonic() + 0.5)
    assert time.monotonic() - started < 2
    assert {answer.visibility for answer in answers.values()} == {Visibility.UNKNOWN}
    platform.behave()


def test_changed_words_would_pass_unnoticed(
    connector: FacebookConnector, platform: FacebookLoopback, comment: str, clock: SettableClock
) -> None:
    read_comments(connector, platform)
    clock.advance(HOUR)
    platform.edit(comment, "Never", NOON)
    answer = look(connector, comment)
    assert answer.visibility is Visibility.EDITED
    assert answer.item is not None
    assert answer.item.text == "Never"


def test_a_comment_hidden_by_the_school_would_count_as_visible(
    connector: FacebookConnector, comment: str
) -> None:
    connector.hide(comment)
    assert look(connector, comment).visibility is Visibility.HIDDEN_BY_US


def test_a_tagged_post_would_be_asked_for_as_a_comment_and_given_up(
    connector: FacebookConnector, platform: FacebookLoopback
) -> None:
    tagged, on_page = (platform.mention(text, "Ann", NOON) for text in ("tag", "visit"))
    assert look(connector, on_page).visibility is Visibility.VISIBLE
    assert look(connector, tagged).visibility is Visibility.VISIBLE


@pytest.mark.parametrize("external_id", ["me", "../1", "", "1?fields=x"])
def test_a_strange_id_would_ask_for_something_else(
    connector: FacebookConnector, platform: FacebookLoopback, external_id: str
) -> None:
    assert look(connector, external_id).visibility is Visibility.UNKNOWN
    assert not any(request.path.endswith("/me") for request in platform.requests)
    with pytest.raises(ConnectorError):
        connector.delete(external_id)


# -- hiding and deleting ------------------------------------------------------------------------------


def test_a_comment_would_stay_up_after_hiding(
    connector: FacebookConnector, platform: FacebookLoopback, comment: str
) -> None:
    assert connector.hide(comment) is ActionStatus.DONE
    assert platform.is_hidden(comment)
    assert connector.hide(comment) is ActionStatus.ALREADY
    assert connector.unhide(comment) is ActionStatus.DONE
    assert not platform.is_hidden(comment)
    assert connector.unhide(comment) is ActionStatus.ALREADY


def test_the_answer_to_a_hide_would_be_lost_and_the_hide_sent_twice(
    connector: FacebookConnector, platform: FacebookLoopback, comment: str
) -> None:
    platform.misbehave(Fault.DROPPED_CONNECTION, writes=True)
    assert connector.hide(comment) is ActionStatus.UNKNOWN_OUTCOME
    assert [request.method for request in platform.requests].count("POST") == 1
    assert look(connector, comment).visibility is Visibility.HIDDEN_BY_US


def test_a_deletion_would_be_asked_for_twice(
    connector: FacebookConnector, platform: FacebookLoopback, comment: str
) -> None:
    assert connector.delete(comment) is ActionStatus.DONE
    assert look(connector, comment).visibility is Visibility.GONE
    assert connector.delete(comment) is ActionStatus.ALREADY


def test_the_schools_own_comment_would_be_hidden_from_nobody(
    connector: FacebookConnector, platform: FacebookLoopback, post: str
) -> None:
    """Graph says of it that it cannot be hidden."""
    own = platform.world.add(Kind.COMMENT, "Ours", NOON, parent_id=post)
    assert connector.hide(own) is ActionStatus.NOT_PERMITTED
    assert "POST" not in [request.method for request in platform.requests]


def test_a_post_on_somebody_elses_page_would_be_tampered_with(
    connector: FacebookConnector, platform: FacebookLoopback
) -> None:
    tagged, visit = (platform.mention(text, "Ann", NOON) for text in ("tag", "visit"))
    assert connector.hide(tagged) is ActionStatus.NOT_PERMITTED
    assert connector.delete(tagged) is ActionStatus.NOT_PERMITTED
    assert {request.method for request in platform.requests} == {"GET"}
    assert connector.hide(visit) is ActionStatus.DONE
    assert connector.delete(visit) is ActionStatus.DONE


def test_a_comment_under_a_strangers_post_would_be_tampered_with(
    connector: FacebookConnector, platform: FacebookLoopback
) -> None:
    tagged = platform.mention("tag", "Ann", NOON - HOUR)
    comment = platform.comment(tagged, "No", "Bob", NOON)
    assert connector.hide(comment) is ActionStatus.NOT_PERMITTED
    assert connector.delete(comment) is ActionStatus.NOT_PERMITTED
    assert {request.method for request in platform.requests} == {"GET"}


@pytest.mark.parametrize(
    ("entry", "ours"),
    [
        ({"can_hide": True, "object": {"id": f"{PAGE_ID}_5"}}, True),
        ({"can_hide": True, "object": {"id": "777_5"}}, False),
        ({"can_hide": True, "object": {"id": "5"}}, True),
        ({"can_hide": True}, True),
        ({"can_hide": False, "object": {"id": f"{PAGE_ID}_5"}}, False),
        ({"object": {"id": f"{PAGE_ID}_5"}}, False),
    ],
)
def test_a_right_that_graph_gives_by_mistake_would_reach_another_page(
    connector: FacebookConnector, entry: dict[str, object], ours: bool
) -> None:
    looked = Looked(entry, is_comment=True, status=200)
    assert connector._moderation._is_ours_to_change(looked, "can_hide") is ours


def test_a_refused_token_would_look_like_a_refused_action(
    connector: FacebookConnector, platform: FacebookLoopback, comment: str
) -> None:
    platform.misbehave(Fault.UNAUTHORISED)
    with pytest.raises(CredentialsRefused):
        connector.hide(comment)


# -- check --------------------------------------------------------------------------------------------


def by_subject(findings: list[Finding]) -> dict[str, Finding]:
    return {finding.subject: finding for finding in findings}


def test_a_working_page_would_be_found_wanting(
    connector: FacebookConnector, platform: FacebookLoopback
) -> None:
    findings = connector.check()
    assert all(finding.ok and not finding.warning for finding in findings), findings
    assert {"token", "version", "clock", "expiry", "permissions", "tagged"} <= set(by_subject(findings))
    for request in platform.requests:
        assert platform.page_token not in f"{request.path} {request.query}"
    assert all(platform.page_token not in finding.message for finding in findings)


@pytest.mark.parametrize(("days", "ok", "warning"), [(60, True, False), (5, True, True), (-1, False, False)])
def test_a_token_would_run_out_in_the_holidays_without_a_word(
    connector: FacebookConnector, platform: FacebookLoopback, days: int, ok: bool, warning: bool
) -> None:
    platform.token_expires_at = NOON + timedelta(days=days)
    found = [finding for finding in connector.check() if finding.message.startswith("The token ends")
             or finding.message.startswith("The token ended")]  # fmt: skip
    assert [(finding.ok, finding.warning) for finding in found] == [(ok, warning)]


def test_a_missing_permission_would_show_on_the_day_it_is_needed(
    connector: FacebookConnector, platform: FacebookLoopback
) -> None:
    platform.scopes = ("pages_show_list", "pages_read_engagement")
    finding = by_subject(connector.check())["permissions"]
    assert not finding.ok
    assert "pages_manage_engagement" in finding.message


def test_an_unreadable_edge_would_pass_the_check(
    connector: FacebookConnector, platform: FacebookLoopback
) -> None:
    platform.misbehave(Fault.FORBIDDEN, path="/tagged")
    assert not by_subject(connector.check())["tagged"].ok


def test_expiry_would_be_promised_without_knowing_it(
    platform: FacebookLoopback, clock: SettableClock
) -> None:
    finding = by_subject(connect(platform, clock, options={}).check())["expiry"]
    assert finding.warning
    assert "app_id" in finding.mend


def test_a_token_of_another_page_would_be_taken(platform: FacebookLoopback, clock: SettableClock) -> None:
    findings = connect(platform, clock, account_id="4711").check()
    assert [(finding.subject, finding.ok) for finding in findings] == [("token", False)]


def test_a_newer_api_would_come_as_a_surprise(
    connector: FacebookConnector, platform: FacebookLoopback
) -> None:
    platform.version = "v27.0"
    finding = by_subject(connector.check())["version"]
    assert finding.warning
    assert "v27.0" in finding.message


def test_a_wrong_clock_would_date_the_evidence_wrongly(
    platform: FacebookLoopback, clock: SettableClock
) -> None:
    slow = SettableClock(NOON - timedelta(minutes=10))
    finding = by_subject(connect(platform, slow).check())["clock"]
    assert not finding.ok
    assert "600 s" in finding.message


@pytest.mark.parametrize("fault", [fault for fault in Fault if fault not in (Fault.STALL, Fault.SLOW_DRIP)])
def test_the_check_itself_would_fail(
    connector: FacebookConnector, platform: FacebookLoopback, fault: Fault
) -> None:
    platform.misbehave(fault, times=99)
    assert connector.check()
